#include "sample/peak_search.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <map>
#include <numeric>
#include <utility>

#include "base/check.h"

namespace partwise::sample {
namespace {

// Where the breadth of the search ends and the dive begins, as a share of the budget. 50 and 75 %
// found no more bursts in simulation.
constexpr double broad_share = 0.75;
constexpr int least_round = 32;
constexpr int dive_by_rate = 2;
constexpr int dive_by_excess = 2;
// A short row must leave some air under the limit, or it closes nothing and costs a round.
constexpr double short_row_share = 0.97;
/// T for one amount of bytes; few sizes are shared by many nodes.
class Limits {
 public:
  explicit Limits(double bytes) : bytes_(bytes) {}

  std::int64_t of(const RecordSize& size) {
    const auto [found, fresh] = known_.try_emplace(&size, 0);
    if (fresh) found->second = size.limit(bytes_);
    return found->second;
  }

 private:
  double bytes_;
  std::map<const RecordSize*, std::int64_t> known_;
};

double median_of(std::vector<double>& rates) {
  std::sort(rates.begin(), rates.end());
  const auto half = rates.size() / 2;
  return rates.size() % 2 == 1 ? rates[half] : (rates[half - 1] + rates[half]) / 2;
}

}  // namespace

PeakSearch::PeakSearch(OffsetTable& table, std::vector<int> columns,
                       std::span<const int> boundaries, SearchSettings settings, double scale)
    : table_(table), columns_(std::move(columns)), settings_(settings), scale_(scale) {
  CHECK(boundaries.size() >= 2);
  for (std::size_t i = 0; i + 1 < boundaries.size(); ++i) {
    add_nodes(nodes_, boundaries[i], boundaries[i + 1]);
  }
}

void PeakSearch::assume(SizeModel sizes, const sizing::PartitionRule& rule) {
  sizes_ = std::move(sizes);
  rule_ = rule;
}

std::int64_t PeakSearch::records_between(int a, int b) const {
  std::int64_t sum = 0;
  for (const int p : columns_) sum += table_.records(p, a, b);
  return scale_ == 1 ? sum : std::llround(scale_ * static_cast<double>(sum));
}

// [a, b) as an empty node, where nothing arrived at first, and one that begins with a full window.
void PeakSearch::add_nodes(std::vector<Node>& nodes, int a, int b) {
  const int full = table_.skip_empty(a, b, columns_);
  if (full > a) nodes.push_back({a, full, 0, 0, false});
  if (full == b) return;
  const auto records = records_between(full, b);
  nodes.push_back({full, b, records, records, false});
}

bool PeakSearch::row_known(int boundary) const {
  return std::all_of(columns_.begin(), columns_.end(),
                     [&](int p) { return table_.known(p, boundary); });
}

std::int64_t PeakSearch::bound_by_short_row(const Node& node, const Split& split) const {
  std::int64_t left = 0;
  std::int64_t right = 0;
  for (const int p : columns_) {
    if (!table_.known(p, split.middle)) continue;
    left += table_.records(p, node.a, split.middle);
    right += table_.records(p, split.middle, node.b);
  }
  const auto scaled = [this](std::int64_t n) {
    return std::llround(scale_ * static_cast<double>(n));
  };
  // Whichever half holds the fullest window, it may hold all of the partitions not asked.
  return node.records - scaled(std::min(left, right));
}

void PeakSearch::finish_splits() {
  std::vector<Node> nodes;
  nodes.reserve(nodes_.size() + 2 * splits_.size());
  std::sort(splits_.begin(), splits_.end(),
            [](const Split& x, const Split& y) { return x.node < y.node; });
  auto split = splits_.begin();
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    auto& node = nodes_[i];
    if (split == splits_.end() || split->node != i) {
      nodes.push_back(node);
      continue;
    }
    if (row_known(split->middle)) {
      add_nodes(nodes, node.a, split->middle);
      add_nodes(nodes, split->middle, node.b);
    } else {
      node.stuck = table_.failed(split->middle);
      node.bound = std::min(node.bound, bound_by_short_row(node, *split));
      nodes.push_back(node);
    }
    ++split;
  }
  nodes_ = std::move(nodes);
  splits_.clear();
}

const RecordSize& PeakSearch::size_of(const Node& node) const { return sizes_.of(node.a, node.b); }

// The fullest window of a node has at least the average's bytes, at least one record's, and at
// least those of the records that the fullest by count has.
double PeakSearch::least_bytes(const Node& node) const {
  if (node.records == 0) return 0;
  const auto& size = size_of(node);
  const auto parts = std::min<std::int64_t>(node.windows(), node.records);
  return std::max(size.least(node.records) / static_cast<double>(parts),
                  size.least(node.fullest_at_least()));
}

