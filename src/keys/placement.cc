#include "keys/placement.h"

#include <algorithm>
#include <map>
#include <string>

#include "base/check.h"
#include "keys/fast_modulo.h"
#include "keys/hash_block.h"
#include "keys/head_keys.h"
#include "keys/unkeyed.h"

namespace partwise::keys {
namespace {

using Hashed = std::map<Partitioner, Load>;

// What the keys weigh: all, those that are not hot, and as the salted strategy sees them.
struct Weights {
  KeyWeights all;
  KeyWeights others;
  KeyWeights salted;
};

class HashedPass {
 public:
  HashedPass(const KeySet& keys, const PlacementRules& rules)
      : rules_(rules),
        hot_(hot_records(keys, rules.partitions)),
        head_(head_records(keys.records(), rules.partitions)),
        has_empty_(keys.empty_key_records() > 0),
        whole_(keys.sampling().whole),
        modulo_(static_cast<std::uint32_t>(rules.partitions)) {}

  void want(Partitioner partitioner, std::size_t groups) {
    loads_.try_emplace(partitioner, rules_.partitions, groups);
  }

  void take(const KeyBlock& block) {
    for (auto& [partitioner, load] : loads_) place(partitioner, block, load);
    if (block.records.empty()) {
      weigh(1, std::ssize(block.starts), weights_);
      return;
    }
    for (std::size_t i = 0; i < block.size(); ++i) {
      if (seen_++ >= whole_) {
        weigh_drawn(block.records[i]);
        continue;
      }
      weigh(block.records[i], 1, weights_);
      if (has_empty_ && block.lengths[i] > 0) weigh(block.records[i], 1, without_empty_);
    }
  }

  [[nodiscard]] const Hashed& loads() const { return loads_; }
  [[nodiscard]] const Weights& weights(bool without_empty = false) const {
    return has_empty_ && without_empty ? without_empty_ : weights_;
  }

 private:
  void place(Partitioner partitioner, const KeyBlock& block, Load& load) {
    hashes_.resize(block.size());
    placing_hashes(partitioner, block, hashes_);
    for (std::size_t i = 0; i < block.size(); ++i) {
      const std::size_t at = modulo_(hashes_[i]);
      if (load.groups.empty()) {
        load.add(at, block.records_of(i), block.lengths[i]);
      } else {
        load.add(at, block.records_of(i), block.lengths[i], block.groups[i]);
      }
    }
  }

  void weigh(std::int64_t records, std::int64_t keys, Weights& weights) const {
    const auto weight = static_cast<double>(records);
    weights.all.add(weight, keys);
    if (records < hot_) weights.others.add(weight, keys);
    if (records < head_) {
      weights.salted.add(weight, keys);
    } else {
      const auto ways = std::min<std::int64_t>(records, rules_.salt_ways);
      weights.salted.add(weight / static_cast<double>(ways), ways * keys);
    }
  }

  // Its records are those of several keys, of which none is hot.
  void weigh_drawn(std::int64_t records) {
    for (auto* weights : {&weights_, &without_empty_}) {
      for (auto* each : {&weights->all, &weights->others, &weights->salted}) {
        each->add(static_cast<double>(records));
      }
    }
  }

  const PlacementRules& rules_;
  std::int64_t hot_;
  std::int64_t head_;
  bool has_empty_;
  std::int64_t whole_;
  std::int64_t seen_ = 0;
  FastModulo modulo_;
  std::vector<std::uint32_t> hashes_;  // of a block
  Hashed loads_;
  Weights weights_;
  Weights without_empty_;
};

std::size_t counted_groups(const KeySet& keys, const PlacementRules& rules) {
  const auto groups = keys.groups().size();
  return std::ssize(keys.groups()) * rules.partitions > group_counts_max ? 0 : groups;
}

class Placing {
 public:
  Placing(const KeySet& keys, const PlacementRules& rules, const std::stop_token& stop,
          const ToldPercent& told)
      : keys_(keys),
        rules_(rules),
        stop_(stop),
        told_(told),
        groups_(counted_groups(keys, rules)) {}

  std::optional<Placements> of(std::span<const Strategy> strategies) {
    const bool looks_at_records = !std::all_of(strategies.begin(), strategies.end(), is_keyed);
    to_do_ = keys_.keys() + (looks_at_records ? keys_.records() : 0);
    if (!pass_over_keys(strategies) || !pass_over_records(strategies)) return std::nullopt;
    Placements placed;
    placed.weights = pass_.weights().all;
    for (const auto strategy : strategies) {
      placed.each.push_back(placement_of(strategy));
      if (stop_.stop_requested()) return std::nullopt;
    }
    return placed;
  }

 private:
  bool pass_over_keys(std::span<const Strategy> strategies) {
    for (const auto strategy : strategies) {
      if (const auto partitioner = partitioner_of(strategy)) {
        pass_.want(*partitioner, groups_);
      } else if (is_keyed(strategy) && strategy != Strategy::range) {
        pass_.want(Partitioner::murmur2, groups_);
      }
    }
    if (!keys_.visit([&](const KeyBlock& block) {
          pass_.take(block);
          return go_on(std::ssize(block.starts));
        })) {
      return false;
    }
    hot_ = keys_.heavy(hot_records(keys_, rules_.partitions), head_keys_max(rules_.partitions));
    heads_ = keys_.heavy(head_records(keys_.records(), rules_.partitions),
                         head_keys_max(rules_.partitions));
    return true;
  }

  bool pass_over_records(std::span<const Strategy> strategies) {
    for (const auto strategy : strategies) {
      if (!is_keyed(strategy)) unkeyed_.want(strategy, groups_);
    }
    if (unkeyed_.empty()) return true;
    return keys_.visit_records([&](const RecordBlock& block) {
      unkeyed_.take(block);
      return go_on(std::ssize(block.key_bytes));
    });
  }

