#include "app/fleet_file.h"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/text.h"
#include "base/topic_name.h"
#include "base/units.h"
#include "broker/cluster.h"
#include "broker/topic.h"
#include "broker/topic_config.h"
#include "config/toml_table.h"
#include "fleet/demand.h"
#include "fleet/record_sizes.h"
#include "keys/key_shares.h"
#include "keys/partitioner.h"

namespace partwise::app {
namespace {

using config::TomlTable;
using fleet::DemandComponent;
using fleet::TopicSpec;
using std::chrono::hours;
using std::chrono::minutes;

constexpr Millis century = hours(24 * 365 * 100);
constexpr Millis longest_history = hours(24 * 3650);
constexpr std::int64_t topics_max = 100'000;

constexpr std::array<std::string_view, 6> demand_shapes = {"flat",  "diurnal", "weekly",
                                                           "trend", "burst",   "on_off"};
constexpr std::array<std::string_view, 3> size_shapes = {"fixed", "log_normal", "bimodal"};
constexpr std::array<std::string_view, 4> key_shapes = {"none", "uniform", "zipf", "hot"};
constexpr std::array<std::string_view, 3> partitioners = {"murmur2", "crc32", "fnv1a"};
constexpr std::array<std::string_view, 5> codecs = {"none", "gzip", "snappy", "lz4", "zstd"};

template <std::size_t N>
std::size_t place_in(const std::array<std::string_view, N>& names, std::string_view name) {
  return static_cast<std::size_t>(std::find(names.begin(), names.end(), name) - names.begin());
}

/// Records/s, or as text bytes/s of records with this mean size.
class RateReader {
 public:
  explicit RateReader(double mean_bytes) : mean_bytes_(mean_bytes) {}

  [[nodiscard]] double operator()(const TomlTable& table, std::string_view field) const {
    if (!table.has(field)) {
      table.refuse(field, fmt::format("a demand has no {}", field),
                   R"(records a second, as 200, or a throughput, as "20MiB/s")");
      return 0;
    }
    if (!table.is_text(field)) return table.number(field, 0, 0, fleet::rate_max);
    const BytesPerSecond most{fleet::rate_max * mean_bytes_};
    return table.throughput(field, {0}, {0}, most).value / mean_bytes_;
  }

