// A stretch of one topic: which offsets of each partition it has.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "sample/cluster_port.h"
#include "sample/offset_table.h"
#include "sample/scan_port.h"

namespace partwise::app {

/// From the first record at or after `from` to the last before `to`; offsets are those of every
/// partition. What is not given does not bound it.
struct StretchBounds {
  std::optional<Instant> from;
  std::optional<Instant> to;
  std::optional<std::int64_t> from_offset;
  std::optional<std::int64_t> to_offset;  ///< behind the last
};

struct TopicStretch {
  std::string cluster_id;
  std::vector<sample::OffsetRange> retained;  ///< by partition: all that the topic has
  std::vector<sample::ScanRange> ranges;      ///< by partition: the stretch; empty ones too
  std::map<int, Error> failures;  ///< of partitions whose offsets are not known: they have no range
};

/// errors: not_found, naming a topic with a like name; of the topic as a whole; interrupted; those
/// of a cluster that cannot be asked
Result<TopicStretch> find_stretch(sample::ClusterPort& port, const std::string& topic,
                                  const StretchBounds& bounds, Millis timeout,
                                  const std::stop_token& stop);

/// A random part of a stretch: `fraction` of each partition's offsets, in at most 64 blocks, of at
/// least 1,000 where there are several; in their order within a partition.
std::vector<sample::ScanRange> random_part(const std::vector<sample::ScanRange>& ranges,
                                           double fraction, std::uint64_t seed);

}  // namespace partwise::app
