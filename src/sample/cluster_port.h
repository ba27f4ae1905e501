// The port to a cluster: what measuring asks of it. kafka/ implements it; tests have a twin.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "sample/offset_table.h"
#include "sample/read_span.h"

namespace partwise::sample {

struct PartitionDescription {
  int leader = -1;  ///< broker id; below zero: none
  int replicas = 0;
};

struct TopicDescription {
  std::string name;
  std::vector<PartitionDescription> partitions;  ///< by partition number
  std::optional<Error> error;                    ///< of the topic as a whole
};

struct ClusterDescription {
  std::string id;
  int brokers = 0;
  std::vector<TopicDescription> topics;
};

/// The settings of a topic that measuring depends on.
struct TopicConfiguration {
  bool compacted = false;
  bool remote_storage = false;      ///< then the local log is only its tail
  std::optional<Millis> retention;  ///< empty: kept for ever
  bool uncompressed = false;        ///< brokers store the records without compression
};

/// A place in a topic: `topic` counts in the list given to use_topics().
struct TopicPartition {
  int topic = 0;
  int partition = 0;
  auto operator<=>(const TopicPartition&) const = default;
};

inline constexpr std::int64_t at_earliest = -2;
inline constexpr std::int64_t at_latest = -1;

/// First offset at or after `time_ms`, or at_earliest / at_latest.
struct OffsetQuery {
  TopicPartition at;
  std::int64_t time_ms = 0;
};

struct OffsetAnswer {
  OffsetQuery query;
  FoundOffset found;
  std::optional<Error> error;
  bool retriable = false;  ///< the error may pass: leader moved, request timed out
};

/// All answers of one request, in any order.
struct OffsetsArrived {
  int broker = 0;
  std::vector<OffsetAnswer> answers;
};

/// One span was read, or could not be.
struct SpanArrived {
  int topic = 0;
  ReadSpan span;
  ReadResult result;
  std::optional<Error> error;
};

using ClusterEvent = std::variant<OffsetsArrived, SpanArrived>;

/// threads: one at a time
class ClusterPort {
 public:
  virtual ~ClusterPort() = default;

  /// Every topic that may be seen.
  virtual Result<ClusterDescription> describe() = 0;

  /// From here on, topics are named by their place in this list.
  virtual void use_topics(std::vector<std::string> names) = 0;

  /// In the order of use_topics(); each topic by itself can fail.
  virtual std::vector<Result<TopicConfiguration>> configurations() = 0;

  /// Bytes on disk of each topic's leader replicas, in the order of use_topics(); empty where it
  /// is not told.
  virtual Result<std::vector<std::optional<std::int64_t>>> stored_bytes() = 0;

  /// Leaders now, by partition, after they may have moved.
  virtual Result<std::vector<int>> leaders(int topic) = 0;

  /// One request to one broker; it must lead all of them and none may be named twice.
  virtual void look_up(int broker, std::span<const OffsetQuery> queries) = 0;

  /// Reads one span; several of one partition are read one after another.
  virtual void read(int topic, const ReadSpan& span) = 0;

  /// Every span that waits for this broker, or is read from it, arrives failed with `error`.
  virtual void abandon_reads(int broker, const Error& error) = 0;

  /// What has arrived, waiting up to `patience` for the first.
  virtual std::vector<ClusterEvent> wait(Millis patience) = 0;
};

}  // namespace partwise::sample
