#include "keys/keys_report.h"

#include <string>
#include <utility>

namespace partwise::keys {
namespace {

constexpr std::size_t shown_keys = 10;

}  // namespace

StrategyReport report_of(Placement placed, const PlacementRules& rules) {
  auto verdict = verdict_of(placed, rules.value_bytes);
  return {std::string(name_of(placed.strategy)), keeps_key_order(placed.strategy),
          std::move(placed.load), std::move(verdict)};
}

KeysSummary summary_of(const KeySet& keys, const PlacementRules& rules) {
  KeysSummary summary;
  summary.patterns = {keys.groups().begin(), keys.groups().end()};
  summary.records = keys.records();
  summary.bytes = keys.key_bytes() + keys.records() * rules.value_bytes;
  summary.distinct_keys = keys.keys();
  summary.null_key_records = keys.null_records();
  summary.empty_key_records = keys.empty_key_records();
  summary.heaviest = keys.heavy(1, shown_keys);
  return summary;
}

}  // namespace partwise::keys
