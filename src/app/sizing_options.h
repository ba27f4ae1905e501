// The options that say what a partition carries and what is planned for: `recommend`'s, and of
// every other command that sizes.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

#include "config/option.h"
#include "sizing/rule.h"

namespace partwise::app {

inline constexpr std::string_view sizing_group = "Sizing";

inline constexpr auto sizing_rows = std::to_array<config::Option>({
    {"model", "SIZING_MODEL", config::OptionType::choice, sizing_group, "MODEL", "capacity",
     "capacity: required / what a partition carries; ratio: required / mean", 0, 0,
     "capacity|ratio"},
    {"consumer_throughput", "CONSUMER_THROUGHPUT_PER_PARTITION", config::OptionType::rate,
     sizing_group, "RATE", "10MiB/s", "what one consumer takes from one partition", 1},
    {"producer_throughput", "PRODUCER_THROUGHPUT_PER_PARTITION", config::OptionType::rate,
     sizing_group, "RATE", "", "what producers can put into one partition; no bound when not given",
     1},
    {"required_consumption_throughput_factor", "REQUIRED_CONSUMPTION_THROUGHPUT_FACTOR",
     config::OptionType::number, sizing_group, "N", "3", "growth to plan for: required = N x peak",
     0.001, 1000},
    {"min_consumption_throughput", "MIN_CONSUMPTION_THROUGHPUT", config::OptionType::rate,
     sizing_group, "RATE", "10485760", "a topic that requires less gets the minimum", 0},
    {"min_recommended_partitions", "MIN_RECOMMENDED_PARTITIONS", config::OptionType::integer,
     sizing_group, "N", "6", "least count for any topic", 1, 10'000},
    {"consumers", "CONSUMERS_PER_GROUP", config::OptionType::integer, sizing_group, "N", "0",
     "consumers that one group shall have: at least so many partitions", 0, 10'000},
    {"peak_window", "PEAK_WINDOW", config::OptionType::duration, sizing_group, "TIME", "60s",
     "length of the windows whose busiest counts", 1, 86'400},
});

/// The rows of several tables in one.
template <std::size_t... Sizes>
constexpr auto rows_of(const std::array<config::Option, Sizes>&... tables) {
  std::array<config::Option, (Sizes + ...)> all{};
  std::size_t next = 0;
  const auto add = [&](const auto& rows) {
    for (const auto& row : rows) all[next++] = row;
  };
  (add(tables), ...);
  return all;
}

/// From a table that has sizing_rows.
sizing::SizingSettings sizing_settings(const config::OptionValues& values);

/// Likewise, but what is not given is that of `otherwise`.
sizing::SizingSettings sizing_settings(const config::OptionValues& values,
                                       sizing::SizingSettings otherwise);

}  // namespace partwise::app
