// What a cluster tells of a consumer group.
#pragma once

#include <map>
#include <stop_token>
#include <string>
#include <vector>

#include "base/result.h"

namespace partwise::kafka {

class Client;

struct GroupMember {
  std::string client;                                ///< client.id
  std::string host;                                  ///< as the broker sees it
  std::map<std::string, std::vector<int>> assigned;  ///< partitions by topic
};

struct GroupView {
  std::string name;
  bool stable = false;  ///< every member has its assignment
  std::vector<GroupMember> members;
};

/// A group that is not there has no members.
///
/// errors: unauthorized (naming what has to be allowed), timeout, unavailable, interrupted
Result<GroupView> view_of_group(Client& client, const std::string& name,
                                const std::stop_token& stop);

/// Whether offsets are committed for the group.
///
/// errors: as of view_of_group
Result<bool> has_committed(Client& client, const std::string& name, const std::stop_token& stop);

/// Deletes a group without members; one that is not there is no error. It is not stopped.
///
/// errors: unauthorized, timeout, unavailable (also: it has members)
Result<> remove_group(Client& client, const std::string& name);

}  // namespace partwise::kafka
