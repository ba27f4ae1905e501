#include "keys/heat_map.h"

#include <algorithm>
#include <numeric>

#include "base/check.h"
#include "keys/byte_form.h"

namespace partwise::keys {
namespace {

constexpr std::uint8_t version = 1;
constexpr int doublings_max = 48;  // 2^63 ms are less than 96 of such steps
using Steps = std::vector<std::int64_t>;

// Of steps from number `first`; half as many, from first / 2.
void join_pairs(Steps& steps, std::int64_t first) {
  Steps joined((static_cast<std::size_t>(first & 1) + steps.size() + 1) / 2);
  for (std::size_t i = 0; i < steps.size(); ++i) {
    joined[(static_cast<std::size_t>(first & 1) + i) / 2] += steps[i];
  }
  steps = std::move(joined);
}

void add_steps(Steps& to, const Steps& from, std::size_t offset) {
  for (std::size_t i = 0; i < from.size(); ++i) to[offset + i] += from[i];
}

void write(ByteWriter& out, const Steps& steps) {
  for (const auto count : steps) out.number(static_cast<std::uint64_t>(count));
}

Steps read_steps(ByteReader& in, std::size_t size) {
  Steps steps(size);
  for (auto& count : steps) count = in.count();
  return steps;
}

}  // namespace

std::int64_t HeatRow::counted() const {
  return std::accumulate(records.begin(), records.end(), std::int64_t{0});
}

HeatMap::HeatMap(std::size_t rows) : rows_most_(rows), index_(rows) {
  CHECK(rows > 0 && rows <= rows_max);
}

void HeatMap::add(std::string_view key, std::uint64_t hash, std::int64_t timestamp_ms) {
  const auto step = step_of(timestamp_ms);
  const auto row = index_.find(hash, [&](std::uint32_t i) { return rows_[i].key.is(key, hash); });
  if (row == SlotIndex::none || step == none) return;
  if (rows_[row].entered_ms < 0) rows_[row].entered_ms = timestamp_ms;
  ++rows_[row].records[step];
}

// Counts the record in the totals, too.
std::size_t HeatMap::step_of(std::int64_t timestamp_ms) {
  if (timestamp_ms < 0) {
    ++without_time_;
    return none;
  }
  if (last_step_ == none || timestamp_ms < last_from_ms_ ||
      timestamp_ms - last_from_ms_ >= step_ms()) {
    cover(timestamp_ms / step_ms(), timestamp_ms / step_ms());
    const auto number = timestamp_ms / step_ms();
    last_step_ = static_cast<std::size_t>(number - first_);
    last_from_ms_ = number * step_ms();
  }
  ++totals_[last_step_];
  return last_step_;
}

// Makes the map reach from one step, by its present number, to another.
void HeatMap::cover(std::int64_t first, std::int64_t last) {
  last_step_ = none;
  if (totals_.empty()) first_ = first;
  for (;;) {
    const auto from = std::min(first, first_);
    const auto until = std::max(last + 1, first_ + std::ssize(totals_));
    if (until - from > static_cast<std::int64_t>(steps_max)) {
      double_steps();
      first /= 2;
      last /= 2;
      continue;
    }
    const auto reach = [&](Steps& steps) {
      steps.insert(steps.begin(), static_cast<std::size_t>(first_ - from), 0);
      steps.resize(static_cast<std::size_t>(until - from));
    };
    reach(totals_);
    for (auto& row : rows_) reach(row.records);
    first_ = from;
    return;
  }
}

void HeatMap::double_steps() {
  join_pairs(totals_, first_);
  for (auto& row : rows_) join_pairs(row.records, first_);
  first_ /= 2;
  ++doublings_;
  last_step_ = none;
}

std::uint32_t HeatMap::find(const KeptKey& key) const {
  return index_.find(key.hash, [&](std::uint32_t i) { return rows_[i].key.is(key); });
}

void HeatMap::add_row(HeatRow row) {
  index_.insert(row.key.hash, static_cast<std::uint32_t>(rows_.size()));
  rows_.push_back(std::move(row));
}

void HeatMap::index_rows() {
  index_.clear();
  for (std::uint32_t i = 0; i < rows_.size(); ++i) index_.insert(rows_[i].key.hash, i);
}

void HeatMap::track(std::span<const HeavyKey> heaviest) {
  heaviest = heaviest.first(std::min(heaviest.size(), rows_most_));
  const auto entering = (rows_most_ + 1) / 2;
  std::vector<HeatRow> rows;
  for (std::size_t i = 0; i < heaviest.size(); ++i) {
    const auto row = find(heaviest[i].key);
    if (row != SlotIndex::none) {
      rows.push_back(std::move(rows_[row]));
      rows_[row].key = rows.back().key;  // it can still be found
    } else if (i < entering) {
      rows.push_back({heaviest[i].key, -1, Steps(totals_.size())});
    }
  }
  rows_ = std::move(rows);
  index_rows();
}

void HeatMap::merge(const HeatMap& other) {
  auto more = other;
  without_time_ += more.without_time_;
  if (!more.totals_.empty()) {
    while (more.doublings_ < doublings_) more.double_steps();
    while (doublings_ < more.doublings_) double_steps();
    cover(more.first_, more.first_ + std::ssize(more.totals_) - 1);
    while (more.doublings_ < doublings_) more.double_steps();
  }
  const auto offset = static_cast<std::size_t>(more.totals_.empty() ? 0 : more.first_ - first_);
  add_steps(totals_, more.totals_, offset);
  for (auto& row : more.rows_) {
    auto at = find(row.key);
    if (at == SlotIndex::none) {
      at = static_cast<std::uint32_t>(rows_.size());
      add_row({row.key, row.entered_ms, Steps(totals_.size())});
    }
    add_steps(rows_[at].records, row.records, offset);
    if (row.entered_ms >= 0 &&
        (rows_[at].entered_ms < 0 || row.entered_ms < rows_[at].entered_ms)) {
      rows_[at].entered_ms = row.entered_ms;
    }
  }
  if (rows_.size() <= rows_most_) return;
  std::stable_sort(rows_.begin(), rows_.end(),
                   [](const HeatRow& x, const HeatRow& y) { return x.counted() > y.counted(); });
  rows_.resize(rows_most_);
  index_rows();
}

std::size_t HeatMap::memory_bytes() const {
  auto bytes = sizeof(*this) + index_.memory_bytes() + rows_.capacity() * sizeof(HeatRow) +
               totals_.capacity() * sizeof(std::int64_t);
  for (const auto& row : rows_) {
    bytes += row.key.heap_bytes() + row.records.capacity() * sizeof(std::int64_t);
  }
  return bytes;
}

std::size_t HeatMap::memory_for(std::size_t rows) {
  // Vectors that grow may take twice what they need; merging has both sides' rows for a moment.
  const auto steps = 2 * steps_max * sizeof(std::int64_t);
  const auto row = 2 * sizeof(HeatRow) + heap_bytes_of_text(2 * KeptKey::longest) + steps;
  return sizeof(HeatMap) + SlotIndex::memory_for(2 * rows) + steps + 2 * rows * row;
}

std::string HeatMap::to_bytes() const {
  ByteWriter out(SketchKind::heat_map, version);
  out.number(rows_most_);
  out.number(static_cast<std::uint64_t>(doublings_));
  out.number(static_cast<std::uint64_t>(first_));
  out.number(static_cast<std::uint64_t>(without_time_));
  out.number(totals_.size());
  write(out, totals_);
  out.number(rows_.size());
  for (const auto& row : rows_) {
    row.key.write(out);
    out.signed_number(row.entered_ms);
    write(out, row.records);
  }
  return out.taken();
}

Result<HeatMap> HeatMap::from_bytes(std::string_view bytes) {
  ByteReader in(bytes, SketchKind::heat_map, version);
  const auto rows = in.number();
  const auto doublings = in.number();
  if (rows == 0 || rows > rows_max) in.reject("has an impossible number of rows");
  if (doublings > doublings_max) in.reject("has steps that are too long");
  TRY(in.failed() ? in.finished() : Result<>{});
  HeatMap map(rows);
  map.doublings_ = static_cast<int>(doublings);
  map.first_ = in.count();
  map.without_time_ = in.count();
  map.totals_ = read_steps(in, in.size(steps_max));
  if (map.first_ + std::ssize(map.totals_) > INT64_MAX / map.step_ms() + 1) {
    in.reject("has times that cannot be");
  }
  for (auto left = in.size(rows); left > 0 && !in.failed(); --left) {
    HeatRow row;
    row.key = KeptKey::read(in);
    row.entered_ms = in.signed_number();
    row.records = read_steps(in, map.totals_.size());
    if (map.find(row.key) != SlotIndex::none) in.reject("has a key twice");
    if (!in.failed()) map.add_row(std::move(row));
  }
  TRY(in.finished());
  return map;
}

}  // namespace partwise::keys