// The (allowed + 1)-th largest of the nodes' lower bounds: one window of each is at least so full.
double PeakSearch::low_bytes() const {
  std::vector<double> lows;
  lows.reserve(nodes_.size());
  for (const auto& node : nodes_) lows.push_back(least_bytes(node));
  const auto rank = static_cast<std::size_t>(settings_.allowed_above);
  if (rank >= lows.size()) return 0;
  std::nth_element(lows.begin(), lows.begin() + settings_.allowed_above, lows.end(),
                   std::greater<>());
  return lows[rank];
}

std::int64_t PeakSearch::windows_above(double bytes) const {
  std::int64_t sum = 0;
  Limits limits(bytes);
  for (const auto& node : nodes_) {
    const auto limit = limits.of(size_of(node));
    if (node.bound <= limit) continue;
    sum += std::min<std::int64_t>(node.windows(), node.records / (limit + 1));
  }
  return sum;
}

std::size_t PeakSearch::busiest_node() const {
  std::size_t best = 0;
  double most = -1;
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    const double bytes =
        static_cast<double>(nodes_[i].fullest_at_least()) * size_of(nodes_[i]).mean.value;
    if (bytes <= most) continue;
    most = bytes;
    best = i;
  }
  return best;
}

std::vector<PeakSearch::Standing> PeakSearch::standings() const {
  const double seconds_per_window = std::chrono::duration<double>(table_.grid().width).count();
  const int least = rule_->needed({low_bytes() / seconds_per_window});
  double bytes = rule_->peak_limit(std::max(least, settings_.settled_partitions)).value *
                 seconds_per_window * settings_.caution;
  // Below what was to be told, nothing more is asked once one window is known to be above it.
  if (low_bytes() <= told_bytes_) bytes = std::min(bytes, told_bytes_);

  const auto& busiest = nodes_[busiest_node()];
  const auto& usual = size_of(busiest);
  const auto fewer = RecordSize(Interval::exactly(usual.mean.value), usual.spread)
                         .limit(static_cast<double>(busiest.fullest_at_least()) * usual.mean.value);
  Limits limits(bytes);
  std::vector<Standing> standings;
  standings.reserve(nodes_.size());
  std::int64_t all_above = 0;
  for (const auto& node : nodes_) {
    const auto& size = size_of(node);
    auto limit = limits.of(size);
    // A window with so many fewer records of the same mean size cannot outweigh the busiest one,
    // however uncertain that mean is.
    if (settings_.allowed_above == 0 && &size == &size_of(busiest)) {
      limit = std::max(limit, fewer);
    }
    const auto above = node.bound <= limit
                           ? 0
                           : std::min<std::int64_t>(node.windows(), node.records / (limit + 1));
    all_above += above;
    standings.push_back({limit, above, above > 0 && node.windows() > 1 && !node.stuck});
  }
  if (all_above <= settings_.allowed_above) {
    for (auto& standing : standings) standing.open = false;
  }
  return standings;
}

double PeakSearch::points() const {
  return static_cast<double>(lookups_) /
         static_cast<double>(std::max<std::size_t>(1, columns_.size()));
}

// Records per window beyond what the two nodes before and the two after would explain: by rate
// alone, a burst in the quiet hours hides behind the daily peak.
double PeakSearch::unexplained(std::size_t i) const {
  std::vector<double> around;
  for (std::size_t back = 1; back <= 2; ++back) {
    if (i >= back) around.push_back(nodes_[i - back].rate());
    if (i + back < nodes_.size()) around.push_back(nodes_[i + back].rate());
  }
  const auto& node = nodes_[i];
  const double usual = around.empty() ? node.rate() : std::min(node.rate(), median_of(around));
  return usual + std::max(0.0, static_cast<double>(node.records) - node.windows() * usual);
}

std::vector<std::size_t> PeakSearch::dive(std::vector<std::size_t> open) const {
  const auto take_best = [&](int count, auto&& score, std::vector<std::size_t>& into) {
    const auto n = std::min<std::ptrdiff_t>(count, std::ssize(open));
    std::partial_sort(open.begin(), open.begin() + n, open.end(),
                      [&](std::size_t x, std::size_t y) { return score(x) > score(y); });
    into.insert(into.end(), open.begin(), open.begin() + n);
    open.erase(open.begin(), open.begin() + n);
  };
  std::vector<std::size_t> nodes;
  take_best(
      dive_by_rate, [&](std::size_t i) { return nodes_[i].rate() * size_of(nodes_[i]).mean.value; },
      nodes);
  take_best(
      dive_by_excess, [&](std::size_t i) { return unexplained(i) * size_of(nodes_[i]).mean.value; },
      nodes);
  return nodes;
}

std::vector<std::size_t> PeakSearch::chosen(std::vector<std::size_t> open) const {
  const double broad = broad_share * settings_.budget_points;
  if (points() >= broad) {
    auto nodes = dive(std::move(open));
    const auto left = static_cast<std::size_t>(std::max(1.0, settings_.budget_points - points()));
    nodes.resize(std::min(nodes.size(), left));
    return nodes;
  }
  std::sort(open.begin(), open.end(), [this](std::size_t x, std::size_t y) {
    const auto bytes = [this](const Node& node) { return size_of(node).most(node.bound); };
    return bytes(nodes_[x]) > bytes(nodes_[y]);
  });
  const double round =
      std::max<double>(least_round, std::floor(static_cast<double>(open.size()) / 2));
  const double allowed = std::max(1.0, std::min(round, std::floor(broad - points())));
  if (static_cast<double>(open.size()) > allowed) open.resize(static_cast<std::size_t>(allowed));
  return open;
}

