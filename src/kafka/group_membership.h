// One process's membership of a consumer group, by which processes divide a topic between them.
#pragma once

#include <memory>
#include <optional>
#include <stop_token>
#include <string>

#include "base/result.h"
#include "kafka/group_view.h"
#include "kafka/settings.h"

namespace partwise::kafka {

class Client;

/// Reads no record and commits nothing; what it stands for is read by others (kafka/record_scan.h).
///
/// threads: one at a time
class GroupMembership {
 public:
  /// Connects; nobody is joined yet, so that the group can be looked at before.
  ///
  /// errors: as of Client::create and Client::connect
  static Result<std::unique_ptr<GroupMembership>> open(const ClientSettings& settings,
                                                       const std::string& group,
                                                       const std::string& client_id,
                                                       const std::stop_token& stop);
  /// Leaves.
  ~GroupMembership();
  GroupMembership(const GroupMembership&) = delete;
  GroupMembership& operator=(const GroupMembership&) = delete;

  /// errors: unavailable, where the client cannot
  Result<> join(const std::string& topic);

  /// To be called at least every five minutes, and often while the group forms; waits up to `wait`
  /// for something to do.
  ///
  /// errors: unauthorized
  Result<> poll(Millis wait);

  /// errors: as of view_of_group and has_committed
  Result<GroupView> view(const std::stop_token& stop);
  Result<bool> has_committed(const std::stop_token& stop);

  /// Tells the coordinator; it is not a member from then on.
  void leave();

  /// Deletes the group, if this was a member of it and nobody has committed offsets. As long as it
  /// has members the cluster refuses.
  ///
  /// errors: as of remove_group and has_committed
  Result<> remove_group();

 private:
  explicit GroupMembership(std::string group);

  std::string group_;
  bool joined_ = false;
  bool left_ = false;
  TrafficCounters traffic_;
  std::unique_ptr<Client> client_;  // the member
  std::unique_ptr<Client> asking_;  // goes on asking when the member has left
};

}  // namespace partwise::kafka
