// Which partitioner placed the keys of a topic, by where they lie.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "base/units.h"

namespace partwise::keys {

class KeySample;

/// A key that has records in a partition. One that has some in several is several of these.
struct PlacedKey {
  std::string_view key;
  int partition = 0;
  std::int64_t records = 1;
};

/// One known way to place keys, at one partition count.
struct PlacedBy {
  std::string_view placer;  ///< as known_placers() names it
  std::string_view used_by;
  int partitions = 0;    ///< below the topic's where it had fewer when they were placed
  double agreeing = 0;   ///< share of the placements that are where it would put them
  double by_chance = 0;  ///< so many would be if it had placed none of them
  Interval keys;         ///< share of the placements it made, most likely, 95 %
  double records = 0;    ///< of their records
  std::vector<std::string_view> not_told_from;  ///< others that would put all these keys alike
};

struct KeyForensics {
  int partitions = 0;
  std::int64_t placements = 0;    ///< that were looked at
  bool says_nothing = true;       ///< without keys, and with one partition, where all agree
  std::vector<PlacedBy> placers;  ///< most keys first
  Interval
      unknown_keys;  ///< explicit partitions, a partitioner of one's own, or one not known here
  double unknown_records = 0;
};

/// `partitions` is the topic's count now, above every placement's partition. Of more than 50,000
/// placements, as many are looked at, evenly. Also looked for are keys that were placed when the
/// topic had fewer partitions: any number from 2 on (with one, all keys are in partition 0 whatever
/// placed them, as if by hand).
///
/// cost: seconds at most, about 0.1 s for 12 partitions
KeyForensics key_forensics(std::span<const PlacedKey> keys, int partitions);

/// The placements of a sample's keys, without those that it keeps in part.
std::vector<PlacedKey> placements_of(const KeySample& sample);

}  // namespace partwise::keys
