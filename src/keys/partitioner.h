// Which partition a record with a key goes to, by the partitioners of Kafka's clients.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace partwise::keys {

/// murmur2: the Java client's default, and librdkafka's murmur2 and murmur2_random.
/// crc32: librdkafka's default (consistent_random) and consistent. fnv1a: as librdkafka and Sarama.
/// murmur3: no client's own; the unsigned hash by the count, as scripts with mmh3 do it.
enum class Partitioner { murmur2, crc32, fnv1a, murmur3 };

std::string_view name_of(Partitioner partitioner);
std::optional<Partitioner> partitioner_from_text(std::string_view text);

/// What is taken modulo the number of partitions: the hash, made positive as the client makes it.
///
/// threads: any
std::uint32_t placing_hash(Partitioner partitioner, std::string_view key);

/// In 0 .. partitions-1, which must be positive. An empty key is a key.
///
/// threads: any
int partition_of(Partitioner partitioner, std::string_view key, int partitions);

}  // namespace partwise::keys
