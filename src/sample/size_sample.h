// Which records to read to learn how large they are, and what was learned.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "base/random.h"
#include "sample/offset_table.h"
#include "sample/read_span.h"
#include "sample/size_estimate.h"

namespace partwise::sample {

/// Strata of the observed time and the clusters read in them.
class SizeSample {
 public:
  /// `boundaries` (ascending, two or more) of rows that are known in `table`.
  SizeSample(const OffsetTable& table, std::vector<int> boundaries);

  /// A cluster from anywhere in the log counts in the stratum that it lies in, if in any.
  void adopt(ReadSpan span, const ReadResult& result);

  /// One span in each stratum that has records and no cluster.
  [[nodiscard]] std::vector<ReadSpan> draw_first(int records, std::int64_t bytes_max,
                                                 Random& random) const;

  /// `clusters` more spans of `records` each, spread evenly over each stratum's records of all
  /// partitions, so that a partition gets its share.
  [[nodiscard]] std::vector<ReadSpan> draw(int clusters, int records, std::int64_t bytes_max,
                                           Random& random) const;

  void add(const ReadSpan& span, const ReadResult& result);

  [[nodiscard]] SizeEstimate estimate() const { return stratified_mean(strata_); }

  /// Strata whose own mean is far from the whole: by over a quarter, and not within its limits.
  struct Deviation {
    int a = 0;
    int b = 0;
    Interval size;
    double inverse_records = 0;  ///< the variance of its mean, for records of variance 1
  };
  [[nodiscard]] std::vector<Deviation> deviations() const;

  [[nodiscard]] std::span<const Stratum> strata() const { return strata_; }

 private:
  [[nodiscard]] std::vector<ReadSpan> spans(const std::vector<int>& counts, int records,
                                            std::int64_t bytes_max, Random& random) const;

  const OffsetTable& table_;
  std::vector<int> boundaries_;
  std::vector<Stratum> strata_;
};

/// `clusters` spans inside windows a .. b-1 alone; all of its records when they are few.
std::vector<ReadSpan> spans_within(const OffsetTable& table, int a, int b, int clusters,
                                   int records, std::int64_t bytes_max, Random& random);

/// Spans anywhere in the log, before any row is known.
std::vector<ReadSpan> spans_anywhere(const OffsetTable& table, int clusters, int records,
                                     std::int64_t bytes_max, Random& random);

/// The heaviest key over clusters, by its share of the bytes.
class KeyShares {
 public:
  void add(const ReadSpan& span, const ReadResult& result);

  struct Heaviest {
    Interval share;  ///< 95 % limits
    int partition = 0;
    std::int64_t offset = 0;  ///< a record that carries the key
  };
  /// `records[p]`: how many partition p holds. A key keeps to its partition, so partitions are
  /// strata: between them only their sizes count, which are known.
  [[nodiscard]] std::optional<Heaviest> heaviest(std::span<const std::int64_t> records) const;

 private:
  struct Cluster {
    int partition = 0;
    double bytes_per_offset = 0;
    double offsets = 0;
  };
  struct Key {
    std::map<std::size_t, std::int64_t> bytes_by_cluster;
    int partition = 0;
    std::int64_t offset = 0;
    double weight = 0;  // sum of its share of each cluster, to find the heaviest
  };
  /// Bytes per offset in each partition's clusters: of one key, or of all records.
  [[nodiscard]] std::vector<Stratum> strata(std::span<const std::int64_t> records,
                                            const Key* key) const;

  std::vector<Cluster> clusters_;
  std::map<std::uint64_t, Key> keys_;
};

}  // namespace partwise::sample
