// Clients of a group coordinator, played by a test.
#pragma once

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/clock_fake.h"
#include "broker/group_coordinator.h"

namespace partwise::broker {

/// An answer that may still be waited for.
template <class Result>
class Awaited {
 public:
  std::function<void(Result)> take() {
    return [results = results_](Result result) { results->push_back(std::move(result)); };
  }
  /// 1 when it was answered as it should be.
  [[nodiscard]] std::size_t answers() const { return results_->size(); }
  [[nodiscard]] bool waits() const { return results_->empty(); }
  [[nodiscard]] const Result& operator*() const { return results_->at(0); }
  [[nodiscard]] const Result* operator->() const { return &results_->at(0); }

 private:
  std::shared_ptr<std::vector<Result>> results_ = std::make_shared<std::vector<Result>>();
};

/// A consumer's metadata, version 0, without data of the assignor.
inline std::string subscription(const std::vector<std::string>& topics) {
  std::string bytes{'\0', '\0', '\0', '\0', '\0', static_cast<char>(topics.size())};
  for (const auto& topic : topics) {
    bytes += '\0';
    bytes += static_cast<char>(topic.size());
    bytes += topic;
  }
  return bytes + "\xff\xff\xff\xff";
}

/// The coordinator, and a clock that runs what is due on its way.
struct GroupScene {
  explicit GroupScene(const GroupSettings& settings = {})
      : coordinator(settings, clock, agenda, 1) {}

  void pass(Millis time) {
    const auto end = clock.steady_now() + time;
    while (agenda.next() && *agenda.next() <= end) {
      const auto due = std::max(*agenda.next(), clock.steady_now());
      clock.advance(std::chrono::duration_cast<Millis>(due - clock.steady_now()));
      agenda.run_due(clock.steady_now());
    }
    clock.advance(std::chrono::duration_cast<Millis>(end - clock.steady_now()));
  }

  static JoinRequest joining(const std::string& member_id = {}) {
    JoinRequest request;
    request.group = "g";
    request.member_id = member_id;
    request.client_id = "client";
    request.client_host = "/127.0.0.1";
    request.protocol_type = "consumer";
    request.protocols = {{"range", subscription({"t"})}};
    request.session_timeout = std::chrono::seconds(10);
    request.rebalance_timeout = std::chrono::seconds(60);
    return request;
  }

  Awaited<JoinResult> join(const JoinRequest& request) {
    Awaited<JoinResult> awaited;
    coordinator.join(request, awaited.take());
    return awaited;
  }
  Awaited<JoinResult> join(const std::string& member_id = {}) { return join(joining(member_id)); }

  Awaited<SyncResult> sync(const JoinResult& joined, std::vector<Assignment> assignments = {},
                           std::optional<std::string> instance_id = {}) {
    SyncRequest request;
    request.group = "g";
    request.generation = joined.generation;
    request.member_id = joined.member_id;
    request.instance_id = std::move(instance_id);
    request.assignments = std::move(assignments);
    Awaited<SyncResult> awaited;
    coordinator.sync(request, awaited.take());
    return awaited;
  }

  protocol::ErrorCode heartbeat(const JoinResult& joined,
                                std::optional<std::string> instance_id = {}) {
    return coordinator.heartbeat({"g", joined.generation, joined.member_id, instance_id});
  }

  LeaveResult leave(const std::string& member_id) {
    return coordinator.leave({"g", {{member_id, {}}}});
  }

  protocol::ErrorCode commit(std::int32_t generation, const std::string& member_id,
                             const std::string& topic, std::int64_t offset) {
    CommitRequest request;
    request.group = "g";
    request.generation = generation;
    request.member_id = member_id;
    request.offsets = {{topic, 0, offset, -1, {}}};
    return coordinator.commit(request).at(0);
  }
  [[nodiscard]] std::int64_t committed(const std::string& topic) const {
    const std::vector<GroupPartition> partitions{{topic, 0}};
    return coordinator.committed("g", partitions).at(0).offset;
  }

  [[nodiscard]] std::string state() const { return coordinator.describe("g").state; }

  /// A stable group of so many members, the leader first; member i is assigned "a<i>".
  std::vector<JoinResult> stable(std::size_t size) {
    std::vector<Awaited<JoinResult>> first;
    for (std::size_t i = 0; i < size; ++i) first.push_back(join());
    pass(Millis{0});  // the initial delay
    std::vector<JoinResult> members;
    std::vector<Assignment> assignments;
    for (const auto& each : first) {
      members.push_back(*each);
      if (each->leader == each->member_id) std::swap(members.front(), members.back());
    }
    for (std::size_t i = 0; i < size; ++i) {
      assignments.push_back({members[i].member_id, "a" + std::to_string(i)});
    }
    for (std::size_t i = size; i-- > 0;)
      sync(members[i], i == 0 ? assignments : decltype(assignments){});
    return members;
  }

  FakeClock clock;
  Agenda agenda;
  GroupCoordinator coordinator;
};

}  // namespace partwise::broker
