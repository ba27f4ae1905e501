// What a virtual topic and a fleet of them are made from: plain values, checked by their users.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/clock.h"
#include "keys/key_shares.h"
#include "keys/partitioner.h"

namespace partwise::fleet {

/// Shapes of demand over time. Rates are records/s of the whole topic, times are UTC.
struct Flat {
  double rate = 0;
};

/// A sine over the day around its mean `rate`, highest at `peak_hour`.
struct Diurnal {
  double rate = 0;
  double amplitude = 0.5;  ///< 0 flat .. 1 down to nothing once a day
  double peak_hour = 12;   ///< 0 .. 24, rounded to minutes
};

/// `rate` from Monday to Friday, `weekend_factor` times that on Saturday and Sunday.
struct Weekly {
  double rate = 0;
  double weekend_factor = 0.5;
};

/// Linear `from` .. `to` over the time `over` from the fleet's start, `to` ever after.
struct Trend {
  double from = 0;
  double to = 0;
  Millis over{std::chrono::hours(7 * 24)};
};

/// `rate` for the time `lasts`, `at` after the fleet's start and then `every` so often; 0: once.
struct Burst {
  double rate = 0;
  Millis at{0};
  Millis lasts{std::chrono::minutes(5)};
  Millis every{0};
};

/// `rate` for the time `on`, nothing for the time `off`, and so on; at the fleet's start, `phase`
/// of the period is over.
struct OnOff {
  double rate = 0;
  Millis on{std::chrono::minutes(1)};
  Millis off{std::chrono::minutes(1)};
  Millis phase{0};
};

using DemandShape = std::variant<Flat, Diurnal, Weekly, Trend, Burst, OnOff>;

/// One addend of a topic's demand; nothing outside [from, until), counted from the fleet's start.
struct DemandComponent {
  DemandShape shape;
  Millis from{0};
  std::optional<Millis> until = std::nullopt;
};

enum class SizeShape { fixed, log_normal, bimodal };

/// Bytes of a record, key and value together.
struct SizeSpec {
  SizeShape shape = SizeShape::fixed;
  std::int64_t bytes = 1000;                       ///< fixed
  double median = 1000;                            ///< log_normal
  double sigma = 0.5;                              ///< log_normal: of the logarithm
  std::optional<std::int64_t> min = std::nullopt;  ///< log_normal: smaller ones get this
  std::optional<std::int64_t> max = std::nullopt;  ///< log_normal: larger ones get this
  std::int64_t small = 200;                        ///< bimodal
  std::int64_t large = 20'000;                     ///< bimodal
  double large_share = 0.05;                       ///< bimodal: of the records
  double drift = 1;  ///< all sizes at the end of the fleet's history, relative to its start
  auto operator<=>(const SizeSpec&) const = default;
};

enum class Codec { none, gzip, snappy, lz4, zstd };

std::string_view name_of(Codec codec);

struct TopicSpec {
  std::string name;
  int partitions = 1;
  int replication_factor = 1;
  std::vector<DemandComponent> demand;  ///< their sum; none: an empty topic
  double noise = 0;                     ///< 0 .. 0.9: how unlike neighbouring minutes are
  SizeSpec sizes;
  keys::KeySpec keys;
  keys::Partitioner partitioner = keys::Partitioner::murmur2;
  Codec codec = Codec::none;
  double compressibility = 1;  ///< bytes of a value over what a codec makes of them, about
  std::optional<Millis> retention = std::chrono::hours(7 * 24);  ///< empty: for ever
  Millis linger{100};                 ///< a batch holds what arrives meanwhile ...
  std::int64_t batch_bytes = 16'384;  ///< ... but no more than this
  std::uint64_t seed = 0;             ///< besides the name: for another choice of everything random
  std::map<std::string, std::string>
      configs;  ///< further topic configurations, as "cleanup.policy"
};

struct FleetSpec {
  std::string name = "fleet";
  Instant start;                               ///< no record is older
  Millis history{std::chrono::hours(7 * 24)};  ///< how long after the start sizes drift
  std::vector<TopicSpec> topics;
};

inline constexpr Instant least_start{std::chrono::days(1)};  ///< no fleet starts sooner
inline constexpr int partitions_max = 100'000;
inline constexpr int replication_factor_max = 100;
inline constexpr double rate_max = 1e9;  ///< records/s
inline constexpr double noise_max = 0.9;
inline constexpr double compressibility_max = 100;
inline constexpr std::int64_t record_bytes_max = 256LL * 1024 * 1024;

/// Whether the topic is compacted, by its configurations.
bool is_compacted(const TopicSpec& spec);

}  // namespace partwise::fleet
