// Which topics of a cluster are meant: the options, and the choice that comes of them.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "app/found_errors.h"
#include "base/result.h"
#include "config/option.h"

namespace partwise::app {

inline constexpr std::string_view topic_group = "Which topics";

inline constexpr auto topic_rows = std::to_array<config::Option>({
    {"include_internal_topics", "INCLUDE_INTERNAL_TOPICS", config::OptionType::boolean, topic_group,
     "", "False", "also topics whose name begins with _"},
    {"topic_filter", "TOPIC_FILTER", config::OptionType::text, topic_group, "NAME,...", "",
     "only topics with one of these in their name, in any case"},
});

struct TopicChoice {
  bool include_internal = false;
  std::vector<std::string> filter;  ///< names or parts of names; empty: all topics
  std::string only;  ///< a topic's name, which the others do not matter for; or empty

  [[nodiscard]] bool has(std::string_view name) const;
};

/// From a table that has topic_rows.
TopicChoice topic_choice(const config::OptionValues& values, FoundErrors& found);

/// Why none of a cluster's topics is chosen.
Error nothing_chosen(const std::vector<std::string>& names, const TopicChoice& choice);

}  // namespace partwise::app
