// The ways in which clients are known to place keys: more than Kafka's own, and their mistakes.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace partwise::keys {

/// A client's rule: the partition is the value of the key modulo the partition count.
struct Placer {
  std::string_view name;
  std::string_view used_by;
  /// Nothing for keys that the rule says nothing of.
  std::optional<std::uint64_t> (*value)(std::string_view key);
};

/// All that are looked for, the most used first.
std::span<const Placer> known_placers();

/// What kafkajs 1 has for murmur2: JavaScript's numbers lose the low bits of products, and the last
/// partial block counts twice.
///
/// source: https://github.com/tulios/kafkajs/issues/357; kafkajs 2 has it as LegacyPartitioner
std::int32_t kafkajs_legacy_hash(std::string_view key);

/// Java's String.hashCode for keys of ASCII.
std::int32_t java_string_hash(std::string_view key);

}  // namespace partwise::keys
