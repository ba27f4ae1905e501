// What is known of C_p(t): the first offset of partition p with a timestamp at or after t.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <vector>

#include "sample/window_grid.h"

namespace partwise::sample {

/// The offsets that one partition's log holds: [earliest, latest).
struct OffsetRange {
  std::int64_t earliest = 0;
  std::int64_t latest = 0;
  [[nodiscard]] std::int64_t records() const { return latest > earliest ? latest - earliest : 0; }
};

/// The answer to one lookup.
struct FoundOffset {
  std::optional<std::int64_t> offset;  ///< empty: no record at or after the time
  Instant timestamp;                   ///< of the record found
};

/// Rows of offsets at window boundaries, one column a partition. Every answer is kept, so a search
/// with another record size, factor or budget asks nothing twice.
///
/// Answers are clamped to the log's range and to the order of their neighbours: retention may
/// delete the head of the log between two lookups.
class OffsetTable {
 public:
  OffsetTable(WindowGrid grid, std::vector<OffsetRange> partitions);

  [[nodiscard]] const WindowGrid& grid() const { return grid_; }
  [[nodiscard]] int partitions() const { return static_cast<int>(ranges_.size()); }
  [[nodiscard]] const OffsetRange& range(int partition) const;

  void put(int partition, int boundary, const FoundOffset& found);
  /// The lookup failed for good: the boundary can never be completed.
  void put_failed(int partition, int boundary);

  [[nodiscard]] bool known(int partition, int boundary) const;
  [[nodiscard]] bool failed(int boundary) const;

  /// C_p(boundary); must be known.
  [[nodiscard]] std::int64_t offset(int partition, int boundary) const;

  /// Records of one partition, or of all, from boundary a to b; the rows must be known.
  [[nodiscard]] std::int64_t records(int partition, int a, int b) const;
  [[nodiscard]] std::int64_t records(int a, int b) const;

  /// After a row that is known for `columns`: the last boundary, at most `limit`, before which no
  /// record of theirs arrived. Their next records are in or after that window, so the windows
  /// between are empty.
  [[nodiscard]] int next_full(int boundary, int limit, std::span<const int> columns) const;

  /// The same, and keeps what it means: the row at the boundary found is known too.
  int skip_empty(int boundary, int limit, std::span<const int> columns);

  /// The partitions that hold records: the others need no lookup.
  [[nodiscard]] std::vector<int> filled() const;

 private:
  struct Row {
    std::vector<std::int64_t> offsets;  // unknown_offset where not asked yet
    std::vector<Instant> next;          // when the record at that offset was stamped
    bool failed = false;
  };
  Row& row(int boundary);
  [[nodiscard]] const Row* find(int boundary) const;
  [[nodiscard]] std::int64_t ordered(int partition, int boundary, std::int64_t offset) const;

  WindowGrid grid_;
  std::vector<OffsetRange> ranges_;
  std::map<int, Row> rows_;
};

}  // namespace partwise::sample
