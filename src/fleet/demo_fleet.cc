#include "fleet/demo_fleet.h"

#include <string>
#include <utility>
#include <vector>

namespace partwise::fleet {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;

SizeSpec bytes(std::int64_t size) {
  SizeSpec spec;
  spec.bytes = size;
  return spec;
}

SizeSpec around(double median, double sigma) {
  SizeSpec spec;
  spec.shape = SizeShape::log_normal;
  spec.median = median;
  spec.sigma = sigma;
  spec.min = 48;
  return spec;
}

SizeSpec mostly(std::int64_t small, std::int64_t large, double large_share) {
  SizeSpec spec;
  spec.shape = SizeShape::bimodal;
  spec.small = small;
  spec.large = large;
  spec.large_share = large_share;
  return spec;
}

SizeSpec drifting(SizeSpec spec, double drift) {
  spec.drift = drift;
  return spec;
}

keys::KeySpec among(std::int64_t count) { return {keys::KeyShape::uniform, count, 1, {}}; }

keys::KeySpec zipf(std::int64_t count, double exponent) {
  return {keys::KeyShape::zipf, count, exponent, {}};
}

keys::KeySpec hot(std::vector<keys::HotKeyShare> keys, std::int64_t others) {
  return {keys::KeyShape::hot, others, 1, std::move(keys)};
}

DemandComponent daily(double rate, double amplitude, double peak_hour) {
  return {Diurnal{rate, amplitude, peak_hour}};
}

DemandComponent nightly(double rate, hours at, minutes lasts) {
  return {Burst{rate, at, lasts, days(1)}};
}

/// What is usual for a topic of this fleet.
TopicSpec usual(std::string name, int partitions, std::vector<DemandComponent> demand,
                SizeSpec sizes, keys::KeySpec keys = {}) {
  TopicSpec spec;
  spec.name = std::move(name);
  spec.partitions = partitions;
  spec.replication_factor = 3;
  spec.demand = std::move(demand);
  spec.noise = 0.15;
  spec.sizes = sizes;
  spec.keys = std::move(keys);
  spec.codec = Codec::lz4;
  spec.compressibility = 3;
  return spec;
}

TopicSpec coded(TopicSpec spec, Codec codec, double compressibility) {
  spec.codec = codec;
  spec.compressibility = compressibility;
  return spec;
}

TopicSpec compacted(TopicSpec spec) {
  spec.configs["cleanup.policy"] = "compact";
  spec.retention = std::nullopt;
  return spec;
}

TopicSpec kept(TopicSpec spec, Millis retention) {
  spec.retention = retention;
  return spec;
}

void add_shop(std::vector<TopicSpec>& topics) {
  topics.push_back(usual("orders", 12,
                         {daily(4000, 0.8, 19), nightly(9000, hours(42), minutes(20))},
                         around(1100, 0.5), among(200'000)));
  topics.push_back(
      coded(usual("payments", 12, {daily(2500, 0.8, 19)}, around(900, 0.4), zipf(50'000, 0.9)),
            Codec::zstd, 4));
  topics.push_back(usual("clicks", 12, {daily(45'000, 0.75, 20)}, around(420, 0.6)));
  topics.push_back(usual("sessions", 24, {daily(6000, 0.7, 20)}, around(650, 0.7), among(500'000)));
  topics.push_back(usual("users", 12, {daily(9000, 0.6, 14)}, around(800, 0.5),
                         hot({{"tenant-1", 0.7}, {"tenant-2", 0.05}}, 4000)));
  topics.push_back(compacted(
      usual("profiles", 12, {daily(250, 0.6, 15)}, around(2200, 0.6), zipf(100'000, 0.8))));
  topics.push_back(usual("carts", 6, {daily(5000, 0.8, 19)}, around(1500, 0.7), among(100'000)));
  topics.push_back(
      compacted(usual("inventory", 6, {{Weekly{900, 0.3}}}, bytes(320), among(40'000))));
  topics.push_back(usual("shipments", 6, {{Weekly{350, 0.1}}}, around(1800, 0.4), among(40'000)));
  topics.push_back(usual("returns", 6, {daily(20, 0.6, 11)}, around(1300, 0.4)));
  topics.push_back(compacted(
      usual("prices", 3, {nightly(12'000, hours(27), minutes(45))}, bytes(210), among(40'000))));
  topics.push_back(usual("search.queries", 18, {daily(14'000, 0.7, 20)}, around(380, 0.5)));
  topics.push_back(usual("recommendations", 12, {daily(11'000, 0.7, 20)}, around(2600, 0.4)));
  topics.push_back(
      coded(usual("images", 6, {daily(55, 0.6, 13)}, around(260'000, 0.8)), Codec::none, 1));
  topics.push_back(usual("reviews", 6, {daily(12, 0.7, 21)}, around(1400, 0.9)));
  auto launch = usual("launch", 6, {{Trend{200, 16'000, days(7)}, days(4)}}, around(900, 0.5));
  topics.push_back(std::move(launch));
}

void add_finance(std::vector<TopicSpec>& topics) {
  // Three partitions of 10 MiB/s for what needs a dozen.
  topics.push_back(
      coded(usual("ledger", 3, {daily(26'000, 0.5, 15)}, around(950, 0.3), among(20'000)),
            Codec::zstd, 5));
  topics.push_back(usual("audit", 1, {{Flat{1.5}}}, bytes(700)));
  topics.push_back(usual("fraud.scores", 12, {daily(2500, 0.8, 19)}, bytes(260), among(50'000)));
  topics.push_back(usual("fraud.alerts", 6, {daily(0.4, 0.6, 19)}, around(2400, 0.6)));
  topics.push_back(usual("billing.usage", 12,
                         {{OnOff{30'000, minutes(5), minutes(55), minutes(0)}}}, bytes(480),
                         zipf(5000, 1.1)));
  topics.push_back(coded(usual("billing.invoices", 6, {nightly(900, hours(26), minutes(90))},
                               mostly(6000, 400'000, 0.02)),
                         Codec::gzip, 4));
  topics.push_back(kept(usual("exchange.rates", 1, {{OnOff{3, hours(16), hours(8), hours(0)}}},
                              bytes(96), among(160)),
                        days(1)));
}

void add_operations(std::vector<TopicSpec>& topics) {
  topics.push_back(
      coded(usual("logs.app", 24, {daily(38'000, 0.5, 16)}, around(520, 0.8)), Codec::zstd, 8));
  topics.push_back(
      coded(usual("logs.access", 12, {daily(30'000, 0.7, 20)}, around(680, 0.4)), Codec::gzip, 7));
  topics.push_back(
      coded(usual("logs.gateway", 6,
                  {daily(9000, 0.7, 20), {Burst{45'000, days(3), minutes(15), Millis{0}}}},
                  around(600, 0.5)),
            Codec::snappy, 4));
  topics.push_back(usual("metrics", 18, {{Flat{42'000}}}, bytes(180), zipf(3000, 0.6)));
  topics.push_back(usual("metrics.rollup", 48, {{Flat{700}}}, bytes(240), among(3000)));
  topics.push_back(usual("traces", 12, {daily(20'000, 0.6, 18)}, drifting(around(700, 0.9), 1.6)));
  topics.push_back(usual("alerts", 3, {{Flat{0.05}}, {Burst{40, days(2), minutes(30), days(3)}}},
                         around(900, 0.5)));
  topics.push_back(usual("deploys", 1, {{Weekly{0.01, 0.05}}}, around(3000, 0.8)));
  topics.push_back(usual("dead.letters", 6, {{OnOff{8, minutes(3), hours(5), hours(1)}}},
                         mostly(900, 60'000, 0.1)));
  topics.push_back(usual("config.changes", 1, {{Flat{0.002}}}, around(1200, 0.6)));
}

void add_data(std::vector<TopicSpec>& topics) {
  topics.push_back(
      usual("cdc.orders", 6, {daily(8000, 0.8, 19)}, around(1600, 0.3), among(200'000)));
  topics.push_back(compacted(
      usual("cdc.customers", 6, {{Weekly{400, 0.4}}}, around(1900, 0.4), among(100'000))));
  topics.push_back(
      compacted(usual("cdc.products", 6, {{Weekly{30, 0.2}}}, around(5000, 0.7), among(40'000))));
  topics.push_back(usual("iot.sensors", 36, {{Flat{55'000}}}, bytes(140), among(20'000)));
  topics.push_back(usual("iot.commands", 12, {daily(60, 0.4, 8)}, bytes(200), among(20'000)));
  topics.push_back(
      usual("geo.positions", 12, {daily(24'000, 0.85, 17)}, bytes(160), zipf(8000, 0.5)));
  topics.push_back(usual("features.online", 24, {{Trend{3000, 9000, days(7)}}}, around(1100, 0.5),
                         among(100'000)));
  topics.push_back(usual("exports.nightly", 6, {nightly(18'000, hours(25), minutes(40))},
                         mostly(1800, 24'000, 0.03)));
  topics.push_back(
      usual("chat.messages", 12, {daily(1800, 0.8, 21)}, around(340, 1), zipf(9000, 1)));
  topics.push_back(usual("notifications", 6,
                         {daily(700, 0.5, 10), nightly(8000, hours(33), minutes(12))},
                         around(620, 0.4), among(100'000)));
  // Ended: its records have gone, its offsets stay.
  auto ended = kept(usual("old.events", 8, {{Flat{900}, Millis{0}, days(1)}}, bytes(400)), days(3));
  topics.push_back(std::move(ended));
  topics.push_back(usual("migration.tmp", 12, {}, bytes(400)));
  topics.push_back(
      usual("load.test", 64, {{Burst{20'000, days(5), minutes(25), Millis{0}}}}, bytes(1000)));
}

}  // namespace

FleetSpec demo_fleet(Instant now) {
  FleetSpec fleet;
  fleet.name = "demo";
  fleet.start = std::chrono::floor<minutes>(now) - fleet.history;
  add_shop(fleet.topics);
  add_finance(fleet.topics);
  add_operations(fleet.topics);
  add_data(fleet.topics);
  return fleet;
}

}  // namespace partwise::fleet
