#include "report/explain.h"

#include <cmath>
#include <vector>

#include <fmt/format.h>

#include "base/units.h"

namespace partwise::report {
namespace {

using sizing::Decision;
using sizing::RunSettings;
using sizing::TopicReport;

std::string rate(double bytes_per_s) { return rate_text({bytes_per_s}); }

std::string with_limits(const Interval& x, std::string (*shown)(double)) {
  if (x.exact()) return shown(x.value);
  return fmt::format("{} ({} to {})", shown(x.value), shown(x.low), shown(x.high));
}

std::string decision_text(const TopicReport& topic) {
  switch (topic.decided_by) {
    case Decision::watermarks:
      return "all records of the log in one window would not change it";
    case Decision::stored_bytes:
      return "all stored bytes in one window would not change it";
    case Decision::proved:
      return fmt::format("proved with {}", counted_text(topic.lookups, "lookup"));
    case Decision::estimate:
      return fmt::format("an estimate after {}: the budget or the records ended first",
                         counted_text(topic.lookups, "lookup"));
    case Decision::full_scan:
      return fmt::format("exact: all {} records read", count_text(topic.records_read));
    case Decision::counted:
      return "as the brokers counted it";
    case Decision::none:
      return "not decided";
  }
  return {};
}

class Explanation {
 public:
  Explanation(const RunSettings& settings, const TopicReport& topic, const Style& style)
      : settings_(settings), topic_(topic), style_(style) {}

  std::string text(const sizing::ClusterReport& cluster) {
    text_ = style_.bold(fmt::format("{} on cluster {}", topic_.name, cluster.cluster_id)) + "\n";
    add_log();
    if (topic_.recommended) {
      add_demand();
      add_division();
      add_answer();
      add_skew();
      add_cross_check();
      add_application(cluster);
    }
    for (const auto& warning : topic_.warnings) line("warning", warning);
    for (const auto& failure : topic_.failures) line("failed", failure.message);
    return text_;
  }

 private:
  void line(const char* name, const std::string& what) {
    text_ += fmt::format("  {:<12} {}\n", name, what);
  }

  void add_log() {
    const bool counted = topic_.decided_by == Decision::counted;
    const auto records = known_records(topic_);
    line("log", fmt::format("{}{} in {}, replication {}{}",
                            records ? counted_text(*records, "record") : "records not told",
                            counted && records ? " that came" : "",
                            counted_text(topic_.partitions, "partition"), topic_.replication_factor,
                            topic_.compacted.value_or(false) ? ", compacted" : ""));
    if (topic_.windows == 0) return;
    line("observed", fmt::format("{} to {} ({}), {}{}", local_minute_text(topic_.window_start),
                                 local_minute_text(topic_.window_end),
                                 duration_text(topic_.window_end - topic_.window_start),
                                 counted_text(topic_.windows, "window"),
                                 topic_.records_in_window
                                     ? ": " + counted_text(*topic_.records_in_window, "record")
                                     : ""));
  }

  void add_demand() {
    if (topic_.mean_record_bytes) {
      line("record size", with_limits(*topic_.mean_record_bytes, bytes_text) + size_source());
    }
    if (topic_.stored_bytes_per_record) {
      line("on disk", fmt::format("{} a record{}", bytes_text(*topic_.stored_bytes_per_record),
                                  topic_.compression_ratio ? fmt::format(", compressed {:.2f} : 1",
                                                                         *topic_.compression_ratio)
                                                           : ""));
    }
    line("mean", with_limits(*topic_.mean_bytes_per_s, rate));
    line("peak", with_limits(*topic_.peak_bytes_per_s, rate) + peak_place());
    add_readers();
    if (topic_.retained_bytes) {
      line("held", bytes_text(*topic_.retained_bytes) + " without replicas, as the service tells");
    }
  }

  [[nodiscard]] std::string size_source() const {
    if (topic_.decided_by == Decision::counted) return " as producers sent it, counted by brokers";
    return fmt::format(" of key, value and headers, from {} read",
                       counted_text(topic_.records_read, "record"));
  }

  // More than once what comes in, where several groups read.
  void add_readers() {
    if (!topic_.read_mean_bytes_per_s || !topic_.read_peak_bytes_per_s) return;
    auto text = fmt::format("mean {}, peak {} by all consumers together",
                            rate(topic_.read_mean_bytes_per_s->value),
                            with_limits(*topic_.read_peak_bytes_per_s, rate));
    const double in = topic_.mean_bytes_per_s->value;
    if (in > 0) text += fmt::format(": {:.2g} x", topic_.read_mean_bytes_per_s->value / in);
    line("read", text);
  }