 private:
  double mean_bytes_;
};

fleet::DemandShape burst_from(const TomlTable& table, double rate) {
  fleet::Burst burst{rate};
  burst.at = table.duration("at", burst.at, Millis{0}, century);
  burst.lasts = table.duration("lasts", burst.lasts, Millis{1}, century);
  burst.every = table.duration("every", burst.every, Millis{0}, century);
  return burst;
}

fleet::DemandShape on_off_from(const TomlTable& table, double rate) {
  fleet::OnOff shape{rate};
  shape.on = table.duration("on", shape.on, Millis{1}, century);
  shape.off = table.duration("off", shape.off, Millis{0}, century);
  shape.phase = table.duration("phase", shape.phase, Millis{0}, century);
  return shape;
}

fleet::DemandShape shape_from(const TomlTable& table, const RateReader& rate) {
  const auto name = table.choice("shape", demand_shapes, "flat");
  if (name == "trend") {
    fleet::Trend trend{rate(table, "from_rate"), rate(table, "to_rate")};
    trend.over = table.duration("over", trend.over, minutes(1), century);
    return trend;
  }
  const double mean = rate(table, "rate");
  if (name == "diurnal") {
    fleet::Diurnal shape{mean};
    shape.amplitude = table.number("amplitude", shape.amplitude, 0, 1);
    shape.peak_hour = table.number("peak_hour", shape.peak_hour, 0, 24);
    return shape;
  }
  if (name == "weekly") {
    fleet::Weekly shape{mean};
    shape.weekend_factor = table.number("weekend_factor", shape.weekend_factor, 0, 1000);
    return shape;
  }
  if (name == "burst") return burst_from(table, mean);
  if (name == "on_off") return on_off_from(table, mean);
  return fleet::Flat{mean};
}

std::vector<DemandComponent> demand_from(const TomlTable& topic, double mean_bytes) {
  std::vector<DemandComponent> demand;
  double sum = 0;
  for (const auto& table : topic.tables("demand")) {
    DemandComponent component{shape_from(table, RateReader(mean_bytes))};
    component.from = table.duration("from", Millis{0}, Millis{0}, century);
    if (table.has("until")) component.until = table.duration("until", century, Millis{0}, century);
    if (const auto checked = fleet::check(component); !checked) {
      table.refuse({}, fmt::format("in this demand, {}", checked.error().message),
                   checked.error().hint);
    }
    sum += fleet::highest_rate(component);
    demand.push_back(component);
  }
  if (sum > fleet::rate_max) {
    topic.refuse("demand", fmt::format("the demand adds up to {:.3g} records/s", sum),
                 fmt::format("at most {:.0e}", fleet::rate_max));
  }
  return demand;
}

fleet::SizeSpec sizes_from(const TomlTable& topic) {
  constexpr auto most = fleet::record_bytes_max;
  fleet::SizeSpec spec;
  if (topic.has("size") && !topic.is_table("size")) {
    spec.bytes = topic.bytes("size", spec.bytes, 1, most);
    return spec;
  }
  const auto table = topic.table("size");
  const auto name = table.choice("shape", size_shapes, "fixed");
  spec.shape = static_cast<fleet::SizeShape>(place_in(size_shapes, name));
  spec.drift = table.number("drift", spec.drift, 0.01, 100);
  if (name == "fixed") {
    spec.bytes = table.bytes("bytes", spec.bytes, 1, most);
  } else if (name == "bimodal") {
    spec.small = table.bytes("small", spec.small, 1, most);
    spec.large = table.bytes("large", spec.large, 1, most);
    spec.large_share = table.number("large_share", spec.large_share, 0, 1);
  } else {
    const auto median = static_cast<std::int64_t>(spec.median);
    spec.median = static_cast<double>(table.bytes("median", median, 1, most));
    spec.sigma = table.number("sigma", spec.sigma, 0, 4);
    if (table.has("min")) spec.min = table.bytes("min", 1, 1, most);
    if (table.has("max")) spec.max = table.bytes("max", most, 1, most);
  }
  return spec;
}

keys::KeySpec keys_from(const TomlTable& topic) {
  const auto table = topic.table("keys");
  const auto name = table.choice("shape", key_shapes, "none");
  keys::KeySpec spec;
  spec.shape = static_cast<keys::KeyShape>(place_in(key_shapes, name));
  if (name == "uniform" || name == "zipf") {
    spec.count = table.integer("count", 1000, 1, keys::keys_max);
  }
  if (name == "zipf") {
    spec.exponent = table.number("exponent", spec.exponent, 0, keys::zipf_exponent_max);
  }
  if (name == "hot") {
    for (const auto& [key, share] : table.numbers("hot")) spec.hot.push_back({key, share});
    spec.count = table.integer("others", 0, 0, keys::keys_max);
  }
  return spec;
}

/// What the sizes are like, if they can be; else what is wrong with them is noted.
std::optional<fleet::SizeTable> checked_sizes(const TomlTable& topic, const TopicSpec& spec) {
  auto sizes = fleet::SizeTable::from(spec.sizes);
  if (sizes) return std::move(*sizes);
  topic.refuse("size", sizes.error().message, sizes.error().hint);
  return std::nullopt;
}

void check_keys(const TomlTable& topic, const TopicSpec& spec,
                const std::optional<fleet::SizeTable>& sizes) {
  const auto shares = keys::KeyShares::from(spec.keys);
  if (!shares) {
    topic.refuse("keys", shares.error().message, shares.error().hint);
    return;
  }
  const auto longest = static_cast<std::int64_t>(shares->longest());
  if (!sizes || sizes->smallest() >= longest) return;
  topic.refuse(topic.has("size") ? "size" : "keys",
               fmt::format("the smallest records have {} B, the longest key has {} B",
                           sizes->smallest(), longest),
               "a record's size is that of key and value: larger sizes, a larger min, or shorter "
               "names of keys");
}

std::string config_hint(std::string_view name) {
  if (broker::find_topic_config(name) != nullptr) return "a value that Kafka takes for it";
  std::vector<std::string> names;
  for (const auto& kind : broker::topic_config_kinds()) names.emplace_back(kind.name);
  const auto meant = nearest(name, names);
  return meant ? fmt::format("did you mean '{}'?", *meant) : "a setting of Kafka's topics";
}

void read_configs(const TomlTable& topic, TopicSpec& spec) {
  spec.configs = topic.texts("configs");
  const auto table = topic.table("configs");
  for (const auto& [name, value] : spec.configs) {
    if (name == "retention.ms") {
      table.refuse(name, "configs has retention.ms", R"(write retention = "7d" beside it)");
    } else if (const auto checked = broker::check_topic_config(name, value); !checked) {
      table.refuse(name, checked.error().message, config_hint(name));
    }
  }
}

void check_replicas(const TomlTable& topic, int replicas, int brokers) {
  if (replicas <= brokers) return;
  topic.refuse("replication_factor",
               fmt::format("replication_factor is {}, but --brokers is {}", replicas, brokers),
               fmt::format("--brokers {} or more, or a lower replication_factor", replicas));
}

TopicSpec topic_from(const TomlTable& topic) {
  TopicSpec spec;
  spec.partitions =
      static_cast<int>(topic.integer("partitions", spec.partitions, 1, fleet::partitions_max));
  spec.replication_factor = static_cast<int>(topic.integer(
      "replication_factor", spec.replication_factor, 1, fleet::replication_factor_max));
  if (topic.is_text("retention") && topic.text("retention") == "forever") {
    spec.retention = std::nullopt;
  } else {
    spec.retention = topic.duration("retention", *spec.retention, Millis{1}, century);
  }
  spec.noise = topic.number("noise", spec.noise, 0, fleet::noise_max);
  spec.sizes = sizes_from(topic);
  spec.keys = keys_from(topic);
  const auto partitioner = topic.choice("partitioner", partitioners, "murmur2");
  spec.partitioner = *keys::partitioner_from_text(partitioner);
  spec.codec = static_cast<fleet::Codec>(place_in(codecs, topic.choice("codec", codecs, "none")));
  spec.compressibility =
      topic.number("compressibility", spec.compressibility, 1, fleet::compressibility_max);
  spec.linger = topic.duration("linger", spec.linger, Millis{0}, hours(1));
  spec.batch_bytes = topic.bytes("batch_size", spec.batch_bytes, 1, fleet::record_bytes_max);
  spec.seed = static_cast<std::uint64_t>(
      topic.integer("seed", static_cast<std::int64_t>(spec.seed), 0, INT64_MAX));
  read_configs(topic, spec);
  const auto sizes = checked_sizes(topic, spec);
  check_keys(topic, spec, sizes);
  spec.demand = demand_from(topic, sizes ? sizes->mean() : 1);
  return spec;
}

/// name with the number of each of `count` topics, from 0: in place of {}, or behind a dot.
std::string numbered_name(const std::string& name, std::int64_t number, std::int64_t count) {
  const auto digits = std::max<std::size_t>(3, std::to_string(count - 1).size());
  const auto text = fmt::format("{:0{}}", number, digits);
  const auto at = name.find("{}");
  if (at == std::string::npos) return name + "." + text;
  return name.substr(0, at) + text + name.substr(at + 2);
}

class FleetReader {
 public:
  FleetReader(const TomlTable& root, Instant now, std::optional<int> brokers)
      : root_(root), now_(now), brokers_(brokers) {}

