#include "keys/key_forensics.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "base/check.h"
#include "keys/key_sample.h"
#include "keys/placement_mixture.h"
#include "keys/placers.h"

namespace partwise::keys {
namespace {

constexpr std::size_t placements_max = 50'000;
constexpr std::size_t former_counts_max = 3;
// Divisions in one search for a former count.
constexpr std::size_t search_budget = 100'000'000;
constexpr std::size_t searched_min = 1'000;
// A former count is believed where chance would bring such agreement to one topic of so many.
constexpr double doubt = 1'000;
constexpr double worth_a_search = 0.05;

constexpr std::uint64_t no_value = UINT64_MAX;

/// A placer at a partition count.
struct Rule {
  std::size_t placer = 0;
  int partitions = 0;
  std::vector<std::string_view> not_told_from;
};

class Investigation {
 public:
  Investigation(std::span<const PlacedKey> keys, int partitions);
  KeyForensics result();

 private:
  [[nodiscard]] std::uint32_t agrees(std::size_t key) const;
  [[nodiscard]] bool agrees(std::size_t key, std::size_t placer, int partitions) const {
    const auto value = values_[placer][key];
    return value != no_value && value % static_cast<std::uint64_t>(partitions) ==
                                    static_cast<std::uint64_t>(keys_[key].partition);
  }
  void choose_rules();
  [[nodiscard]] PlacementMixture fitted() const;
  [[nodiscard]] std::optional<Rule> former_count(const PlacementMixture& mixture) const;
  [[nodiscard]] PlacedBy told(const PlacementMixture& mixture, std::size_t rule) const;

