#include "keys/arrival_check.h"

#include <utility>

#include <fmt/format.h>

#include "base/check.h"
#include "base/text.h"
#include "base/units.h"

namespace partwise::keys {
namespace {

constexpr std::size_t examples_most = 5;

}  // namespace

ArrivalCheck::ArrivalCheck(const KeySet& keys, Strategy client, const PlacementRules& rules)
    : keys_(keys),
      client_(*partitioner_of(client)),
      places_all_(rules.places_all),
      ignores_empty_keys_(ignores_empty_keys(client)),
      states_(static_cast<std::size_t>(keys.records())),
      last_(static_cast<std::size_t>(rules.partitions), -1) {
  CHECK(keys.has_order());
  arrivals_.actual.resize(last_.size());
  arrivals_.theoretical.resize(last_.size());
}

bool ArrivalCheck::is_unkeyed(std::optional<std::string_view> key) const {
  return !places_all_ && (!key || (key->empty() && ignores_empty_keys_));
}

void ArrivalCheck::example(std::string text) {
  if (arrivals_.examples.size() < examples_most) arrivals_.examples.push_back(std::move(text));
}

void ArrivalCheck::take(int partition, std::int64_t record, std::optional<std::string_view> key) {
  const auto at = static_cast<std::size_t>(partition);
  if (record < 0 || record >= keys_.records()) return;  // another run's mark, cut
  auto& state = states_[static_cast<std::size_t>(record)];
  if ((state & has_arrived) != 0) {
    ++arrivals_.twice;
    return example(fmt::format("record {} is there twice, again on partition {}",
                               count_text(record), partition));
  }
  state |= has_arrived;
  ++arrivals_.arrived;
  ++arrivals_.actual[at];
  if (record < last_[at]) {
    ++arrivals_.out_of_order;
    example(fmt::format("record {} is behind record {} on partition {}", count_text(record),
                        count_text(last_[at]), partition));
  } else {
    last_[at] = record;
  }
  const auto expected = keys_.key_of(record, room_);
  if (expected != key) {
    ++arrivals_.wrong_key;
    example(fmt::format("record {} has another key than it was sent with", count_text(record)));
  }
  if (is_unkeyed(expected)) {
    ++arrivals_.unkeyed;
    return;
  }
  const auto placed = expected.value_or(std::string_view{});
  const int belongs = partition_of(client_, placed, static_cast<int>(last_.size()));
  ++arrivals_.theoretical[static_cast<std::size_t>(belongs)];
  if (belongs == partition) return;
  ++arrivals_.misplaced;
  example(fmt::format("the key '{}' of record {} is on partition {}, not {}", quotable(placed),
                      count_text(record), partition, belongs));
}

Arrivals ArrivalCheck::finish() && {
  for (std::size_t i = 0; i < states_.size(); ++i) {
    const bool acknowledged = (states_[i] & was_acknowledged) != 0;
    const bool arrived = (states_[i] & has_arrived) != 0;
    arrivals_.acknowledged += acknowledged ? 1 : 0;
    if (acknowledged && !arrived) {
      ++arrivals_.missing;
      example(fmt::format("record {} was acknowledged and is not there",
                          count_text(static_cast<std::int64_t>(i))));
    }
    if (arrived && !acknowledged) ++arrivals_.unacknowledged;
  }
  return std::move(arrivals_);
}

}  // namespace partwise::keys