  void add_cross_check() {
    if (!topic_.cross_check) return;
    const auto& other = *topic_.cross_check;
    if (!other.recommended) {
      line("cross-check", fmt::format("{}: {}", other.method,
                                      other.failure.empty() ? "no number" : other.failure));
      return;
    }
    auto text =
        fmt::format("{}: peak {}", other.method, with_limits(*other.peak_bytes_per_s, rate));
    const double peak = topic_.peak_bytes_per_s->value;
    if (peak > 0) text += fmt::format(" ({:.3g} x this one)", other.peak_bytes_per_s->value / peak);
    if (other.mean_record_bytes) {
      text += fmt::format(", record size {}", with_limits(*other.mean_record_bytes, bytes_text));
    }
    text += fmt::format(", {} recommended", *other.recommended);
    const auto& range = other.recommended_range;
    if (range.low != range.high) text += fmt::format(" [{}, {}]", range.low, range.high);
    line("cross-check", text);
  }

  [[nodiscard]] std::string peak_place() const {
    if (!peak_has_a_time(topic_)) return {};
    const auto& peak = *topic_.peak;
    auto text = fmt::format(" in the {} s from {}", number_text(seconds(peak.width)),
                            local_minute_text(peak.start));
    if (peak.records == 0) return text;
    return fmt::format("{}: {}{}", text, peak.exact ? "" : "at least ",
                       counted_text(peak.records, "record"));
  }

  void add_division() {
    const auto& sizing = settings_.sizing;
    const auto& required = *topic_.required_bytes_per_s;
    line("required",
         fmt::format("{} x peak = {}", number_text(sizing.factor), with_limits(required, rate)));
    const char* what =
        sizing.model == sizing::Model::ratio ? "the mean" : "what one partition carries";
    line("divided by", fmt::format("{}, {}", rate(topic_.capacity_bytes_per_s), what));
    const auto quotient = 1 / topic_.capacity_bytes_per_s * required;
    line("quotient", quotient.exact() ? fmt::format("{:.3f}", quotient.value)
                                      : fmt::format("{:.3f} ({:.3f} to {:.3f}), rounded up",
                                                    quotient.value, quotient.low, quotient.high));
    line("floor", counted_text(sizing.floor(), "partition") +
                      (sizing.threshold.value > 0
                           ? "; also for a requirement below " + rate_text(sizing.threshold)
                           : ""));
  }

  void add_answer() {
    auto answer = fmt::format("{} now, {} recommended",
                              counted_text(topic_.partitions, "partition"), *topic_.recommended);
    if (topic_.recommended_range.low != topic_.recommended_range.high) {
      answer +=
          fmt::format(" [{}, {}]", topic_.recommended_range.low, topic_.recommended_range.high);
    }
    line("answer", style_.bold(answer));
    line("because", topic_.reason);
    line("certainty", decision_text(topic_));
    if (topic_.by_ratio_model && settings_.sizing.model == sizing::Model::capacity) {
      const auto& ratio = *topic_.by_ratio_model;
      line("ratio model", ratio.low == ratio.high ? std::to_string(ratio.low)
                                                  : fmt::format("{} to {}", ratio.low, ratio.high));
    }
    add_turning_points();
  }

  // The settings at which the count would be another. Of a peak that is only known to be below a
  // bound, they are bounds too.
  void add_turning_points() {
    const bool bound = peak_is_a_bound(topic_);
    const double peak = bound ? topic_.peak_bytes_per_s->high : topic_.peak_bytes_per_s->value;
    if (settings_.sizing.model == sizing::Model::ratio || peak <= 0) return;
    const int count = *topic_.recommended;
    line("one more at", fmt::format("a factor {} {:.3g}", bound ? "of at least" : "above",
                                    count * topic_.capacity_bytes_per_s / peak));
    if (count > settings_.sizing.floor()) {
      line("one fewer at", fmt::format("{}{} per partition", bound ? "at most " : "",
                                       rate(settings_.sizing.factor * peak / (count - 1))));
    }
  }

  void add_skew() {
    if (topic_.hottest_partition_share) {
      line("skew", fmt::format("partition {} holds {:.1f} % of the peak window's records; hot: "
                               "ingress {}, egress {}",
                               topic_.hottest_partition, 100 * *topic_.hottest_partition_share,
                               name_of(topic_.hot_ingress), name_of(topic_.hot_egress)));
    }
    if (topic_.hot_key) {
      const auto& key = *topic_.hot_key;
      line(
          "heaviest key",
          fmt::format("{} % ({} to {}) of the bytes: that of the record at partition {}, offset {}",
                      percent_text(key.share.value, 1), percent_text(key.share.low, 1),
                      percent_text(key.share.high, 1), key.partition, key.offset));
    }
  }

  void add_application(const sizing::ClusterReport& cluster) {
    if (!topic_.advice.empty()) line("advice", topic_.advice);
    if (*topic_.recommended <= topic_.partitions) return;
    line("to apply",
         fmt::format("kafka-topics.sh --bootstrap-server {} --alter --topic {} --partitions {}",
                     cluster.bootstrap_servers, topic_.name, *topic_.recommended));
  }

  const RunSettings& settings_;
  const TopicReport& topic_;
  const Style& style_;
  std::string text_;
};

}  // namespace

std::string explanation(const RunSettings& settings, const sizing::ClusterReport& cluster,
                        const TopicReport& topic, const Style& style) {
  return Explanation(settings, topic, style).text(cluster);
}

}  // namespace partwise::report