PeakSearch::Split PeakSearch::split_of(std::size_t i, std::int64_t limit) const {
  const auto& node = nodes_[i];
  Split split{i, table_.grid().round_boundary(node.a, node.b), {}};
  bool asked_before = false;
  for (const int p : columns_) {
    if (table_.known(p, split.middle)) {
      asked_before = true;
    } else {
      split.asked.push_back(p);
    }
  }
  const auto scaled_limit = static_cast<double>(limit) / scale_;
  const auto records = static_cast<double>(node.records) / scale_;
  if (!settings_.short_rows || asked_before || records >= 2 * scaled_limit) return split;

  // The fewest of the fullest partitions that could close the node if they split evenly.
  std::sort(split.asked.begin(), split.asked.end(), [&](int x, int y) {
    return table_.records(x, node.a, node.b) > table_.records(y, node.a, node.b);
  });
  double in_prefix = 0;
  for (std::size_t q = 0; q < split.asked.size(); ++q) {
    in_prefix += static_cast<double>(table_.records(split.asked[q], node.a, node.b));
    if (records - in_prefix / 2 > short_row_share * scaled_limit) continue;
    split.asked.resize(q + 1);
    break;
  }
  return split;
}

std::vector<Lookup> PeakSearch::next_round() {
  CHECK(rule_.has_value());
  finish_splits();
  if (points() >= settings_.budget_points) return {};
  const auto standing = standings();
  std::vector<std::size_t> open;
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    if (standing[i].open) open.push_back(i);
  }
  if (open.empty()) return {};

  std::vector<Lookup> lookups;
  for (const auto i : chosen(std::move(open))) {
    splits_.push_back(split_of(i, standing[i].limit));
    for (const int p : splits_.back().asked) lookups.push_back({p, splits_.back().middle});
  }
  lookups_ += std::ssize(lookups);
  // Every answer was known already, from an earlier search: go on with the next round.
  return lookups.empty() ? next_round() : lookups;
}

double PeakSearch::least_bytes_with_few_above() const {
  double low = 0;
  double high = 0;
  for (const auto& node : nodes_) {
    high = std::max(high, size_of(node).most(node.bound));
  }
  if (settings_.allowed_above == 0) return high;
  constexpr int halvings = 60;
  for (int i = 0; i < halvings; ++i) {
    const double middle = low + (high - low) / 2;
    (windows_above(middle) <= settings_.allowed_above ? high : low) = middle;
  }
  return high;
}

PeakBounds PeakSearch::bounds() const {
  const auto& node = nodes_[busiest_node()];
  const auto& size = size_of(node).mean;
  PeakBounds bounds;
  bounds.a = node.a;
  bounds.b = node.b;
  bounds.records = node.fullest_at_least();
  bounds.low = low_bytes();
  bounds.high = std::max(bounds.low, least_bytes_with_few_above());
  bounds.value = settings_.allowed_above == 0
                     ? static_cast<double>(bounds.records) * size.value
                     : bounds.low * (size.low > 0 ? size.value / size.low : 1);
  bounds.value = std::clamp(bounds.value, bounds.low, bounds.high);
  return bounds;
}

std::vector<PeakSearch::Held> PeakSearch::held() const {
  std::vector<Held> all;
  for (const auto& node : nodes_) {
    all.push_back({node.a, node.b, static_cast<double>(node.records) * size_of(node).mean.value});
  }
  return all;
}

std::vector<PeakSearch::Stretch> PeakSearch::busiest(int count) const {
  std::vector<std::size_t> order(nodes_.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [this](std::size_t x, std::size_t y) {
    return nodes_[x].rate() > nodes_[y].rate();
  });
  std::vector<Stretch> stretches;
  for (const auto i : order) {
    if (std::ssize(stretches) >= count || nodes_[i].records == 0) break;
    stretches.push_back({nodes_[i].a, nodes_[i].b});
  }
  return stretches;
}

double PeakSearch::hottest_partition_bound() const {
  double bytes = 0;
  for (const auto& node : nodes_) {
    for (const int p : columns_) {
      const auto records = std::min(node.bound, table_.records(p, node.a, node.b));
      bytes = std::max(bytes, size_of(node).most(records));
    }
  }
  return bytes;
}

PeakSearch::Stretch PeakSearch::decisive() const {
  const auto most =
      std::max_element(nodes_.begin(), nodes_.end(), [this](const Node& x, const Node& y) {
        return size_of(x).most(x.bound) < size_of(y).most(y.bound);
      });
  return {most->a, most->b};
}

}  // namespace partwise::sample
