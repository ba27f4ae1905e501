#include "sizing/judge.h"

#include <algorithm>

#include <fmt/format.h>

#include "sizing/migration.h"

namespace partwise::sizing {
namespace {

std::string rate(double bytes_per_s) { return rate_text({bytes_per_s}); }

PartitionRule rule_for(const Demand& demand, const SizingSettings& settings) {
  if (settings.model == Model::ratio && demand.mean.value > 0) {
    return {settings, BytesPerSecond{demand.mean.value}};
  }
  return PartitionRule(settings);
}

Binding binding_of(const TopicReport& topic, const PartitionRule& rule,
                   const SizingSettings& settings) {
  const auto& required = *topic.required_bytes_per_s;
  if (topic.hot_key &&
      product(topic.hot_key->share, required).low > settings.partition_capacity().value) {
    return Binding::hot_key;
  }
  if (required.high < settings.threshold.value) return Binding::threshold;
  if (settings.model == Model::ratio) {
    return required.value < settings.threshold.value ? Binding::threshold : Binding::ratio;
  }
  if (required.value / rule.divisor().value <= rule.floor()) {
    return settings.consumers > settings.min_partitions ? Binding::consumers : Binding::floor;
  }
  return settings.partition_capacity() < settings.consumer_capacity ? Binding::ingress
                                                                    : Binding::egress;
}

// "3 x 31.0 MiB/s = 93.0 MiB/s", or an upper bound where the peak was not looked for further.
std::string required_text(const TopicReport& topic, const SizingSettings& settings, bool at_most) {
  const double peak = at_most ? topic.peak_bytes_per_s->high : topic.peak_bytes_per_s->value;
  return fmt::format("{} x {}{} = {}{}", number_text(settings.factor), at_most ? "at most " : "",
                     rate(peak), at_most ? "at most " : "", rate(settings.factor * peak));
}

std::string division_text(const PartitionRule& rule, double required, const char* of) {
  return fmt::format("/ {} {} = {:.2f}", rate_text(rule.divisor()), of,
                     required / rule.divisor().value);
}

std::string reason_of(const TopicReport& topic, const PartitionRule& rule,
                      const JudgeSettings& settings) {
  const auto& sizing = settings.sizing;
  const bool bounded = peak_is_a_bound(topic);
  const double required =
      bounded ? topic.required_bytes_per_s->high : topic.required_bytes_per_s->value;
  const auto sum = required_text(topic, sizing, bounded);
  std::string reason;
  switch (topic.binding) {
    case Binding::threshold:
      reason = fmt::format("small: {}, below {}, gets {}", sum, rate_text(sizing.threshold),
                           rule.floor());
      break;
    case Binding::floor:
      reason = fmt::format("floor of {}: {} {}", sizing.min_partitions, sum,
                           division_text(rule, required, "per partition"));
      break;
    case Binding::consumers:
      reason = fmt::format("{} consumers in one group: {} {}", sizing.consumers, sum,
                           division_text(rule, required, "per partition"));
      break;
    case Binding::ratio:
      reason = fmt::format("ratio: {} {}, rounded up", sum, division_text(rule, required, "mean"));
      break;
    case Binding::hot_key:
      reason = fmt::format("hot key: one key carries {} % of {}, more than the {} of a partition",
                           percent_text(topic.hot_key->share.value),
                           rate(topic.required_bytes_per_s->value),
                           rate_text(sizing.partition_capacity()));
      break;
    case Binding::ingress:
    case Binding::egress:
      reason = fmt::format("{}: {} {}, rounded up", name_of(topic.binding), sum,
                           division_text(rule, required, "per partition"));
      break;
    case Binding::none:
      break;
  }
  if (topic.recommended_range.low != topic.recommended_range.high) {
    reason += fmt::format("; what was not measured leaves {} to {}", topic.recommended_range.low,
                          topic.recommended_range.high);
  }
  return reason;
}

std::string raise_text(const TopicReport& topic) {
  auto text = fmt::format("raise {} to {}: moves {:.1f} % of the keys", topic.partitions,
                          *topic.recommended, 100 * *topic.keys_moved_share);
  if (*topic.next_multiple != *topic.recommended) {
    text += fmt::format(" (to {}, a multiple: {:.1f} %)", *topic.next_multiple,
                        100 * *topic.next_multiple_moved_share);
  }
  if (topic.compacted.value_or(false)) {
    text += "; compacted: old partitions keep stale values of the keys that move";
  }
  return text;
}

std::string lopsided_text(const TopicReport& topic) {
  return fmt::format(
      "partition {} carries {:.1f} % of the peak, {:.1f} times an even share: where keys choose "
      "the partition, more partitions may not help it",
      topic.hottest_partition, 100 * *topic.hottest_partition_share,
      *topic.hottest_partition_share * topic.partitions);
}

std::string advice_on_count(const TopicReport& topic) {
  if (topic.binding == Binding::hot_key) {
    return fmt::format(
        "more partitions cannot help: salt the key (that of the record at partition {}, offset {}) "
        "or use a faster consumer",
        topic.hot_key->partition, topic.hot_key->offset);
  }
  if (*topic.recommended > topic.partitions) return raise_text(topic);
  if (topic.recommended_range.high < topic.partitions) {
    return fmt::format(
        "has {} more than it needs: partitions cannot be taken away, a new topic with {} and a "
        "copy "
        "would save them",
        topic.partitions - topic.recommended_range.high, topic.recommended_range.high);
  }
  return {};
}

std::string advice_of(const TopicReport& topic) {
  auto advice = advice_on_count(topic);
  if (!has_lopsided_peak(topic)) return advice;
  return advice.empty() ? lopsided_text(topic) : advice + "; " + lopsided_text(topic);
}

// One partition needs more than it can carry in the window that was measured, or cannot.
Tristate hot(const Demand& demand, double factor, double capacity) {
  if (demand.hottest_share && factor * *demand.hottest_share * demand.peak.value > capacity) {
    return Tristate::yes;
  }
  if (factor * demand.hottest_rate_bound <= capacity) return Tristate::no;
  const bool measured =
      demand.decision == Decision::proved || demand.decision == Decision::estimate ||
      demand.decision == Decision::full_scan || demand.decision == Decision::counted;
  return measured && demand.hottest_share ? Tristate::no : Tristate::unknown;
}

// What is computed says yes with more reason than a service's no, which knows nothing of the
// factor.
Tristate hot(Tristate computed, Tristate told) {
  return computed == Tristate::yes || told == Tristate::unknown ? computed : told;
}

// A service may count bytes and no records.
bool holds_records(const Demand& demand) {
  return demand.records > 0 || demand.mean.value > 0 || demand.retained_bytes.value_or(0) > 0;
}

std::string empty_text(const Demand& demand) {
  return demand.decision == Decision::counted ? "no record came in the time observed"
                                              : "holds no record";
}

void judge_migration(TopicReport& topic) {
  topic.keys_moved_share = 0;
  if (*topic.recommended <= topic.partitions) return;
  topic.keys_moved_share = keys_moved_share(topic.partitions, *topic.recommended);
  topic.next_multiple = next_multiple(topic.partitions, *topic.recommended);
  topic.next_multiple_moved_share = keys_moved_share(topic.partitions, *topic.next_multiple);
}

void judge_count(TopicReport& topic, const Demand& demand, const PartitionRule& rule,
                 bool grow_only) {
  topic.recommended_range = rule.partitions_between({demand.peak.low}, {demand.peak.high});
  topic.recommended = std::clamp(rule.partitions({demand.peak.value}), topic.recommended_range.low,
                                 topic.recommended_range.high);
  if (grow_only && topic.recommended_range.high <= topic.partitions) {
    topic.recommended = topic.partitions;
    topic.recommended_range = {topic.partitions, topic.partitions};
  }
}

void copy_measured(TopicReport& topic, const Demand& demand) {
  topic.records = demand.records;
  topic.records_in_window = demand.records_in_window;
  topic.window_start = demand.window_start;
  topic.window_end = demand.window_end;
  topic.windows = demand.windows;
  topic.decided_by = demand.decision;
  topic.lookups = demand.lookups;
  topic.records_read = demand.records_read;
  topic.warnings.insert(topic.warnings.end(), demand.warnings.begin(), demand.warnings.end());
  topic.failures.insert(topic.failures.end(), demand.failures.begin(), demand.failures.end());
}

}  // namespace

void judge(TopicReport& topic, const Demand& demand, const JudgeSettings& settings) {
  copy_measured(topic, demand);
  const auto& sizing = settings.sizing;
  if (demand.decision == Decision::none) {
    topic.status = TopicStatus::error;
    return;
  }
  const auto rule = rule_for(demand, sizing);
  topic.status = holds_records(demand) ? TopicStatus::active : TopicStatus::empty;
  topic.mean_record_bytes = demand.record_bytes;
  topic.mean_bytes_per_s = demand.mean;
  topic.peak_bytes_per_s = demand.peak;
  topic.required_bytes_per_s = sizing.factor * demand.peak;
  topic.capacity_bytes_per_s = rule.divisor().value;
  topic.retained_bytes = demand.retained_bytes;
  topic.read_mean_bytes_per_s = demand.read_mean;
  topic.read_peak_bytes_per_s = demand.read_peak;
  topic.peak = demand.peak_window;
  topic.course = demand.course;
  topic.hottest_partition_share = demand.hottest_share;
  topic.hottest_partition = demand.hottest_partition;
  topic.hot_key = demand.hot_key;
  judge_count(topic, demand, rule, settings.grow_only);
  judge_migration(topic);

  if (topic.status == TopicStatus::empty) {
    topic.binding = Binding::floor;
    topic.reason = fmt::format("empty: {}, gets {}", empty_text(demand), rule.floor());
    topic.hot_ingress = topic.hot_egress = Tristate::no;
  } else {
    if (demand.mean.value > 0) {
      topic.by_ratio_model = PartitionRule(sizing, BytesPerSecond{demand.mean.value})
                                 .partitions_between({demand.peak.low}, {demand.peak.high});
    }
    topic.binding = binding_of(topic, rule, sizing);
    topic.reason = reason_of(topic, rule, settings);
    const auto producer = sizing.producer_capacity.value_or(sizing.consumer_capacity);
    topic.hot_ingress = hot(hot(demand, sizing.factor, producer.value), demand.hot_ingress);
    topic.hot_egress =
        hot(hot(demand, sizing.factor, sizing.consumer_capacity.value), demand.hot_egress);
  }
  topic.advice = advice_of(topic);
}

}  // namespace partwise::sizing
