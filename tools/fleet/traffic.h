// The records of a topic, minute by minute, in the order in which they are produced.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/random.h"
#include "fleet.h"

namespace partwise::fleet {

struct Record {
  std::int64_t timestamp_ms = 0;
  int partition = 0;
  std::string_view key;  ///< empty data(): none
  bool keyed = false;
  std::string_view value;
  bool header = false;
};

inline constexpr char header_name[] = "trace-id";
inline constexpr char header_value[] = "0123456789abcdef";
inline constexpr std::size_t header_bytes = sizeof header_name - 1 + sizeof header_value - 1;

/// What was produced, counted while it is made: the truth that tests compare with.
struct TopicTruth {
  std::string name;
  int partitions = 0;
  std::int64_t records = 0;
  std::int64_t bytes = 0;
  std::int64_t hot_key_bytes = 0;
  std::vector<std::int64_t> by_partition;
  struct Minute {
    std::int64_t start_s = 0;
    std::int64_t records = 0;
    std::int64_t bytes = 0;
    std::vector<std::int64_t> by_partition;
  };
  std::vector<Minute> minutes;  ///< those with records, in order
};

/// Calls `produce` for each record of the topic; the first minute begins at `start_s`.
TopicTruth make_traffic(const TopicSpec& spec, int minutes, std::int64_t start_s,
                        std::uint64_t seed, const std::function<void(const Record&)>& produce);

}  // namespace partwise::fleet
