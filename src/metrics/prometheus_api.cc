#include "metrics/prometheus_api.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "http/json_path.h"

namespace partwise::metrics {

using nlohmann::json;

/// The "data" of a reply that was a success.
class PrometheusApi::Document {
 public:
  explicit Document(json data) : data_(std::move(data)) {}
  [[nodiscard]] const json& data() const { return data_; }

 private:
  json data_;
};

namespace {

constexpr const char* url_hint =
    "check --prometheus-url: it is what comes before /api/v1, behind a proxy often with a path, "
    "such as https://metrics.example.com/prometheus";
// The server's own limit is 2 minutes by default.
constexpr Millis query_timeout{130'000};
constexpr Millis query_patience{400'000};
// Infos came as warnings from 2.48 on: what a metric's name should end in is of no use here.
constexpr std::string_view no_warning = "PromQL info:";

std::string time_text(Instant t) {
  return fmt::format("{:.3f}", static_cast<double>(t.time_since_epoch().count()) / 1000);
}

bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

// "status 502", or with the words of the server or the title of a page.
std::string words_of(const http::Reply& reply) {
  auto words = fmt::format("status {}", reply.status);
  const auto document = json::parse(reply.body, nullptr, false);
  if (document.is_object() && !http::text_at(document, {"error"}).empty()) {
    words += fmt::format(", {}: {}", quotable(http::text_at(document, {"errorType"})),
                         quotable(http::text_at(document, {"error"})));
  } else if (!document.is_object() && !trimmed(reply.body).empty() &&
             !trimmed(reply.body).starts_with('<')) {
    words += ", " + quotable(reply.body);
  }
  return words;
}

// In the words of Prometheus, Thanos and Mimir.
bool too_much(const http::Reply& reply) {
  return reply.status == 413 ||
         (reply.status < 500 &&
          (contains(reply.body, "too many samples") ||
           contains(reply.body, "exceeded maximum resolution") ||
           contains(reply.body, "exceeded the") || contains(reply.body, "exceeds limit")));
}

Result<std::optional<double>> number_of(const json& value) {
  if (!value.is_string()) return fail(ErrorKind::corrupt, "a value is no text");
  const auto& text = value.get_ref<const std::string&>();
  double number = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text == "+Inf" || text == "-Inf" || text == "NaN") return std::nullopt;
  if (read.ec != std::errc() || read.ptr != text.data() + text.size()) {
    return fail(ErrorKind::corrupt, fmt::format("\"{}\" is no number", quotable(text)));
  }
  return std::isfinite(number) ? std::optional(number) : std::nullopt;
}

// [1435781451.781, "1.5"]
Result<void> add_point(const json& pair, PrometheusSeries& series) {
  if (!pair.is_array() || pair.size() != 2 || !pair[0].is_number()) {
    return fail(ErrorKind::corrupt, "a point is not a time and a value");
  }
  const auto value = TRY(number_of(pair[1]));
  if (!value) return {};
  const Instant at{Millis{std::llround(pair[0].get<double>() * 1000)}};
  series.points.push_back({at, *value});
  return {};
}

Result<PrometheusSeries> one_series(const json& element) {
  PrometheusSeries series;
  if (!element.is_object()) return fail(ErrorKind::corrupt, "a series is no object");
  const auto labels = element.find("metric");
  if (labels != element.end() && labels->is_object()) {
    for (const auto& [name, value] : labels->items()) {
      if (value.is_string()) series.labels[name] = value.get<std::string>();
    }
  }
  if (const auto value = element.find("value"); value != element.end()) {
    TRY(add_point(*value, series));
  }
  if (const auto values = element.find("values"); values != element.end()) {
    for (const auto& pair : *values) TRY(add_point(pair, series));
  }
  return series;
}

Result<std::vector<PrometheusSeries>> series_in(const json& data) {
  const auto result = data.is_object() ? data.find("result") : data.end();
  if (!data.is_object() || result == data.end() || !result->is_array()) {
    return fail(ErrorKind::corrupt, "a reply of Prometheus has no result", url_hint);
  }
  std::vector<PrometheusSeries> all;
  all.reserve(result->size());
  for (const auto& element : *result) {
    auto series = one_series(element);
    if (!series) {
      return fail(series.error().kind,
                  fmt::format("a reply of Prometheus is broken: {}", series.error().message));
    }
    all.push_back(*std::move(series));
  }
  return all;
}

// Points of the same series behind each other.
void append(std::vector<PrometheusSeries>& all, std::vector<PrometheusSeries> more) {
  std::map<PrometheusLabels, std::size_t> places;
  for (std::size_t i = 0; i < all.size(); ++i) places[all[i].labels] = i;
  for (auto& series : more) {
    const auto place = places.find(series.labels);
    if (place == places.end()) {
      all.push_back(std::move(series));
    } else {
      auto& points = all[place->second].points;
      points.insert(points.end(), series.points.begin(), series.points.end());
    }
  }
}

}  // namespace

std::string PrometheusSeries::label(const std::string& name) const {
  const auto found = labels.find(name);
  return found == labels.end() ? std::string() : found->second;
}

PrometheusApi::PrometheusApi(PrometheusAccess access, http::Exchange& exchange)
    : access_(std::move(access)), exchange_(exchange) {
  auto& url = access_.url;
  while (url.ends_with('/')) url.pop_back();
  if (url.ends_with("/api/v1")) url.resize(url.size() - std::string_view("/api/v1").size());
}

std::string PrometheusApi::url_of(const std::string& path, const Parameters& query) const {
  return http::url_of(access_.url, "api/v1/" + path, query);
}

Error PrometheusApi::refusal(const http::Reply& reply) const {
  const auto said = fmt::format("{} answers with {}", access_.url, words_of(reply));
  if (reply.status == 401 || reply.status == 403) {
    const bool known = access_.login || !access_.bearer.empty();
    return {ErrorKind::unauthorized,
            said,
            known ? "check --prometheus-user and PROMETHEUS_PASSWORD, or PROMETHEUS_TOKEN"
                  : "give --prometheus-user with PROMETHEUS_PASSWORD, or --prometheus-token",
            {}};
  }
  if (reply.status >= 300 && reply.status < 400) {
    return {ErrorKind::not_found,
            said + ", a redirect",
            "give the URL that it leads to; where that is a page to log in, --prometheus-token may "
            "do instead",
            {}};
  }
  if (reply.status == 404 || reply.status == 405) {
    return {ErrorKind::not_found, said + ": no Prometheus", url_hint, {}};
  }
  if (too_much(reply)) {
    return {ErrorKind::limit,
            said,
            "ask for fewer topics or days, or raise --query.max-samples of the server",
            {}};
  }
  if (reply.status == 429) return {ErrorKind::unavailable, said, "try again later", {}};
  if (reply.status == 503 && contains(reply.body, "\"timeout\"")) {
    return {ErrorKind::timeout,
            said,
            "ask for fewer topics or days, or raise --query.timeout of the server",
            {}};
  }
  if (reply.status == 400) {
    return {ErrorKind::invalid_input, said, "check --prometheus-selector", {}};
  }
  return {ErrorKind::unavailable, said, "try again later, or look into its log", {}};
}

Result<PrometheusApi::Document> PrometheusApi::answer(http::Request request,
                                                      const std::stop_token& stop) {
  TRY(http::origin_of(access_.url));
  if (access_.url.find_first_of("?#") != std::string::npos) {
    return fail(ErrorKind::invalid_input, "the URL of Prometheus has a query", url_hint);
  }
  request.login = access_.login;
  request.bearer = access_.bearer;
  request.headers.push_back({"Accept", "application/json"});
  request.timeout = query_timeout;
  request.patience = query_patience;
  ++requests_;
  const auto reply = TRY(exchange_.send(request, stop));
  if (!reply.ok()) return tl::unexpected(refusal(reply));
  auto document = json::parse(reply.body, nullptr, false);
  if (!document.is_object() || http::text_at(document, {"status"}) != "success" ||
      !document.contains("data")) {
    return fail(ErrorKind::corrupt,
                fmt::format("{} answers, but not as Prometheus does", access_.url), url_hint);
  }
  if (const auto said = document.find("warnings"); said != document.end() && said->is_array()) {
    for (const auto& one : *said) {
      const auto text = one.is_string() ? quotable(one.get<std::string>()) : std::string();
      if (text.empty() || text.starts_with(no_warning)) continue;
      const auto warning = "Prometheus warns: " + text;
      if (std::find(warnings_.begin(), warnings_.end(), warning) == warnings_.end()) {
        warnings_.push_back(warning);
      }
    }
  }
  return Document(std::move(document["data"]));
}

Result<PrometheusApi::Document> PrometheusApi::posted(const std::string& path,
                                                      const Parameters& form,
                                                      const std::stop_token& stop) {
  http::Request request;
  request.method = "POST";
  request.repeatable = true;
  request.url = url_of(path, {});
  request.headers = {{"Content-Type", "application/x-www-form-urlencoded"}};
  for (const auto& [name, value] : form) {
    if (!request.body.empty()) request.body += '&';
    request.body += http::percent_encoded(name) + "=" + http::percent_encoded(value);
  }
  return answer(std::move(request), stop);
}

Result<std::vector<PrometheusSeries>> PrometheusApi::query(const std::string& expression,
                                                           Instant at,
                                                           const std::stop_token& stop) {
  const auto document =
      TRY(posted("query", {{"query", expression}, {"time", time_text(at)}}, stop));
  return series_in(document.data());
}

Result<std::vector<PrometheusSeries>> PrometheusApi::once(const std::string& expression,
                                                          const PrometheusRange& range,
                                                          const std::stop_token& stop) {
  const auto document = TRY(posted("query_range",
                                   {{"query", expression},
                                    {"start", time_text(range.first)},
                                    {"end", time_text(range.last)},
                                    {"step", fmt::format("{:.3f}", seconds(range.step))}},
                                   stop));
  return series_in(document.data());
}

Result<std::vector<PrometheusSeries>> PrometheusApi::query_range(const std::string& expression,
                                                                 const PrometheusRange& range,
                                                                 const std::stop_token& stop) {
  auto whole = once(expression, range, stop);
  const auto steps = (range.last - range.first) / range.step;
  if (whole || whole.error().kind != ErrorKind::limit || steps == 0) return whole;
  const Instant middle = range.first + (steps / 2) * range.step;
  auto all = TRY(query_range(expression, {range.first, middle, range.step}, stop));
  auto rest = TRY(query_range(expression, {middle + range.step, range.last, range.step}, stop));
  append(all, std::move(rest));
  return all;
}

Result<std::vector<std::string>> PrometheusApi::label_values(const std::string& label,
                                                             const std::string& selector,
                                                             Instant from, Instant to,
                                                             const std::stop_token& stop) {
  Parameters parameters = {{"start", time_text(from)}, {"end", time_text(to)}};
  if (!selector.empty()) parameters.push_back({"match[]", selector});
  http::Request request;  // this one there is as GET alone
  request.url = url_of(fmt::format("label/{}/values", http::percent_encoded(label)), parameters);
  const auto document = TRY(answer(std::move(request), stop));
  std::vector<std::string> values;
  if (!document.data().is_array()) return values;  // null, where there is none
  for (const auto& value : document.data()) {
    if (value.is_string()) values.push_back(value.get<std::string>());
  }
  return values;
}

}  // namespace partwise::metrics
