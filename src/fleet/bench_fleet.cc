// A fleet of any size, for measuring.
#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <vector>

#include <fmt/format.h>

#include "base/random.h"
#include "fleet/demo_fleet.h"

namespace partwise::fleet {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;

constexpr double records_a_partition = 1e7;
constexpr double orders_of_magnitude = 5;

DemandShape shape_of(std::int64_t kind, double rate, Random& random) {
  const double hour = std::floor(24 * random.uniform());
  switch (kind) {
    case 0:
    case 1:
    case 2:
      return Diurnal{rate, 0.3 + 0.6 * random.uniform(), hour};
    case 3:
      return Flat{rate};
    case 4:
      return Weekly{rate * 7 / 6, 0.5};
    case 5:
      return Trend{0.5 * rate, 1.5 * rate, days(7)};
    case 6:
      return OnOff{4 * rate, minutes(15), minutes(45), minutes(5)};
    default:
      // A twelfth of the day, so twelve times the mean.
      return Burst{12 * rate, hours(3), hours(2), days(1)};
  }
}

SizeSpec sizes_of(std::int64_t kind) {
  SizeSpec spec;
  if (kind < 6) spec.shape = SizeShape::log_normal;
  if (kind == 8) spec.shape = SizeShape::bimodal;
  spec.median = 150 * std::pow(2, static_cast<double>(kind));
  spec.sigma = 0.3 + 0.1 * static_cast<double>(kind);
  spec.min = 40;
  spec.bytes = kind == 6 ? 120 : 1000;
  spec.drift = kind == 3 ? 1.5 : 1;
  return spec;
}

keys::KeySpec keys_of(std::int64_t kind) {
  if (kind == 0) return {keys::KeyShape::zipf, 1000, 1, {}};
  if (kind == 1) return {keys::KeyShape::uniform, 2000, 1, {}};
  if (kind == 2) return {keys::KeyShape::hot, 500, 1, {{"tenant-1", 0.4}}};
  return {};
}

}  // namespace

FleetSpec bench_fleet(int topics, int partitions, Instant now) {
  FleetSpec fleet;
  fleet.name = fmt::format("bench-{}x{}", topics, partitions);
  fleet.start = std::chrono::floor<minutes>(now) - fleet.history;
  Random random(20260101);

  const double exponent = topics > 1 ? orders_of_magnitude / std::log10(topics) : 0;
  std::vector<double> weights;
  for (int rank = 1; rank <= topics; ++rank) weights.push_back(std::pow(rank, -exponent));
  const double records = records_a_partition * topics * partitions;
  const double rate_unit =
      records / seconds(fleet.history) / std::accumulate(weights.begin(), weights.end(), 0.0);
  for (std::size_t i = weights.size(); i > 1; --i) {
    std::swap(weights[i - 1],
              weights[static_cast<std::size_t>(random.below(static_cast<std::int64_t>(i)))]);
  }
  constexpr std::array codecs = {Codec::none, Codec::gzip, Codec::snappy, Codec::lz4, Codec::zstd};
  for (const double weight : weights) {
    TopicSpec spec;
    spec.name = fmt::format("bench-{:05}", fleet.topics.size());
    spec.partitions = partitions;
    spec.replication_factor = 3;
    spec.demand = {{shape_of(random.below(8), weight * rate_unit, random)}};
    spec.noise = random.below(4) == 0 ? 0 : 0.2;
    spec.sizes = sizes_of(random.below(9));
    spec.keys = keys_of(random.below(8));
    spec.codec = codecs[static_cast<std::size_t>(random.below(5))];
    spec.compressibility = spec.codec == Codec::none ? 1 : 3;
    fleet.topics.push_back(std::move(spec));
  }
  return fleet;
}

}  // namespace partwise::fleet
