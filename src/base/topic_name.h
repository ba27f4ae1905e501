// What Kafka takes as the name of a topic.
#pragma once

#include <string_view>

#include "base/result.h"

namespace partwise {

/// Kafka's rule: 1 to 249 letters, digits, '.', '_' and '-', and not "." or "..".
///
/// errors: invalid_input
Result<> check_topic_name(std::string_view name);

}  // namespace partwise
