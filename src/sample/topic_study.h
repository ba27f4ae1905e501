// One topic from its watermarks to its demand: what to ask next, and what the answers mean.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/random.h"
#include "sample/offset_table.h"
#include "sample/peak_search.h"
#include "sample/size_sample.h"
#include "sizing/demand.h"
#include "sizing/rule.h"

namespace partwise::sample {

/// Records of a cluster at most.
inline constexpr int cluster_records = 50;
/// Bytes of a cluster, where precision does not ask for more: two of the Java client's default
/// batches, which have to be fetched whole in any case.
inline constexpr std::int64_t cluster_bytes = 32'768;
/// Clusters where sizes are rough after one for each stratum: two a day of a week.
inline constexpr int full_clusters = 14;
/// Clusters in a window that is read for itself: at first, and where the count stays open.
inline constexpr int reading_clusters = 5;
inline constexpr int full_reading_clusters = 16;

/// Two clusters show a mean size that is wrong by more than this factor in 0.001 % of simulated
/// topics.
inline constexpr double screen_margin = 10;

/// Offsets without a record, beyond which a topic's counts are doubted.
inline constexpr double notable_gaps = 0.02;

/// No codec of Kafka's but zstd on constant data compresses further: DEFLATE's limit.
inline constexpr double compression_max = 1032;

/// What is known of a topic before it is studied.
struct TopicFacts {
  std::vector<OffsetRange> partitions;
  WindowGrid grid;
  bool compacted = false;        ///< then offsets say little about minutes
  bool compaction_known = true;  ///< false: what it is could not be asked
  bool uncompressed = false;     ///< the topic is configured so: stored bytes bound record bytes
  /// Leader replicas' size on disk, where it can be compared with the offsets: not compacted, no
  /// remote tier.
  std::optional<std::int64_t> stored_bytes;
};

struct StudySettings {
  sizing::SizingSettings sizing;
  double peak_quantile = 1;              ///< 1: the busiest window
  double lookup_budget = 400;            ///< points (rows of lookups); infinite to prove
  std::int64_t read_budget = 4'000'000;  ///< bytes of records
  std::int64_t records_max = 10'000;     ///< records read
  int fruitless_reads_max = 50;          ///< clusters in a row without a record
  bool quick = false;                    ///< search the three fullest partitions
  int settled_partitions = 0;            ///< counts up to this need not be told apart (grow-only)
};

/// A set of questions; all are answered (or failed) before the next is asked for.
struct Round {
  std::vector<Lookup> lookups;
  std::vector<ReadSpan> reads;
  [[nodiscard]] bool empty() const { return lookups.empty() && reads.empty(); }
};

/// Decision-driven measuring of one topic: screens first, then as many lookups and records as the
/// partition count depends on. docs/model.md, section 6, has the steps and their reasons.
///
/// threads: one at a time
class TopicStudy {
 public:
  TopicStudy(TopicFacts facts, StudySettings settings, Random random);
  TopicStudy(const TopicStudy&) = delete;  // the search refers to the table
  TopicStudy& operator=(const TopicStudy&) = delete;

  /// The next questions; empty when the study is finished.
  Round next();

  void put(const Lookup& lookup, const FoundOffset& found);
  void put_failed(const Lookup& lookup);
  void put(const ReadSpan& span, const ReadResult& result);

  /// Once next() is empty. Decision::none: what could not be measured is in its warnings.
  [[nodiscard]] sizing::Demand demand() const;

  /// The row times are grid().boundary(lookup.boundary), also beyond the grid's end.
  [[nodiscard]] const WindowGrid& grid() const { return table_.grid(); }

 private:
  enum class Phase {
    screen,
    judge_screen,
    judge_second_screen,
    edges,
    judge_edges,
    judge_clock,
    strata,
    sample,
    judge_sample,
    search,
    refine,
    judge_reading,
    confirm,
    done
  };
  /// Records read of one stretch of windows itself.
  struct Reading {
    int a = 0;
    int b = 0;
    std::vector<double> cluster_means;
    double inverses = 0;  // summed 1 / offsets of the clusters
    std::int64_t bytes = 0;
    std::int64_t offsets = 0;
    std::int64_t records = 0;
    std::int64_t late = 0;
    std::int64_t left_out = 0;  // bytes of records that passed their cluster's limit
    bool whole = false;         // its spans cover every record of the stretch, once
  };

