// The HTTP API of Prometheus, which Thanos, Mimir and others speak as well.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "config/secret.h"
#include "http/exchange.h"
#include "http/url.h"

namespace partwise::metrics {

struct PrometheusAccess {
  std::string url;  ///< what comes before /api/v1; may have a path, as behind a proxy
  std::optional<http::Login> login = {};
  config::Secret bearer = {};
};

struct PrometheusPoint {
  Instant at;
  double value = 0;
};

using PrometheusLabels = std::map<std::string, std::string>;

/// Points in order of time; what is not a finite number is missing.
struct PrometheusSeries {
  PrometheusLabels labels;
  std::vector<PrometheusPoint> points;

  /// Empty where there is no such label.
  [[nodiscard]] std::string label(const std::string& name) const;
};

/// The times of a range query: `first`, and every `step` from there up to `last`.
struct PrometheusRange {
  Instant first;
  Instant last;
  Millis step{60'000};
};

/// Queries go as forms, for a URL has no room for many topics.
///
/// errors: unauthorized; not_found (no Prometheus there); corrupt (something else answers);
/// invalid_input (a query it does not understand, a URL that is none); limit (more than the server
/// computes for one query); timeout, unavailable, interrupted
/// threads: one; the exchange must outlive it
class PrometheusApi {
 public:
  PrometheusApi(PrometheusAccess access, http::Exchange& exchange);

  /// The values of an expression at one time; of a range selector, its samples.
  Result<std::vector<PrometheusSeries>> query(const std::string& expression, Instant at,
                                              const std::stop_token& stop);

  /// Where the server refuses the range as too much, its halves are asked for.
  Result<std::vector<PrometheusSeries>> query_range(const std::string& expression,
                                                    const PrometheusRange& range,
                                                    const std::stop_token& stop);

  /// Values of a label between two times; `selector` may be empty: of all series.
  Result<std::vector<std::string>> label_values(const std::string& label,
                                                const std::string& selector, Instant from,
                                                Instant to, const std::stop_token& stop);

  [[nodiscard]] std::int64_t requests() const { return requests_; }

  /// What replies warned of, each once.
  [[nodiscard]] const std::vector<std::string>& warnings() const { return warnings_; }

 private:
  using Parameters = std::vector<http::QueryParameter>;
  class Document;
  Result<Document> answer(http::Request request, const std::stop_token& stop);
  Result<Document> posted(const std::string& path, const Parameters& form,
                          const std::stop_token& stop);
  Result<std::vector<PrometheusSeries>> once(const std::string& expression,
                                             const PrometheusRange& range,
                                             const std::stop_token& stop);
  [[nodiscard]] Error refusal(const http::Reply& reply) const;
  [[nodiscard]] std::string url_of(const std::string& path, const Parameters& query) const;

  PrometheusAccess access_;
  http::Exchange& exchange_;
  std::int64_t requests_ = 0;
  std::vector<std::string> warnings_;
};

}  // namespace partwise::metrics
