// Writes records to a topic, and counts what became of each.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "base/result.h"
#include "kafka/record_topic.h"
#include "kafka/settings.h"

namespace partwise::kafka {

/// Every record that was written is in one of the two.
struct Deliveries {
  std::int64_t delivered = 0;  ///< on all replicas that are in sync
  std::int64_t failed = 0;     ///< not acknowledged; it may be there even so
  std::optional<Error> first_error;

  /// "3 of 40 results did not get into the topic x: why"; empty where all were delivered.
  [[nodiscard]] std::optional<Error> shortfall(const std::string& topic) const;
};

/// A producer of its own for one topic of one cluster; whatever only reads stays apart from it.
///
/// threads: one at a time
class RecordWriter {
 public:
  /// Connects and makes sure that records can be written: that the topic is there, or that the
  /// cluster would make it. Changes nothing, so that it can be asked of every cluster before
  /// anything is begun.
  ///
  /// errors: invalid_input (a name that Kafka refuses, more replicas than brokers, a property),
  /// unauthorized, unavailable, timeout, interrupted
  static Result<std::unique_ptr<RecordWriter>> open(const ClientSettings& settings,
                                                    const RecordTopic& topic,
                                                    const std::stop_token& stop);
  virtual ~RecordWriter() = default;

  /// How an existing topic differs from the one that would be made: it is not changed.
  [[nodiscard]] virtual const std::vector<std::string>& warnings() const = 0;

  /// Makes the topic, if it was not there. To be called before the first record is written.
  ///
  /// errors: as of open
  virtual Result<> make_topic(const std::stop_token& stop) = 0;

  /// Takes a record to be sent; waits only while more are under way than librdkafka holds. What
  /// becomes of it is in the next flush.
  virtual void write(const std::string& key, std::string value, const std::stop_token& stop) = 0;

  /// Waits until all is decided that was written: at most the settings' timeout, and no longer once
  /// stop is asked for; what is not acknowledged by then has failed. A caller who was interrupted
  /// and wants the last records to arrive gives a token of its own.
  virtual Deliveries flush(const std::stop_token& stop) = 0;
};

}  // namespace partwise::kafka
