// The program's version, one place.
#pragma once

#include <string_view>

namespace partwise::app {

inline constexpr std::string_view version = PARTWISE_VERSION;

}  // namespace partwise::app
