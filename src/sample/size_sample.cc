#include "sample/size_sample.h"

#include <algorithm>
#include <cmath>

#include "base/check.h"
#include "sample/student.h"

namespace partwise::sample {
namespace {

constexpr double notable_difference = 0.25;

struct Place {
  int partition;
  std::int64_t offset;
};

// The `position`-th record of windows a .. b-1, counting partition after partition.
Place place_of(const OffsetTable& table, int a, int b, std::int64_t position) {
  for (int p = 0; p < table.partitions(); ++p) {
    const auto records = table.records(p, a, b);
    if (position < records) return {p, table.offset(p, a) + position};
    position -= records;
  }
  CHECK(false);
  return {};
}

// One random position in each of `count` equal parts of 0 .. n-1.
std::vector<std::int64_t> spread_positions(int count, std::int64_t n, Random& random) {
  std::vector<std::int64_t> positions;
  for (int i = 0; i < count; ++i) {
    const double at = (i + random.uniform()) / count * static_cast<double>(n);
    positions.push_back(std::min(n - 1, static_cast<std::int64_t>(at)));
  }
  return positions;
}

}  // namespace

SizeSample::SizeSample(const OffsetTable& table, std::vector<int> boundaries)
    : table_(table), boundaries_(std::move(boundaries)) {
  for (std::size_t h = 0; h + 1 < boundaries_.size(); ++h) {
    strata_.push_back({table_.records(boundaries_[h], boundaries_[h + 1]), {}, 0});
  }
}

void SizeSample::adopt(ReadSpan span, const ReadResult& result) {
  for (std::size_t h = 0; h < strata_.size(); ++h) {
    const bool inside = table_.offset(span.partition, boundaries_[h]) <= span.offset &&
                        span.offset < table_.offset(span.partition, boundaries_[h + 1]);
    if (!inside) continue;
    span.stratum = static_cast<int>(h);
    return add(span, result);
  }
}

std::vector<ReadSpan> SizeSample::draw_first(int records, std::int64_t bytes_max,
                                             Random& random) const {
  std::vector<int> counts;
  for (const auto& stratum : strata_) {
    counts.push_back(stratum.records > 0 && stratum.cluster_means.empty() ? 1 : 0);
  }
  return spans(counts, records, bytes_max, random);
}

std::vector<ReadSpan> SizeSample::draw(int clusters, int records, std::int64_t bytes_max,
                                       Random& random) const {
  std::vector<std::int64_t> sizes;
  for (const auto& stratum : strata_) sizes.push_back(stratum.records);
  return spans(allocated(clusters, sizes), records, bytes_max, random);
}

std::vector<ReadSpan> SizeSample::spans(const std::vector<int>& counts, int records,
                                        std::int64_t bytes_max, Random& random) const {
  std::vector<ReadSpan> spans;
  for (std::size_t h = 0; h < strata_.size(); ++h) {
    for (const auto position : spread_positions(counts[h], strata_[h].records, random)) {
      const auto [p, offset] = place_of(table_, boundaries_[h], boundaries_[h + 1], position);
      spans.push_back({p, offset, table_.range(p).latest, records, bytes_max, Instant::min(),
                       static_cast<int>(h)});
    }
  }
  return spans;
}

void SizeSample::add(const ReadSpan& span, const ReadResult& result) {
  if (result.failed || result.offsets == 0) return;
  auto& stratum = strata_.at(static_cast<std::size_t>(span.stratum));
  const auto offsets = static_cast<double>(result.offsets);
  stratum.cluster_means.push_back(static_cast<double>(result.bytes) / offsets);
  stratum.inverses += 1 / offsets;
}

std::vector<SizeSample::Deviation> SizeSample::deviations() const {
  std::vector<Deviation> deviations;
  const double whole = estimate().mean.value;
  for (std::size_t h = 0; h < strata_.size(); ++h) {
    const auto own = stratum_mean(strata_, h);
    const double difference = std::abs(own.mean.value - whole);
    if (own.clusters == 0 || difference <= notable_difference * whole || own.mean.contains(whole)) {
      continue;
    }
    deviations.push_back({boundaries_[h], boundaries_[h + 1], own.mean,
                          strata_[h].inverses / (own.clusters * own.clusters)});
  }
  return deviations;
}

std::vector<ReadSpan> spans_within(const OffsetTable& table, int a, int b, int clusters,
                                   int records, std::int64_t bytes_max, Random& random) {
  const auto total = table.records(a, b);
  const Instant start = table.grid().boundary(a);
  std::vector<ReadSpan> spans;
  if (total == 0) return spans;
  if (total <= static_cast<std::int64_t>(clusters) * records) {
    for (int p = 0; p < table.partitions(); ++p) {
      for (auto at = table.offset(p, a); at < table.offset(p, b); at += records) {
        spans.push_back({p, at, table.offset(p, b), records, bytes_max, start, 0});
      }
    }
    return spans;
  }
  for (const auto position : spread_positions(clusters, total, random)) {
    auto [p, offset] = place_of(table, a, b, position);
    // Whole clusters, where the partition's part of the windows is long enough.
    offset = std::max(table.offset(p, a), std::min(offset, table.offset(p, b) - records));
    spans.push_back({p, offset, table.offset(p, b), records, bytes_max, start, 0});
  }
  return spans;
}

std::vector<ReadSpan> spans_anywhere(const OffsetTable& table, int clusters, int records,
                                     std::int64_t bytes_max, Random& random) {
  std::int64_t total = 0;
  for (int p = 0; p < table.partitions(); ++p) total += table.range(p).records();
  std::vector<ReadSpan> spans;
  if (total == 0) return spans;
  for (auto position : spread_positions(clusters, total, random)) {
    int p = 0;
    while (position >= table.range(p).records()) position -= table.range(p++).records();
    const auto& [earliest, latest] = table.range(p);
    spans.push_back({p, earliest + position, latest, records, bytes_max, Instant::min(), 0});
  }
  return spans;
}

void KeyShares::add(const ReadSpan& span, const ReadResult& result) {
  if (result.failed || result.bytes == 0) return;
  const auto cluster = clusters_.size();
  const auto offsets = static_cast<double>(result.offsets);
  clusters_.push_back({span.partition, static_cast<double>(result.bytes) / offsets, offsets});
  for (const auto& [hash, bytes, offset] : result.keys) {
    auto& key = keys_[hash];
    key.bytes_by_cluster[cluster] += bytes;
    key.weight += static_cast<double>(bytes) / static_cast<double>(result.bytes);
    key.partition = span.partition;
    key.offset = offset;
  }
}

std::vector<Stratum> KeyShares::strata(std::span<const std::int64_t> records,
                                       const Key* key) const {
  std::vector<Stratum> strata(records.size());
  for (std::size_t p = 0; p < records.size(); ++p) strata[p].records = records[p];
  for (std::size_t i = 0; i < clusters_.size(); ++i) {
    const auto& cluster = clusters_[i];
    double bytes = cluster.bytes_per_offset;
    if (key != nullptr) {
      const auto found = key->bytes_by_cluster.find(i);
      bytes = found == key->bytes_by_cluster.end()
                  ? 0
                  : static_cast<double>(found->second) / cluster.offsets;
    }
    strata[static_cast<std::size_t>(cluster.partition)].cluster_means.push_back(bytes);
  }
  return strata;
}

// A ratio of two stratified means:
//   share = covered mean(x) / mean(y),   (se(share) / share)^2 = (se_x / x)^2 + (se_y / y)^2
// `covered` is the part of the records in partitions that have a cluster: in the others the key is
// not, while their y is taken to be the mean. A key's bytes and all bytes rise together, so leaving
// their covariance out makes the limits wider than need be, not narrower.
std::optional<KeyShares::Heaviest> KeyShares::heaviest(
    std::span<const std::int64_t> records) const {
  const auto heaviest = std::max_element(
      keys_.begin(), keys_.end(),
      [](const auto& a, const auto& b) { return a.second.weight < b.second.weight; });
  if (heaviest == keys_.end() || clusters_.size() < 2) return std::nullopt;
  const auto& key = heaviest->second;
  const auto of_all = strata(records, nullptr);
  const auto all = stratified_mean(of_all);
  const auto of_key = stratified_mean(strata(records, &key));
  if (all.mean.value <= 0 || of_key.mean.value <= 0) return std::nullopt;
  double held = 0;
  double seen = 0;
  for (const auto& stratum : of_all) {
    held += static_cast<double>(stratum.records);
    if (!stratum.cluster_means.empty()) seen += static_cast<double>(stratum.records);
  }
  const double share = std::min(1.0, seen / held * of_key.mean.value / all.mean.value);
  const double relative = std::hypot(of_key.error / of_key.mean.value, all.error / all.mean.value);
  const double reach = share * relative * student_quantile(0.975, std::max(1.0, of_key.degrees));
  return Heaviest{{share, std::max(0.0, share - reach), std::min(1.0, share + reach)},
                  key.partition,
                  key.offset};
}

}  // namespace partwise::sample
