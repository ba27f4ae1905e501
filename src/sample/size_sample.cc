#include "sample/size_sample.h"

#include <algorithm>
#include <cmath>

#include "base/check.h"
#include "sample/student.h"

namespace partwise::sample {
namespace {

constexpr double notable_difference = 0.25;
constexpr double notable_errors = 2;

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
    strata_.push_back({table_.records(boundaries_[h], boundaries_[h + 1]), {}});
  }
}

std::vector<ReadSpan> SizeSample::draw(int clusters, int records, std::int64_t bytes_max,
                                       Random& random) const {
  std::vector<std::int64_t> sizes;
  for (const auto& stratum : strata_) sizes.push_back(stratum.records);
  const auto counts = allocated(clusters, sizes);
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
  strata_.at(static_cast<std::size_t>(span.stratum))
      .cluster_means.push_back(static_cast<double>(result.bytes) /
                               static_cast<double>(result.offsets));
}

std::vector<SizeSample::Deviation> SizeSample::deviations() const {
  std::vector<Deviation> deviations;
  const double whole = estimate().mean.value;
  for (std::size_t h = 0; h < strata_.size(); ++h) {
    const auto own = stratum_mean(strata_, h);
    const double difference = std::abs(own.mean.value - whole);
    if (own.clusters == 0 || difference <= notable_difference * whole ||
        difference <= notable_errors * own.error) {
      continue;
    }
    deviations.push_back({boundaries_[h], boundaries_[h + 1], own.mean});
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
  const auto cluster = cluster_bytes_.size();
  cluster_bytes_.push_back(result.bytes);
  for (const auto& [hash, bytes, offset] : result.keys) {
    auto& key = keys_[hash];
    key.bytes_by_cluster[cluster] += bytes;
    key.bytes += bytes;
    key.partition = span.partition;
    key.offset = offset;
  }
}

// A ratio of two means over clusters, linearised:
//   share = mean(x) / mean(y),   d_i = x_i - share y_i,   se = sd(d) / (sqrt(k) mean(y))
std::optional<KeyShares::Heaviest> KeyShares::heaviest() const {
  const auto heaviest = std::max_element(keys_.begin(), keys_.end(), [](const auto& a, const auto& b) {
    return a.second.bytes < b.second.bytes;
  });
  const auto k = static_cast<double>(cluster_bytes_.size());
  if (heaviest == keys_.end() || k < 2) return std::nullopt;
  const auto& key = heaviest->second;

  double all = 0;
  for (const auto bytes : cluster_bytes_) all += static_cast<double>(bytes);
  const double share = static_cast<double>(key.bytes) / all;
  double squares = 0;
  for (std::size_t i = 0; i < cluster_bytes_.size(); ++i) {
    const auto found = key.bytes_by_cluster.find(i);
    const auto x = found == key.bytes_by_cluster.end() ? 0.0 : static_cast<double>(found->second);
    const double d = x - share * static_cast<double>(cluster_bytes_[i]);
    squares += d * d;
  }
  const double error = std::sqrt(squares / (k - 1) / k) / (all / k);
  const double t = student_quantile(0.975, k - 1);
  return Heaviest{{share, std::max(0.0, share - t * error), std::min(1.0, share + t * error)},
                  key.partition, key.offset};
}

}  // namespace partwise::sample
