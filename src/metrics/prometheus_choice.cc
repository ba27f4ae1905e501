#include "metrics/prometheus_choice.h"

#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/text.h"
#include "metrics/prometheus_coverage.h"

namespace partwise::metrics {
namespace {

std::string in_braces(const std::string& matchers) {
  return matchers.empty() ? std::string() : "{" + matchers + "}";
}

bool may_be_forbidden(const Error& error) {
  return error.kind == ErrorKind::unauthorized || error.kind == ErrorKind::not_found ||
         error.kind == ErrorKind::invalid_input || error.kind == ErrorKind::limit;
}

// By the list of all names, or, where a proxy does not let that through, by asking for ours.
Result<std::vector<std::string>> metric_names(PrometheusApi& api, const std::string& matchers,
                                              const ObservedTime& time,
                                              const std::stop_token& stop) {
  auto names = api.label_values("__name__", in_braces(matchers), time.start, time.end, stop);
  if (names || !may_be_forbidden(names.error())) return names;
  const auto ours = fmt::format("__name__=~{}", promql_text(metric_names_regex()));
  const auto found = api.query(
      fmt::format("count by (__name__) ({})", selector_of({}, std::vector{ours, matchers})),
      time.end, stop);
  if (!found && found.error().kind == ErrorKind::interrupted) return tl::unexpected(found.error());
  if (!found) return names;
  std::vector<std::string> of_series;
  of_series.reserve(found->size());
  for (const auto& series : *found) of_series.push_back(series.label("__name__"));
  return of_series;
}

std::string labels_text(const PrometheusLabels& labels) {
  std::vector<std::string> parts;
  parts.reserve(labels.size());
  for (const auto& [name, value] : labels) parts.push_back(name + "=" + promql_text(value));
  return quotable(joined(parts, ", "));
}

// What a series has that the selector does not match.
Result<std::string> selector_hint(PrometheusReader& any, const std::string& selector,
                                  const ObservedTime& time) {
  const auto labels = TRY(any.example_labels(time.end));
  if (labels.empty()) {
    return fmt::format(
        "nor has any series the label {} in the last hour: let the exporter's rules keep it, and "
        "check that Prometheus scrapes the brokers",
        any.flavour().topic_label);
  }
  return (selector.empty() ? "is it another cluster's? A series there has "
                           : "correct --prometheus-selector: a series there has ") +
         labels_text(labels);
}

std::string for_cluster(const Flavour& flavour, const std::string& matchers,
                        const std::string& cluster) {
  const bool by_id = flavour.name == "confluent_export" && cluster.starts_with("lkc-") &&
                     matchers.find("kafka_id") == std::string::npos;
  if (!by_id) return matchers;
  const auto id = "kafka_id=" + promql_text(cluster);
  return matchers.empty() ? id : id + "," + matchers;
}

}  // namespace

std::string matchers_in(std::string_view selector) {
  selector = trimmed(selector);
  if (selector.starts_with('{') && selector.ends_with('}')) {
    selector = trimmed(selector.substr(1, selector.size() - 2));
  }
  while (selector.ends_with(',')) selector = trimmed(selector.substr(0, selector.size() - 1));
  return std::string(selector);
}

Result<PrometheusChoice> chosen_flavour(PrometheusApi& api, const std::string& wanted,
                                        const std::string& selector, const std::string& cluster,
                                        const ObservedTime& time, const std::stop_token& stop) {
  const auto any_cluster = matchers_in(selector);
  const auto matchers = with_cluster_id(any_cluster, cluster);
  auto names = TRY(metric_names(api, matchers, time, stop));
  // The selector may be what hides them: then the series tell it.
  if (names.empty() && !matchers.empty()) names = TRY(metric_names(api, "", time, stop));
  const auto flavours = TRY(flavours_in(names, wanted));
  for (const auto& flavour : flavours) {
    const auto asked = for_cluster(flavour, matchers, cluster);
    PrometheusReader reader(api, flavour, asked, stop);
    auto samples = TRY(reader.samples_by_instance(time));
    if (!hours_sampled(samples)) continue;
    return PrometheusChoice{std::move(reader), choice_text(flavour, flavours), std::move(samples),
                            asked != any_cluster};
  }
  PrometheusReader best(api, flavours.front(), for_cluster(flavours.front(), matchers, cluster),
                        stop);
  auto hint = TRY(selector_hint(best, any_cluster, time));
  return fail(ErrorKind::not_found,
              fmt::format("Prometheus has no series of a topic by {} from {} to {}",
                          best.main_selector(), utc_text(time.start), utc_text(time.end)),
              std::move(hint));
}

}  // namespace partwise::metrics
