#include "report/keys_table.h"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

#include "base/text.h"
#include "base/units.h"
#include "report/column_chart.h"
#include "report/grid.h"
#include "report/scan_table.h"

namespace partwise::report {
namespace {

using keys::KeysReport;
using keys::StrategyReport;
using Rows = std::vector<std::vector<std::string>>;

constexpr int chart_height = 4;
constexpr std::size_t chart_width_most = 100;
constexpr std::size_t sweep_rows_most = 24;
constexpr std::size_t patterns_most = 12;
constexpr std::size_t pattern_partitions_most = 16;

std::string heading(const KeysReport& report, const Style& style) {
  const auto& keys = report.keys;
  const bool counted = !report.scan || report.scan->summary.knows_all_keys();
  auto text = fmt::format("  {}: {}, {}{}", keys.source, counted_text(keys.records, "record"),
                          counted ? "" : "about ", counted_text(keys.distinct_keys, "key"));
  if (keys.effective_keys > 0 &&
      keys.effective_keys < 0.9 * static_cast<double>(keys.distinct_keys)) {
    text += fmt::format(" (as uneven as {:.3g} equal ones)", keys.effective_keys);
  }
  if (keys.null_key_records > 0)
    text += fmt::format(", {} without a key", count_text(keys.null_key_records));
  if (keys.empty_key_records > 0)
    text += fmt::format(", {} with an empty key", count_text(keys.empty_key_records));
  if (!report.strategies.empty())
    text += " · " + counted_text(report.rules.partitions, "partition");
  return style.bold(fmt::format("partwise {}", report.version)) + text + "\n";
}

std::string mark_of(keys::Quality quality, const Style& style) {
  switch (quality) {
    case keys::Quality::good:
      return style.good("✓ good");
    case keys::Quality::moderate:
      return style.notable("⚠ moderate");
    case keys::Quality::severe:
      return style.bad("✗ severe");
  }
  return {};
}

// Below one, two significant digits: a little is not none.
std::string cv_text(double cv) {
  return cv == 0 || cv >= 1 ? fmt::format("{:.1f}", cv) : fmt::format("{:.2g}", cv);
}

std::string p_text(std::optional<double> p) {
  if (!p) return "–";
  return *p < 0.0001 ? "<0.0001" : fmt::format("{:.4f}", *p);
}

std::string chart(const StrategyReport& strategy, const Style& style) {
  const auto& counts = strategy.load.records;
  const auto width = std::min(chart_width_most,
                              style.width > 20 ? static_cast<std::size_t>(style.width) - 16 : 64);
  const auto lines = column_chart(counts, chart_height, width, style);
  const auto [least, most] = std::minmax_element(counts.begin(), counts.end());
  std::string text = fmt::format("\n  {}  CV {} %\n", style.bold(strategy.name),
                                 cv_text(strategy.verdict.records.cv_percent));
  for (std::size_t i = 0; i < lines.size(); ++i) {
    text += "  " + lines[i];
    if (i == 0) text += "  " + style.dim(count_text(*most) + " most");
    if (i + 1 == lines.size()) text += "  " + style.dim(count_text(*least) + " least");
    text += "\n";
  }
  return text;
}

// As the existing analyser's table, and chance beside it.
std::string strategies_text(const KeysReport& report, const Style& style) {
  Rows rows;
  for (const auto& strategy : report.strategies) {
    const auto& verdict = strategy.verdict;
    rows.push_back({strategy.name, count_text(strategy.load.total_records()),
                    fmt::format("{:.1f}", verdict.records.mean),
                    fmt::format("{:.2f}", verdict.records.sd_sample),
                    cv_text(verdict.records.cv_percent), cv_text(verdict.cv_percent_by_chance),
                    p_text(verdict.p_value), fmt::format("{:.2f}", verdict.records.max_over_mean),
                    fmt::format("{:.3f}", verdict.records.gini), cv_text(verdict.bytes.cv_percent),
                    mark_of(verdict.quality, style)});
  }
  return "\n" + grid({{"STRATEGY"},
                      {"RECORDS", true},
                      {"AVERAGE", true},
                      {"SD", true},
                      {"CV %", true},
                      {"BY CHANCE %", true},
                      {"P", true},
                      {"MAX/MEAN", true},
                      {"GINI", true},
                      {"BYTES CV %", true},
                      {"QUALITY"}},
                     rows, style);
}

std::string verdicts_text(const KeysReport& report) {
  std::size_t widest = 0;
  for (const auto& strategy : report.strategies) {
    widest = std::max(widest, strategy.name.size());
  }
  std::string text = "\n";
  for (const auto& strategy : report.strategies) {
    text += fmt::format("  {}  {}\n", padded(strategy.name, widest), strategy.verdict.text);
  }
  return text;
}

// Of the first strategy that knows them: a whole table for each would say the same of all hashes.
std::string patterns_text(const KeysReport& report, const Style& style) {
  for (const auto& strategy : report.strategies) {
    const auto& groups = strategy.load.groups;
    if (groups.size() < 2 || groups.size() > patterns_most) continue;
    const auto partitions = static_cast<std::size_t>(strategy.load.partitions());
    const auto shown = std::min(partitions, pattern_partitions_most);
    std::vector<GridColumn> columns = {{"KEY PATTERN"}};
    for (std::size_t p = 0; p < shown; ++p) columns.push_back({fmt::format("P{}", p), true});
    Rows rows;
    for (std::size_t g = 0; g < groups.size(); ++g) {
      rows.push_back({report.keys.patterns[g]});
      for (std::size_t p = 0; p < shown; ++p) rows.back().push_back(count_text(groups[g][p]));
    }
    auto text = "\n" + grid(columns, rows, style);
    text += fmt::format(
        "  records by {}{}\n", strategy.name,
        shown < partitions
            ? fmt::format("; the first {} of {} partitions, all in JSON", shown, partitions)
            : "");
    return text;
  }
  return {};
}

std::string within_text(const keys::StrategySweep& sweep, double target) {
  if (!sweep.smallest_within) return fmt::format("no count has a CV below {:g} %", target);
  return fmt::format("CV below {:g} %: {} is the smallest count, {} the largest", target,
                     *sweep.smallest_within, *sweep.largest_within);
}

// A long sweep's rows are thinned out; all are in CSV and JSON. The counts that are spoken of stay.
std::vector<std::size_t> shown_points(const keys::StrategySweep& sweep,
                                      const keys::SweepRules& rules) {
  const auto count = sweep.points.size();
  const auto each = (count + sweep_rows_most - 1) / sweep_rows_most;
  std::vector<std::size_t> shown;
  for (std::size_t i = 0; i < count; ++i) {
    const int partitions = sweep.points[i].partitions;
    if (i % each == 0 || i + 1 == count || partitions == rules.current ||
        partitions == sweep.smallest_within || partitions == sweep.largest_within) {
      shown.push_back(i);
    }
  }
  return shown;
}

std::vector<std::string> point_row(const keys::SweepPoint& point, const keys::SweepRules& rules) {
  std::vector<std::string> row = {count_text(point.partitions), cv_text(point.cv_percent),
                                  cv_text(point.cv_percent_by_chance),
                                  fmt::format("{:.2f}", point.max_over_mean)};
  if (rules.current) {
    row.push_back(point.moved_keys_percent ? fmt::format("{:.1f}", *point.moved_keys_percent)
                                           : "–");
  }
  row.emplace_back(keys::is_within(point, rules) ? "✓" : "");
  return row;
}

std::string sweep_text(const keys::KeysSweep& sweep, const Style& style) {
  std::vector<GridColumn> columns = {
      {"PARTITIONS", true}, {"CV %", true}, {"BY CHANCE %", true}, {"MAX/MEAN", true}};
  if (sweep.rules.current) columns.push_back({"KEYS MOVED %", true});
  columns.push_back({""});
  std::string text;
  for (const auto& strategy : sweep.strategies) {
    Rows rows;
    for (const auto i : shown_points(strategy, sweep.rules)) {
      rows.push_back(point_row(strategy.points[i], sweep.rules));
    }
    text += fmt::format("\n  {}  {}\n", style.bold(keys::name_of(strategy.strategy)),
                        within_text(strategy, sweep.rules.target_cv_percent));
    text += grid(columns, rows, style);
    if (rows.size() < strategy.points.size()) {
      text += fmt::format("  {} of {} counts; all in --format csv and json\n", rows.size(),
                          strategy.points.size());
    }
  }
  return text;
}

std::string rate_text(std::int64_t records, double seconds) {
  if (seconds <= 0) return {};
  return fmt::format(" in {:.1f} s ({} records/s)", seconds,
                     count_text(static_cast<std::int64_t>(static_cast<double>(records) / seconds)));
}

// What had been read by then says nothing of what is missing.
std::string broken_off_text(const keys::Arrivals& arrivals, const Style& style) {
  if (arrivals.arrived == 0) return style.notable("  ⚠ not read back\n");
  const auto wrong =
      arrivals.twice + arrivals.out_of_order + arrivals.misplaced + arrivals.wrong_key;
  return style.notable("  ⚠") +
         fmt::format(" not read back to the end: of {} acknowledged records {} were, {} wrong\n",
                     count_text(arrivals.acknowledged), count_text(arrivals.arrived),
                     wrong == 0 ? "none" : count_text(wrong));
}

std::string proof_text(const keys::Verification& verification, const Style& style) {
  const auto& arrivals = verification.arrivals;
  if (!verification.read_back) return broken_off_text(arrivals, style);
  if (arrivals.proven()) {
    return style.good("  ✓") +
           fmt::format(
               " each of {} acknowledged records is there once, in order, where {} puts its key\n",
               count_text(arrivals.acknowledged), verification.partitioner);
  }
  auto text =
      style.bad("  ✗") +
      fmt::format(" missing {}, twice {}, out of order {}, misplaced {}, with another key {}\n",
                  count_text(arrivals.missing), count_text(arrivals.twice),
                  count_text(arrivals.out_of_order), count_text(arrivals.misplaced),
                  count_text(arrivals.wrong_key));
  for (const auto& example : arrivals.examples) text += "    " + example + "\n";
  return text;
}

std::string fate_of(const keys::Verification& verification) {
  if (verification.existing) return "was there before";
  if (verification.removal) return "made";
  return verification.kept ? "made, and kept" : "made, and deleted";
}

std::string verification_text(const keys::Verification& verification, const Style& style) {
  auto text =
      fmt::format("\n  topic {} on {}: {}, replication factor {}, {}, {}\n", verification.topic,
                  verification.cluster, fate_of(verification), verification.replication_factor,
                  verification.compression, verification.partitioner);
  if (verification.removal) text += style.bad("  ✗ it is still there: partwise keys cleanup\n");
  text += fmt::format("  produced {}{}, {} not acknowledged; read back {}{}\n",
                      count_text(verification.sent),
                      rate_text(verification.sent, verification.produce_s),
                      count_text(verification.failed), count_text(verification.arrivals.arrived),
                      rate_text(verification.arrivals.arrived, verification.read_s));
  text += proof_text(verification, style);
  for (const auto& left : verification.keys_left) text += style.bad("  ✗ " + left) + "\n";
  return text;
}

// By partition, where theory and cluster may differ.
std::string places_text(const keys::Verification& verification, const Style& style) {
  const auto& arrivals = verification.arrivals;
  if (!verification.read_back || arrivals.actual == arrivals.theoretical) return {};
  Rows rows;
  for (std::size_t p = 0; p < arrivals.actual.size() && p < pattern_partitions_most; ++p) {
    rows.push_back({std::to_string(p), count_text(arrivals.theoretical[p]),
                    count_text(arrivals.actual[p]),
                    count_text(arrivals.actual[p] - arrivals.theoretical[p])});
  }
  auto text =
      "\n" +
      grid({{"PARTITION", true}, {"THEORETICAL", true}, {"ACTUAL", true}, {"DIFFERENCE", true}},
           rows, style);
  if (rows.size() < arrivals.actual.size()) {
    text += fmt::format("  the first {} of {} partitions, all in JSON\n", rows.size(),
                        arrivals.actual.size());
  }
  return text;
}

}  // namespace

std::string table(const KeysReport& report, const Style& style) {
  auto text = heading(report, style);
  if (report.scan) text += table(*report.scan, style);
  if (report.verification) text += verification_text(*report.verification, style);
  if (!report.strategies.empty()) {
    for (const auto& strategy : report.strategies) text += chart(strategy, style);
    text += strategies_text(report, style) + verdicts_text(report) + patterns_text(report, style);
  }
  if (report.verification) text += places_text(*report.verification, style);
  if (report.sweep) text += sweep_text(*report.sweep, style);
  for (const auto& warning : report.warnings) text += style.notable("  warning: " + warning) + "\n";
  return text;
}

}  // namespace partwise::report
