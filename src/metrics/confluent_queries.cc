#include "metrics/confluent_queries.h"

#include <map>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "base/text.h"
#include "http/url.h"
#include "metrics/confluent_refusal.h"

namespace partwise::metrics {
namespace {

constexpr int most_beginnings = 3;
constexpr int most_unreached = 2;
constexpr int most_pages = 10'000;
// A page of 1,000 topics and 360 minutes has some 20 MB.
constexpr Millis page_timeout = std::chrono::minutes(1);

http::Request request_for(const ConfluentAccess& access, const char* path,
                          std::span<const http::QueryParameter> parameters) {
  http::Request request;
  request.url = http::url_of(access.base_url, path, parameters);
  request.headers.push_back({"Accept", "application/json"});
  request.login = access.login;
  request.timeout = page_timeout;
  return request;
}

/// The page_tokens of one list.
class Tokens {
 public:
  Result<> add(const std::string& token, const std::string& what) {
    if (std::ssize(seen_) >= most_pages) {
      return fail(ErrorKind::limit,
                  fmt::format("{}: the answer has more than {} pages", what, most_pages));
    }
    if (seen_.insert(token).second) return {};
    return fail(
        ErrorKind::corrupt,
        fmt::format("{}: the page_token {} came twice: the list has no end", what, quotable(token)),
        "try again; if it stays so, tell Confluent");
  }

 private:
  std::set<std::string> seen_;
};

/// Joins the parts of each series.
class Joined {
 public:
  void add(MetricPage page) {
    answer_.unusable += page.unusable;
    for (auto& series : page.series) {
      const auto [found, fresh] =
          places_.try_emplace({series.topic, series.partition}, answer_.series.size());
      if (fresh) {
        answer_.series.push_back(std::move(series));
        continue;
      }
      auto& points = answer_.series[found->second].points;
      points.insert(points.end(), series.points.begin(), series.points.end());
    }
  }
  MetricAnswer taken() { return std::move(answer_); }

 private:
  MetricAnswer answer_;
  std::map<std::pair<std::string, int>, std::size_t> places_;
};

template <class T>
Result<T> about(const std::string& what, Result<T> result) {
  if (!result) result.error().message = fmt::format("{}: {}", what, result.error().message);
  return result;
}

}  // namespace

Result<http::Reply> ConfluentQueries::reply_to(const http::Request& request,
                                               const std::string& what) {
  if (unreached_ >= most_unreached) return tl::unexpected(*last_error_);
  ++requests_;
  auto reply = about(what, access_.exchange.send(request, stop_));
  const bool reached = reply && reply->status < 500 && reply->status != 429;
  unreached_ = reached ? 0 : unreached_ + 1;
  if (!reached) last_error_ = reply ? confluent_refusal(*reply, what) : reply.error();
  return reply;
}

Result<MetricAnswer> ConfluentQueries::answer(const ConfluentQuery& query, const Wanted& wanted) {
  for (int beginnings = 0; beginnings < most_beginnings; ++beginnings) {
    if (auto whole = TRY(pages(query, wanted))) return std::move(*whole);
  }
  return fail(ErrorKind::unavailable,
              fmt::format("asking Confluent for {} of {}: the pages of the answer expired {} times "
                          "before all were read",
                          query.metric, query.cluster_id, most_beginnings),
              "try again later");
}

// None, where a page_token has expired.
Result<std::optional<MetricAnswer>> ConfluentQueries::pages(const ConfluentQuery& query,
                                                            const Wanted& wanted) {
  const auto what = fmt::format("asking Confluent for {} of {}", query.metric, query.cluster_id);
  const auto body = body_of(query);
  Joined joined;
  Tokens tokens;
  std::vector<http::QueryParameter> parameters;
  while (true) {
    auto request = request_for(access_, "v2/metrics/cloud/query", parameters);
    request.method = "POST";
    request.headers.push_back({"Content-Type", "application/json"});
    request.body = body;
    request.repeatable = true;
    const auto reply = TRY(reply_to(request, what));
    if (reply.status == 400 && !parameters.empty()) return std::nullopt;
    if (!reply.ok()) return tl::unexpected(confluent_refusal(reply, what));
    auto page = TRY(about(what, page_from(reply.body, wanted)));
    const auto token = std::move(page.next_token);
    joined.add(std::move(page));
    if (token.empty()) return joined.taken();
    TRY(tokens.add(token, what));
    parameters = {{"page_token", token}};
  }
}

Result<std::vector<MetricDescriptor>> ConfluentQueries::descriptors() {
  const std::string what = "asking Confluent which metrics there are";
  std::vector<MetricDescriptor> metrics;
  Tokens tokens;
  std::vector<http::QueryParameter> parameters = {{"resource_type", "kafka"},
                                                  {"page_size", "1000"}};
  while (true) {
    const auto reply = TRY(
        reply_to(request_for(access_, "v2/metrics/cloud/descriptors/metrics", parameters), what));
    if (!reply.ok()) return tl::unexpected(confluent_refusal(reply, what));
    auto page = TRY(about(what, descriptors_from(reply.body)));
    for (auto& metric : page.metrics) metrics.push_back(std::move(metric));
    if (page.next_token.empty()) return metrics;
    TRY(tokens.add(page.next_token, what));
    parameters.resize(2);
    parameters.push_back({"page_token", page.next_token});
  }
}

}  // namespace partwise::metrics
