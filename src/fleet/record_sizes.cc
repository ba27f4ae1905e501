#include "fleet/record_sizes.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include <boost/math/distributions/normal.hpp>
#include <fmt/format.h>

#include "base/check.h"
#include "base/random.h"
#include "base/units.h"
#include "fleet/mix.h"

namespace partwise::fleet {
namespace {

constexpr double sigma_max = 4;
constexpr double drift_min = 0.01;
constexpr double drift_max = 100;

using Quantiles = std::array<double, block_records>;

const Quantiles& normal_quantiles() {
  static const auto values = [] {
    Quantiles z{};
    const boost::math::normal normal;
    for (std::size_t i = 0; i < z.size(); ++i) {
      z[i] = boost::math::quantile(normal, (static_cast<double>(i) + 0.5) / block_records);
    }
    return z;
  }();
  return values;
}

using Shuffle = std::array<std::uint16_t, block_records>;

const Shuffle& shuffle_of(int number) {
  static const auto shuffles = [] {
    std::array<Shuffle, BlockOrder::shuffles> all{};
    Random random(0x5175ff1e);
    for (auto& shuffle : all) {
      std::iota(shuffle.begin(), shuffle.end(), std::uint16_t{0});
      for (int i = block_records - 1; i > 0; --i) {
        std::swap(shuffle[static_cast<std::size_t>(i)],
                  shuffle[static_cast<std::size_t>(random.below(i + 1))]);
      }
    }
    return all;
  }();
  return shuffles[static_cast<std::size_t>(number)];
}

Result<> within(const char* field, double value, double least, double most) {
  if (value >= least && value <= most) return {};
  return fail(ErrorKind::invalid_input,
              fmt::format("{} of the sizes is {}", field, number_text(value)),
              fmt::format("{} is {} to {}", field, number_text(least), number_text(most)));
}

Result<> check(const SizeSpec& spec) {
  constexpr double most = record_bytes_max;
  TRY(within("drift", spec.drift, drift_min, drift_max));
  switch (spec.shape) {
    case SizeShape::fixed:
      return within("bytes", static_cast<double>(spec.bytes), 1, most);
    case SizeShape::bimodal:
      TRY(within("small", static_cast<double>(spec.small), 1, most));
      TRY(within("large", static_cast<double>(spec.large), static_cast<double>(spec.small), most));
      return within("large_share", spec.large_share, 0, 1);
    case SizeShape::log_normal: {
      TRY(within("median", spec.median, 1, most));
      TRY(within("sigma", spec.sigma, 0, sigma_max));
      const auto min = static_cast<double>(spec.min.value_or(1));
      TRY(within("min", min, 1, most));
      return within("max", static_cast<double>(spec.max.value_or(record_bytes_max)), min, most);
    }
  }
  return {};
}

std::vector<double> quantiles_of(const SizeSpec& spec) {
  if (spec.shape == SizeShape::fixed) return {static_cast<double>(spec.bytes)};
  std::vector<double> sizes(block_records);
  if (spec.shape == SizeShape::bimodal) {
    const auto large = std::llround(spec.large_share * block_records);
    std::fill(sizes.begin(), sizes.end() - large, static_cast<double>(spec.small));
    std::fill(sizes.end() - large, sizes.end(), static_cast<double>(spec.large));
    return sizes;
  }
  const auto min = static_cast<double>(spec.min.value_or(1));
  const auto max = static_cast<double>(spec.max.value_or(record_bytes_max));
  std::transform(
      normal_quantiles().begin(), normal_quantiles().end(), sizes.begin(),
      [&](double z) { return std::clamp(spec.median * std::exp(spec.sigma * z), min, max); });
  return sizes;
}

}  // namespace

Result<SizeTable> SizeTable::from(const SizeSpec& spec) {
  TRY(check(spec));
  SizeTable table;
  table.quantiles_ = quantiles_of(spec);
  table.mask_ = table.quantiles_.size() - 1;
  const int levels = spec.drift == 1 ? 1 : drift_levels;
  for (int level = 0; level < levels; ++level) {
    table.factors_.push_back(std::pow(spec.drift, static_cast<double>(level) / (drift_levels - 1)));
    std::int64_t sum = 0;
    for (int i = 0; i < block_records; ++i) sum += table.bytes(level, i);
    table.block_bytes_.push_back(sum);
  }
  if (table.smallest() < 1) {
    return fail(ErrorKind::invalid_input,
                fmt::format("a drift of {} leaves no byte of the smallest records",
                            number_text(spec.drift)),
                "larger records, or less drift");
  }
  if (table.largest() > record_bytes_max) {
    return fail(ErrorKind::invalid_input,
                fmt::format("the largest records have {} bytes", count_text(table.largest())),
                fmt::format("at most {}: give the sizes a max", count_text(record_bytes_max)));
  }
  return table;
}

std::int64_t SizeTable::smallest() const { return std::min(bytes(0, 0), bytes(levels() - 1, 0)); }

std::int64_t SizeTable::largest() const {
  return std::max(bytes(0, block_records - 1), bytes(levels() - 1, block_records - 1));
}

double SizeTable::mean() const {
  double sum = 0;
  for (const auto bytes : block_bytes_) sum += static_cast<double>(bytes);
  return sum / block_records / levels();
}

double SizeTable::largest_mean() const {
  const auto most = *std::max_element(block_bytes_.begin(), block_bytes_.end());
  return static_cast<double>(most) / block_records;
}

double SizeTable::most_above_mean(int level) const {
  const double mean = static_cast<double>(block_bytes(level)) / block_records;
  double above = 0;
  for (int i = 0; i < block_records; ++i) {
    above += std::max(0.0, static_cast<double>(bytes(level, i)) - mean);
  }
  return above;
}

BlockOrder::BlockOrder(std::uint64_t random)
    : number_(static_cast<int>(random % shuffles)),
      first_(static_cast<int>((random >> 32) % block_records)),
      shuffle_(shuffle_of(number_)) {}

SizePrefixes::SizePrefixes(const SizeTable& table) {
  rows_.reserve(static_cast<std::size_t>(table.levels()) * BlockOrder::shuffles);
  for (int level = 0; level < table.levels(); ++level) {
    for (int number = 0; number < BlockOrder::shuffles; ++number) {
      auto& row = rows_.emplace_back();
      std::int64_t sum = 0;
      for (std::size_t i = 0; i < row.size(); ++i) {
        row[i] = sum;
        sum += table.bytes(level, shuffle_of(number)[i]);
      }
    }
  }
}

const SizePrefixes::Row& SizePrefixes::row(int level, const BlockOrder& order) const {
  return rows_[static_cast<std::size_t>(level) * BlockOrder::shuffles +
               static_cast<std::size_t>(order.shuffle())];
}

PartitionSizes::PartitionSizes(const SizeTable& table, std::span<const std::int64_t> level_starts,
                               std::uint64_t seed)
    : table_(&table), seed_(seed) {
  CHECK(std::ssize(level_starts) + 1 == table.levels());
  std::transform(level_starts.begin(), level_starts.end(), first_blocks_.begin(),
                 [](std::int64_t offset) { return (offset + block_records - 1) / block_records; });
}

int PartitionSizes::level_of(std::int64_t block) const {
  const auto starts =
      std::span(first_blocks_).first(static_cast<std::size_t>(table_->levels() - 1));
  return static_cast<int>(std::upper_bound(starts.begin(), starts.end(), block) - starts.begin());
}

BlockOrder PartitionSizes::order_of(std::int64_t block) const {
  return BlockOrder(mixed(seed_, static_cast<std::uint64_t>(block)));
}

std::int64_t PartitionSizes::bytes(std::int64_t offset) const {
  const auto block = offset / block_records;
  return table_->bytes(level_of(block),
                       order_of(block).quantile(static_cast<int>(offset % block_records)));
}

std::int64_t PartitionSizes::whole_blocks_bytes(std::int64_t blocks) const {
  std::int64_t sum = 0;
  std::int64_t counted = 0;
  for (int level = 0; level < table_->levels() && counted < blocks; ++level) {
    const bool last = level + 1 == table_->levels();
    const auto end =
        last ? blocks : std::min(blocks, first_blocks_[static_cast<std::size_t>(level)]);
    sum += (end - counted) * table_->block_bytes(level);
    counted = end;
  }
  return sum;
}

std::int64_t PartitionSizes::bytes_before(std::int64_t offset) const {
  const auto block = offset / block_records;
  const auto left = static_cast<int>(offset % block_records);
  std::int64_t sum = whole_blocks_bytes(block);
  const int level = level_of(block);
  const auto order = order_of(block);
  for (int i = 0; i < left; ++i) sum += table_->bytes(level, order.quantile(i));
  return sum;
}

void SizeWalk::go_to(std::int64_t block) {
  const int level = sizes_.level_of(block);
  const auto order = sizes_.order_of(block);
  block_ = block;
  first_ = order.first();
  row_ = &prefixes_->row(level, order);
  before_ = sizes_.whole_blocks_bytes(block) - (*row_)[static_cast<std::size_t>(first_)];
  before_wrapped_ = before_ + sizes_.table_->block_bytes(level);
}

}  // namespace partwise::fleet
