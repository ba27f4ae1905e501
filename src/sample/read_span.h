// One run of consecutive records to read, and what it held.
#pragma once

#include <cstdint>
#include <vector>

#include "base/clock.h"

namespace partwise::sample {

/// One cluster: consecutive records of one partition, from `offset` on, before `end`.
struct ReadSpan {
  int partition = 0;
  std::int64_t offset = 0;
  std::int64_t end = 0;
  int records = 0;             ///< so many, fewer where `end` or bytes_max comes first
  std::int64_t bytes_max = 0;  ///< end before the record that passes it, but not before the first
  Instant not_before;          ///< records stamped earlier are counted as late
  int stratum = 0;             ///< the reader hands it back untouched
};

/// What one key carried in one cluster.
struct KeyBytes {
  std::uint64_t hash = 0;
  std::int64_t bytes = 0;
  std::int64_t offset = 0;  ///< of one record with that key
};

/// What a cluster held. Offsets without a record (transaction markers, compacted away) count in
/// `offsets`, so bytes / offsets is the size that an offset stands for.
struct ReadResult {
  std::int64_t records = 0;
  std::int64_t offsets = 0;   ///< from the span's start to where it ended
  std::int64_t bytes = 0;     ///< keys, values, header names and values, uncompressed
  double squares = 0;         ///< of each record's bytes, summed
  std::int64_t left_out = 0;  ///< bytes of the record that would have passed bytes_max
  std::int64_t late = 0;      ///< records stamped before not_before
  std::vector<KeyBytes> keys;
  bool failed = false;
};

enum class Taken {
  more,     ///< counted, and the span goes on
  last,     ///< counted, and the span has all that it wants
  left_out  ///< not counted: the span has ended before it
};

/// Counts the record at `offset`, the next one of the span.
///
/// Where the bytes pass their limit, the record that passes it does not count, unless it is the
/// first. Counted, it would weigh too much: a span that ends just behind a large record is one that
/// a large record has ended. The records before it are as likely in any order, so their mean is the
/// mean of all.
Taken take(const ReadSpan& span, std::int64_t offset, std::int64_t bytes, ReadResult& result);

}  // namespace partwise::sample
