// A whole cluster without sockets, for tests: requests in, responses out, time by hand.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/clock_fake.h"
#include "broker/agenda.h"
#include "broker/cluster.h"
#include "broker/group_coordinator.h"
#include "protocol/api.h"
#include "protocol/bytes.h"
#include "service/login.h"
#include "service/service.h"

namespace partwise::service {

class TestCluster {
 public:
  explicit TestCluster(broker::ClusterSettings settings = {}, Users users = {})
      : cluster(std::move(settings), clock, agenda,
                [this](const std::string& line) { notices.push_back(line); }),
        groups({}, clock, agenda, 1),
        logins(std::move(users)),
        service({cluster, groups, agenda, clock, logins}, faults) {
    for (const auto& node : cluster.brokers())
      cluster.set_address(node.id, "localhost", 9091 + node.id);
  }

  std::shared_ptr<listener::Conversation> connect(int broker = 1) {
    return service.begin(static_cast<std::size_t>(broker - 1), "127.0.0.1:5000");
  }

  static std::string request(protocol::ApiKey key, std::int16_t version, const std::string& body) {
    protocol::Writer head;
    head.int16(static_cast<std::int16_t>(key));
    head.int16(version);
    head.int32(77);
    head.text("tester");
    if (protocol::is_flexible(key, version)) head.int8(0);
    return head.own() + body;
  }

  void pass(Millis time) {
    clock.advance(time);
    agenda.run_due(clock.steady_now());
  }

  FakeClock clock;
  broker::Agenda agenda;
  std::vector<std::string> notices;
  broker::Cluster cluster;
  broker::GroupCoordinator groups;
  Faults faults;
  Logins logins;
  Service service;
};

/// One connection to a TestCluster.
class TestClient {
 public:
  explicit TestClient(TestCluster& cluster, int broker = 1) : talk_(cluster.connect(broker)) {}

  void send(std::string frame) {
    reply.reset();
    talk_->answer(std::move(frame), [this](listener::Reply given) { reply = std::move(given); });
  }
  void send(protocol::ApiKey key, std::int16_t version, const protocol::Writer& body) {
    send(TestCluster::request(key, version, body.own()));
  }
  void hang_up() { talk_->closed(); }

  [[nodiscard]] bool answered() const { return reply && reply->message.has_value(); }
  [[nodiscard]] bool closed() const { return reply && reply->close; }

  /// The response behind size, correlation and header tags.
  protocol::Reader body(protocol::ApiKey key, std::int16_t version) {
    bytes_ = reply->message->text();
    const bool flexible = protocol::is_flexible(key, version);
    const bool tagged = flexible && key != protocol::ApiKey::api_versions;
    return protocol::Reader(std::string_view(bytes_).substr(tagged ? 9 : 8), flexible);
  }
  protocol::Reader ask(protocol::ApiKey key, std::int16_t version,
                       const protocol::Writer& request) {
    send(key, version, request);
    return body(key, version);
  }

  std::optional<listener::Reply> reply;

 private:
  std::shared_ptr<listener::Conversation> talk_;
  std::string bytes_;
};

}  // namespace partwise::service
