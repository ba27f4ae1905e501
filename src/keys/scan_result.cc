#include "keys/scan_result.h"

#include <algorithm>

#include "keys/chance.h"

namespace partwise::keys {
namespace {

// The heat map has twice as many rows as are followed for sure.
constexpr std::size_t heat_shown = ScanSummary::heat_rows / 2;
// A key's weight is known well enough where its limits are no further apart, of its count.
constexpr double error_most = 0.05;

SizeStatistics statistics_of(const SizeQuantiles& sizes) {
  return {sizes.count(),       sizes.mean(),         sizes.smallest(),      sizes.quantile(0.5),
          sizes.quantile(0.9), sizes.quantile(0.99), sizes.quantile(0.999), sizes.largest()};
}

Interval limits_of(const HeavyKey& key) {
  const auto count = static_cast<double>(key.count);
  return {count - static_cast<double>(key.error) / 2, static_cast<double>(key.at_least()), count};
}

using Amount = std::int64_t (SampledKey::*)() const;

// A sampled key stands for as many as there are for each of the sample; but the heaviest stand for
// themselves alone, since one of them more or less would change all.
KeyWeights weights_of(const ScanSummary& summary, const SpaceSaving& heavy, Amount amount) {
  KeyWeights weights;
  const auto each = static_cast<std::int64_t>(1 / summary.sample().fraction());
  const auto well_known = [&](const HeavyKey& key) {
    return each > 1 && static_cast<double>(key.error) < error_most * static_cast<double>(key.count);
  };
  for (const auto& key : heavy.heaviest(heavy.size())) {
    if (well_known(key)) weights.add(limits_of(key).value);
  }
  for (const auto& key : summary.sample().keys()) {
    const auto weight = (key.*amount)();
    if (weight == 0 || well_known(heavy.limits_of(key.key))) continue;
    weights.add(static_cast<double>(weight), each);
  }
  return weights;
}

KeySkew skew_of(const KeyWeights& weights, const std::vector<std::int64_t>& all,
                const std::vector<std::int64_t>& keyed) {
  KeySkew skew;
  skew.of_all = spread_of(all);
  skew.of_keyed = spread_of(keyed);
  skew.effective_keys = weights.effective_keys();
  skew.cv_percent_by_chance = cv_percent_by_chance(weights, static_cast<int>(all.size()));
  skew.p_value = p_value_of(weights, keyed);
  return skew;
}

std::vector<std::int64_t> column(const ScanSummary& summary,
                                 std::int64_t PartitionTally::* member) {
  std::vector<std::int64_t> values;
  for (const auto& tally : summary.partitions()) values.push_back(tally.*member);
  return values;
}

std::vector<HeaviestKey> heaviest_of(const SpaceSaving& heavy, std::size_t count) {
  std::vector<HeaviestKey> keys;
  const double per_total = heavy.total() > 0 ? 1 / static_cast<double>(heavy.total()) : 0;
  for (const auto& key : heavy.heaviest(count)) {
    const auto amount = limits_of(key);
    keys.push_back({key.key, amount, per_total * amount});
  }
  return keys;
}

std::vector<KeyOverTime> over_time(const ScanSummary& summary) {
  std::vector<std::pair<std::int64_t, KeyOverTime>> rows;
  for (const auto& row : summary.heat().rows()) {
    const auto limits = summary.heavy_by_records().limits_of(row.key);
    const auto counted = row.counted();
    rows.push_back({limits.count,
                    {row, std::max<std::int64_t>(0, limits.at_least() - counted),
                     std::max<std::int64_t>(0, limits.count - counted)}});
  }
  std::stable_sort(rows.begin(), rows.end(),
                   [](const auto& x, const auto& y) { return x.first > y.first; });
  std::vector<KeyOverTime> keys;
  for (auto& [count, key] : rows) {
    if (keys.size() < heat_shown) keys.push_back(std::move(key));
  }
  return keys;
}

}  // namespace

ScanResult scan_result(const ScanSummary& summary, std::size_t heaviest) {
  ScanResult result;
  result.total = summary.total();
  result.partitions = summary.partitions();
  result.empty_keys = summary.empty_keys();
  result.distinct_keys = summary.distinct_keys().distinct();
  result.distinct_keys_standard_error = summary.distinct_keys().standard_error();
  result.key_sizes = statistics_of(summary.key_sizes());
  result.value_sizes = statistics_of(summary.value_sizes());
  const auto& by_records = summary.heavy_by_records();
  const auto& by_bytes = summary.heavy_by_bytes();
  result.records = skew_of(weights_of(summary, by_records, &SampledKey::records),
                           column(summary, &PartitionTally::records),
                           column(summary, &PartitionTally::keyed_records));
  result.bytes = skew_of(weights_of(summary, by_bytes, &SampledKey::bytes),
                         column(summary, &PartitionTally::bytes),
                         column(summary, &PartitionTally::keyed_bytes));
  result.by_records = heaviest_of(by_records, heaviest);
  result.by_bytes = heaviest_of(by_bytes, heaviest);
  result.unlisted_records_at_most = by_records.floor();
  result.unlisted_bytes_at_most = by_bytes.floor();
  const auto& heat = summary.heat();
  result.heat_first_step_ms = heat.first_step_ms();
  result.heat_step_ms = heat.step_ms();
  result.heat_totals.assign(heat.totals().begin(), heat.totals().end());
  result.heat = over_time(summary);
  result.records_without_time = heat.without_time();
  result.sampled_keys = std::ssize(summary.sample().keys());
  result.sampled_fraction = summary.sample().fraction();
  result.split = summary.sample().split_keys(heaviest);
  result.forensics =
      key_forensics(placements_of(summary.sample()), static_cast<int>(summary.partitions().size()));
  return result;
}

}  // namespace partwise::keys