  Round step();
  Round screen();
  Round judge_screen();
  void judge_second_screen();
  Round ask_edges();
  Round judge_edges();
  void judge_clock();
  Round ask_strata();
  Round ask_first_sample();
  Round ask_sample(int clusters);
  Round judge_sample();
  Round search_on();
  Round refine();
  [[nodiscard]] bool is_sampled(int a, int b) const;
  [[nodiscard]] bool hot_key_is_open(const PeakBounds& bounds) const;
  [[nodiscard]] bool is_far_below(const PeakBounds& bounds) const;
  Round next_reading(const PeakBounds& bounds, bool settled);
  Round ask_reading(int a, int b, int clusters);
  Round ask_confirmation();
  void finish(sizing::Decision decision);

  [[nodiscard]] Lookup row_lookup(int partition, int boundary) const;
  void ask_row(Round& round, int boundary) const;
  [[nodiscard]] bool settles(double bytes_in_one_window) const;
  [[nodiscard]] double per_second(double bytes_in_one_window) const;
  [[nodiscard]] int records_per_cluster() const;
  [[nodiscard]] std::int64_t cluster_bytes_max(int clusters) const;
  [[nodiscard]] double sampling_reach() const;
  [[nodiscard]] bool sample_is_rough() const;
  [[nodiscard]] Interval told_apart(const Interval& own, double inverse_records) const;
  [[nodiscard]] bool may_read(int clusters) const;
  [[nodiscard]] Interval global_size() const;
  [[nodiscard]] RecordSize record_size() const;
  [[nodiscard]] double unexplained_bytes() const;
  [[nodiscard]] std::vector<int> unread_partitions() const;
  [[nodiscard]] double gap_share() const;
  [[nodiscard]] bool second_screened() const;
  [[nodiscard]] SizeModel size_model() const;
  [[nodiscard]] RecordSize size_of(const Reading& reading) const;
  [[nodiscard]] Reading* reading_of(int a, int b);
  [[nodiscard]] bool all_read(const Reading& reading) const;
  [[nodiscard]] std::optional<double> stored_per_record() const;
  [[nodiscard]] int covered_windows() const;
  [[nodiscard]] PeakBounds final_bounds() const;
  [[nodiscard]] std::optional<KeyShares::Heaviest> heaviest_key() const;
  [[nodiscard]] double hottest_share() const;
  bool look_for_skew(const PeakBounds& bounds);
  void start_search();

  // What demand() is made of, in topic_demand.cc.
  [[nodiscard]] Interval screened_size() const;
  [[nodiscard]] double screened_most(std::int64_t records) const;
  void describe_screened(sizing::Demand& demand) const;
  void describe_compacted(sizing::Demand& demand) const;
  void describe_searched(sizing::Demand& demand) const;
  void describe_mean(sizing::Demand& demand, const Interval& size) const;
  void describe_course(sizing::Demand& demand) const;
  void describe_hottest(sizing::Demand& demand, int a, int b) const;
  void describe_doubts(sizing::Demand& demand) const;

  TopicFacts facts_;
  StudySettings settings_;
  Random random_;
  OffsetTable table_;
  std::vector<int> columns_;
  sizing::PartitionRule rule_;
  Phase phase_ = Phase::screen;
  sizing::Decision decision_ = sizing::Decision::none;

  std::int64_t total_ = 0;       // offsets that the log holds
  std::int64_t in_window_ = -1;  // of them in the grid; below zero until looked up
  std::int64_t hidden_ = 0;      // behind the window, or behind a record stamped in the future
  bool clock_doubt_ = false;     // too many of them
  Reading screened_;             // clusters from anywhere in the log
  std::vector<std::pair<ReadSpan, ReadResult>> screens_;  // each, until the strata are known
  std::vector<int> strata_;
  std::optional<SizeSample> sample_;
  int clusters_asked_ = 0;  // of the sample
  std::vector<Reading> readings_;
  std::optional<PeakSearch> search_;
  std::optional<PeakBounds> confirmed_;  // quick: counted on all partitions
  KeyShares keys_;
  SpreadEstimate spread_;  // of clusters from the whole time
  std::set<int> partitions_read_;
  std::set<int> partitions_failed_;
  bool window_unread_ = false;  // a window that was to be read itself could not be
  bool skew_looked_for_ = false;

  int fruitless_ = 0;
  std::int64_t records_read_ = 0;
  std::int64_t bytes_read_ = 0;
  std::int64_t lookups_ = 0;
  std::vector<std::string> warnings_;
};

}  // namespace partwise::sample
