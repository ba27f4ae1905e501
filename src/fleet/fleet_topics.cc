#include "fleet/fleet_topics.h"

#include <utility>

#include <fmt/format.h>

namespace partwise::fleet {
namespace {

Result<> check_times(const FleetSpec& spec) {
  constexpr Millis least_history = std::chrono::minutes(1);
  constexpr Millis most_history = std::chrono::hours(24 * 365 * 10);
  if (spec.history < least_history || spec.history > most_history) {
    return fail(ErrorKind::invalid_input,
                fmt::format("a history of {} ms is not possible", spec.history.count()),
                "1 min to 3650 d");
  }
  if (spec.start < least_start) {
    return fail(ErrorKind::invalid_input, "the fleet starts before 2 January 1970",
                "give a later start, or less history");
  }
  return {};
}

}  // namespace

tl::expected<FleetTopics, Errors> FleetTopics::from(FleetSpec spec) {
  Errors errors;
  if (auto times = check_times(spec); !times) return tl::unexpected(Errors{times.error()});
  FleetTopics fleet;
  fleet.name_ = std::move(spec.name);
  fleet.start_ = spec.start;
  fleet.history_ = spec.history;
  fleet.topics_.reserve(spec.topics.size());
  SharedTables tables;
  for (auto& topic_spec : spec.topics) {
    auto topic = VirtualTopic::from(std::move(topic_spec), spec.start, spec.history, tables);
    if (!topic) {
      errors.push_back(std::move(topic).error());
      continue;
    }
    if (!fleet.numbers_.emplace(topic->name(), fleet.topics_.size()).second) {
      errors.push_back({ErrorKind::invalid_input,
                        fmt::format("there are two topics '{}'", topic->name()),
                        "give each a name of its own",
                        {}});
      continue;
    }
    fleet.topics_.push_back(std::move(*topic));
  }
  if (!errors.empty()) return tl::unexpected(std::move(errors));
  return fleet;
}

const VirtualTopic* FleetTopics::find(std::string_view name) const {
  const auto found = numbers_.find(name);
  return found == numbers_.end() ? nullptr : &topics_[found->second];
}

}  // namespace partwise::fleet
