// Text line by line.
#pragma once

#include <string_view>

namespace partwise {

/// Takes the first line off `text`, without its end ("\n" or "\r\n").
std::string_view next_line(std::string_view& text);

}  // namespace partwise
