#include "keys/field_rank.h"

#include <algorithm>
#include <unordered_map>
#include <utility>

#include <nlohmann/json.hpp>

#include "base/check.h"
#include "keys/chance.h"
#include "keys/partitioner.h"
#include "keys/spread.h"

namespace partwise::keys {
namespace {

using json = nlohmann::json;

constexpr std::size_t value_bytes_max = std::size_t{64} << 10;
constexpr std::size_t text_bytes_max = 256;
constexpr std::size_t fields_max = 100;
constexpr int depth_max = 4;
constexpr std::size_t paired = 12;
constexpr double paired_coverage = 0.5;
constexpr std::uint32_t absent = 0xffffffff;

/// The values of one field: each text once, and its number for each record.
struct Column {
  std::vector<std::string> fields;
  std::vector<std::string> texts;
  std::unordered_map<std::string, std::uint32_t> numbers;
  std::vector<std::uint32_t> of_record;  // `absent` where it has none; may end early

  void set(std::size_t record, const std::string& text) {
    const auto [at, is_new] = numbers.try_emplace(text, static_cast<std::uint32_t>(texts.size()));
    if (is_new) texts.push_back(text);
    of_record.resize(record, absent);
    of_record.push_back(at->second);
  }
  [[nodiscard]] std::uint32_t at(std::size_t record) const {
    return record < of_record.size() ? of_record[record] : absent;
  }
};

class Table {
 public:
  void add_fields(const json& object, const std::string& prefix, int depth) {
    for (const auto& [name, value] : object.items()) {
      if (value.is_object()) {
        if (depth < depth_max) add_fields(value, prefix + name + ".", depth + 1);
      } else if (value.is_string()) {
        set(prefix + name, value.get_ref<const std::string&>());
      } else if (value.is_number() || value.is_boolean()) {
        set(prefix + name, value.dump());
      }
    }
  }
  void set_key(std::string_view key) { key_.set(records_, std::string(key)); }
  void end_record() { ++records_; }
  /// What comes from here on counts for stability alone.
  void end_draw() { drawn_ = records_; }

  [[nodiscard]] std::size_t records() const { return records_; }
  [[nodiscard]] std::size_t drawn() const { return drawn_; }
  [[nodiscard]] const Column& key() const { return key_; }
  [[nodiscard]] const std::vector<Column>& columns() const { return columns_; }

 private:
  void set(const std::string& path, const std::string& text) {
    if (text.size() > text_bytes_max || path.size() > text_bytes_max) return;
    auto found = by_path_.find(path);
    if (found == by_path_.end()) {
      if (columns_.size() == fields_max) return;
      found = by_path_.emplace(path, columns_.size()).first;
      columns_.emplace_back().fields = {path};
    }
    auto& column = columns_[found->second];
    // A name that comes twice in one object, or as a path by another way, counts once.
    if (column.of_record.size() <= records_) column.set(records_, text);
  }

