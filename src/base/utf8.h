// Characters as UTF-8.
#pragma once

#include <string>
#include <string_view>

namespace partwise {

/// `point` is at most 0x10FFFF.
void append_utf8(std::string& text, char32_t point);

/// The characters in `bytes`; each byte that belongs to none as "\xff".
std::string as_utf8(std::string_view bytes);

}  // namespace partwise
