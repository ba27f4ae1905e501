// Characters as UTF-8.
#pragma once

#include <string>

namespace partwise {

/// `point` is at most 0x10FFFF.
void append_utf8(std::string& text, char32_t point);

}  // namespace partwise
