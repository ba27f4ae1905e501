#include "keys/sweep.h"

#include <algorithm>
#include <map>
#include <utility>

#include <fmt/format.h>

#include "base/units.h"
#include "keys/chance.h"
#include "keys/fast_modulo.h"
#include "keys/hash_block.h"
#include "keys/head_keys.h"
#include "keys/partition_counts.h"
#include "keys/spread.h"

namespace partwise::keys {
namespace {

constexpr std::size_t counts_at_once = 64;

// A place for each key, of which a count of partitions makes its partition.
using Places = std::vector<std::uint32_t>;

struct Moved {
  std::int64_t keys = 0;
  std::int64_t records = 0;
};

class Sweep {
 public:
  Sweep(const KeySet& keys, const SweepRules& rules, const std::stop_token& stop,
        const ToldPercent& told)
      : keys_(keys), rules_(rules), stop_(stop), told_(told) {}

  Sweeps of(std::span<const Strategy> strategies) {
    if (!read(strategies)) return {};
    Sweeps sweeps;
    sweeps.weights = weights_;
    for (const auto strategy : strategies) {
      if (is_keyed(strategy)) sweeps.each.push_back({strategy, {}, {}, {}});
    }
    const std::span<const int> all(rules_.partitions);
    for (std::size_t first = 0; first < all.size(); first += counts_at_once) {
      const auto at_once = std::min(counts_at_once, all.size() - first);
      count(all.subspan(first, at_once));
      for (auto& each : sweeps.each) {
        for (const auto& [partitions, counts] : counted_.at(placed_by(each.strategy))) {
          if (stop_.stop_requested()) return {};
          add_point(partitions, counts, each);
        }
      }
      if (told_) told_(static_cast<int>(100 * (first + at_once) / all.size()));
    }
    return sweeps;
  }

 private:
  bool read(std::span<const Strategy> strategies) {
    for (const auto strategy : strategies) {
      if (is_keyed(strategy)) places_.try_emplace(placed_by(strategy));
    }
    const bool done = keys_.visit([&](const KeyBlock& block) {
      for (std::size_t i = 0; i < block.size(); ++i) {
        records_.push_back(block.records_of(i));
        weigh(static_cast<double>(records_.back()), block.lengths[i] == 0);
      }
      for (auto& [partitioner, places] : places_) {
        const auto before = places.size();
        places.resize(before + block.size());
        placing_hashes(partitioner, block, std::span(places).subspan(before));
      }
      return !stop_.stop_requested();
    });
    // One record each: without weights, counting takes half the time.
    one_each_ = keys_.keyed_records() == keys_.keys();
    const int most = *std::max_element(rules_.partitions.begin(), rules_.partitions.end());
    heads_ = keys_.heavy(head_records(keys_.records(), most), head_keys_max(most));
    return done;
  }

  void count(std::span<const int> partition_counts) {
    const auto weights =
        one_each_ ? std::span<const std::int64_t>() : std::span<const std::int64_t>(records_);
    for (const auto& [partitioner, places] : places_) {
      auto counts = counts_of_each(places, weights, partition_counts);
      auto& counted = counted_[partitioner];
      counted.clear();
      for (std::size_t i = 0; i < counts.size(); ++i)
        counted[partition_counts[i]] = std::move(counts[i]);
    }
  }

  static Partitioner placed_by(Strategy strategy) {
    return partitioner_of(strategy).value_or(Partitioner::murmur2);
  }

  void add_point(int partitions, const std::vector<std::int64_t>& by_hash,
                 StrategySweep& to) const {
    SweepPoint point;
    point.partitions = partitions;
    const auto sampling = to.strategy == Strategy::range ? Sampling{} : keys_.sampling();
    const auto counts =
        counts_of(to.strategy, partitions,
                  sampling.fraction < 1 ? evened(to.strategy, by_hash, sampling) : by_hash);
    const auto spread = spread_of(counts);
    point.cv_percent = spread.cv_percent;
    point.max_over_mean = spread.max_over_mean;
    point.cv_percent_by_chance = chance_of(to.strategy, partitions, sampling);
    if (const auto partitioner = partitioner_of(to.strategy); partitioner && rules_.current) {
      const auto moved = moved_from(*rules_.current, places_.at(*partitioner), partitions);
      point.moved_keys_percent =
          100 * static_cast<double>(moved.keys) / static_cast<double>(keys_.keys());
      point.moved_records_percent =
          100 * static_cast<double>(moved.records) / static_cast<double>(keys_.keyed_records());
    }
    if (is_within(point, rules_)) {
      to.smallest_within = std::min(to.smallest_within.value_or(partitions), partitions);
      to.largest_within = std::max(to.largest_within.value_or(partitions), partitions);
    }
    to.points.push_back(point);
  }

