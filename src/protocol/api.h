// Kafka's requests: their keys, names, and which versions have which headers.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace partwise::protocol {

/// source: Kafka protocol guide, "Api keys"
enum class ApiKey : std::int16_t {
  produce = 0,
  fetch = 1,
  list_offsets = 2,
  metadata = 3,
  offset_commit = 8,
  offset_fetch = 9,
  find_coordinator = 10,
  join_group = 11,
  heartbeat = 12,
  leave_group = 13,
  sync_group = 14,
  describe_groups = 15,
  list_groups = 16,
  sasl_handshake = 17,
  api_versions = 18,
  create_topics = 19,
  delete_topics = 20,
  delete_records = 21,
  init_producer_id = 22,
  offset_for_leader_epoch = 23,
  describe_acls = 29,
  create_acls = 30,
  delete_acls = 31,
  describe_configs = 32,
  alter_configs = 33,
  describe_log_dirs = 35,
  sasl_authenticate = 36,
  create_partitions = 37,
  delete_groups = 42,
  incremental_alter_configs = 44,
  offset_delete = 47,
  describe_cluster = 60
};

struct Api {
  ApiKey key;
  std::string_view name;       ///< "ListOffsets"
  std::int16_t flexible_from;  ///< the first version with compact lengths and tagged fields
};

/// Every request of the enumeration, by key.
std::span<const Api> apis();

/// nullptr for a key that is not in the enumeration.
const Api* find_api(std::int16_t key);

/// By name in any case, or by number.
std::optional<ApiKey> api_key_from_text(std::string_view text);

std::string_view name_of(ApiKey key);

/// Whether that version's body has compact lengths and tagged fields.
bool is_flexible(ApiKey key, std::int16_t version);

}  // namespace partwise::protocol
