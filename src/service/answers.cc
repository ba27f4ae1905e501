#include "service/answers.h"

#include <algorithm>
#include <array>

namespace partwise::service {
namespace {

using protocol::ApiKey;

// From the oldest versions that Apache Kafka 4.3 speaks to those before topics are named by ids.
constexpr std::array table = std::to_array<Answerer>({
    {ApiKey::produce, 0, 9, answer_produce},
    {ApiKey::fetch, 4, 12, answer_fetch},
    {ApiKey::list_offsets, 1, 7, answer_list_offsets},
    {ApiKey::metadata, 0, 12, answer_metadata},
    {ApiKey::offset_commit, 2, 8, answer_offset_commit},
    {ApiKey::offset_fetch, 1, 8, answer_offset_fetch},
    {ApiKey::find_coordinator, 0, 4, answer_find_coordinator},
    {ApiKey::join_group, 0, 9, answer_join_group},
    {ApiKey::heartbeat, 0, 4, answer_heartbeat},
    {ApiKey::leave_group, 0, 5, answer_leave_group},
    {ApiKey::sync_group, 0, 5, answer_sync_group},
    {ApiKey::describe_groups, 0, 5, answer_describe_groups},
    {ApiKey::list_groups, 0, 5, answer_list_groups},
    {ApiKey::sasl_handshake, 0, 1, answer_sasl_handshake},
    {ApiKey::api_versions, 0, 3, answer_api_versions},
    {ApiKey::create_topics, 2, 7, answer_create_topics},
    {ApiKey::delete_topics, 1, 6, answer_delete_topics},
    {ApiKey::delete_records, 0, 2, answer_delete_records},
    {ApiKey::init_producer_id, 0, 4, answer_init_producer_id},
    {ApiKey::offset_for_leader_epoch, 2, 4, answer_offset_for_leader_epoch},
    {ApiKey::describe_acls, 1, 3, answer_describe_acls},
    {ApiKey::create_acls, 1, 3, answer_create_acls},
    {ApiKey::delete_acls, 1, 3, answer_delete_acls},
    {ApiKey::describe_configs, 1, 4, answer_describe_configs},
    {ApiKey::alter_configs, 0, 2, answer_alter_configs},
    {ApiKey::describe_log_dirs, 1, 4, answer_describe_log_dirs},
    {ApiKey::sasl_authenticate, 0, 2, answer_sasl_authenticate},
    {ApiKey::create_partitions, 0, 3, answer_create_partitions},
    {ApiKey::delete_groups, 0, 2, answer_delete_groups},
    {ApiKey::incremental_alter_configs, 0, 1, answer_incremental_alter_configs},
    {ApiKey::offset_delete, 0, 0, answer_offset_delete},
    {ApiKey::describe_cluster, 0, 1, answer_describe_cluster},
});

}  // namespace

std::span<const Answerer> answerers() { return table; }

const Answerer* find_answerer(std::int16_t key) {
  const auto* found = std::find_if(table.begin(), table.end(), [&](const Answerer& each) {
    return static_cast<std::int16_t>(each.key) == key;
  });
  return found == table.end() ? nullptr : found;
}

}  // namespace partwise::service
