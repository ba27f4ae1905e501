#include "report/table.h"

#include <algorithm>
#include <array>
#include <vector>

#include <fmt/format.h>

#include "base/text.h"
#include "base/units.h"
#include "report/grid.h"

namespace partwise::report {
namespace {

using sizing::Binding;
using sizing::ClusterReport;
using sizing::RunSettings;
using sizing::TopicReport;
using sizing::TopicStatus;

constexpr std::size_t name_max = 44;
constexpr std::size_t why_min = 24;

struct Row {
  std::string topic, now, peak, needed, count, mark, truth, why;
  enum class Tone { plain, good, notable, bad } tone = Tone::plain;
};

// "31.0 MiB", or "< 1.2 MiB" where only a bound was needed.
std::string peak_text(const std::optional<Interval>& rate, bool exact) {
  if (!rate) return "–";
  if (rate->high == 0) return "0";
  auto text = rate_text({exact ? rate->value : rate->high});
  text.resize(text.size() - 2);  // "/s" is in the heading
  return exact ? text : "< " + text;
}

Row row_of(const TopicReport& topic, const RunSettings& settings) {
  Row row;
  row.topic = topic.name + (topic.compacted.value_or(false) ? " (compacted)" : "");
  row.now = std::to_string(topic.partitions);
  row.why = short_reason(topic, settings);
  if (!topic.recommended) {
    row.peak = row.needed = row.count = "–";
    row.mark = "✗ not measured";
    row.tone = Row::Tone::bad;
    return row;
  }
  row.peak = peak_text(topic.peak_bytes_per_s, !peak_is_a_bound(topic));
  row.needed = peak_text(topic.required_bytes_per_s, !peak_is_a_bound(topic));
  const int wanted = *topic.recommended;
  row.count = wanted > topic.partitions ? fmt::format("{} → {}", topic.partitions, wanted)
                                        : std::to_string(topic.partitions);
  if (topic.binding == Binding::hot_key) {
    row.mark = "⚠ hot key";
    row.tone = Row::Tone::notable;
  } else if (has_lopsided_peak(topic)) {
    row.mark = wanted > topic.partitions ? "⚠ raise, hot" : "⚠ hot";
    row.tone = Row::Tone::notable;
  } else if (wanted > topic.partitions) {
    row.mark = "↑ raise";
    row.tone = Row::Tone::notable;
  } else if (topic.recommended_range.high < topic.partitions) {
    row.mark = fmt::format("over ({} do)", topic.recommended_range.high);
  } else if (topic.recommended_range.high > topic.partitions) {
    row.mark = "? maybe more";
    row.tone = Row::Tone::notable;
  } else {
    row.mark = "✓";
    row.tone = Row::Tone::good;
  }
  if (topic.recommended_range.low != topic.recommended_range.high) {
    row.mark += fmt::format(" [{}, {}]", topic.recommended_range.low, topic.recommended_range.high);
  }
  return row;
}

enum class Verdict { right, within, wrong };

// A topic without records needs whatever it gets.
Verdict verdict_on(const TopicReport& topic, int truth) {
  if (!topic.recommended) return Verdict::wrong;
  if (topic.status == TopicStatus::empty || *topic.recommended == truth) return Verdict::right;
  const auto& range = topic.recommended_range;
  return range.low <= truth && truth <= range.high ? Verdict::within : Verdict::wrong;
}

std::string truth_text(const TopicReport& topic, const TruthColumn* truth) {
  if (truth == nullptr || !truth->contains(topic.name)) return {};
  const int count = truth->at(topic.name);
  switch (verdict_on(topic, count)) {
    case Verdict::right:
      return fmt::format("= {}", count);
    case Verdict::within:
      return fmt::format("~ {}", count);
    case Verdict::wrong:
      return fmt::format("✗ {}", count);
  }
  return {};
}

std::string truth_line(const ClusterReport& cluster, const TruthColumn& truth) {
  std::map<Verdict, int> counts;
  for (const auto& topic : cluster.topics) {
    const auto known = truth.find(topic.name);
    if (known != truth.end()) ++counts[verdict_on(topic, known->second)];
  }
  return fmt::format(
      "  TRUTH: = {} counts are right, ~ {} are estimates that missed it within their range, ✗ {} "
      "are wrong\n",
      counts[Verdict::right], counts[Verdict::within], counts[Verdict::wrong]);
}

std::string toned(const Style& style, Row::Tone tone, const std::string& text) {
  switch (tone) {
    case Row::Tone::good:
      return style.good(text);
    case Row::Tone::notable:
      return style.notable(text);
    case Row::Tone::bad:
      return style.bad(text);
    case Row::Tone::plain:
      return text;
  }
  return text;
}

struct Widths {
  std::size_t topic = 5, now = 3, peak = 6, needed = 8, count = 9, mark = 0, truth = 0, why = 0;
};

Widths widths_of(const std::vector<Row>& rows, const Style& style) {
  Widths w;
  for (const auto& row : rows) {
    w.topic = std::max(w.topic, display_width(row.topic));
    w.now = std::max(w.now, display_width(row.now));
    w.peak = std::max(w.peak, display_width(row.peak));
    w.needed = std::max(w.needed, display_width(row.needed));
    w.count = std::max(w.count, display_width(row.count));
    w.mark = std::max(w.mark, display_width(row.mark));
    w.truth = std::max(w.truth, display_width(row.truth));
    w.why = std::max(w.why, display_width(row.why));
  }
  if (w.truth > 0) w.truth = std::max(w.truth, std::size_t{5});
  if (style.width == 0) return w;
  w.topic = std::min(w.topic, name_max);
  const auto others = 2 + w.topic + 2 + w.now + 2 + w.peak + 2 + w.needed + 2 + w.count + 1 +
                      w.mark + 2 + (w.truth > 0 ? w.truth + 2 : 0);
  const auto width = static_cast<std::size_t>(style.width);
  w.why = std::min(w.why, std::max(why_min, width > others ? width - others : 0));
  return w;
}

std::string heading(const Widths& w, const Style& style) {
  const auto line = "  " + padded("TOPIC", w.topic) + "  " + padded("NOW", w.now, true) + "  " +
                    padded("PEAK/s", w.peak, true) + "  " + padded("NEEDED/s", w.needed, true) +
                    "  " + padded("RECOMMEND", w.count + 1 + w.mark) +
                    (w.truth > 0 ? "  " + padded("TRUTH", w.truth) : "") + "  WHY";
  return style.bold(line) + "\n";
}

std::string line_of(const Row& row, const Widths& w, const Style& style) {
  auto line =
      "  " + padded(fitted(row.topic, w.topic), w.topic) + "  " + padded(row.now, w.now, true) +
      "  " + padded(row.peak, w.peak, true) + "  " + padded(row.needed, w.needed, true) + "  " +
      padded(row.count, w.count) + " " + toned(style, row.tone, padded(row.mark, w.mark)) +
      (w.truth > 0 ? "  " + padded(row.truth, w.truth) : "") + "  " + fitted(row.why, w.why);
  line.erase(line.find_last_not_of(' ') + 1);
  return line + "\n";
}

std::string first_line(const sizing::RecommendReport& run, const ClusterReport& cluster) {
  const auto sum = totals(cluster);
  const auto days = Millis{static_cast<std::int64_t>(run.settings.sampling_days * 86'400'000)};
  return fmt::format("partwise {} · cluster {} ({}) · {}, {} · last {}\n", run.version,
                     cluster.cluster_id, counted_text(cluster.brokers, "broker"),
                     counted_text(sum.topics, "topic"), counted_text(sum.partitions, "partition"),
                     duration_text(days));
}

std::int64_t partitions_after(const ClusterReport& cluster) {
  std::int64_t sum = 0;
  for (const auto& topic : cluster.topics) {
    sum += std::max(topic.partitions, topic.recommended.value_or(topic.partitions));
  }
  return sum;
}

std::string reads_text(const ClusterReport& cluster) {
  auto text = fmt::format("{} lookups, {}", count_text(cluster.lookups),
                          bytes_text(static_cast<double>(cluster.bytes_read)));
  if (cluster.bytes_stored) {
    text += fmt::format(" of {}", bytes_text(static_cast<double>(*cluster.bytes_stored)));
  }
  return text + " read, ";
}

std::string totals_line(const ClusterReport& cluster) {
  const auto sum = totals(cluster);
  auto line = fmt::format("  {} measured, {} empty, {} not measured · partitions {} → {} · ",
                          sum.active, sum.empty, sum.failed, count_text(sum.partitions),
                          count_text(partitions_after(cluster)));
  if (cluster.service_requests > 0) {
    line += counted_text(cluster.service_requests, "request") + " to a metrics service, ";
  }
  if (cluster.cluster_load) {
    line += fmt::format("cluster load up to {:.0f} %, ", 100 * *cluster.cluster_load);
  }
  if (cluster.service_requests == 0 || cluster.lookups > 0) line += reads_text(cluster);
  return line + fmt::format("{:.1f} s\n", cluster.elapsed_s);
}

// Two methods agree where some count is possible by both.
bool agree(const TopicReport& topic) {
  const auto& other = *topic.cross_check;
  if (!topic.recommended || !other.recommended) return false;
  const auto& here = topic.recommended_range;
  const auto& there = other.recommended_range;
  return here.low <= there.high && there.low <= here.high;
}

std::string count_and_range(const std::optional<int>& count, const sizing::PartitionRange& range) {
  if (!count) return "no count";
  if (range.low == range.high) return std::to_string(*count);
  return fmt::format("{} [{}, {}]", *count, range.low, range.high);
}

constexpr int differences_shown = 10;

// How far the second method's counts and peaks are from those above.
std::string cross_check_lines(const ClusterReport& cluster, const RunSettings& settings) {
  int compared = 0;
  int equal = 0;
  std::string method;
  std::vector<double> ratios;
  std::string differences;
  for (const auto& topic : cluster.topics) {
    if (!topic.cross_check) continue;
    const auto& other = *topic.cross_check;
    ++compared;
    method = other.method;
    if (topic.peak_bytes_per_s && other.peak_bytes_per_s && topic.peak_bytes_per_s->value > 0) {
      ratios.push_back(other.peak_bytes_per_s->value / topic.peak_bytes_per_s->value);
    }
    if (agree(topic)) {
      ++equal;
    } else if (compared - equal <= differences_shown) {
      differences +=
          fmt::format("    {}: {} by {}, {} by {}{}\n", topic.name,
                      count_and_range(topic.recommended, topic.recommended_range), settings.method,
                      count_and_range(other.recommended, other.recommended_range), other.method,
                      other.failure.empty() ? "" : " (" + other.failure + ")");
    }
  }
  if (compared == 0) return {};
  auto text = fmt::format("  CROSS-CHECK by {}: {} of {} counts agree", method, equal, compared);
  if (!ratios.empty()) {
    std::sort(ratios.begin(), ratios.end());
    const double median = (ratios[(ratios.size() - 1) / 2] + ratios[ratios.size() / 2]) / 2;
    text += fmt::format("; its peaks are {:.3g} to {:.3g} x those above, median {:.3g}",
                        ratios.front(), ratios.back(), median);
  }
  const int more = compared - equal - differences_shown;
  if (more > 0) differences += fmt::format("    and {} more\n", more);
  return text + "\n" + differences;
}

std::string cluster_table(const sizing::RecommendReport& run, const ClusterReport& cluster,
                          const Style& style, const TruthColumn* truth) {
  if (cluster.topics.empty()) return {};
  std::vector<Row> rows;
  for (const auto& topic : cluster.topics) {
    rows.push_back(row_of(topic, run.settings));
    rows.back().truth = truth_text(topic, truth);
  }
  const auto w = widths_of(rows, style);
  auto text = style.bold(first_line(run, cluster)) + "\n" + heading(w, style);
  for (const auto& row : rows) text += line_of(row, w, style);
  text += "\n" + totals_line(cluster);
  if (truth != nullptr) text += truth_line(cluster, *truth);
  text += cross_check_lines(cluster, run.settings);
  for (const auto& warning : cluster.warnings)
    text += style.notable("  warning: " + warning) + "\n";
  return text;
}

std::string with_doubts(std::string why, const TopicReport& topic) {
  if (has_lopsided_peak(topic)) {
    why += fmt::format("; partition {} carries {:.0f} % of the peak", topic.hottest_partition,
                       100 * *topic.hottest_partition_share);
  }
  if (topic.compacted.value_or(false)) why += "; compacted: counts are upper bounds";
  if (!topic.warnings.empty()) why += "; " + topic.warnings.front();
  if (const auto* failure = main_failure(topic)) why += "; " + failure->message;
  return why;
}

}  // namespace

std::string short_reason(const TopicReport& topic, const RunSettings& settings) {
  if (!topic.recommended) {
    if (const auto* failure = main_failure(topic)) return failure->message;
    return topic.warnings.empty() ? "not measured" : topic.warnings.front();
  }
  if (topic.status == TopicStatus::empty) {
    return with_doubts(
        topic.decided_by == sizing::Decision::counted ? "no record came in" : "holds no record",
        topic);
  }
  const auto required = topic.required_bytes_per_s->value;
  const auto capacity = BytesPerSecond{topic.capacity_bytes_per_s};
  switch (topic.binding) {
    case Binding::threshold:
      if (topic.peak_bytes_per_s->high == 0) return with_doubts("no record in the window", topic);
      return with_doubts("small: below " + rate_text(settings.sizing.threshold), topic);
    case Binding::floor:
    case Binding::consumers: {
      const bool bound = peak_is_a_bound(topic);
      const auto needed =
          bound ? topic.required_bytes_per_s->high : topic.required_bytes_per_s->value;
      const bool floor = topic.binding == Binding::floor;
      return with_doubts(
          fmt::format("{} of {}; needs {}{:.0f}", floor ? "floor" : "consumers",
                      floor ? settings.sizing.min_partitions : settings.sizing.consumers,
                      bound ? "at most " : "", std::max(1.0, std::ceil(needed / capacity.value))),
          topic);
    }
    case Binding::hot_key:
      return fmt::format("one key carries {} %: more partitions cannot help",
                         percent_text(topic.hot_key->share.value));
    case Binding::ratio:
      return with_doubts(
          fmt::format("ratio: {} / mean of {}", rate_text({required}), rate_text(capacity)), topic);
    default:
      return with_doubts(fmt::format("{}: {} / {} per partition", name_of(topic.binding),
                                     rate_text({required}), rate_text(capacity)),
                         topic);
  }
}

std::string table(const sizing::RecommendReport& run, const Style& style,
                  const TruthColumn* truth) {
  std::string text;
  for (const auto& cluster : run.clusters) {
    const auto part = cluster_table(run, cluster, style, truth);
    if (!text.empty() && !part.empty()) text += "\n";
    text += part;
  }
  return text;
}

}  // namespace partwise::report
