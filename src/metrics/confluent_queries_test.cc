// Whole answers from pages, and what happens when they do not come.
#include "metrics/confluent_queries.h"

#include <gtest/gtest.h>

#include "base/units.h"
#include "http/exchange_fake.h"

namespace partwise::metrics {
namespace {

bool all(std::string_view) { return true; }

std::string page(const std::string& topic, const std::string& token) {
  const auto meta =
      token.empty() ? "" : R"(, "meta": {"pagination": {"next_page_token": ")" + token + R"("}})";
  return R"({"data": [{"metric.topic": ")" + topic +
         R"(", "points": [{"timestamp": "2026-11-20T00:00:00Z", "value": 5}]}])" + meta + "}";
}

/// Answers one after the other what it is given; the last one again and again.
struct Service {
  explicit Service(std::vector<Result<http::Reply>> replies)
      : exchange([given = std::move(replies), next = std::size_t{0}](const http::Request&) mutable {
          return given[std::min(next++, given.size() - 1)];
        }),
        access{exchange, "https://telemetry.test", {"key", config::Secret("s3cret")}} {}

  Result<MetricAnswer> ask() {
    ConfluentQuery query;
    query.cluster_id = "lkc-1";
    query.metric = "received_bytes";
    return queries.answer(query, all);
  }

  http::FakeExchange exchange;
  ConfluentAccess access;
  std::stop_source stop;
  std::stop_token token = stop.get_token();
  ConfluentQueries queries{access, token};
};

http::Reply ok(const std::string& body) { return {200, {}, body}; }

TEST(ConfluentQueries, FollowThePagesWithTheSameBody) {
  Service service({ok(page("a", "t&1")), ok(page("b", "t2")), ok(page("a", ""))});
  const auto answer = service.ask();
  ASSERT_TRUE(answer);
  ASSERT_EQ(answer->series.size(), 2U);
  EXPECT_EQ(answer->series[0].topic, "a");
  EXPECT_EQ(answer->series[0].points.size(), 2U);
  const auto& requests = service.exchange.requests();
  ASSERT_EQ(requests.size(), 3U);
  EXPECT_EQ(requests[0].url, "https://telemetry.test/v2/metrics/cloud/query");
  EXPECT_EQ(requests[1].url, "https://telemetry.test/v2/metrics/cloud/query?page_token=t%261");
  EXPECT_EQ(requests[2].url, "https://telemetry.test/v2/metrics/cloud/query?page_token=t2");
  for (const auto& request : requests) {
    EXPECT_EQ(request.body, requests[0].body);
    EXPECT_EQ(request.method, "POST");
    EXPECT_TRUE(request.may_repeat());
    EXPECT_EQ(request.login->user, "key");
  }
  EXPECT_EQ(service.queries.requests(), 3);
}

TEST(ConfluentQueries, BeginAgainWhereAPageHasExpired) {
  Service service(
      {ok(page("a", "t1")), http::Reply{400, {}, ""}, ok(page("b", "t1")), ok(page("c", ""))});
  const auto answer = service.ask();
  ASSERT_TRUE(answer);
  // Nothing of the first, unfinished answer is left.
  ASSERT_EQ(answer->series.size(), 2U);
  EXPECT_EQ(answer->series[0].topic, "b");
  EXPECT_EQ(service.queries.requests(), 4);
}

TEST(ConfluentQueries, DoNotBeginAgainForever) {
  std::vector<Result<http::Reply>> replies;
  for (int i = 0; i < 20; ++i) {
    replies.emplace_back(ok(page("a", "t1")));
    replies.emplace_back(http::Reply{400, {}, ""});
  }
  Service service(replies);
  const auto answer = service.ask();
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().kind, ErrorKind::unavailable);
  EXPECT_EQ(service.queries.requests(), 6);
}

