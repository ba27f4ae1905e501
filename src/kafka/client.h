// One librdkafka consumer client without a group: it reads and asks, and leaves no trace.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>

#include "base/clock.h"
#include "base/result.h"
#include "kafka/handle.h"
#include "kafka/settings.h"

namespace partwise::kafka {

/// The client and what its callbacks noticed. Never joins a group, commits nothing, and asks for no
/// topic to be created.
///
/// threads: any
class Client {
 public:
  /// errors: invalid_input, naming the property that librdkafka refuses
  static Result<std::unique_ptr<Client>> create(const ClientSettings& settings,
                                                TrafficCounters& traffic);

  /// Waits until a broker has told the cluster's id, or it is clear that none will: connection
  /// refused everywhere, a name that does not resolve, refused credentials, no Kafka behind the
  /// port. Returns the id.
  ///
  /// errors: unavailable, unauthorized, timeout, interrupted
  Result<std::string> connect(const std::stop_token& stop);

  [[nodiscard]] rd_kafka_t* get() const { return handle_.get(); }
  [[nodiscard]] Millis timeout() const { return timeout_; }

  /// The last trouble that librdkafka reported, with its own words.
  [[nodiscard]] std::optional<Error> last_trouble() const;

  void note_error(rd_kafka_resp_err_t code, const char* reason);

 private:
  Client() = default;
  [[nodiscard]] Error cannot_reach(double waited_s) const;
  [[nodiscard]] bool hopeless() const;

  std::string bootstrap_servers_;
  Millis timeout_{0};
  mutable std::mutex mutex_;
  rd_kafka_resp_err_t trouble_ = RD_KAFKA_RESP_ERR_NO_ERROR;
  std::string trouble_reason_;
  bool all_down_ = false;
  ClientHandle handle_;  // last: its callbacks use the members above
};

}  // namespace partwise::kafka
