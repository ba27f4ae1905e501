#include "sizing/report.h"

#include <algorithm>

namespace partwise::sizing {

std::string_view name_of(TopicStatus status) {
  switch (status) {
    case TopicStatus::active:
      return "active";
    case TopicStatus::empty:
      return "empty";
    case TopicStatus::error:
      return "error";
  }
  return "error";
}

std::string_view name_of(Decision decision) {
  switch (decision) {
    case Decision::none:
      return "none";
    case Decision::watermarks:
      return "watermarks";
    case Decision::stored_bytes:
      return "stored_bytes";
    case Decision::proved:
      return "proved";
    case Decision::estimate:
      return "estimate";
    case Decision::full_scan:
      return "full_scan";
    case Decision::counted:
      return "counted";
  }
  return "none";
}

std::string_view name_of(Binding binding) {
  switch (binding) {
    case Binding::none:
      return "none";
    case Binding::floor:
      return "floor";
    case Binding::threshold:
      return "threshold";
    case Binding::ingress:
      return "ingress";
    case Binding::egress:
      return "egress";
    case Binding::consumers:
      return "consumers";
    case Binding::ratio:
      return "ratio";
    case Binding::hot_key:
      return "hot_key";
  }
  return "none";
}

std::string_view name_of(Tristate value) {
  switch (value) {
    case Tristate::no:
      return "no";
    case Tristate::yes:
      return "yes";
    case Tristate::unknown:
      return "n/a";
  }
  return "n/a";
}

std::string_view name_of(ClusterStatus status) {
  switch (status) {
    case ClusterStatus::ok:
      return "ok";
    case ClusterStatus::partial:
      return "partial";
    case ClusterStatus::failed:
      return "failed";
    case ClusterStatus::interrupted:
      return "interrupted";
  }
  return "failed";
}

const Failure* main_failure(const TopicReport& topic) {
  const auto& failures = topic.failures;
  const auto found = std::find_if(failures.begin(), failures.end(), [](const auto& failure) {
    return failure.step != "configuration";
  });
  if (found != failures.end()) return &*found;
  return failures.empty() ? nullptr : &failures.front();
}

bool peak_is_a_bound(const TopicReport& topic) {
  return !(topic.peak && topic.peak->exact) &&
         topic.recommended_range.low == topic.recommended_range.high;
}

bool has_lopsided_peak(const TopicReport& topic) {
  constexpr double notable = 2;  // times an even share
  const bool hot = topic.hot_ingress == Tristate::yes || topic.hot_egress == Tristate::yes;
  return hot && topic.binding != Binding::hot_key && topic.partitions > 1 &&
         topic.hottest_partition >= 0 &&
         topic.hottest_partition_share.value_or(0) * topic.partitions >= notable;
}

bool peak_has_a_time(const TopicReport& topic) {
  if (!topic.peak || !topic.peak_bytes_per_s) return false;
  return topic.peak->records > 0 || (topic.peak->exact && topic.peak_bytes_per_s->low > 0);
}

std::optional<std::int64_t> known_records(const TopicReport& topic) {
  if (topic.decided_by == Decision::counted) return topic.records_in_window;
  return topic.records;
}

std::optional<double> required_rate(const TopicReport& topic) {
  if (!topic.required_bytes_per_s) return std::nullopt;
  const auto& required = *topic.required_bytes_per_s;
  return peak_is_a_bound(topic) ? required.high : required.value;
}

ClusterTotals totals(const ClusterReport& cluster) {
  ClusterTotals sum;
  for (const auto& topic : cluster.topics) {
    ++sum.topics;
    sum.partitions += topic.partitions;
    sum.records += known_records(topic).value_or(0);
    sum.hot_ingress += topic.hot_ingress == Tristate::yes ? 1 : 0;
    sum.hot_egress += topic.hot_egress == Tristate::yes ? 1 : 0;
    if (topic.status == TopicStatus::empty) ++sum.empty;
    if (topic.status == TopicStatus::error) ++sum.failed;
    if (topic.status != TopicStatus::active) continue;
    ++sum.active;
    sum.active_partitions += topic.partitions;
    sum.recommended_partitions += topic.recommended.value_or(0);
  }
  return sum;
}

}  // namespace partwise::sizing
