// One librdkafka client: a consumer without a group, which reads and asks and leaves no trace; a
// producer; or a member of a group, which reads nothing.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>

#include "base/clock.h"
#include "base/result.h"
#include "kafka/handle.h"
#include "kafka/reach_error.h"
#include "kafka/settings.h"

namespace partwise::kafka {

/// The client and what its callbacks noticed. A consumer commits nothing and asks for no topic to
/// be created; it joins no group, unless it is made as a member.
///
/// threads: any
class Client {
 public:
  /// errors: invalid_input, naming the property that librdkafka refuses
  static Result<std::unique_ptr<Client>> create(const ClientSettings& settings,
                                                TrafficCounters& traffic);

  /// Told by librdkafka, from within rd_kafka_poll or rd_kafka_flush, of each record's end.
  using DeliveryReport = void (*)(rd_kafka_t* client, const rd_kafka_message_t* message,
                                  void* opaque);

  /// How records are sent.
  struct Sending {
    std::string partitioner = "murmur2_random";  ///< where Java's clients look for a key
    std::string compression = "lz4";             ///< zstd needs brokers from 2.1
    void* context = nullptr;                     ///< for on_delivery, by context()
  };

  /// A producer: idempotent, acknowledged by all replicas, with the settings' timeout for each
  /// record. All that is written by this program goes through one of these.
  ///
  /// errors: as of create
  static Result<std::unique_ptr<Client>> create_producer(const ClientSettings& settings,
                                                         TrafficCounters& traffic,
                                                         DeliveryReport on_delivery,
                                                         const Sending& sending);

  /// As whom a member joins which group.
  struct Membership {
    std::string group;
    std::string client_id;
  };

  /// A consumer that can join a group and takes nothing that the group assigns to it: no record is
  /// fetched, no offset looked up. It has to be polled every five minutes.
  ///
  /// errors: as of create
  static Result<std::unique_ptr<Client>> create_member(const ClientSettings& settings,
                                                       TrafficCounters& traffic,
                                                       const Membership& as);

  /// Waits until a broker has told the cluster's id, or it is clear that none will: connection
  /// refused everywhere, a name that does not resolve, refused credentials, no Kafka behind the
  /// port. Returns the id.
  ///
  /// errors: see reach_error(); interrupted
  Result<std::string> connect(const std::stop_token& stop);

  [[nodiscard]] rd_kafka_t* get() const { return handle_.get(); }
  [[nodiscard]] Millis timeout() const { return timeout_; }
  [[nodiscard]] void* context() const { return context_; }

  /// The last trouble that librdkafka reported, or the first by which somebody refused us or was
  /// refused.
  [[nodiscard]] std::optional<Error> last_trouble() const;

  /// See refuses_the_login().
  [[nodiscard]] bool login_refused() const;

  /// Why a broker is not asked anything, if its certificate was refused. Its advertised name may be
  /// in none of its certificate's, while the name that was asked first is.
  [[nodiscard]] std::optional<Error> untrusted(int broker) const;

  void note_error(rd_kafka_resp_err_t code, const char* reason);
  void note_certificate(int broker, RefusedCertificate refused);

 private:
  Client() = default;
  static Result<std::unique_ptr<Client>> started(rd_kafka_type_t type, ConfHandle conf,
                                                 const ClientSettings& settings,
                                                 TrafficCounters& traffic);
  Result<std::string> cluster_id(const std::stop_token& stop);
  [[nodiscard]] Error cannot_reach(double waited_s) const;
  [[nodiscard]] bool hopeless() const;
  [[nodiscard]] bool is_refusal() const;

  Millis timeout_{0};
  void* context_ = nullptr;
  mutable std::mutex mutex_;
  ReachTrouble trouble_;
  std::map<int, Error> untrusted_;  // by broker
  bool all_down_ = false;
  std::atomic<bool> connecting_ = false;
  ClientHandle handle_;  // last: its callbacks use the members above
};

}  // namespace partwise::kafka