  bool go_on(std::int64_t done) {
    done_ += done;
    const auto percent = static_cast<int>(100 * done_ / to_do_);
    if (told_ && percent > percent_told_) told_(percent_told_ = percent);
    return !stop_.stop_requested();
  }

  Placement placement_of(Strategy strategy) {
    Placement placed;
    placed.strategy = strategy;
    placed.hot_keys = std::count_if(hot_.begin(), hot_.end(), [&](const CountedKey& key) {
      return !key.key.empty() || !takes_empty_for_none(strategy);
    });
    const auto& weights = pass_.weights(takes_empty_for_none(strategy));
    placed.weights = strategy == Strategy::salted ? weights.salted : weights.all;
    if (is_keyed(strategy)) {
      placed.load = keyed_load(strategy);
      if (rules_.places_all) place_nulls(placed);
      const auto unkeyed = rules_.places_all ? 0 : take_unkeyed_off(placed);
      placed.keyed_records = placed.load.records;
      if (const auto partitioner = partitioner_of(strategy)) leave_out_hot(*partitioner, placed);
      if (unkeyed > 0) placed.load.add(sticky_load(unkeyed, rules_));
      if (strategy != Strategy::range) even_out_drawn(placed);
    } else {
      placed.load = unkeyed_.load(strategy);
      placed.choices = unkeyed_.choices(strategy);
      placed.keyed_records = placed.load.records;
    }
    return placed;
  }

  [[nodiscard]] Load keyed_load(Strategy strategy) const {
    if (const auto partitioner = partitioner_of(strategy)) return pass_.loads().at(*partitioner);
    if (strategy == Strategy::range) {
      auto load = keys_.by_range(rules_.partitions);
      if (groups_ == 0) load.groups.clear();
      return load;
    }
    auto load = pass_.loads().at(Partitioner::murmur2);
    if (strategy == Strategy::salted) {
      salt(load, heads_, rules_.salt_ways);
    } else {
      choose_of_two(load, heads_);
    }
    return load;
  }

  // Where keys stand for more, the load of those lies as all of them would.
  void even_out_drawn(Placement& placed) const {
    placed.sampling = keys_.sampling();
    if (placed.sampling.fraction >= 1) return;
    const auto partitioner = partitioner_of(placed.strategy).value_or(Partitioner::murmur2);
    Load whole(rules_.partitions, keys_.groups().size());
    for (const auto& key : keys_.heavy(1, static_cast<std::size_t>(placed.sampling.whole))) {
      whole.put_on(key, at(partitioner, key.key));
    }
    const auto& drawn = pass_.loads().at(partitioner);
    auto even = drawn;
    even_out(even, whole, placed.sampling);
    for (std::size_t p = 0; p < even.records.size(); ++p) {
      placed.load.records[p] += even.records[p] - drawn.records[p];
      placed.load.key_bytes[p] += even.key_bytes[p] - drawn.key_bytes[p];
    }
  }

  void leave_out_hot(Partitioner partitioner, Placement& placed) const {
    if (placed.hot_keys == 0) return;
    placed.other_weights = pass_.weights(takes_empty_for_none(placed.strategy)).others;
    placed.other_records = placed.load.records;
    for (const auto& key : hot_) {
      if (key.key.empty() && takes_empty_for_none(placed.strategy)) continue;  // taken off already
      placed.other_records[at(partitioner, key.key)] -= key.records;
    }
  }

  [[nodiscard]] bool takes_empty_for_none(Strategy strategy) const {
    return !rules_.places_all && ignores_empty_keys(strategy);
  }

  // As one key, with those whose key is empty.
  void place_nulls(Placement& placed) const {
    const auto partitioner = partitioner_of(placed.strategy);
    const auto nulls = keys_.null_records();
    if (!partitioner || nulls == 0) return;
    placed.load.add(at(*partitioner, {}), nulls, 0);
    placed.weights = pass_.weights(true).all;
    placed.weights.add(static_cast<double>(nulls + keys_.empty_key_records()));
  }

  // How many records have no key, or an empty one that the client takes for none: those leave the
  // load.
  std::int64_t take_unkeyed_off(Placement& placed) const {
    const auto empty = takes_empty_for_none(placed.strategy) ? keys_.empty_key_records() : 0;
    if (empty > 0) placed.load.take_off({"", empty}, at(*partitioner_of(placed.strategy), {}));
    return keys_.null_records() + empty;
  }

  [[nodiscard]] std::size_t at(Partitioner partitioner, std::string_view key) const {
    return static_cast<std::size_t>(partition_of(partitioner, key, rules_.partitions));
  }

  const KeySet& keys_;
  const PlacementRules& rules_;
  const std::stop_token& stop_;
  const ToldPercent& told_;
  std::int64_t done_ = 0;  // keys and records
  std::int64_t to_do_ = 0;
  int percent_told_ = 0;
  std::size_t groups_;
  HashedPass pass_{keys_, rules_};
  UnkeyedPass unkeyed_{rules_};
  std::vector<CountedKey> hot_;
  std::vector<CountedKey> heads_;
};

}  // namespace

std::int64_t hot_records(const KeySet& keys, int partitions) {
  if (keys.keys() == 0) return 1;
  return std::max(head_records(keys.records(), partitions),
                  5 * keys.keyed_records() / keys.keys() + 1);
}

std::optional<Placements> placements(const KeySet& keys, std::span<const Strategy> strategies,
                                     const PlacementRules& rules, const std::stop_token& stop,
                                     const ToldPercent& told) {
  CHECK(rules.partitions > 0 && rules.salt_ways > 0);
  return Placing(keys, rules, stop, told).of(strategies);
}

}  // namespace partwise::keys
