#include "metrics/prometheus_query.h"

#include <vector>

#include <fmt/format.h>

#include "base/text.h"

namespace partwise::metrics {
namespace {

constexpr Millis minute = std::chrono::minutes(1);
constexpr Millis hour = std::chrono::hours(1);
constexpr int scrapes_enough = 10;

bool is_plain(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '-';
}

std::string regex_of(std::string_view text) {
  std::string regex;
  for (const char c : text) {
    if (!is_plain(c)) regex += '\\';
    regex += c;
  }
  return regex;
}

// What is between the quotes.
std::string within_quotes(std::string_view text) {
  const auto quoted = promql_text(text);
  return quoted.substr(1, quoted.size() - 2);
}

bool divides_or_is_whole_hours(Millis width) {
  return width < hour ? hour % width == Millis{0} : width % hour == Millis{0};
}

}  // namespace

std::string promql_text(std::string_view text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '\n') {
      quoted += "\\n";
      continue;
    }
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + '"';
}

std::string selector_of(const Meter& meter, std::span<const std::string> matchers) {
  std::vector<std::string> all;
  if (!meter.matchers.empty()) all.push_back(meter.matchers);
  for (const auto& matcher : matchers) {
    if (!matcher.empty()) all.push_back(matcher);
  }
  return fmt::format("{}{{{}}}", meter.metric, joined(all, ","));
}

std::string with_cluster_id(std::string_view matchers, std::string_view cluster_id) {
  const auto as_text = within_quotes(cluster_id);
  const auto as_regex = within_quotes(regex_of(cluster_id));
  std::string filled;
  char quote = 0;  // the one that is open
  bool regex = false;
  for (std::size_t i = 0; i < matchers.size(); ++i) {
    if (matchers.substr(i).starts_with(cluster_id_place)) {
      filled += regex ? as_regex : as_text;
      i += cluster_id_place.size() - 1;
      continue;
    }
    if (matchers[i] == '\\' && quote != 0) {
      filled += matchers.substr(i++, 2);
      continue;
    }
    if (quote == 0 && (matchers[i] == '"' || matchers[i] == '\'')) {
      quote = matchers[i];
      regex = trimmed(matchers.substr(0, i)).ends_with('~');
    } else if (matchers[i] == quote) {
      quote = 0;
    }
    filled += matchers[i];
  }
  return filled;
}

std::string any_of(const std::string& label, std::span<const std::string> values) {
  std::vector<std::string> alternatives;
  alternatives.reserve(values.size());
  for (const auto& value : values) alternatives.push_back(regex_of(value));
  return label + "=~" + promql_text(joined(alternatives, "|"));
}

std::string range_text(Millis length) { return fmt::format("{}ms", length.count()); }

Amount amount_in(const Flavour& flavour, const std::string& selector, Millis window,
                 Millis scrape_interval) {
  const auto one_less = Millis{1};
  const double w = seconds(window);
  const double s = seconds(scrape_interval);
  const auto sum = "sum by (" + flavour.topic_label + ") ";
  const auto range = range_text(window + scrape_interval - one_less);
  switch (flavour.reading) {
    case Reading::counter:
      return {fmt::format("{}(increase({}[{}]))", sum, selector, range), w / (w + s)};
    case Reading::offset:
      return {fmt::format("{}(max by ({}, {}) (increase({}[{}])))", sum, flavour.topic_label,
                          flavour.partition_label, selector, range),
              w / (w + s)};
    case Reading::rate:
    case Reading::minute_delta:
      break;
  }
  const double per_second = flavour.reading == Reading::rate ? 1 : 1 / seconds(minute);
  return {fmt::format("{}(sum_over_time({}[{}]))", sum, selector, range_text(window - one_less)),
          s * per_second};
}

Millis window_that_can_be_told(Millis wanted, Millis scrape_interval) {
  for (auto width = wanted;; width += width < hour ? minute : hour) {
    if (!divides_or_is_whole_hours(width)) continue;
    if (width < scrape_interval) continue;
    if (width % scrape_interval == Millis{0} || width >= scrapes_enough * scrape_interval) {
      return width;
    }
  }
}

}  // namespace partwise::metrics
