// One request on its way through the embedded cluster.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "broker/agenda.h"
#include "broker/cluster.h"
#include "broker/group_coordinator.h"
#include "protocol/api.h"
#include "protocol/bytes.h"
#include "protocol/error_code.h"
#include "service/faults.h"
#include "service/session.h"

namespace partwise::service {

class Logins;

/// What the answers work on.
struct World {
  broker::Cluster& cluster;
  broker::GroupCoordinator& groups;
  broker::Agenda& agenda;
  const Clock& clock;
  const Logins& logins;
};

/// A request, its header read and its body to be read. Whoever answers it calls reply() or
/// refuse() once, now or later; nothing else when the connection has gone meanwhile.
///
/// threads: owner only
class Call {
 public:
  using Done = std::function<void(std::optional<protocol::Writer>, std::string why)>;

  Call(World& world_of, const protocol::Api& its_api, std::int16_t its_version,
       std::shared_ptr<Session> its_session)
      : world(world_of), api(its_api), version(its_version), session(std::move(its_session)) {}

  World& world;
  const protocol::Api& api;
  std::int16_t version;
  std::shared_ptr<Session> session;
  std::string client_id;
  std::shared_ptr<std::string> frame;  ///< what `body` reads
  protocol::Reader body{{}};
  FaultPlan faults;
  bool close_after = false;  ///< the reply: a login that failed

  /// Whether the body was read to its end without trouble; else the connection is closed, as Kafka
  /// does, and the answer ends here.
  bool parsed();

  void when_done(Done done) { done_ = std::move(done); }

  /// In the encoding of the request's version.
  [[nodiscard]] protocol::Writer writer() const { return protocol::Writer(body.flexible()); }
  [[nodiscard]] std::int32_t throttle_ms() const {
    return static_cast<std::int32_t>(faults.throttle.count());
  }

  void reply(protocol::Writer writer) { done_(std::move(writer), {}); }
  /// No reply, and the connection stays: Produce with acks=0.
  void reply_nothing() { done_(std::nullopt, {}); }
  void refuse(std::string why) { done_(std::nullopt, std::move(why)); }

  /// The error that a fault puts in place of `otherwise`.
  [[nodiscard]] protocol::ErrorCode fault_or(protocol::ErrorCode otherwise,
                                             std::string_view topic = {}) const {
    return faults.error_for(topic).value_or(otherwise);
  }

 private:
  Done done_;
};

using CallPtr = std::shared_ptr<Call>;

/// One kind of request: the versions that are spoken, and who answers.
struct Answerer {
  protocol::ApiKey key;
  std::int16_t oldest;
  std::int16_t newest;
  void (*answer)(const CallPtr& call);
};

void write_error(protocol::Writer& writer, protocol::ErrorCode code);
/// An empty message is written as null.
void write_message(protocol::Writer& writer, std::string_view message);

}  // namespace partwise::service