  int partitions_;
  std::vector<PlacedKey> keys_;
  std::vector<std::vector<std::uint64_t>> values_;  // of each placer, of each key
  std::vector<Rule> rules_;
};

Investigation::Investigation(std::span<const PlacedKey> keys, int partitions)
    : partitions_(partitions) {
  const auto count = std::min(keys.size(), placements_max);
  for (std::size_t i = 0; i < count; ++i) keys_.push_back(keys[i * keys.size() / count]);
  for (const auto& placer : known_placers()) {
    auto& values = values_.emplace_back();
    for (const auto& key : keys_) values.push_back(placer.value(key.key).value_or(no_value));
  }
}

std::uint32_t Investigation::agrees(std::size_t key) const {
  std::uint32_t bits = 0;
  for (std::size_t r = 0; r < rules_.size(); ++r) {
    if (agrees(key, rules_[r].placer, rules_[r].partitions)) bits |= std::uint32_t{1} << r;
  }
  return bits;
}

// Placers that agree with the same keys cannot be told apart by them (Java's mask changes nothing
// where the partition count is a power of two): the first of them, the most used, stands for all.
void Investigation::choose_rules() {
  std::vector<std::vector<bool>> columns;
  for (std::size_t placer = 0; placer < values_.size(); ++placer) {
    std::vector<bool> column;
    for (std::size_t i = 0; i < keys_.size(); ++i) {
      column.push_back(agrees(i, placer, partitions_));
    }
    const auto same = std::find(columns.begin(), columns.end(), column);
    if (same != columns.end() && std::find(column.begin(), column.end(), true) != column.end()) {
      rules_[static_cast<std::size_t>(same - columns.begin())].not_told_from.push_back(
          known_placers()[placer].name);
      continue;
    }
    columns.push_back(std::move(column));
    rules_.push_back({placer, partitions_, {}});
  }
}

PlacementMixture Investigation::fitted() const {
  PlacementMixture mixture(rules_.size(), partitions_);
  for (std::size_t i = 0; i < keys_.size(); ++i) {
    mixture.add(agrees(i), keys_[i].partition, keys_[i].records);
  }
  mixture.fit();
  return mixture;
}

// Among what is not explained: of the keys below a former count, chance would put one in that many
// where the placer has it. The surprise is the exponent of Chernoff's bound on that chance.
std::optional<Rule> Investigation::former_count(const PlacementMixture& mixture) const {
  const auto placers = known_placers().size();
  const auto tests = placers * static_cast<std::size_t>(partitions_);
  std::vector<std::pair<std::size_t, double>> unexplained;
  for (std::size_t i = 0; i < keys_.size(); ++i) {
    const double weight = mixture.unknown_chance(agrees(i), keys_[i].partition);
    if (weight > worth_a_search) unexplained.emplace_back(i, weight);
  }
  const auto most = std::max(searched_min, search_budget / tests);
  if (unexplained.size() > most) {
    // Evenly: what each thread has read comes together, and that is some of the partitions.
    for (std::size_t i = 0; i < most; ++i)
      unexplained[i] = unexplained[i * unexplained.size() / most];
    unexplained.resize(most);
  }
  double best = std::log(doubt * static_cast<double>(tests));
  std::optional<Rule> found;
  for (int count = 2; count < partitions_; ++count) {
    double below = 0;
    for (const auto& [key, weight] : unexplained)
      below += keys_[key].partition < count ? weight : 0;
    const double expected = below / count;
    for (std::size_t placer = 0; placer < placers; ++placer) {
      double agreeing = 0;
      for (const auto& [key, weight] : unexplained) {
        if (agrees(key, placer, count)) agreeing += weight;
      }
      if (agreeing <= expected) continue;
      const double surprise = agreeing * std::log(agreeing / expected) - agreeing + expected;
      if (surprise <= best) continue;
      best = surprise;
      found = Rule{placer, count, {}};
    }
  }
  return found;
}

PlacedBy Investigation::told(const PlacementMixture& mixture, std::size_t rule) const {
  const auto& of = rules_[rule];
  const auto& placer = known_placers()[of.placer];
  PlacedBy by;
  by.placer = placer.name;
  by.used_by = placer.used_by;
  by.partitions = of.partitions;
  by.not_told_from = of.not_told_from;
  double agreeing = 0;
  double possible = 0;
  for (std::size_t i = 0; i < keys_.size(); ++i) {
    agreeing += agrees(i, of.placer, of.partitions) ? 1 : 0;
    possible += keys_[i].partition < of.partitions && values_[of.placer][i] != no_value ? 1 : 0;
  }
  const auto all = static_cast<double>(keys_.size());
  by.agreeing = agreeing / all;
  by.by_chance = possible / of.partitions / all;
  by.keys = mixture.share(rule);
  by.records = mixture.record_share(rule);
  return by;
}

KeyForensics Investigation::result() {
  KeyForensics result;
  result.partitions = partitions_;
  result.placements = std::ssize(keys_);
  result.says_nothing = partitions_ == 1 || keys_.empty();
  if (result.says_nothing) return result;
  choose_rules();
  auto mixture = fitted();
  for (std::size_t i = 0; i < former_counts_max; ++i) {
    auto rule = former_count(mixture);
    if (!rule) break;
    rules_.push_back(*std::move(rule));
    mixture = fitted();
  }
  for (std::size_t r = 0; r < rules_.size(); ++r) result.placers.push_back(told(mixture, r));
  std::stable_sort(
      result.placers.begin(), result.placers.end(),
      [](const PlacedBy& x, const PlacedBy& y) { return x.keys.value > y.keys.value; });
  result.unknown_keys = mixture.unknown_share();
  result.unknown_records = mixture.unknown_record_share();
  return result;
}

}  // namespace

KeyForensics key_forensics(std::span<const PlacedKey> keys, int partitions) {
  CHECK(partitions > 0);
  for (const auto& key : keys) CHECK(key.partition >= 0 && key.partition < partitions);
  return Investigation(keys, partitions).result();
}

std::vector<PlacedKey> placements_of(const KeySample& sample) {
  std::vector<PlacedKey> placed;
  for (const auto& key : sample.keys()) {
    if (!key.key.whole()) continue;
    for (const auto& place : key.places) {
      placed.push_back({key.key.head, place.partition, place.records});
    }
  }
  return placed;
}

}  // namespace partwise::keys
