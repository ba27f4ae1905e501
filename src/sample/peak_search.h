// Finds the fullest window of a topic with few lookups: never more precisely than the answer needs.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <vector>

#include "sample/offset_table.h"
#include "sample/size_model.h"
#include "sizing/rule.h"

namespace partwise::sample {

/// One question to the cluster: the first offset of `partition` at or after
/// grid.boundary(boundary).
struct Lookup {
  int partition = 0;
  int boundary = 0;
};

struct SearchSettings {
  /// Rows of lookups that the search may spend; infinite: until proved.
  double budget_points = std::numeric_limits<double>::infinity();
  /// Windows that may exceed the answer: 0 for the maximum, floor((1 - q) N) for the q-quantile.
  std::int64_t allowed_above = 0;
  /// Counts up to this are as good as each other (grow-only); 0: every count matters.
  int settled_partitions = 0;
  /// Look up only the fullest partitions where they can close a node.
  bool short_rows = true;
  /// Below 1, limits are lowered by it: for counts that are scaled from some partitions (quick).
  double caution = 1;
};

/// What the search knows: the busiest window lies in [low, high] bytes.
struct PeakBounds {
  double low = 0;    ///< bytes in one window
  double value = 0;  ///< at the size's point estimate
  double high = 0;
  int a = 0;  ///< windows a .. b-1 hold the busiest one seen; b - a == 1 when it is known
  int b = 0;
  std::int64_t records = 0;  ///< at least these in that window
};

/// A tree of nodes [a, b) over the windows. For a node of k windows and n records
///
///   ceil(n / k)  <=  fullest window in the node  <=  n
///
/// so a node with n <= T, the most records a window may hold without asking for one more
/// partition, is closed for ever. Open nodes are split, the largest first; the last quarter of a
/// limited search dives into the busiest nodes and those that hold more than their neighbours
/// explain.
///
/// cost: about n / T rows of lookups to prove, never more than the budget
class PeakSearch {
 public:
  /// Over the partitions in `columns`, counts multiplied by `scale`. The rows at `boundaries`
  /// (ascending, at least two) must be known for them. `table` must outlive the search.
  PeakSearch(OffsetTable& table, std::vector<int> columns, std::span<const int> boundaries,
             SearchSettings settings, double scale = 1);

  /// What a record weighs and what a rate needs; may change between rounds.
  void assume(SizeModel sizes, const sizing::PartitionRule& rule);

  /// Also tell whether a window holds more than `bytes`, though the count would not change there.
  void also_tell(double bytes) { told_bytes_ = bytes; }

  /// The lookups of the next round; empty when it is proved, or the budget is spent, or no open
  /// node can be split. All of them must be in the table (or failed) before the next call.
  std::vector<Lookup> next_round();

  [[nodiscard]] PeakBounds bounds() const;

  [[nodiscard]] int columns() const { return static_cast<int>(columns_.size()); }

  /// Lookups that next_round has given out.
  [[nodiscard]] std::int64_t lookups() const { return lookups_; }

  struct Stretch {
    int a;
    int b;
  };
  /// The `count` nodes with the most records per window, busiest first, without empty ones.
  [[nodiscard]] std::vector<Stretch> busiest(int count) const;

  /// Bytes that no single partition's window exceeds.
  [[nodiscard]] double hottest_partition_bound() const;

  struct Held {
    int a;
    int b;
    double bytes;  ///< at the size's point estimate
  };
  /// What is known of all of the time, in order and without gaps.
  [[nodiscard]] std::vector<Held> held() const;

  /// The node that sets bounds().high.
  [[nodiscard]] Stretch decisive() const;

 private:
  struct Node {
    int a = 0;
    int b = 0;
    std::int64_t records = 0;
    std::int64_t bound = 0;  // no window inside holds more
    bool stuck = false;      // its split point cannot be looked up
    [[nodiscard]] int windows() const { return std::max(1, b - a); }
    [[nodiscard]] std::int64_t fullest_at_least() const {
      return (records + windows() - 1) / windows();
    }
    [[nodiscard]] double rate() const { return static_cast<double>(records) / windows(); }
  };
  struct Split {
    std::size_t node;
    int middle;
    std::vector<int> asked;  // columns; fewer than all in a short row
  };
  /// One node's standing under the present limits.
  struct Standing {
    std::int64_t limit;  // T for its record size
    std::int64_t windows_above;
    bool open;
  };

  [[nodiscard]] std::int64_t records_between(int a, int b) const;
  void add_nodes(std::vector<Node>& nodes, int a, int b);
  void finish_splits();
  [[nodiscard]] bool row_known(int boundary) const;
  [[nodiscard]] std::int64_t bound_by_short_row(const Node& node, const Split& split) const;
  [[nodiscard]] double low_bytes() const;
  [[nodiscard]] const RecordSize& size_of(const Node& node) const;
  [[nodiscard]] double least_bytes(const Node& node) const;
  [[nodiscard]] std::int64_t windows_above(double bytes) const;
  [[nodiscard]] double least_bytes_with_few_above() const;
  [[nodiscard]] std::size_t busiest_node() const;
  [[nodiscard]] std::vector<Standing> standings() const;
  [[nodiscard]] std::vector<std::size_t> chosen(std::vector<std::size_t> open) const;
  [[nodiscard]] std::vector<std::size_t> dive(std::vector<std::size_t> open) const;
  [[nodiscard]] double unexplained(std::size_t i) const;
  [[nodiscard]] Split split_of(std::size_t i, std::int64_t limit) const;
  [[nodiscard]] double points() const;

  OffsetTable& table_;
  std::vector<int> columns_;
  SearchSettings settings_;
  double scale_;
  SizeModel sizes_{Interval::exactly(1)};
  std::optional<sizing::PartitionRule> rule_;
  std::vector<Node> nodes_;  // in order of time, without gaps
  std::vector<Split> splits_;
  std::int64_t lookups_ = 0;
  double told_bytes_ = std::numeric_limits<double>::infinity();
};

}  // namespace partwise::sample
