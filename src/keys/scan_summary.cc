#include "keys/scan_summary.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "base/check.h"
#include "base/units.h"
#include "keys/byte_form.h"
#include "keys/key_hash.h"

namespace partwise::keys {
namespace {

constexpr std::uint8_t version = 2;
// One less than a power of two: the index then has twice as many slots, not four times.
constexpr std::size_t counters_most = (1 << 11) - 1;
constexpr std::size_t counters_fewest = (1 << 7) - 1;
// About 35,000 keys for each thread that reads, by which shares are sure to 0.5 %. Each key more
// that is in the sample costs a walk through main memory with each of its records: only who gives
// more than the usual memory gets more.
constexpr std::size_t sample_memory_usual = std::size_t{8} << 20;
constexpr std::size_t sample_part = 32;
// In each of the two draws some 10,000 values: a field's CV over 12 partitions is then sure to 3 %.
constexpr std::size_t values_memory_most = std::size_t{8} << 20;
constexpr std::int64_t tracking_least = 1'000;
constexpr std::int64_t tracking_most = 1 << 16;

std::size_t fixed_memory() {
  return sizeof(ScanSummary) + (std::size_t{1} << HyperLogLog::precision_default) +
         2 * SizeQuantiles::memory_max() + HeatMap::memory_for(ScanSummary::heat_rows);
}

std::size_t values_memory(std::size_t memory) {
  return std::clamp(memory / 4, JsonDraw::memory_min, values_memory_most);
}

std::size_t free_memory(std::size_t memory) {
  return memory - fixed_memory() - values_memory(memory);
}

// A quarter of what is free for each of the two, but no more than helps: with 2,047 counters a
// bound is 0.049 % of the topic off, and more of them would not stay in a processor's cache.
std::size_t counters_within(std::size_t memory) {
  const auto each = free_memory(memory) / 4;
  auto counters = counters_most;
  while (counters > counters_fewest && SpaceSaving::memory_for(counters) > each) counters /= 2;
  return counters;
}

std::size_t sample_memory(std::size_t memory) {
  const auto left = free_memory(memory) - 2 * SpaceSaving::memory_for(counters_within(memory));
  return std::min(left, std::max(sample_memory_usual, memory / sample_part));
}

Result<> check_memory(std::size_t memory, int partitions) {
  if (partitions < 1 || partitions > ScanSummary::partitions_max) {
    return fail(ErrorKind::invalid_input, fmt::format("{} partitions are not possible", partitions),
                fmt::format("1 to {}", ScanSummary::partitions_max));
  }
  if (memory < ScanSummary::memory_min) {
    return fail(
        ErrorKind::invalid_input,
        fmt::format("{} are too little memory for a scan", bytes_text(static_cast<double>(memory))),
        fmt::format("at least {}", bytes_text(static_cast<double>(ScanSummary::memory_min))));
  }
  return {};
}

void add_time(PartitionTally& tally, std::int64_t first_ms, std::int64_t last_ms) {
  if (first_ms < 0) return;
  tally.first_ms = tally.first_ms < 0 ? first_ms : std::min(tally.first_ms, first_ms);
  tally.last_ms = std::max(tally.last_ms, last_ms);
}

void add(PartitionTally& tally, const PartitionTally& more) {
  tally.records += more.records;
  tally.bytes += more.bytes;
  tally.keyed_records += more.keyed_records;
  tally.keyed_bytes += more.keyed_bytes;
  tally.tombstones += more.tombstones;
  add_time(tally, more.first_ms, more.last_ms);
}

void write(ByteWriter& out, const PartitionTally& tally) {
  for (const auto count :
       {tally.records, tally.bytes, tally.keyed_records, tally.keyed_bytes, tally.tombstones}) {
    out.number(static_cast<std::uint64_t>(count));
  }
  out.signed_number(tally.first_ms);
  out.signed_number(tally.last_ms);
}

PartitionTally read_tally(ByteReader& in) {
  PartitionTally tally;
  for (auto* count : {&tally.records, &tally.bytes, &tally.keyed_records, &tally.keyed_bytes,
                      &tally.tombstones}) {
    *count = in.count();
  }
  tally.first_ms = in.signed_number();
  tally.last_ms = in.signed_number();
  if (tally.keyed_records > tally.records || tally.keyed_bytes > tally.bytes ||
      tally.last_ms < tally.first_ms) {
    in.reject("has a partition that cannot be");
  }
  return tally;
}

}  // namespace

Interval ScanSummary::distinct() const {
  if (knows_all_keys()) return Interval::exactly(static_cast<double>(sample_.keys().size()));
  const auto most = static_cast<double>(total().keyed_records);
  const auto found = distinct_.distinct();
  return {std::min(found.value, most), std::min(found.low, most), std::min(found.high, most)};
}

std::int64_t ScannedRecord::bytes() const {
  return static_cast<std::int64_t>(key ? key->size() : 0) +
         static_cast<std::int64_t>(value ? value->size() : 0) + header_bytes;
}

ScanSummary::ScanSummary(std::size_t memory, int partitions)
    : partitions_(static_cast<std::size_t>(partitions)),
      by_records_(counters_within(memory)),
      by_bytes_(counters_within(memory)),
      sample_(sample_memory(memory)),
      values_(values_memory(memory)),
      until_tracking_(tracking_least) {}

Result<ScanSummary> ScanSummary::within(std::size_t memory, int partitions) {
  TRY(check_memory(memory, partitions));
  return ScanSummary(memory, partitions);
}

PartitionTally& ScanSummary::tally(int partition) {
  CHECK(partition >= 0 && partition < partitions_max);
  const auto p = static_cast<std::size_t>(partition);
  if (p >= partitions_.size()) partitions_.resize(p + 1);
  return partitions_[p];
}

void ScanSummary::take(const ScannedRecord& record) {
  auto& tally = this->tally(record.partition);
  const auto bytes = record.bytes();
  ++tally.records;
  tally.bytes += bytes;
  add_time(tally, record.timestamp_ms, record.timestamp_ms);
  std::optional<std::uint64_t> hash;
  if (record.key) hash = key_hash(*record.key);
  if (record.value) {
    value_sizes_.add(std::ssize(*record.value));
    values_.add(record.partition, record.offset, record.key, hash, *record.value);
  } else {
    ++tally.tombstones;
  }
  if (!record.key) {
    heat_.add_without_key(record.timestamp_ms);
    return;
  }
  ++tally.keyed_records;
  tally.keyed_bytes += bytes;
  take_key(record, *record.key, *hash);
}

void ScanSummary::take_key(const ScannedRecord& record, std::string_view key, std::uint64_t hash) {
  const auto bytes = record.bytes();
  if (key.empty()) ++empty_keys_;
  key_sizes_.add(static_cast<std::int64_t>(key.size()));
  distinct_.add(hash);
  by_records_.add(key, hash, 1);
  by_bytes_.add(key, hash, bytes);
  sample_.add(key, hash, record.partition, bytes, record.timestamp_ms);
  heat_.add(key, hash, record.timestamp_ms);
  if (--until_tracking_ <= 0) track_heaviest();
}

// After an eighth of what was read, so that a key that rises misses little of its own; but not so
// often that it costs anything, and not so seldom that much of a rise is missed.
void ScanSummary::track_heaviest() {
  heat_.track(by_records_.heaviest(heat_rows));
  until_tracking_ = std::clamp(by_records_.total() / 8, tracking_least, tracking_most);
}

void ScanSummary::merge(const ScanSummary& other) {
  for (std::size_t p = 0; p < other.partitions_.size(); ++p) {
    add(tally(static_cast<int>(p)), other.partitions_[p]);
  }
  empty_keys_ += other.empty_keys_;
  distinct_.merge(other.distinct_);
  by_records_.merge(other.by_records_);
  by_bytes_.merge(other.by_bytes_);
  key_sizes_.merge(other.key_sizes_);
  value_sizes_.merge(other.value_sizes_);
  heat_.merge(other.heat_);
  sample_.merge(other.sample_);
  values_.merge(other.values_);
}

PartitionTally ScanSummary::total() const {
  PartitionTally total;
  for (const auto& tally : partitions_) add(total, tally);
  return total;
}

std::size_t ScanSummary::memory_bytes() const {
  return sizeof(*this) + partitions_.capacity() * sizeof(PartitionTally) +
         distinct_.memory_bytes() + by_records_.memory_bytes() + by_bytes_.memory_bytes() +
         key_sizes_.memory_bytes() + value_sizes_.memory_bytes() + heat_.memory_bytes() +
         sample_.memory_bytes() + values_.memory_bytes();
}

std::string ScanSummary::to_bytes() const {
  ByteWriter out(SketchKind::scan_summary, version);
  out.number(partitions_.size());
  for (const auto& tally : partitions_) write(out, tally);
  out.number(static_cast<std::uint64_t>(empty_keys_));
  out.text(distinct_.to_bytes());
  out.text(by_records_.to_bytes());
  out.text(by_bytes_.to_bytes());
  out.text(key_sizes_.to_bytes());
  out.text(value_sizes_.to_bytes());
  out.text(heat_.to_bytes());
  out.text(sample_.to_bytes());
  out.text(values_.records().to_bytes());
  out.text(values_.of_same_keys().to_bytes());
  return out.taken();
}

Result<ScanSummary> ScanSummary::from_bytes(std::string_view bytes, std::size_t memory) {
  TRY(check_memory(memory, 1));
  ByteReader in(bytes, SketchKind::scan_summary, version);
  std::vector<PartitionTally> partitions(in.size(partitions_max));
  if (partitions.empty()) in.reject("has no partitions");
  for (auto& tally : partitions) tally = read_tally(in);
  const auto empty_keys = in.count();
  std::string_view parts[9];
  for (auto& part : parts) part = in.text();
  TRY(in.finished());
  ScanSummary summary(memory, 1);
  summary.partitions_ = std::move(partitions);
  summary.empty_keys_ = empty_keys;
  summary.distinct_ = TRY(HyperLogLog::from_bytes(parts[0]));
  summary.by_records_ = TRY(SpaceSaving::from_bytes(parts[1]));
  summary.by_bytes_ = TRY(SpaceSaving::from_bytes(parts[2]));
  summary.key_sizes_ = TRY(SizeQuantiles::from_bytes(parts[3]));
  summary.value_sizes_ = TRY(SizeQuantiles::from_bytes(parts[4]));
  summary.heat_ = TRY(HeatMap::from_bytes(parts[5]));
  summary.sample_ = TRY(KeySample::from_bytes(parts[6], sample_memory(memory)));
  summary.values_ = TRY(JsonDraw::from_bytes(parts[7], parts[8], values_memory(memory)));
  if (summary.distinct_.precision() != HyperLogLog::precision_default) {
    return fail(ErrorKind::corrupt,
                "the summary of a scan from another process has another precision",
                "run the same version of partwise in all processes of a scan");
  }
  return summary;
}

}  // namespace partwise::keys