  std::size_t records_ = 0;
  std::size_t drawn_ = 0;
  Column key_;
  std::vector<Column> columns_;
  std::unordered_map<std::string, std::size_t> by_path_;
};

Column pair_of(const Column& x, const Column& y, std::size_t records) {
  Column pair;
  pair.fields = {x.fields[0], y.fields[0]};
  for (std::size_t r = 0; r < records; ++r) {
    if (x.at(r) == absent || y.at(r) == absent) continue;
    pair.set(r, x.texts[x.at(r)] + "|" + y.texts[y.at(r)]);
  }
  return pair;
}

// The key of each record, but where it would count a record twice: a key of `of_same_keys` has its
// drawn records there, too.
std::vector<std::uint32_t> keys_counted_once(const Table& table) {
  const auto& key = table.key();
  std::vector<bool> has_all(key.texts.size());
  for (std::size_t r = table.drawn(); r < table.records(); ++r) {
    if (key.at(r) != absent) has_all[key.at(r)] = true;
  }
  std::vector<std::uint32_t> keys(table.records(), absent);
  for (std::size_t r = 0; r < keys.size(); ++r) {
    if (key.at(r) != absent && (r >= table.drawn() || !has_all[key.at(r)])) keys[r] = key.at(r);
  }
  return keys;
}

using Rows = std::vector<std::pair<std::uint32_t, std::uint32_t>>;

Rows rows_of(const Column& column, std::span<const std::uint32_t> keys) {
  Rows rows;
  for (std::size_t r = 0; r < keys.size(); ++r) {
    if (keys[r] != absent && column.at(r) != absent) rows.emplace_back(keys[r], column.at(r));
  }
  return rows;
}

// Rows whose second is the most frequent one of their first, of all whose first comes again.
std::optional<double> steady_share(Rows rows) {
  std::sort(rows.begin(), rows.end());
  std::int64_t all = 0;
  std::int64_t steady = 0;
  for (std::size_t from = 0; from < rows.size();) {
    std::int64_t most = 0;
    std::size_t at = from;
    while (at < rows.size() && rows[at].first == rows[from].first) {
      const auto same = at;
      while (at < rows.size() && rows[at] == rows[same]) ++at;
      most = std::max(most, static_cast<std::int64_t>(at - same));
    }
    if (at - from > 1) {
      all += static_cast<std::int64_t>(at - from);
      steady += most;
    }
    from = at;
  }
  if (all == 0) return std::nullopt;
  return static_cast<double>(steady) / static_cast<double>(all);
}

// Of each value, in the first `records`.
std::vector<std::int64_t> counts_of(const Column& column, std::size_t records) {
  std::vector<std::int64_t> counts(column.texts.size());
  for (std::size_t r = 0; r < std::min(records, column.of_record.size()); ++r) {
    if (column.of_record[r] != absent) ++counts[column.of_record[r]];
  }
  return counts;
}

// Values that came once tell how many did not come at all (A. Chao, 1984, without its bias).
double distinct_at_least(const std::vector<std::int64_t>& counts) {
  const auto once = static_cast<double>(std::count(counts.begin(), counts.end(), 1));
  const auto twice = static_cast<double>(std::count(counts.begin(), counts.end(), 2));
  const auto found = static_cast<double>(counts.size()) -
                     static_cast<double>(std::count(counts.begin(), counts.end(), 0));
  return found + once * (once - 1) / (2 * (twice + 1));
}

FieldScore score_of(const Column& column, const Table& table, std::span<const std::uint32_t> keys,
                    int partitions) {
  FieldScore score;
  score.fields = column.fields;
  const auto counts = counts_of(column, table.drawn());
  KeyWeights weights;
  std::vector<std::int64_t> placed(static_cast<std::size_t>(partitions));
  for (std::size_t i = 0; i < counts.size(); ++i) {
    if (counts[i] == 0) continue;
    weights.add(static_cast<double>(counts[i]));
    const int partition = partition_of(Partitioner::murmur2, column.texts[i], partitions);
    placed[static_cast<std::size_t>(partition)] += counts[i];
  }
  const auto spread = spread_of(placed);
  score.coverage = weights.sum() / static_cast<double>(table.drawn());
  score.distinct = weights.keys();
  score.distinct_at_least = distinct_at_least(counts);
  score.cv_percent = spread.cv_percent;
  score.cv_percent_by_chance = cv_percent_by_chance(weights, partitions);
  score.max_over_mean = spread.max_over_mean;
  auto rows = rows_of(column, keys);
  score.stability = steady_share(rows);
  for (auto& row : rows) std::swap(row.first, row.second);
  score.within_key = steady_share(std::move(rows));
  if (score.distinct == 0) return score;  // no drawn record has it
  score.others_alike = weights.squares() / weights.sum() - 1;
  score.score = score.coverage * score.stability.value_or(1) / score.max_over_mean;
  return score;
}

bool better(const FieldScore& x, const FieldScore& y) {
  if (x.score != y.score) return x.score > y.score;
  return x.fields < y.fields;  // fewer fields, then by name
}

std::int64_t repeated(std::vector<std::uint32_t> keys) {
  std::sort(keys.begin(), keys.end());
  std::int64_t repeated = 0;
  for (std::size_t from = 0; from < keys.size() && keys[from] != absent;) {
    auto to = from;
    while (to < keys.size() && keys[to] == keys[from]) ++to;
    if (to - from > 1) ++repeated;
    from = to;
  }
  return repeated;
}

std::vector<FieldScore> scores_of(const Table& table, std::span<const std::uint32_t> keys,
                                  int partitions) {
  std::vector<std::pair<FieldScore, const Column*>> singles;
  for (const auto& column : table.columns()) {
    singles.emplace_back(score_of(column, table, keys, partitions), &column);
  }
  std::sort(singles.begin(), singles.end(),
            [](const auto& x, const auto& y) { return better(x.first, y.first); });
  std::vector<FieldScore> scores;
  std::vector<const Column*> to_pair;
  for (const auto& [score, column] : singles) {
    if (score.coverage >= paired_coverage && to_pair.size() < paired) to_pair.push_back(column);
    scores.push_back(score);
  }
  for (std::size_t i = 0; i < to_pair.size(); ++i) {
    for (std::size_t j = i + 1; j < to_pair.size(); ++j) {
      const auto pair = pair_of(*to_pair[i], *to_pair[j], table.records());
      if (!pair.texts.empty()) scores.push_back(score_of(pair, table, keys, partitions));
    }
  }
  if (!table.key().texts.empty()) scores.push_back(score_of(table.key(), table, keys, partitions));
  std::sort(scores.begin(), scores.end(), better);
  return scores;
}

// Whether the record is a JSON object.
bool add(Table& table, const KeyedValue& record) {
  json value;
  if (record.value.size() <= value_bytes_max) value = json::parse(record.value, nullptr, false);
  if (!value.is_object()) return false;
  table.add_fields(value, "", 1);
  if (record.key) table.set_key(*record.key);
  table.end_record();
  return true;
}

}  // namespace

FieldRank field_rank(std::span<const KeyedValue> records, std::span<const KeyedValue> of_same_keys,
                     int partitions) {
  CHECK(partitions > 0);
  FieldRank rank;
  Table table;
  for (const auto& record : records) rank.others += add(table, record) ? 0 : 1;
  table.end_draw();
  rank.records = static_cast<std::int64_t>(table.drawn());
  if (rank.records == 0) return rank;
  for (const auto& record : of_same_keys) (void)add(table, record);
  const auto keys = keys_counted_once(table);
  rank.repeated_keys = repeated(keys);
  rank.scores = scores_of(table, keys, partitions);
  return rank;
}

}  // namespace partwise::keys
