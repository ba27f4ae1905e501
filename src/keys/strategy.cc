#include "keys/strategy.h"

namespace partwise::keys {
namespace {

struct Row {
  Strategy strategy;
  std::string_view name;
  std::optional<Partitioner> partitioner;
  bool keyed;
  bool keeps_order;
};

constexpr std::array<Row, 10> rows = {{
    {Strategy::murmur2, "murmur2", Partitioner::murmur2, true, true},
    {Strategy::crc32, "crc32", Partitioner::crc32, true, true},
    {Strategy::fnv1a, "fnv1a", Partitioner::fnv1a, true, true},
    {Strategy::murmur3, "murmur3", Partitioner::murmur3, true, true},
    {Strategy::round_robin, "round_robin", {}, false, false},
    {Strategy::sticky_batches, "sticky_batches", {}, false, false},
    {Strategy::sticky_bytes, "sticky_bytes", {}, false, false},
    {Strategy::range, "range", {}, true, true},
    {Strategy::salted, "salted", {}, true, false},
    {Strategy::two_choices, "two_choices", {}, true, false},
}};

const Row& row_of(Strategy strategy) { return rows.at(static_cast<std::size_t>(strategy)); }

}  // namespace

std::string_view name_of(Strategy strategy) { return row_of(strategy).name; }

std::optional<Strategy> strategy_from_text(std::string_view text) {
  for (const auto& row : rows) {
    if (row.name == text) return row.strategy;
  }
  return std::nullopt;
}

std::optional<Partitioner> partitioner_of(Strategy strategy) {
  return row_of(strategy).partitioner;
}
bool is_keyed(Strategy strategy) { return row_of(strategy).keyed; }
bool keeps_key_order(Strategy strategy) { return row_of(strategy).keeps_order; }
bool ignores_empty_keys(Strategy strategy) { return strategy == Strategy::crc32; }

}  // namespace partwise::keys