  fleet::FleetSpec read() {
    spec_.name = root_.text("name", spec_.name);
    read_times();
    if (spec_.start < fleet::least_start) {
      root_.refuse(root_.has("start") ? "start" : "history",
                   fmt::format("the fleet would start at {}", utc_text(spec_.start)),
                   fmt::format("not before {}: less history, or a later --now",
                               utc_text(fleet::least_start)));
    }
    const auto defaults = root_.table("defaults");
    const auto topics = root_.tables("topic");
    for (const auto& topic : topics) add(topic, defaults);
    if (topics.empty()) root_.refuse("topic", "the fleet has no topic", "add a [[topic]]");
    check_partitions();
    return std::move(spec_);
  }

 private:
  void read_times() {
    const auto start = root_.instant("start");
    if (!start) {
      spec_.history = root_.duration("history", spec_.history, minutes(1), longest_history);
      spec_.start = std::chrono::floor<minutes>(now_) - spec_.history;
      return;
    }
    spec_.start = *start;
    if (root_.has("history")) {
      root_.refuse("history", "there are a start and a history", "one of them");
    }
    if (now_ - *start < minutes(1) || now_ - *start > longest_history) {
      root_.refuse(
          "start", fmt::format("start is {}", utc_text(*start)),
          fmt::format("allowed: from ten years to a minute before now, {}", utc_text(now_)));
      return;
    }
    spec_.history = now_ - *start;
  }

