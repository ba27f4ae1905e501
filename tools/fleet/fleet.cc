#include "fleet.h"

#include <array>
#include <cmath>
#include <cstdio>

namespace partwise::fleet {
namespace {

constexpr int demo_minutes = 13 * 720;  // 6.5 days
constexpr std::array<const char*, 5> codecs = {"none", "gzip", "snappy", "lz4", "zstd"};

std::string numbered(const char* stem, int i) {
  std::array<char, 32> text{};
  (void)std::snprintf(text.data(), text.size(), "%s.%03d", stem, i);
  return text.data();
}

TopicSpec topic(const char* stem, int i, Shape shape, std::int64_t records, int partitions) {
  TopicSpec spec;
  spec.name = numbered(stem, i);
  spec.shape = shape;
  spec.records = records;
  spec.partitions = partitions;
  spec.codec = codecs[static_cast<std::size_t>(i) % codecs.size()];
  spec.headers = i % 3 == 0;
  // Nothing may be deleted while the fleet is looked at.
  spec.configuration["retention.ms"] = "1209600000";
  return spec;
}

}  // namespace

FleetSpec demo_fleet() {
  FleetSpec fleet{"demo", demo_minutes, {}};
  auto& topics = fleet.topics;
  constexpr std::array<int, 5> counts = {4, 6, 8, 12, 3};
  int i = 0;
  const auto next = [&](const char* stem, Shape shape, std::int64_t records) -> TopicSpec& {
    topics.push_back(
        topic(stem, i, shape, records, counts[static_cast<std::size_t>(i) % counts.size()]));
    ++i;
    return topics.back();
  };
  for (const std::int64_t records : {40'000, 21'000, 9'000, 4'000, 900}) {
    next("orders", Shape::flat, records).keys = 2'000;
  }
  for (const std::int64_t records : {60'000, 34'000, 17'000, 6'000, 2'000, 700}) {
    next("clicks", Shape::diurnal, records).size_high = 1'200;
  }
  for (const std::int64_t records : {50'000, 26'000, 12'000, 5'000, 1'500}) {
    auto& burst = next("payments", Shape::burst, records);
    burst.keys = 500;
    burst.burst_height = 30 + 10 * i;
  }
  for (const std::int64_t records : {45'000, 15'000, 3'000}) {
    next("growth", Shape::trend, records).size_low = 200;
  }
  for (const std::int64_t records : {30'000, 11'000, 2'500}) next("batch", Shape::on_off, records);
  for (const std::int64_t records : {300, 60, 9, 1})
    next("audit", Shape::flat, records).size_low = 400;
  for (int empty = 0; empty < 3; ++empty) next("old.events", Shape::empty, 0);
  for (const std::int64_t records : {35'000, 8'000, 600}) {
    auto& compacted = next("profiles", Shape::flat, records);
    compacted.keys = 400;
    compacted.configuration["cleanup.policy"] = "compact";
  }
  auto& hot = next("users", Shape::burst, 48'000);
  hot.keys = 3'000;
  hot.burst_height = 330;
  hot.hot_share = 0.7;
  hot.size_high = 2'000;
  auto& large = next("images", Shape::flat, 3'000);
  large.size_low = 2'000;
  large.size_high = 8'000;
  auto& young = next("launch", Shape::diurnal, 12'000);
  young.first_minute = demo_minutes - 2 * 1440;
  young.keys = 900;
  // The one that really needs more partitions than it has.
  auto& ledger = next("ledger", Shape::burst, 45'000);
  ledger.partitions = 3;
  ledger.burst_height = 600;
  ledger.size_low = 800;
  ledger.size_high = 2'400;
  ledger.keys = 5'000;
  for (int wide = 0; wide < 3; ++wide) {
    auto& spec = next("metrics", Shape::steps, 14'000 >> (2 * wide));
    spec.partitions = 18;
    spec.size_high = 200;
  }
  return fleet;
}

FleetSpec bench_fleet(std::int64_t records) {
  FleetSpec fleet{"bench", 7 * 1440 - 30, {}};
  constexpr int count = 100;
  // Rates of a fleet of 1,000 topics that span five orders of magnitude, as fleets do.
  constexpr double exponent = 5.0 / 3;
  constexpr std::array<Shape, 6> shapes = {Shape::diurnal, Shape::burst,  Shape::flat,
                                           Shape::trend,   Shape::on_off, Shape::steps};
  double weights = 0;
  for (int rank = 1; rank <= count; ++rank) weights += std::pow(rank, -exponent);
  for (int rank = 1; rank <= count; ++rank) {
    const double share = static_cast<double>(records) * std::pow(rank, -exponent) / weights;
    auto spec = topic("fleet", rank, shapes[static_cast<std::size_t>(rank) % shapes.size()],
                      std::llround(share), rank % 4 == 0 ? 12 : 6);
    spec.keys = rank % 2 == 0 ? 10'000 : 0;
    spec.size_low = 100;
    spec.size_high = 400;
    fleet.topics.push_back(std::move(spec));
  }
  return fleet;
}

FleetSpec idle_fleet() {
  FleetSpec fleet{"idle", 7 * 1440 - 30, {}};
  for (int i = 0; i < 1'000; ++i) {
    const bool busy = i % 40 == 0;
    const bool empty = !busy && i % 4 == 0;
    auto spec = topic("idle", i, busy ? Shape::diurnal : Shape::flat, busy ? 3'000 : 5, 10);
    if (empty) {
      spec.records = 0;
      spec.shape = Shape::empty;
    }
    spec.codec = "none";
    fleet.topics.push_back(std::move(spec));
  }
  return fleet;
}

}  // namespace partwise::fleet
