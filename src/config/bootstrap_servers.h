// The addresses of some brokers of a cluster.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace partwise::config {

/// Checks a list of [PROTOCOL://]HOST[:PORT], with commas between; an IPv6 host with a port is in
/// brackets. librdkafka takes any text, and says later only that it cannot connect.
///
/// errors: invalid_input for each wrong entry, naming it; and for a list without any
Errors bootstrap_errors(std::string_view servers, const std::string& from);

}  // namespace partwise::config