  void add(const TomlTable& own, const TomlTable& defaults) {
    const auto name = own.text("name");
    const auto count = own.integer("count", 1, 1, topics_max);
    const auto whole = own.over(defaults);
    const auto topic = topic_from(whole);
    if (brokers_) check_replicas(whole, topic.replication_factor, *brokers_);
    partitions_by_table_.emplace_back(count * topic.partitions, own);
    if (!own.has("name")) {
      own.refuse({}, "a topic has no name", R"(write name = "orders")");
      return;
    }
    if (!own.is_text("name")) return;  // which is told already
    if (std::ssize(spec_.topics) + count > topics_max) {
      own.refuse("count", fmt::format("with count = {} there are too many topics", count),
                 fmt::format("at most {}", count_text(topics_max)));
      return;
    }
    for (std::int64_t i = 0; i < count; ++i) {
      auto one = topic;
      one.name = own.has("count") ? numbered_name(name, i, count) : name;
      if (!name_is_good(own, one.name)) return;
      spec_.topics.push_back(std::move(one));
    }
  }

  bool name_is_good(const TomlTable& own, const std::string& name) {
    if (const auto checked = check_topic_name(name); !checked) {
      own.refuse("name", checked.error().message, checked.error().hint);
      return false;
    }
    const auto [other, is_new] =
        named_.emplace(broker::metric_name(name), Named{name, own.line("name")});
    if (is_new) return true;
    const auto& [taken, line] = other->second;
    if (taken == name) {
      own.refuse("name", fmt::format("there is a topic '{}' already, in line {}", name, line),
                 "give each a name of its own");
    } else {
      own.refuse("name",
                 fmt::format("'{}' and the '{}' of line {} differ in '.' and '_' alone", name,
                             taken, line),
                 "Kafka's metrics cannot tell these apart: give one another name");
    }
    return false;
  }

  void check_partitions() {
    std::int64_t all = 0;
    for (const auto& [partitions, table] : partitions_by_table_) all += partitions;
    if (all <= broker::cluster_partitions_max) return;
    const auto most =
        std::max_element(partitions_by_table_.begin(), partitions_by_table_.end(),
                         [](const auto& x, const auto& y) { return x.first < y.first; });
    most->second.refuse(
        {},
        fmt::format("the fleet has {} partitions in all, {} of them by this table, which has most",
                    count_text(all), count_text(most->first)),
        fmt::format("at most {} in all: fewer partitions, or a lower count",
                    count_text(broker::cluster_partitions_max)));
  }

  struct Named {
    std::string name;
    int line;
  };

  const TomlTable& root_;
  Instant now_;
  std::optional<int> brokers_;
  fleet::FleetSpec spec_;
  std::map<std::string, Named> named_;  // by metric name
  std::vector<std::pair<std::int64_t, TomlTable>> partitions_by_table_;
};

}  // namespace

tl::expected<fleet::FleetSpec, Errors> fleet_from_toml(std::string_view text,
                                                       const std::string& file, Instant now,
                                                       std::optional<int> brokers) {
  auto root = TomlTable::from(text, file);
  if (!root) return tl::unexpected(Errors{std::move(root).error()});
  auto spec = FleetReader(*root, now, brokers).read();
  if (auto errors = root->errors(); !errors.empty()) return tl::unexpected(std::move(errors));
  return spec;
}

}  // namespace partwise::app
