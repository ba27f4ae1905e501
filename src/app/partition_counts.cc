#include "app/partition_counts.h"

#include <charconv>
#include <optional>
#include <set>

#include <fmt/format.h>

#include "base/text.h"

namespace partwise::app {
namespace {

std::optional<int> count_from(std::string_view text) {
  int count = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  if (count < 1 || count > partitions_max) return std::nullopt;
  return count;
}

}  // namespace

Result<std::vector<int>> partition_counts_from_text(std::string_view text) {
  std::set<int> counts;
  for (const auto& part : listed(text)) {
    const auto dots = part.find("..");
    const auto first = count_from(trimmed(std::string_view(part).substr(0, dots)));
    const auto last = dots == std::string::npos
                          ? first
                          : count_from(trimmed(std::string_view(part).substr(dots + 2)));
    if (!first || !last || *first > *last) {
      return fail(
          ErrorKind::invalid_input, fmt::format("'{}' is no number of partitions", part),
          fmt::format("1 to {}: 10, a list as 6,12,24, or a range as 1..512", partitions_max));
    }
    for (int count = *first; count <= *last; ++count) counts.insert(count);
  }
  if (counts.empty()) {
    return fail(ErrorKind::invalid_input, "no number of partitions is given",
                "10, 6,12,24, or 1..512");
  }
  return std::vector<int>(counts.begin(), counts.end());
}

}  // namespace partwise::app
