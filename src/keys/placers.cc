#include "keys/placers.h"

#include <array>
#include <cstddef>

#include "keys/hash.h"
#include "keys/partitioner.h"

namespace partwise::keys {
namespace {

using Value = std::optional<std::uint64_t>;

constexpr std::uint32_t sign_bit = 0x80000000;

std::uint64_t masked(std::uint32_t hash) { return hash & ~sign_bit; }
std::uint64_t absolute(std::uint32_t hash) { return (hash & sign_bit) != 0 ? 0 - hash : hash; }
std::uint32_t murmur2(std::string_view key) {
  return static_cast<std::uint32_t>(java_murmur2(key));
}

// Up to 18 digits, with which no number is too large.
Value number(std::string_view key) {
  constexpr std::size_t digits_max = 18;
  if (key.empty() || key.size() > digits_max) return std::nullopt;
  std::uint64_t value = 0;
  for (const char c : key) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + static_cast<std::uint64_t>(c - '0');
  }
  return value;
}

// Sources: librdkafka's CONFIGURATION.md; partitioner.go of IBM/sarama and of twmb/franz-go;
// balancer.go of segmentio/kafka-go; tulios/kafkajs#357; kafkaex/kafka_ex#398, thomhurst/Dekaf#1336
// and platformatic/kafka#121 (no mask); nodefluent/node-sinek#39 (murmur3).
constexpr std::array<Placer, 11> placers = {{
    {"murmur2",
     "Java, Kafka Streams, Connect; librdkafka with murmur2_random; kafka-python; kafkajs 2",
     [](std::string_view key) { return Value(placing_hash(Partitioner::murmur2, key)); }},
    {"crc32", "librdkafka's default: clients for C, Python, Go, .NET of Confluent; ruby-kafka",
     [](std::string_view key) { return Value(placing_hash(Partitioner::crc32, key)); }},
    {"fnv1a", "Sarama; kafka-go; librdkafka with fnv1a_random",
     [](std::string_view key) { return Value(placing_hash(Partitioner::fnv1a, key)); }},
    {"murmur2_unmasked", "older kafka_ex, Dekaf, @platformatic/kafka: murmur2 without Java's mask",
     [](std::string_view key) { return Value(murmur2(key)); }},
    {"murmur2_absolute", "murmur2 with the absolute value in place of Java's mask",
     [](std::string_view key) { return Value(absolute(murmur2(key))); }},
    {"kafkajs_legacy", "kafkajs 1, and 2 with LegacyPartitioner",
     [](std::string_view key) {
       return Value(masked(static_cast<std::uint32_t>(kafkajs_legacy_hash(key))));
     }},
    {"fnv1a_masked", "Sarama with NewReferenceHashPartitioner",
     [](std::string_view key) { return Value(masked(fnv1a(key))); }},
    {"fnv1a_unmasked", "franz-go with SaramaHasher",
     [](std::string_view key) { return Value(fnv1a(key)); }},
    {"murmur3", "partitioners of one's own; node-sinek",
     [](std::string_view key) { return Value(placing_hash(Partitioner::murmur3, key)); }},
    {"java_string", "partitioners of one's own: the absolute value of String.hashCode",
     [](std::string_view key) {
       return Value(absolute(static_cast<std::uint32_t>(java_string_hash(key))));
     }},
    {"number", "partitioners of one's own: the key is a decimal number", number},
}};

// JavaScript's ToInt32 of a whole number below 2^63.
std::int32_t to_int32(double x) {
  return static_cast<std::int32_t>(static_cast<std::uint32_t>(static_cast<std::int64_t>(x)));
}

std::int32_t shifted(double x, int bits) {
  return static_cast<std::int32_t>(static_cast<std::uint32_t>(to_int32(x)) >> bits);
}

}  // namespace

std::span<const Placer> known_placers() { return placers; }

std::int32_t kafkajs_legacy_hash(std::string_view key) {
  constexpr double multiplier = 0x5bd1e995;
  const auto byte = [&](std::size_t i) {
    return i < key.size() ? std::uint32_t{static_cast<unsigned char>(key[i])} : 0U;
  };
  // Products are kept as doubles, as JavaScript has them, until an operation on bits.
  double h = static_cast<std::int32_t>(0x9747b28cU ^ static_cast<std::uint32_t>(key.size()));
  for (std::size_t i = 0; i < key.size(); i += 4) {
    const auto block = byte(i) | byte(i + 1) << 8 | byte(i + 2) << 16 | byte(i + 3) << 24;
    double k = static_cast<std::int32_t>(block) * multiplier;
    k = to_int32(k) ^ shifted(k, 24);
    h = to_int32(h * multiplier) ^ to_int32(k * multiplier);
  }
  const std::size_t tail = key.size() & 3U;
  if (tail > 0) {
    const auto first = key.size() - tail;
    const auto rest = byte(first) | byte(first + 1) << 8 | byte(first + 2) << 16;
    h = (to_int32(h) ^ static_cast<std::int32_t>(rest)) * multiplier;
  }
  h = (to_int32(h) ^ shifted(h, 13)) * multiplier;
  return to_int32(h) ^ shifted(h, 15);
}

std::int32_t java_string_hash(std::string_view key) {
  std::uint32_t hash = 0;
  for (const char c : key) hash = hash * 31 + static_cast<unsigned char>(c);
  return static_cast<std::int32_t>(hash);
}

}  // namespace partwise::keys
