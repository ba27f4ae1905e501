#include "app/topic_stretch.h"

#include <algorithm>
#include <cmath>
#include <utility>
#include <variant>

#include <fmt/format.h>

#include "app/lookup_service.h"
#include "base/random.h"
#include "base/text.h"

namespace partwise::app {
namespace {

using sample::OffsetAnswer;

constexpr std::int64_t block_least = 1000;
constexpr std::int64_t blocks_most = 64;

class Finder {
 public:
  Finder(sample::ClusterPort& port, const StretchBounds& bounds, Millis timeout,
         const std::stop_token& stop)
      : port_(port), bounds_(bounds), timeout_(timeout), stop_(stop) {}

  Result<TopicStretch> find(const std::string& name) {
    const auto description = TRY(port_.describe());
    stretch_.cluster_id = description.id;
    const auto found = std::find_if(description.topics.begin(), description.topics.end(),
                                    [&](const auto& topic) { return topic.name == name; });
    if (found == description.topics.end()) return no_such(name, description);
    if (found->error) return tl::unexpected(*found->error);
    port_.use_topics({name});
    TRY(look_up(*found));
    bound();
    return std::move(stretch_);
  }

 private:
  struct Times {
    std::int64_t from = 0;
    std::optional<std::int64_t> to;  // empty: nothing so late
  };

  static tl::unexpected<Error> no_such(const std::string& name,
                                       const sample::ClusterDescription& description) {
    std::vector<std::string> names;
    for (const auto& topic : description.topics) names.push_back(topic.name);
    const auto close = nearest(name, names);
    return fail(
        ErrorKind::not_found,
        fmt::format("there is no topic {}, or this user may not see it", name),
        close ? "did you mean " + *close + "?" : "partwise cluster describe lists the topics");
  }

  Result<> look_up(const sample::TopicDescription& topic) {
    const auto count = topic.partitions.size();
    stretch_.retained.resize(count);
    times_.resize(count);
    const SystemClock clock;
    LookupService lookups(port_, clock, timeout_, {});
    std::vector<int> leaders;
    for (const auto& partition : topic.partitions) leaders.push_back(partition.leader);
    lookups.set_leaders(0, leaders);
    for (int p = 0; std::cmp_less(p, count); ++p) {
      for (const auto time : wanted_times()) lookups.ask({{0, p}, time});
    }
    while (!lookups.idle()) {
      if (stop_.stop_requested()) return fail(ErrorKind::interrupted, "interrupted");
      lookups.send();
      for (const auto& event : port_.wait(lookups.patience())) {
        if (const auto* offsets = std::get_if<sample::OffsetsArrived>(&event)) {
          for (const auto& answer : lookups.take(*offsets)) note(answer);
        }
      }
      for (const auto& answer : lookups.take_failed()) note(answer);
    }
    return {};
  }

  [[nodiscard]] std::vector<std::int64_t> wanted_times() const {
    std::vector<std::int64_t> times = {sample::at_earliest, sample::at_latest};
    if (bounds_.from) times.push_back(bounds_.from->time_since_epoch().count());
    if (bounds_.to && bounds_.to != bounds_.from)
      times.push_back(bounds_.to->time_since_epoch().count());
    return times;
  }

  void note(const OffsetAnswer& answer) {
    if (answer.error) {
      stretch_.failures.try_emplace(answer.query.at.partition, *answer.error);
      return;
    }
    const auto p = static_cast<std::size_t>(answer.query.at.partition);
    auto& times = times_[p];
    const auto offset = answer.found.offset;
    const auto time = answer.query.time_ms;
    if (time == sample::at_earliest) {
      stretch_.retained[p].earliest = offset.value_or(0);
    } else if (time == sample::at_latest) {
      stretch_.retained[p].latest = offset.value_or(0);
    } else {
      if (bounds_.from && time == bounds_.from->time_since_epoch().count()) {
        times.from = offset.value_or(INT64_MAX);
      }
      if (bounds_.to && time == bounds_.to->time_since_epoch().count()) times.to = offset;
    }
  }

  void bound() {
    for (std::size_t p = 0; p < times_.size(); ++p) {
      if (stretch_.failures.contains(static_cast<int>(p))) continue;
      const auto& [earliest, latest] = stretch_.retained[p];
      const auto from = std::max({earliest, times_[p].from, bounds_.from_offset.value_or(0)});
      const auto to = std::min(
          {latest, times_[p].to.value_or(INT64_MAX), bounds_.to_offset.value_or(INT64_MAX)});
      stretch_.ranges.push_back({{0, static_cast<int>(p)},
                                 std::min(from, std::max(to, earliest)),
                                 std::max(to, earliest)});
    }
  }

  sample::ClusterPort& port_;
  const StretchBounds& bounds_;
  Millis timeout_;
  const std::stop_token& stop_;
  TopicStretch stretch_;
  std::vector<Times> times_;
};

}  // namespace

Result<TopicStretch> find_stretch(sample::ClusterPort& port, const std::string& topic,
                                  const StretchBounds& bounds, Millis timeout,
                                  const std::stop_token& stop) {
  return Finder(port, bounds, timeout, stop).find(topic);
}

std::vector<sample::ScanRange> random_part(const std::vector<sample::ScanRange>& ranges,
                                           double fraction, std::uint64_t seed) {
  std::vector<sample::ScanRange> blocks_read;
  Random random(seed);
  for (const auto& range : ranges) {
    const double wanted = static_cast<double>(range.to - range.from) * fraction;
    const auto blocks =
        std::clamp<std::int64_t>(static_cast<std::int64_t>(wanted) / block_least, 1, blocks_most);
    const auto length =
        std::max<std::int64_t>(1, std::llround(wanted / static_cast<double>(blocks)));
    // One block in each of as many equal parts, at a random place: evenly over the stretch.
    const double part = static_cast<double>(range.to - range.from) / static_cast<double>(blocks);
    for (std::int64_t i = 0; i < blocks && range.from < range.to; ++i) {
      const auto part_from = range.from + std::llround(part * static_cast<double>(i));
      const auto part_to = range.from + std::llround(part * static_cast<double>(i + 1));
      const auto room = std::max<std::int64_t>(1, part_to - part_from - length + 1);
      const auto from = part_from + random.below(room);
      blocks_read.push_back({range.at, from, std::min(part_to, from + length)});
    }
  }
  return blocks_read;
}

}  // namespace partwise::app
