// Names the program that holds a TCP port, for those who find it taken.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace partwise::listener {

/// "java (process 4711)": who listens on the port as far as /proc tells it; empty where it does not
/// (other users' processes, systems other than Linux).
std::string port_holder(int port);

/// That a port is taken, by whom and what to do; `option` is the one that set it.
Error port_taken(int port, std::string_view option);

}  // namespace partwise::listener