TEST(ConfluentQueries, FindThatPagesGoInACircle) {
  Service service({ok(page("a", "t1")), ok(page("a", "t2")), ok(page("a", "t1"))});
  const auto answer = service.ask();
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().kind, ErrorKind::corrupt);
  EXPECT_EQ(answer.error().message,
            "asking Confluent for received_bytes of lkc-1: the page_token t1 came twice: the list "
            "has no end");
}

TEST(ConfluentQueries, SayWhatARefusalMeans) {
  const struct {
    http::Reply reply;
    ErrorKind kind;
    const char* message;
  } refusals[] = {
      {{401, {}, R"({"errors":[{"status":"401","detail":"Invalid API key"}]})"},
       ErrorKind::unauthorized,
       "HTTP status 401: Invalid API key"},
      {{403, {}, "<html><title>no</title></html>"},
       ErrorKind::unauthorized,
       "HTTP status 403: a web page with the title \"no\""},
      {{400, {}, R"({"errors":[{"detail":"bad filter"},{"id":"x"},{"code":"E7"}]})"},
       ErrorKind::invalid_input,
       "HTTP status 400: bad filter; E7"},
      {{404, {}, R"({"message":"no such\nthing"})"},
       ErrorKind::not_found,
       "HTTP status 404: no such thing"},
      {{408, {}, ""}, ErrorKind::timeout, "HTTP status 408"},
      {{422, {}, R"({"errors":{}})"}, ErrorKind::invalid_input, "HTTP status 422"},
      {{429, {}, ""}, ErrorKind::limit, "HTTP status 429"},
      {{503, {}, "upstream"}, ErrorKind::unavailable, "HTTP status 503"},
      {{302, {}, "[]"}, ErrorKind::corrupt, "HTTP status 302"},
  };
  for (const auto& refusal : refusals) {
    Service service({refusal.reply});
    const auto answer = service.ask();
    ASSERT_FALSE(answer) << refusal.message;
    EXPECT_EQ(answer.error().kind, refusal.kind) << refusal.message;
    EXPECT_EQ(answer.error().message,
              std::string("asking Confluent for received_bytes of lkc-1: ") + refusal.message);
  }
  Service service({http::Reply{403, {}, ""}});
  EXPECT_NE(service.ask().error().hint.find("MetricsViewer"), std::string::npos);
}

TEST(ConfluentQueries, AskNoMoreAfterTwoFailuresInARow) {
  const auto failure = fail(ErrorKind::timeout, "no answer in 30 s");
  Service service(
      {failure, ok(page("a", "")), failure, http::Reply{503, {}, ""}, ok(page("a", ""))});
  EXPECT_FALSE(service.ask());
  EXPECT_TRUE(service.ask());
  EXPECT_EQ(service.ask().error().message,
            "asking Confluent for received_bytes of lkc-1: no answer in 30 s");
  EXPECT_FALSE(service.ask());
  EXPECT_EQ(service.queries.requests(), 4);
  EXPECT_EQ(service.ask().error().kind, ErrorKind::unavailable);
  EXPECT_EQ(service.queries.requests(), 4);
}

TEST(ConfluentQueries, ListAllDescriptors) {
  Service service({ok(R"({"data": [{"name": "io.confluent.kafka.server/a"}],
                          "meta": {"pagination": {"next_page_token": "p2"}}})"),
                   ok(R"({"data": [{"name": "io.confluent.kafka.server/b"}]})")});
  const auto metrics = service.queries.descriptors();
  ASSERT_TRUE(metrics);
  ASSERT_EQ(metrics->size(), 2U);
  EXPECT_EQ((*metrics)[1].name, "b");
  const auto& requests = service.exchange.requests();
  EXPECT_EQ(requests[0].url,
            "https://telemetry.test/v2/metrics/cloud/descriptors/metrics?resource_type=kafka"
            "&page_size=1000");
  EXPECT_EQ(requests[1].url, requests[0].url + "&page_token=p2");
}

}  // namespace
}  // namespace partwise::metrics