  // The keys that stand for themselves come first.
  [[nodiscard]] std::vector<std::int64_t> evened(Strategy strategy,
                                                 std::vector<std::int64_t> counts,
                                                 const Sampling& sampling) const {
    const auto& places = places_.at(placed_by(strategy));
    const FastModulo modulo(static_cast<std::uint32_t>(counts.size()));
    std::vector<std::int64_t> whole(counts.size());
    for (std::size_t i = 0; i < places.size() && std::cmp_less(i, sampling.whole); ++i) {
      whole[modulo(places[i])] += records_[i];
    }
    even_out(counts, whole, sampling);
    return counts;
  }

  void weigh(double records, bool empty_key) {
    weights_.add(records);
    if (!empty_key) without_empty_.add(records);
  }

  // Of the keys as the strategy sees them.
  [[nodiscard]] double chance_of(Strategy strategy, int partitions,
                                 const Sampling& sampling) const {
    if (ignores_empty_keys(strategy)) {
      return cv_percent_by_chance(without_empty_, partitions, sampling);
    }
    if (strategy != Strategy::salted) return cv_percent_by_chance(weights_, partitions, sampling);
    double split = 0;  // of the squares, what goes when a key becomes several
    for (const auto& key : heads_of(partitions)) {
      const auto records = static_cast<double>(key.records);
      const auto ways = std::min<double>(records, rules_.salt_ways);
      split += records * records * (1 - 1 / ways);
    }
    return cv_percent_by_chance(weights_, partitions, sampling, split);
  }

  [[nodiscard]] std::vector<CountedKey> heads_of(int partitions) const {
    const auto least = head_records(keys_.records(), partitions);
    std::vector<CountedKey> heads;
    std::copy_if(heads_.begin(), heads_.end(), std::back_inserter(heads),
                 [least](const CountedKey& key) { return key.records >= least; });
    return heads;
  }

  [[nodiscard]] std::vector<std::int64_t> counts_of(
      Strategy strategy, int partitions, const std::vector<std::int64_t>& by_hash) const {
    if (strategy == Strategy::range) return keys_.by_range(partitions).records;
    if (ignores_empty_keys(strategy)) return without_empty(strategy, by_hash);
    if (partitioner_of(strategy)) return by_hash;
    Load load(partitions, 0);
    load.records = by_hash;
    const auto heads = heads_of(partitions);
    if (strategy == Strategy::salted) {
      salt(load, heads, rules_.salt_ways);
    } else {
      choose_of_two(load, heads);
    }
    return load.records;
  }

  // Such records have no key for the client, and are left out.
  [[nodiscard]] std::vector<std::int64_t> without_empty(Strategy strategy,
                                                        std::vector<std::int64_t> counts) const {
    const auto at = partition_of(*partitioner_of(strategy), {}, static_cast<int>(counts.size()));
    counts[static_cast<std::size_t>(at)] -= keys_.empty_key_records();
    return counts;
  }

  [[nodiscard]] Moved moved_from(int current, const Places& places, int partitions) const {
    Moved moved;
    const FastModulo now(static_cast<std::uint32_t>(current));
    const FastModulo then(static_cast<std::uint32_t>(partitions));
    for (std::size_t i = 0; i < places.size(); ++i) {
      const bool moves = now(places[i]) != then(places[i]);
      moved.keys += moves ? 1 : 0;
      moved.records += moves ? records_[i] : 0;
    }
    return moved;
  }

  const KeySet& keys_;
  const SweepRules& rules_;
  const std::stop_token& stop_;
  const ToldPercent& told_;
  std::map<Partitioner, Places> places_;
  std::map<Partitioner, std::map<int, std::vector<std::int64_t>>>
      counted_;  // some counts at a time
  std::vector<std::int64_t> records_;
  bool one_each_ = false;
  KeyWeights weights_;
  KeyWeights without_empty_;
  std::vector<CountedKey> heads_;
};

}  // namespace

bool is_within(const SweepPoint& point, const SweepRules& rules) {
  return point.partitions > 1 && point.cv_percent < rules.target_cv_percent;
}

Result<Sweeps> sweep(const KeySet& keys, std::span<const Strategy> strategies,
                     const SweepRules& rules, const std::stop_token& stop,
                     const ToldPercent& told) {
  if (keys.keys() > sweep_keys_max) {
    return fail(ErrorKind::limit,
                fmt::format("a sweep over {} keys is too large", count_text(keys.keys())),
                fmt::format("at most {} distinct keys: fewer records, or one partition count",
                            count_text(sweep_keys_max)));
  }
  if (rules.partitions.empty() || keys.keys() == 0) return Sweeps{};
  return Sweep(keys, rules, stop, told).of(strategies);
}

}  // namespace partwise::keys
