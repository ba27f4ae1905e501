#include "metrics/prometheus_api.h"

#include <gtest/gtest.h>

#include "http/exchange_fake.h"

namespace partwise::metrics {
namespace {

using std::chrono::minutes;

constexpr Instant noon{std::chrono::seconds(1'772'452'800)};  // 2026-03-02T12:00:00Z

http::Reply reply(int status, std::string body) { return {status, {}, std::move(body)}; }

http::FakeExchange always(int status, const std::string& body) {
  return http::FakeExchange([=](const http::Request&) { return reply(status, body); });
}

Error refusal(int status, const std::string& body, PrometheusAccess access = {"http://p:9090"}) {
  http::FakeExchange exchange([&](const http::Request&) { return reply(status, body); });
  PrometheusApi api(std::move(access), exchange);
  const auto refused = api.query("up", noon, {});
  EXPECT_FALSE(refused);
  return refused ? Error{} : refused.error();
}

TEST(PrometheusApi, AsksWithAFormBehindTheUrlsPath) {
  http::FakeExchange exchange([](const http::Request&) {
    return reply(200, R"({"status":"success","data":{"resultType":"vector","result":[]}})");
  });
  PrometheusApi api({"https://h/prometheus/", http::Login{"u", config::Secret("p")}, {}}, exchange);
  ASSERT_TRUE(api.query("sum(a{b=\"c+d\"})", noon + Millis(500), {}));
  const auto& request = exchange.requests().at(0);
  EXPECT_EQ(request.method, "POST");
  EXPECT_TRUE(request.may_repeat());
  EXPECT_EQ(request.url, "https://h/prometheus/api/v1/query");
  EXPECT_EQ(request.body, "query=sum%28a%7Bb%3D%22c%2Bd%22%7D%29&time=1772452800.500");
  EXPECT_EQ(request.login->user, "u");
  EXPECT_EQ(api.requests(), 1);
}

TEST(PrometheusApi, TakesWhatIsNoNumberAsMissing) {
  auto exchange = always(200, R"({"status":"success","data":{"resultType":"matrix","result":[
    {"metric":{"topic":"a"},"values":[[1772452800,"1.5"],[1772452860.25,"NaN"],[1772452920,"+Inf"],
     [1772452980,"-Inf"],[1772453040,"2e3"]]}]},"warnings":["old","old","PromQL info: a name"]})");
  PrometheusApi api({"http://p"}, exchange);
  const auto all = api.query_range("a", {noon, noon + minutes(4), minutes(1)}, {});
  ASSERT_TRUE(all) << all.error().message;
  ASSERT_EQ(all->size(), 1U);
  EXPECT_EQ(all->at(0).label("topic"), "a");
  EXPECT_EQ(all->at(0).label("none"), "");
  ASSERT_EQ(all->at(0).points.size(), 2U);
  EXPECT_EQ(all->at(0).points[0].at, noon);
  EXPECT_EQ(all->at(0).points[0].value, 1.5);
  EXPECT_EQ(all->at(0).points[1].at, noon + minutes(4));
  EXPECT_EQ(all->at(0).points[1].value, 2000);
  EXPECT_EQ(api.warnings(), std::vector<std::string>{"Prometheus warns: old"});
}

TEST(PrometheusApi, SaysWhatToDoAboutEachRefusal) {
  const auto none = refusal(401, "Unauthorized");
  EXPECT_EQ(none.kind, ErrorKind::unauthorized);
  EXPECT_NE(none.hint.find("--prometheus-user"), std::string::npos);
  EXPECT_NE(none.hint.find("--prometheus-token"), std::string::npos);
  const auto wrong = refusal(403, "", {"http://p", std::nullopt, config::Secret("hunter2")});
  EXPECT_EQ(wrong.kind, ErrorKind::unauthorized);
  EXPECT_EQ((wrong.message + wrong.hint).find("hunter2"), std::string::npos);

  const auto elsewhere = refusal(404, "<html><title>No</title></html>");
  EXPECT_EQ(elsewhere.kind, ErrorKind::not_found);
  EXPECT_EQ(elsewhere.message, "http://p:9090 answers with status 404: no Prometheus");
  EXPECT_NE(elsewhere.hint.find("--prometheus-url"), std::string::npos);
  EXPECT_EQ(refusal(302, "").kind, ErrorKind::not_found);

  const auto bad =
      refusal(400, R"({"status":"error","errorType":"bad_data","error":"parse error"})");
  EXPECT_EQ(bad.kind, ErrorKind::invalid_input);
  EXPECT_EQ(bad.message, "http://p:9090 answers with status 400, bad_data: parse error");
  EXPECT_EQ(
      refusal(422, R"({"status":"error","errorType":"execution","error":"too many samples"})").kind,
      ErrorKind::limit);
  EXPECT_EQ(refusal(503, R"({"status":"error","errorType":"timeout","error":"timed out"})").kind,
            ErrorKind::timeout);
  EXPECT_EQ(refusal(502, "bad gateway").kind, ErrorKind::unavailable);
}

TEST(PrometheusApi, KnowsWhatIsNoPrometheus) {
  for (const char* body : {"<html>welcome</html>", "", "[]", R"({"status":"error"})",
                           R"({"status":"success"})", R"({"status":"success","data":7})"}) {
    EXPECT_EQ(refusal(200, body).kind, ErrorKind::corrupt) << body;
  }
  EXPECT_EQ(
      refusal(200, R"({"status":"success","data":{"result":[{"metric":{},"value":[1,"x"]}]}})")
          .message,
      "a reply of Prometheus is broken: \"x\" is no number");
}

TEST(PrometheusApi, RefusesAUrlWithALoginOrAQueryAndDoesNotRepeatIt) {
  for (const char* url : {"http://u:hunter2@p", "http://p/?token=hunter2", "p:9090"}) {
    const auto error = refusal(200, "{}", {url});
    EXPECT_EQ(error.kind, ErrorKind::invalid_input) << url;
    EXPECT_EQ(error.message.find("hunter2"), std::string::npos);
  }
}

// As a server that computes no more than three points at once.
http::Reply at_most_three(const http::Request& request) {
  const auto number = [&](const std::string& name) {
    return std::stod(request.body.substr(request.body.find(name + "=") + name.size() + 1));
  };
  const auto first = static_cast<std::int64_t>(number("start"));
  const auto last = static_cast<std::int64_t>(number("end"));
  if ((last - first) / 60 + 1 > 3) {
    return reply(422, R"({"status":"error","errorType":"execution","error":"too many samples"})");
  }
  std::string values;
  for (auto at = first; at <= last; at += 60) {
    values +=
        (values.empty() ? "[" : ",[") + std::to_string(at) + ",\"" + std::to_string(at) + "\"]";
  }
  return reply(200, R"({"status":"success","data":{"result":[{"metric":{"topic":"a"},"values":[)" +
                        values + "]}]}}");
}

TEST(PrometheusApi, AsksForHalvesOfWhatIsTooMuch) {
  http::FakeExchange exchange(at_most_three);
  PrometheusApi api({"http://p"}, exchange);
  const auto all = api.query_range("a", {noon, noon + minutes(9), minutes(1)}, {});
  ASSERT_TRUE(all) << all.error().message;
  ASSERT_EQ(all->size(), 1U);
  ASSERT_EQ(all->at(0).points.size(), 10U);
  for (int i = 0; i < 10; ++i) {
    EXPECT_EQ(all->at(0).points[static_cast<std::size_t>(i)].at, noon + minutes(i));
  }
}

TEST(PrometheusApi, GivesUpWhereOnePointIsTooMuch) {
  auto exchange = always(413, "");
  PrometheusApi api({"http://p"}, exchange);
  EXPECT_EQ(api.query_range("a", {noon, noon + minutes(9), minutes(1)}, {}).error().kind,
            ErrorKind::limit);
}

}  // namespace
}  // namespace partwise::metrics
