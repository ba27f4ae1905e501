#include "metrics/prometheus_windows.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <span>

namespace partwise::metrics {
namespace {

constexpr Millis one_hour = std::chrono::hours(1);
constexpr int hours_a_day = 24;
constexpr double enough = 0.9;
constexpr double too_much = 1 / enough;

/// Of one day: which topics, and the hours from the first that one of them asks for to the last.
struct Day {
  std::vector<OpenTopic*> topics = {};
  int first = std::numeric_limits<int>::max();
  int last = 0;
};

std::map<int, Day> days_of(std::vector<OpenTopic>& topics, std::size_t hours_each) {
  std::map<int, Day> days;
  for (auto& topic : topics) {
    auto open = topic.ladder->open_hours(topic.settled);
    std::erase_if(open, [&](int hour) { return topic.asked.contains(hour); });
    if (open.size() > hours_each) open.resize(hours_each);
    for (const int hour : open) {
      auto& day = days[hour / hours_a_day];
      if (day.topics.empty() || day.topics.back() != &topic) day.topics.push_back(&topic);
      day.first = std::min(day.first, hour);
      day.last = std::max(day.last, hour);
    }
  }
  return days;
}

void tell(OpenTopic& topic, int hour, std::span<const double> row) {
  auto& ladder = *topic.ladder;
  if (!topic.asked.insert(hour).second || ladder.windows_known(hour)) return;
  std::vector<double> sums(row.begin(), row.end());
  double all = 0;
  for (double& sum : sums) {
    sum = std::isnan(sum) ? 0 : topic.weight * sum;
    all += sum;
  }
  const double known = ladder.sum_of(hour);
  if (all >= enough * known && all <= too_much * known) ladder.set_windows(hour, sums);
}

Result<void> ask(PrometheusReader& reader, const Meter& meter, const Day& day,
                 const ObservedTime& time, Millis scrape_interval) {
  std::vector<std::string> names;
  names.reserve(day.topics.size());
  for (const auto* topic : day.topics) names.push_back(topic->name);
  const Instant start = time.start + day.first * one_hour;
  const ObservedTime stretch{start, std::min(time.end, time.start + (day.last + 1) * one_hour),
                             time.width};
  const auto rows = TRY(reader.windows(meter, names, stretch, scrape_interval));
  for (auto* topic : day.topics) {
    const auto row = rows.find(topic->name);
    std::size_t at = 0;
    for (int hour = day.first; hour <= day.last; ++hour) {
      const auto count = static_cast<std::size_t>(topic->ladder->windows_in(hour));
      if (row == rows.end()) {
        topic->asked.insert(hour);
      } else {
        tell(*topic, hour, std::span(row->second).subspan(at, count));
      }
      at += count;
    }
  }
  return {};
}

}  // namespace

Result<void> narrow(PrometheusReader& reader, const Meter& meter, std::vector<OpenTopic>& topics,
                    const ObservedTime& time, Millis scrape_interval, int rounds) {
  std::size_t hours_each = 1;
  for (int round = 0; round < rounds; ++round) {
    const auto days = days_of(topics, hours_each);
    if (days.empty()) break;
    for (const auto& [number, day] : days) {
      TRY(ask(reader, meter, day, time, scrape_interval));
    }
    hours_each *= 2;
  }
  return {};
}

}  // namespace partwise::metrics
