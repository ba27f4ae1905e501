#include "protocol/api.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <string>

#include "base/check.h"
#include "base/text.h"

namespace partwise::protocol {
namespace {

constexpr std::int16_t never = std::numeric_limits<std::int16_t>::max();

// source: the "flexibleVersions" of Kafka's message definitions
constexpr std::array table = std::to_array<Api>({
    {ApiKey::produce, "Produce", 9},
    {ApiKey::fetch, "Fetch", 12},
    {ApiKey::list_offsets, "ListOffsets", 6},
    {ApiKey::metadata, "Metadata", 9},
    {ApiKey::offset_commit, "OffsetCommit", 8},
    {ApiKey::offset_fetch, "OffsetFetch", 6},
    {ApiKey::find_coordinator, "FindCoordinator", 3},
    {ApiKey::join_group, "JoinGroup", 6},
    {ApiKey::heartbeat, "Heartbeat", 4},
    {ApiKey::leave_group, "LeaveGroup", 4},
    {ApiKey::sync_group, "SyncGroup", 4},
    {ApiKey::describe_groups, "DescribeGroups", 5},
    {ApiKey::list_groups, "ListGroups", 3},
    {ApiKey::sasl_handshake, "SaslHandshake", never},
    {ApiKey::api_versions, "ApiVersions", 3},
    {ApiKey::create_topics, "CreateTopics", 5},
    {ApiKey::delete_topics, "DeleteTopics", 4},
    {ApiKey::delete_records, "DeleteRecords", 2},
    {ApiKey::init_producer_id, "InitProducerId", 2},
    {ApiKey::offset_for_leader_epoch, "OffsetForLeaderEpoch", 4},
    {ApiKey::describe_acls, "DescribeAcls", 2},
    {ApiKey::create_acls, "CreateAcls", 2},
    {ApiKey::delete_acls, "DeleteAcls", 2},
    {ApiKey::describe_configs, "DescribeConfigs", 4},
    {ApiKey::alter_configs, "AlterConfigs", 2},
    {ApiKey::describe_log_dirs, "DescribeLogDirs", 2},
    {ApiKey::sasl_authenticate, "SaslAuthenticate", 2},
    {ApiKey::create_partitions, "CreatePartitions", 2},
    {ApiKey::delete_groups, "DeleteGroups", 2},
    {ApiKey::incremental_alter_configs, "IncrementalAlterConfigs", 1},
    {ApiKey::offset_delete, "OffsetDelete", never},
    {ApiKey::describe_cluster, "DescribeCluster", 0},
});

}  // namespace

std::span<const Api> apis() { return table; }

const Api* find_api(std::int16_t key) {
  const auto* found = std::find_if(table.begin(), table.end(), [&](const Api& api) {
    return static_cast<std::int16_t>(api.key) == key;
  });
  return found == table.end() ? nullptr : found;
}

std::optional<ApiKey> api_key_from_text(std::string_view text) {
  const auto wanted = lowered(text);
  for (const auto& api : table) {
    if (lowered(api.name) == wanted) return api.key;
  }
  std::int16_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  const auto* found = find_api(number);
  if (found == nullptr) return std::nullopt;
  return found->key;
}

std::string_view name_of(ApiKey key) {
  const auto* found = find_api(static_cast<std::int16_t>(key));
  CHECK(found != nullptr);
  return found->name;
}

bool is_flexible(ApiKey key, std::int16_t version) {
  const auto* found = find_api(static_cast<std::int16_t>(key));
  CHECK(found != nullptr);
  return version >= found->flexible_from;
}

}  // namespace partwise::protocol
