// Who answers which request; one file a family.
#pragma once

#include <span>

#include "service/call.h"

namespace partwise::service {

/// All that is spoken, by key.
std::span<const Answerer> answerers();

/// nullptr for a key that is not spoken.
const Answerer* find_answerer(std::int16_t key);

// answer_records.cc
void answer_produce(const CallPtr& call);
void answer_list_offsets(const CallPtr& call);
void answer_offset_for_leader_epoch(const CallPtr& call);
void answer_delete_records(const CallPtr& call);
void answer_init_producer_id(const CallPtr& call);
// answer_fetch.cc
void answer_fetch(const CallPtr& call);
// answer_topics.cc
void answer_metadata(const CallPtr& call);
void answer_create_topics(const CallPtr& call);
void answer_delete_topics(const CallPtr& call);
void answer_create_partitions(const CallPtr& call);
// answer_configs.cc
void answer_describe_configs(const CallPtr& call);
void answer_alter_configs(const CallPtr& call);
void answer_incremental_alter_configs(const CallPtr& call);
/// The configurations of a topic just made, as CreateTopics gives them back.
void write_topic_configs(protocol::Writer& writer, const broker::TopicConfigs& configs);
// answer_groups.cc
void answer_find_coordinator(const CallPtr& call);
void answer_join_group(const CallPtr& call);
void answer_sync_group(const CallPtr& call);
void answer_heartbeat(const CallPtr& call);
void answer_leave_group(const CallPtr& call);
void answer_describe_groups(const CallPtr& call);
void answer_list_groups(const CallPtr& call);
void answer_delete_groups(const CallPtr& call);
// answer_group_offsets.cc
void answer_offset_commit(const CallPtr& call);
void answer_offset_fetch(const CallPtr& call);
void answer_offset_delete(const CallPtr& call);
// answer_cluster.cc
void answer_api_versions(const CallPtr& call);
void answer_describe_cluster(const CallPtr& call);
void answer_describe_log_dirs(const CallPtr& call);
void answer_describe_acls(const CallPtr& call);
void answer_create_acls(const CallPtr& call);
void answer_delete_acls(const CallPtr& call);
// answer_logins.cc
void answer_sasl_handshake(const CallPtr& call);
void answer_sasl_authenticate(const CallPtr& call);

}  // namespace partwise::service
