// Asks the Confluent Cloud Metrics API: whole answers, however many pages they have.
#pragma once

#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "base/result.h"
#include "http/exchange.h"
#include "metrics/confluent_answer.h"
#include "metrics/confluent_query.h"

namespace partwise::metrics {

/// Where the API is, and who asks.
struct ConfluentAccess {
  http::Exchange& exchange;
  std::string base_url;  ///< "https://api.telemetry.confluent.cloud"
  http::Login login;     ///< a Cloud API key
};

struct MetricAnswer {
  std::vector<MetricSeries> series;  ///< each once
  std::int64_t unusable = 0;
};

/// One run of questions. A page_token that has expired makes its query begin again, twice at most.
/// After two failures in a row to reach the service, it is not asked again: each has cost the whole
/// patience of a request, and each further call has the last one's error.
///
/// errors: of confluent_refusal and of the exchange, each beginning with what was asked; corrupt,
/// for an answer that is none, and where a page_token comes again
class ConfluentQueries {
 public:
  ConfluentQueries(const ConfluentAccess& access, const std::stop_token& stop)
      : access_(access), stop_(stop) {}

  Result<MetricAnswer> answer(const ConfluentQuery& query, const Wanted& wanted);

  /// What the service tells of Kafka clusters. A key with few rights is shown less than it may ask.
  Result<std::vector<MetricDescriptor>> descriptors();

  /// Calls of the exchange so far.
  [[nodiscard]] std::int64_t requests() const { return requests_; }

 private:
  Result<std::optional<MetricAnswer>> pages(const ConfluentQuery& query, const Wanted& wanted);
  Result<http::Reply> reply_to(const http::Request& request, const std::string& what);

  const ConfluentAccess& access_;
  const std::stop_token& stop_;
  std::int64_t requests_ = 0;
  int unreached_ = 0;
  std::optional<Error> last_error_;
};

}  // namespace partwise::metrics
