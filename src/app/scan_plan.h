// Who reads what in a scan that processes share: all of them derive the same from what the cluster
// tells of their group.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "kafka/group_view.h"

namespace partwise::app {

/// "partwise-scan-20260304T050607Z-1a2b3c4d-host-4711": by which a process is known in its group.
/// The first in the order of these texts is the one that began first.
std::string scan_client_id(Instant started);

/// What one process reads.
struct ScanShare {
  std::string client;
  std::string host;
  std::vector<int> partitions;
};

struct ScanPlan {
  std::string exchange;           ///< the topic by which they tell each other; one of run_topics
  std::vector<ScanShare> shares;  ///< by client

  /// The process that prints the whole.
  [[nodiscard]] const ScanShare& collector() const { return shares.front(); }
  [[nodiscard]] const ScanShare* share_of(std::string_view client) const;
};

/// What is to be shared.
struct SharedTopic {
  std::string group;
  std::string topic;
  int partitions = 0;
  int processes = 0;
};

/// errors: invalid_input: somebody else uses the group
Result<> check_members(const kafka::GroupView& group, const SharedTopic& shared);

/// The plan, as soon as all processes are there and each has its partitions; empty before.
///
/// errors: as of check_members; also: there are more processes
Result<std::optional<ScanPlan>> plan_of(const kafka::GroupView& group, const SharedTopic& shared);

/// "2 of 3 processes are in the group nightly: a, b".
std::string came_text(const kafka::GroupView& group, const SharedTopic& shared);

}  // namespace partwise::app
