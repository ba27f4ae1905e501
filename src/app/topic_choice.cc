#include "app/topic_choice.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.h"

namespace partwise::app {

bool TopicChoice::has(std::string_view name) const {
  if (!only.empty()) return name == only;
  if (name.starts_with('_') && !include_internal) return false;
  if (filter.empty()) return true;
  const auto lower = lowered(name);
  return std::any_of(filter.begin(), filter.end(), [&](const auto& part) {
    return lower.find(lowered(part)) != std::string::npos;
  });
}

TopicChoice topic_choice(const config::OptionValues& values, FoundErrors& found) {
  TopicChoice choice;
  choice.include_internal = values.boolean("include_internal_topics");
  const auto filter = values.text("topic_filter");
  choice.filter = listed(filter);
  if (!filter.empty() && choice.filter.empty()) {
    found.wrong(fmt::format("TOPIC_FILTER '{}' names nothing", filter),
                "parts of topics' names with commas between, or leave it out for all topics",
                values.entry("topic_filter").from);
  }
  return choice;
}

Error nothing_chosen(const std::vector<std::string>& names, const TopicChoice& choice) {
  if (names.empty()) {
    return {ErrorKind::not_found, "the cluster has no topic", "check that it is the right one", {}};
  }
  if (!choice.only.empty()) {
    const auto close = nearest(choice.only, names);
    return {ErrorKind::invalid_input,
            fmt::format("no topic {} among {}", choice.only, names.size()),
            close ? fmt::format("is {} meant?", *close) : "see the names without --explain",
            "--explain"};
  }
  if (choice.filter.empty()) {
    return {ErrorKind::not_found,
            fmt::format("all {} topics are internal", names.size()),
            "--include-internal-topics takes them in",
            {}};
  }
  auto all = choice;
  all.include_internal = true;
  if (std::any_of(names.begin(), names.end(), [&](const auto& name) { return all.has(name); })) {
    return {
        ErrorKind::invalid_input,
        fmt::format("TOPIC_FILTER '{}' matches internal topics alone", joined(choice.filter, ",")),
        "--include-internal-topics takes them in",
        {}};
  }
  const auto close = nearest(choice.filter.front(), names);
  return {ErrorKind::invalid_input,
          fmt::format("TOPIC_FILTER '{}' matches none of {} topics", joined(choice.filter, ","),
                      names.size()),
          close ? fmt::format("is {} meant?", *close) : "see the names without a filter",
          {}};
}

}  // namespace partwise::app
