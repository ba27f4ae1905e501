#include "fleet/virtual_topic.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <utility>

#include <fmt/format.h>

#include "base/check.h"
#include "base/topic_name.h"
#include "base/units.h"
#include "fleet/mix.h"

namespace partwise::fleet {
namespace {

constexpr std::int64_t horizon_minutes = 100LL * 365 * 24 * 60;
// A batch has at most 2 GiB - 1, and is made in one piece.
constexpr double batch_bytes_max = 1 << 30;

// What the random bits are for: no two uses see the same.
constexpr std::uint64_t for_noise = 1;
constexpr std::uint64_t for_phase = 2;
constexpr std::uint64_t for_sizes = 3;
constexpr std::uint64_t for_keys = 4;
constexpr std::uint64_t for_values = 5;

// Random text has 64 symbols: what codes symbols by their frequency takes a quarter off it.
constexpr double text_entropy = 0.75;

constexpr std::string_view repeated_text =
    "the quick brown fox jumps over the lazy dog while the band plays";
static_assert(repeated_text.size() == 64);

tl::unexpected<Error> wrong(const std::string& topic, std::string_view what, std::string hint) {
  return fail(ErrorKind::invalid_input, fmt::format("topic '{}': {}", topic, what),
              std::move(hint));
}

Result<> of_topic(const std::string& topic, const Result<>& result) {
  if (result) return {};
  return wrong(topic, result.error().message, result.error().hint);
}

Result<> check_numbers(const TopicSpec& spec) {
  const auto between = [&](const char* what, double value, double least, double most) -> Result<> {
    if (value >= least && value <= most) return {};
    return wrong(spec.name, fmt::format("{} is {}", what, number_text(value)),
                 fmt::format("{} is {} to {}", what, number_text(least), number_text(most)));
  };
  TRY(between("partitions", spec.partitions, 1, partitions_max));
  TRY(between("replication_factor", spec.replication_factor, 1, replication_factor_max));
  TRY(between("noise", spec.noise, 0, noise_max));
  TRY(between("compressibility", spec.compressibility, 1, compressibility_max));
  TRY(between("batch_bytes", static_cast<double>(spec.batch_bytes), 1, record_bytes_max));
  TRY(between("linger in ms", static_cast<double>(spec.linger.count()), 0, 3'600'000));
  if (spec.retention && *spec.retention < Millis{1}) {
    return wrong(spec.name, "keeps records for less than 1 ms", "retention is 1 ms or more");
  }
  return {};
}

Result<> check_demand(const TopicSpec& spec) {
  double sum = 0;
  for (const auto& component : spec.demand) {
    TRY(of_topic(spec.name, check(component)));
    sum += highest_rate(component);
  }
  if (sum <= rate_max) return {};
  return wrong(spec.name, fmt::format("its demand adds up to {:.3g} records/s", sum),
               fmt::format("at most {:.0e}", rate_max));
}

// The part of a value that is as good as random, for its codec to reach the wanted ratio.
double random_share(const TopicSpec& spec) {
  const bool codes_symbols = spec.codec == Codec::gzip || spec.codec == Codec::zstd;
  return std::min(1.0, 1 / spec.compressibility / (codes_symbols ? text_entropy : 1));
}

}  // namespace

Result<std::shared_ptr<const keys::KeyTable>> SharedTables::key_table(const TopicSpec& spec) {
  if (spec.keys.shape == keys::KeyShape::none) return nullptr;
  auto& table = key_tables_[{spec.keys, spec.partitions, spec.partitioner}];
  if (!table) {
    auto shares = TRY(keys::KeyShares::from(spec.keys));
    table = std::make_shared<const keys::KeyTable>(std::move(shares), spec.partitions,
                                                   spec.partitioner);
  }
  return table;
}

Result<std::shared_ptr<const SizeTable>> SharedTables::size_table(const SizeSpec& spec) {
  auto& table = size_tables_[spec];
  if (!table) {
    auto sizes = TRY(SizeTable::from(spec));
    table = std::make_shared<const SizeTable>(std::move(sizes));
  }
  return table;
}

Result<VirtualTopic> VirtualTopic::from(TopicSpec spec, Instant start, Millis history,
                                        SharedTables& tables) {
  TRY(check_topic_name(spec.name));
  TRY(check_numbers(spec));
  TRY(check_demand(spec));
  const auto of_spec = [&](const Error& error) {
    return Error{error.kind, fmt::format("topic '{}': {}", spec.name, error.message), error.hint,
                 error.from};
  };
  VirtualTopic topic;
  topic.keys_ = TRY(tables.key_table(spec).map_error(of_spec));
  topic.sizes_ = TRY(tables.size_table(spec.sizes).map_error(of_spec));
  const auto key_bytes =
      topic.keys_ ? static_cast<std::int64_t>(topic.keys_->shares().longest()) : 0;
  if (topic.sizes_->smallest() < key_bytes) {
    return wrong(spec.name,
                 fmt::format("its smallest records have {} B, its longest key has {} B",
                             topic.sizes_->smallest(), key_bytes),
                 "a record's size is that of key and value: give the sizes a larger min");
  }
  topic.spec_ = std::move(spec);
  const auto& made_from = topic.spec_;
  topic.seed_ = mixed(mixed(made_from.seed), made_from.name);
  topic.demand_ = Demand(made_from.demand, made_from.noise, mixed(topic.seed_, for_noise), start);
  topic.random_share_ = random_share(made_from);
  if (topic.keys_) {
    for (int p = 0; p < made_from.partitions; ++p) {
      topic.phases_.push_back(unit_interval(topic.partition_seed(p, for_phase)));
    }
  }
  topic.settle_batches(history);
  topic.settle_levels(history);
  return topic;
}

void VirtualTopic::settle_batches(Millis history) {
  const double partition_rate = demand_.total(start() + history) / seconds(history) / partitions();
  const double by_bytes =
      std::floor(static_cast<double>(spec_.batch_bytes) / sizes_->largest_mean());
  const double by_worst = std::floor(batch_bytes_max / static_cast<double>(sizes_->largest()));
  const double by_time = std::floor(partition_rate * seconds(spec_.linger));
  const double records = std::min({by_time, by_bytes, by_worst});
  batch_records_ = static_cast<std::int64_t>(std::max(1.0, records));
}

void VirtualTopic::settle_levels(Millis history) {
  for (int level = 1; level < sizes_->levels(); ++level) {
    level_totals_.push_back(demand_.total(start() + history * level / drift_levels));
  }
}

std::uint64_t VirtualTopic::partition_seed(int partition, std::uint64_t purpose) const {
  return mixed(mixed(seed_, purpose), static_cast<std::uint64_t>(partition));
}

double VirtualTopic::share(int partition) const {
  return keys_ ? keys_->partition_share(partition) : 1.0 / partitions();
}

std::int64_t VirtualTopic::count_for(int partition, double total) const {
  // In whole numbers, so that Hermite's identity holds to the last record.
  if (!keys_) return (static_cast<std::int64_t>(total) + partition) / partitions();
  const double share = keys_->partition_share(partition);
  if (share == 0) return 0;
  return static_cast<std::int64_t>(share * total + phases_[static_cast<std::size_t>(partition)]);
}

void VirtualTopic::counts_for(double total, std::span<std::int64_t> counts) const {
  CHECK(std::ssize(counts) == partitions());
  if (keys_) {
    for (int p = 0; p < partitions(); ++p)
      counts[static_cast<std::size_t>(p)] = count_for(p, total);
    return;
  }
  // One division for all: the last partitions have had one record more.
  const auto records = static_cast<std::int64_t>(total);
  const auto each = records / partitions();
  const auto ahead = counts.size() - static_cast<std::size_t>(records % partitions());
  std::fill(counts.begin(), counts.end(), each);
  for (auto p = ahead; p < counts.size(); ++p) ++counts[p];
}

std::int64_t VirtualTopic::start_offset(int partition, Instant now) const {
  if (!spec_.retention || *spec_.retention > now - start()) return 0;
  return count_before(partition, now - *spec_.retention);
}

double VirtualTopic::total_with(int partition, std::int64_t offset) const {
  const auto nth = static_cast<double>(offset + 1);
  if (!keys_) return nth * partitions() - partition;
  return (nth - phases_[static_cast<std::size_t>(partition)]) / keys_->partition_share(partition);
}

Instant VirtualTopic::due_in(const DemandSlot& slot, int partition, std::int64_t offset) const {
  const auto there = [&](std::int64_t ms) {
    return count_for(partition, slot.total(slot.begin + Millis{ms})) > offset;
  };
  // The slot's end is past the record, its beginning is not.
  std::int64_t not_yet = 0;
  std::int64_t past = (slot.end - slot.begin).count();
  // Where the line through both ends puts it, but for rounding.
  const double part = (total_with(partition, offset) - slot.before) / (slot.after - slot.before);
  const auto guess =
      static_cast<std::int64_t>(std::clamp(part, 0.0, 1.0) * static_cast<double>(past));
  if (const auto low = guess - 1; low > not_yet && low < past && !there(low)) not_yet = low;
  if (const auto high = guess + 2; high > not_yet && high < past && there(high)) past = high;
  while (past - not_yet > 1) {
    const auto middle = not_yet + (past - not_yet) / 2;
    (there(middle) ? past : not_yet) = middle;
  }
  return slot.begin + Millis{past - 1};
}

std::optional<Instant> VirtualTopic::due(int partition, std::int64_t offset) const {
  CHECK(offset >= 0);
  DemandWalk walk(demand_);
  const auto past = [&](std::int64_t minute) {
    return count_for(partition, walk.total_at(minute + 1)) > offset;
  };
  const auto first = minute_of(start());
  // Doubling, from a day on: most records are asked for within the fleet's history.
  std::int64_t low = -1;
  std::int64_t high = std::int64_t{24} * 60;
  while (!past(first + high)) {
    if (high >= horizon_minutes) return std::nullopt;
    low = high;
    high = std::min(2 * high, horizon_minutes);
  }
  while (high - low > 1) {
    const auto middle = low + (high - low) / 2;
    (past(first + middle) ? high : low) = middle;
  }
  return due_in(walk.slot(first + high), partition, offset);
}

Instant VirtualTopic::timestamp(int partition, std::int64_t offset) const {
  const auto time = due(partition, offset);
  CHECK(time.has_value());
  return *time;
}

PartitionSizes VirtualTopic::sizes_of(int partition) const {
  std::array<std::int64_t, drift_levels - 1> starts{};
  std::transform(level_totals_.begin(), level_totals_.end(), starts.begin(),
                 [&](double total) { return count_for(partition, total); });
  return {*sizes_, std::span(starts).first(level_totals_.size()),
          partition_seed(partition, for_sizes)};
}

std::int64_t VirtualTopic::drawn_key(int partition, std::int64_t offset) const {
  if (!keys_) return -1;
  return keys_->drawn(
      partition, mixed(partition_seed(partition, for_keys), static_cast<std::uint64_t>(offset)));
}

VirtualRecord VirtualTopic::record(int partition, std::int64_t offset) const {
  return RecordWalk(*this, partition, offset).next();
}

std::string VirtualTopic::key_text(const VirtualRecord& record) const {
  CHECK(keys_ && record.key >= 0);
  return keys_->shares().text(record.key);
}

std::int64_t VirtualTopic::value_bytes(const VirtualRecord& record) const {
  if (record.key < 0) return record.bytes;
  return record.bytes - static_cast<std::int64_t>(key_text(record).size());
}

void VirtualTopic::write_value(int partition, const VirtualRecord& record,
                               std::span<char> value) const {
  const auto random =
      static_cast<std::size_t>(std::ceil(static_cast<double>(value.size()) * random_share_));
  auto seed =
      mixed(partition_seed(partition, for_values), static_cast<std::uint64_t>(record.offset));
  // Six random bits in each byte, from '0' to 'o'.
  const auto text = [&] {
    seed += golden_ratio;
    return (mixed(seed) & 0x3f3f3f3f3f3f3f3fULL) + 0x3030303030303030ULL;
  };
  std::size_t i = 0;
  for (; i + sizeof(std::uint64_t) <= random; i += sizeof(std::uint64_t)) {
    const auto eight = text();
    std::memcpy(value.data() + i, &eight, sizeof eight);
  }
  if (i < random) {
    const auto last = text();
    std::memcpy(value.data() + i, &last, random - i);
  }
  for (i = random; i < value.size(); i += repeated_text.size()) {
    std::memcpy(value.data() + i, repeated_text.data(),
                std::min(repeated_text.size(), value.size() - i));
  }
}

std::size_t VirtualTopic::memory_bytes() const {
  std::size_t bytes = sizeof(*this) + spec_.name.capacity() +
                      spec_.demand.capacity() * (sizeof(DemandComponent) * 2) +
                      (level_totals_.capacity() + phases_.capacity()) * sizeof(double);
  for (const auto& [name, value] : spec_.configs) bytes += 64 + name.capacity() + value.capacity();
  return bytes;
}

RecordWalk::RecordWalk(const VirtualTopic& topic, int partition, std::int64_t offset)
    : topic_(&topic),
      partition_(partition),
      offset_(offset),
      sizes_(topic.sizes_of(partition)),
      demand_(topic.demand_) {
  CHECK(partition >= 0 && partition < topic.partitions() && offset >= 0);
}

Instant RecordWalk::next_timestamp() {
  constexpr int nearby_minutes = 8;
  for (int i = 0; i < nearby_minutes && offset_ >= slot_end_ && slot_end_ > 0; ++i) {
    slot_ = demand_.slot(++minute_);
    slot_end_ = topic_->count_for(partition_, slot_.after);
  }
  if (offset_ < slot_end_) return topic_->due_in(slot_, partition_, offset_);
  const auto time = topic_->timestamp(partition_, offset_);
  minute_ = minute_of(time);
  slot_ = demand_.slot(minute_);
  slot_end_ = topic_->count_for(partition_, slot_.after);
  return time;
}

VirtualRecord RecordWalk::next() {
  VirtualRecord record{offset_, next_timestamp(), topic_->drawn_key(partition_, offset_),
                       sizes_.bytes(offset_)};
  ++offset_;
  return record;
}

}  // namespace partwise::fleet
