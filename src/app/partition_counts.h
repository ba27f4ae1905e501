// Numbers of partitions as people write them.
#pragma once

#include <string_view>
#include <vector>

#include "base/result.h"

namespace partwise::app {

inline constexpr int partitions_max = 10'000;

/// "10", "6,12,24", "1..512", also mixed: in order, each once.
///
/// errors: invalid_input: anything else, and counts outside 1 .. partitions_max
Result<std::vector<int>> partition_counts_from_text(std::string_view text);

}  // namespace partwise::app
