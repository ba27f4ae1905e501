// A topic that simulated keys are produced to, and read back from.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "kafka/settings.h"

namespace partwise::kafka {

struct KeyTopicSpec {
  std::string name;
  bool existing = false;                  ///< it is there already, and is neither made nor deleted
  int partitions = 1;                     ///< of the one to make
  std::optional<int> replication_factor;  ///< empty: 3, or as many as there are brokers
  std::string compression = "lz4";        ///< of what is produced
  std::string partitioner = "murmur2_random";  ///< librdkafka's name of the client's partitioner
  /// Which record of this run has that value, or none. Used where the topic is this run's own.
  std::optional<std::int64_t> (*number_in)(std::string_view value) = nullptr;
};

/// One record of this run.
struct SentRecord {
  std::int64_t number = 0;
  std::optional<std::string_view> key;
  std::string_view value;
};

/// A record of this run that was read back.
struct ReadRecord {
  int partition = 0;
  std::int64_t number = 0;
  std::optional<std::string_view> key;
};

/// What became of what was sent.
struct Sent {
  std::int64_t acknowledged = 0;
  std::int64_t failed = 0;
  std::optional<Error> first_error;
};

/// In an existing topic each record bears this run's mark in a header, and only those with it are
/// read back. In one that was made, records are known by their values: a header would cost half of
/// the speed.
///
/// threads: one at a time
class KeyTopic {
 public:
  /// Connects; makes the topic, unless it is an existing one.
  ///
  /// errors: not_found: no such existing topic; invalid_input: there is one of the name that was to
  /// be made, more replicas than brokers, what the cluster refuses; unauthorized, unavailable,
  /// timeout, interrupted
  static Result<std::unique_ptr<KeyTopic>> open(const ClientSettings& settings,
                                                const KeyTopicSpec& spec,
                                                const std::stop_token& stop);
  virtual ~KeyTopic() = default;

  [[nodiscard]] virtual int partitions() const = 0;
  [[nodiscard]] virtual int replication_factor() const = 0;

  using OnAcknowledged = std::function<void(std::int64_t number)>;
  virtual void on_acknowledged(OnAcknowledged told) = 0;

  /// Takes a record to be sent; waits while more are under way than the client holds. False where
  /// it never will be: stop was asked for, or the producer has ended for good.
  virtual bool send(const SentRecord& record, const std::stop_token& stop) = 0;

  /// Waits until all is decided that was sent, at most the settings' timeout.
  virtual Sent flush(const std::stop_token& stop) = 0;

  using Take = std::function<void(const ReadRecord& record)>;
  /// Reads all that lies where this run's records do, each partition in its order.
  ///
  /// errors: of the first partition that cannot be read to its end; interrupted
  virtual Result<> read_back(const Take& take, const std::stop_token& stop) = 0;

  /// Deletes the topic, if open has made it. It is not stopped.
  ///
  /// errors: as of remove_topics
  virtual Result<> remove() = 0;
};

}  // namespace partwise::kafka
