#include "keys/unkeyed.h"

#include <algorithm>

#include "base/check.h"
#include "keys/placement.h"

namespace partwise::keys {

void UnkeyedPass::want(Strategy strategy, std::size_t groups) {
  turns_.push_back({strategy, Load(rules_.partitions, groups), Random(rules_.seed)});
}

const UnkeyedPass::Turn& UnkeyedPass::turn(Strategy strategy) const {
  const auto found = std::find_if(turns_.begin(), turns_.end(),
                                  [&](const Turn& turn) { return turn.strategy == strategy; });
  CHECK(found != turns_.end());
  return *found;
}

bool UnkeyedPass::is_over(const Turn& turn) const {
  if (turn.choices == 0) return true;
  if (turn.strategy == Strategy::round_robin) return true;
  if (turn.strategy == Strategy::sticky_batches) return turn.records >= rules_.batch_records;
  return turn.bytes >= rules_.batch_bytes;
}

void UnkeyedPass::choose(Turn& turn) const {
  const auto partitions = static_cast<std::size_t>(rules_.partitions);
  const bool first = turn.choices == 0;
  if (turn.strategy == Strategy::round_robin) {
    turn.partition = first || turn.partition + 1 == partitions ? 0 : turn.partition + 1;
  } else if (turn.strategy == Strategy::sticky_batches && !first && partitions > 1) {
    // Any but the present one.
    const auto step = 1 + turn.random.below(rules_.partitions - 1);
    turn.partition = (turn.partition + static_cast<std::size_t>(step)) % partitions;
  } else {
    turn.partition = static_cast<std::size_t>(turn.random.below(rules_.partitions));
  }
  ++turn.choices;
  turn.records = 0;
  turn.bytes = 0;
}

void UnkeyedPass::take(const RecordBlock& block) {
  for (auto& turn : turns_) take(block, turn);
}

void UnkeyedPass::take(const RecordBlock& block, Turn& turn) const {
  if (block.groups.empty()) turn.load.groups.clear();  // it is not known which record is of which
  for (std::size_t i = 0; i < block.key_bytes.size(); ++i) {
    if (is_over(turn)) choose(turn);
    if (turn.load.groups.empty()) {
      turn.load.add(turn.partition, 1, block.key_bytes[i]);
    } else {
      turn.load.add(turn.partition, 1, block.key_bytes[i], block.groups[i]);
    }
    ++turn.records;
    turn.bytes += rules_.value_bytes + block.key_bytes[i];
  }
}

Load sticky_load(std::int64_t records, const PlacementRules& rules) {
  Load load(rules.partitions, 0);
  Random random(rules.seed);
  const auto each = std::max<std::int64_t>(1, rules.value_bytes);
  const auto batch = std::max<std::int64_t>(1, (rules.batch_bytes + each - 1) / each);
  for (auto left = records; left > 0; left -= batch) {
    load.add(static_cast<std::size_t>(random.below(rules.partitions)), std::min(left, batch), 0);
  }
  return load;
}

}  // namespace partwise::keys
