// The minutes that a ConfluentStudy asks for, where hours leave a count open.
#include <algorithm>
#include <map>
#include <numeric>
#include <span>
#include <utility>

#include <fmt/format.h>

#include "metrics/confluent_study.h"

namespace partwise::metrics {
namespace {

constexpr Millis minute = std::chrono::minutes(1);
// The longest time that minutes can be asked for at once.
constexpr int hours_of_block = 6;
// With more topics, naming them makes a long query, and a page of all topics holds few others.
constexpr std::size_t topics_named = 50;

// Windows from hour `from` on, into those hours that are not known by the window.
void take(PeakLadder& ladder, std::span<const double> windows, int from) {
  for (int i = from; !windows.empty(); ++i) {
    const auto count = static_cast<std::size_t>(ladder.windows_in(i));
    if (!ladder.windows_known(i)) ladder.set_windows(i, windows.first(count));
    windows = windows.subspan(count);
  }
}

}  // namespace

Result<> ConfluentStudy::ask_last_hour() {
  const auto part = time_.end.time_since_epoch() % hour;
  if (topics_.empty() || time_.width >= hour || part == Millis{0}) return {};
  Topics all(topics_.size());
  std::iota(all.begin(), all.end(), std::size_t{0});
  const int end = topics_.front().counted.received.hours();
  const auto windows = TRY(windows_of(all, end - 1, end));
  if (!windows) return {};
  for (const auto i : all) take(topics_[i].counted.received, (*windows)[i], end - 1);
  return {};
}

Result<> ConfluentStudy::ask_open_hours() {
  for (auto& topic : topics_) {
    topic.by_hours = topic.counted.received.total();
    find_open_hours(topic);
  }
  while (const auto block = next_block()) TRY(ask_block(*block));
  return {};
}

void ConfluentStudy::find_open_hours(Topic& topic) const {
  topic.open = topic.counted.received.open_hours(settled_by(topic.counted, query_.sizing));
  std::erase_if(topic.open, [this](int i) {
    return failed_blocks_[static_cast<std::size_t>(i / hours_of_block)];
  });
}

// That in which most topics have the hour that could hold their busiest window.
std::optional<int> ConfluentStudy::next_block() const {
  std::vector<int> votes(failed_blocks_.size(), 0);
  for (const auto& topic : topics_) {
    if (!topic.open.empty()) ++votes[static_cast<std::size_t>(topic.open.front() / hours_of_block)];
  }
  const auto most = std::max_element(votes.begin(), votes.end());
  if (*most == 0) return std::nullopt;
  return static_cast<int>(most - votes.begin());
}

std::pair<int, int> ConfluentStudy::hours_in(int block) const {
  const int from = block * hours_of_block;
  return {from, std::min(from + hours_of_block, topics_.front().counted.received.hours())};
}

std::vector<double> ConfluentStudy::no_windows(Instant start, Instant end) const {
  return std::vector<double>(static_cast<std::size_t>((end - start) / time_.width), 0);
}

Result<> ConfluentStudy::ask_block(int block) {
  const auto inside = [block](int i) { return i / hours_of_block == block; };
  Topics topics;
  for (std::size_t i = 0; i < topics_.size(); ++i) {
    const auto& open = topics_[i].open;
    if (std::any_of(open.begin(), open.end(), inside)) topics.push_back(i);
  }
  const auto [from, to] = hours_in(block);
  const auto windows = TRY(windows_of(topics, from, to));
  failed_blocks_[static_cast<std::size_t>(block)] = !windows;
  for (std::size_t i = 0; i < topics.size(); ++i) {
    auto& topic = topics_[topics[i]];
    topic.looked_at = true;
    if (windows) take(topic.counted.received, (*windows)[i], from);
    find_open_hours(topic);
  }
  return {};
}

Result<std::optional<ConfluentStudy::Windows>> ConfluentStudy::windows_of(const Topics& topics,
                                                                          int from, int to) {
  const auto start = time_.start + from * hour;
  const auto end = std::min(time_.end, time_.start + to * hour);
  Windows windows(topics.size(), no_windows(start, end));
  if (!TRY(add_windows(windows, received_metric, topics, start, window_error_))) {
    return std::nullopt;
  }
  const bool mirrored = std::any_of(topics.begin(), topics.end(),
                                    [this](std::size_t i) { return topics_[i].mirrored; });
  if (mirrored && !TRY(add_windows(windows, mirrored_metric, topics, start, window_error_))) {
    return std::nullopt;
  }
  return windows;
}

Result<bool> ConfluentStudy::add_windows(Windows& windows, const char* metric, const Topics& topics,
                                         Instant start, std::optional<Error>& error) {
  const auto end = start + std::ssize(windows.front()) * time_.width;
  const auto answer = TRY(minutes_of(metric, topics, start, end, error));
  if (!answer) return false;
  std::unordered_map<std::string_view, std::size_t> rows;
  for (std::size_t i = 0; i < topics.size(); ++i) rows.emplace(query_.topics[topics[i]], i);
  const auto minutes_of_window = static_cast<std::size_t>(time_.width / minute);
  std::vector<double> minutes(static_cast<std::size_t>((end - start) / minute));
  for (const auto& series : answer->series) {
    std::fill(minutes.begin(), minutes.end(), 0.0);
    for (const auto& point : series.points) {
      if (point.time < start || point.time >= end) continue;
      minutes[static_cast<std::size_t>((point.time - start) / minute)] = point.value;
    }
    auto& row = windows[rows.at(series.topic)];
    for (std::size_t i = 0; i < minutes.size(); ++i) row[i / minutes_of_window] += minutes[i];
  }
  return true;
}

Result<std::optional<MetricAnswer>> ConfluentStudy::minutes_of(const char* metric,
                                                               const Topics& topics, Instant start,
                                                               Instant end,
                                                               std::optional<Error>& error) {
  auto query = query_for(metric);
  query.granularity = Granularity::minute;
  query.start = start;
  query.end = end;
  std::vector<bool> asked(topics_.size(), false);
  for (const auto i : topics) asked[i] = true;
  const Wanted wanted = [&](std::string_view name) {
    const auto found = places_.find(name);
    return found != places_.end() && asked[found->second];
  };
  if (topics.size() <= topics_named && !filters_refused_) {
    for (const auto i : topics) query.topics.push_back(query_.topics[i]);
  }
  auto answer = queries_.answer(query, wanted);
  if (!answer && answer.error().kind == ErrorKind::invalid_input && !query.topics.empty()) {
    filters_refused_ = true;
    query.topics.clear();
    answer = queries_.answer(query, wanted);
  }
  if (answer) {
    unusable_ += answer->unusable;
    return std::move(*answer);
  }
  if (answer.error().kind == ErrorKind::interrupted) return tl::unexpected(answer.error());
  error = std::move(answer).error();
  return std::nullopt;
}

Result<> ConfluentStudy::ask_sent_peaks() {
  std::map<int, Topics> by_block;
  for (std::size_t i = 0; i < topics_.size(); ++i) {
    if (!topics_[i].looked_at || !topics_[i].counted.sent) continue;
    const auto open =
        topics_[i].counted.sent->open_hours([](const Interval& rate) { return rate.exact(); });
    if (!open.empty()) by_block[open.front() / hours_of_block].push_back(i);
  }
  std::optional<Error> error;
  for (const auto& [block, topics] : by_block) {
    const auto [from, to] = hours_in(block);
    const auto start = time_.start + from * hour;
    const auto end = std::min(time_.end, time_.start + to * hour);
    Windows windows(topics.size(), no_windows(start, end));
    if (!TRY(add_windows(windows, sent_metric, topics, start, error))) continue;
    for (std::size_t i = 0; i < topics.size(); ++i) {
      take(*topics_[topics[i]].counted.sent, windows[i], from);
    }
  }
  if (error) {
    result_.warnings.push_back(fmt::format(
        "the peaks of what consumers read are in part only known by the hour: {}", error->message));
  }
  return {};
}

}  // namespace partwise::metrics
