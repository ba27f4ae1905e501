// What is asked of Prometheus, and what is made of odd answers; prometheus_server_test.cc has the
// numbers of a real one.
#include "metrics/prometheus_source.h"

#include <algorithm>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "http/exchange_fake.h"

namespace partwise::metrics {
namespace {

using std::chrono::hours;

constexpr Instant now{hours(480'000)};
constexpr std::int64_t now_s = 480'000 * 3600LL;

std::string expression_of(const http::Request& request) {
  const auto value = http::query_value("http://p/?" + request.body, "query");
  return value && *value ? **value : std::string();
}

bool has(const std::string& text, const char* part) { return text.find(part) != std::string::npos; }

// A Prometheus that has scraped b1 each minute for the last two hours: the topic "a" with 6,000 B
// in each hour, and 60 B in each minute but one.
struct FakePrometheus {
  int list_of_names = 200;               // its status
  std::vector<std::string> broken = {};  // answered by 503: queries with one of these in them
  bool every_query_forbidden = false;
  bool tells_more = false;  // bytes out, records, sizes

  http::Reply operator()(const http::Request& request) const {
    if (has(request.url, "/label/__name__/values")) {
      if (list_of_names != 200) return {list_of_names, {}, ""};
      return success(tells_more ? all_names : bytes_in_name);
    }
    if (every_query_forbidden) return {403, {}, "no queries"};
    for (const auto& part : broken) {
      if (has(expression_of(request), part.c_str())) return {503, {}, ""};
    }
    return success(R"({"result":)" + result(expression_of(request)) + "}");
  }

  static constexpr const char* bytes_in_name =
      R"(["up","kafka_server_brokertopicmetrics_bytesin_total"])";
  static constexpr const char* all_names =
      R"(["kafka_server_brokertopicmetrics_bytesin_total","kafka_log_log_size",)"
      R"("kafka_server_brokertopicmetrics_bytesout_total",)"
      R"("kafka_server_brokertopicmetrics_messagesin_total"])";

  static http::Reply success(const std::string& data) {
    return {200, {}, R"({"status":"success","data":)" + data + "}"};
  }

  // One every `step` seconds, the last one now.
  static std::string points(std::int64_t step, int count, double value) {
    std::string text;
    for (int i = 0; i < count; ++i) {
      text +=
          fmt::format("{}[{},\"{}\"]", i == 0 ? "" : ",", now_s - (count - 1 - i) * step, value);
    }
    return text;
  }

  static std::string series(const std::string& labels, const std::string& values) {
    return fmt::format(R"({{"metric":{{{}}},"values":[{}]}})", labels, values);
  }

  bool doubled = false;  // by two servers

  [[nodiscard]] std::string result(const std::string& query) const {
    if (has(query, "count by (__name__)")) {
      return "[" +
             series(R"("__name__":"kafka_server_brokertopicmetrics_bytesin_total")",
                    points(1, 1, 1)) +
             "]";
    }
    if (has(query, "max by (instance)")) {
      return "[" + series(R"("instance":"b1")", points(3600, 2, 60)) + "]";
    }
    if (has(query, "count by (instance)")) {
      return "[" + series(R"("instance":"b1")", points(3600, 3, 2)) + "]";
    }
    if (has(query, "topk(3")) return "[" + series(R"("topic":"a")", points(1, 1, 60)) + "]";
    if (has(query, "topk(1")) {
      return "[" + series(R"("instance":"b1","topic":"a")", points(1, 1, 60)) + "]";
    }
    if (query.ends_with("[3600000ms]")) return "[" + series("", points(60, 60, 1)) + "]";
    if (has(query, "count without"))
      return doubled ? "[" + series("", points(1, 1, 2)) + "]" : "[]";
    if (has(query, "count by (job")) {
      return "[" + series(R"("job":"k","replica":"p1")", points(1, 1, 9)) + "," +
             series(R"("job":"k","replica":"p2")", points(1, 1, 9)) + "]";
    }
    if (has(query, "messagesin")) {
      // Of the last hour alone: 61 records by increase() over 61 minutes.
      return "[" + series(R"("topic":"a")", points(3600, 1, 61)) + "]";
    }
    if (has(query, "increase") && has(query, "\"a")) {
      // increase() over 61 minutes, and over two.
      const bool windows = has(query, "[119999ms]");
      return "[" + series(R"("topic":"a")", windows ? points(60, 60, 120) : points(3600, 2, 6100)) +
             "]";
    }
    return "[]";
  }
};

DemandQuery asking(std::vector<std::string> topics) {
  DemandQuery query;
  query.topics = std::move(topics);
  query.now = now;
  query.length = hours(2);
  return query;
}

Result<ClusterDemand> demand(http::FakeExchange& exchange, const DemandQuery& query) {
  PrometheusSource source({{"http://p"}, "", "", {}}, exchange);
  return source.demand(query, {});
}

TEST(PrometheusSource, AsksForNoWindowsWhereHoursAreEnough) {
  http::FakeExchange exchange(FakePrometheus{});
  const auto answer = demand(exchange, asking({"a", "b"}));
  ASSERT_TRUE(answer) << answer.error().message;
  const auto& a = answer->topics.at(0).value();
  EXPECT_DOUBLE_EQ(a.mean.value, 6000.0 / 3600);
  EXPECT_DOUBLE_EQ(a.peak.low, 6000.0 / 3600);
  EXPECT_DOUBLE_EQ(a.peak.high, 6000.0 / 60);
  EXPECT_EQ(a.windows, 120);
  EXPECT_FALSE(a.record_bytes);
  EXPECT_FALSE(a.read_mean);
  EXPECT_EQ(answer->topics.at(1).value().peak.high, 0);
  EXPECT_EQ(answer->requests, std::ssize(exchange.requests()));
  for (const auto& request : exchange.requests()) {
    EXPECT_FALSE(has(expression_of(request), "[119999ms]"));
  }
}

TEST(PrometheusSource, KeepsAnHourWhoseWindowsDoNotAddUpAsABound) {
  http::FakeExchange exchange(FakePrometheus{});
  auto query = asking({"a"});
  query.sizing.min_partitions = 1;
  query.sizing.factor = 1;
  query.sizing.threshold = {0};
  query.sizing.consumer_capacity = {10};
  const auto answer = demand(exchange, query);
  ASSERT_TRUE(answer) << answer.error().message;
  // 60 windows of 60 B are less than nine tenths of 6,000 B.
  EXPECT_DOUBLE_EQ(answer->topics.at(0)->peak.high, 100);
  EXPECT_FALSE(answer->topics.at(0)->peak_window.exact);
}

TEST(PrometheusSource, AsksForManyTopicsInPieces) {
  std::vector<std::string> topics = {"a"};
  for (int i = 0; i < 1200; ++i) topics.push_back(fmt::format("topic-{}", i));
  http::FakeExchange exchange(FakePrometheus{});
  const auto answer = demand(exchange, asking(topics));
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->topics.size(), 1201U);
  const auto pieces =
      std::count_if(exchange.requests().begin(), exchange.requests().end(),
                    [](const auto& request) { return has(expression_of(request), "increase"); });
  EXPECT_EQ(pieces, 3);
}

TEST(PrometheusSource, AsksForItsOwnNamesWhereTheListOfNamesIsForbidden) {
  http::FakeExchange exchange(FakePrometheus{.list_of_names = 404});
  PrometheusSource source({{"http://p"}, "", "", {}}, exchange);
  ASSERT_TRUE(source.demand(asking({"a"}), {}));
  EXPECT_EQ(source.chosen(),
            "jmx (prometheus/jmx_exporter with its example rules): bytes in, as counters");
}

TEST(PrometheusSource, DoesSoWhereAProxyForbidsTheList) {
  http::FakeExchange exchange(FakePrometheus{.list_of_names = 403});
  EXPECT_TRUE(demand(exchange, asking({"a"})));
  http::FakeExchange closed(FakePrometheus{.list_of_names = 401, .every_query_forbidden = true});
  const auto refused = demand(closed, asking({"a"}));
  ASSERT_FALSE(refused);
  // The first refusal, not that of the query.
  EXPECT_EQ(refused.error().kind, ErrorKind::unauthorized);
  EXPECT_TRUE(has(refused.error().message, "status 401")) << refused.error().message;
}

// Of what could not be had, a warning each.
TEST(PrometheusSource, KeepsTheHoursWhereNothingElseIsAnswered) {
  http::FakeExchange exchange(
      FakePrometheus{.broken = {"bytesout", "messagesin", "log_size", "count by (instance)",
                                "count by (cluster", "count without"},
                     .tells_more = true});
  const auto answer = demand(exchange, asking({"a"}));
  ASSERT_TRUE(answer) << answer.error().message;
  const auto& a = answer->topics.at(0).value();
  EXPECT_DOUBLE_EQ(a.mean.value, 6000.0 / 3600);
  EXPECT_FALSE(a.read_mean);
  EXPECT_FALSE(a.record_bytes);
  EXPECT_FALSE(a.retained_bytes);
  EXPECT_TRUE(a.failures.empty());
  const auto warned = testing::PrintToString(answer->warnings);
  for (const auto* what :
       {"bytes out are not known", "records are not known", "the bytes that are held are not known",
        "labels of clusters", "whether anything is scraped twice"}) {
    EXPECT_TRUE(has(warned, what)) << what << " in " << warned;
  }
}

TEST(PrometheusSource, FailsWithoutTheHours) {
  http::FakeExchange exchange(FakePrometheus{.broken = {"increase"}});
  const auto none = demand(exchange, asking({"a"}));
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().kind, ErrorKind::unavailable);
}

TEST(PrometheusSource, KeepsHoursAsBoundsAndSaysSoWhereWindowsFail) {
  http::FakeExchange exchange(FakePrometheus{.broken = {"[119999ms]"}});
  auto query = asking({"a", "b"});
  query.sizing.min_partitions = 1;
  query.sizing.factor = 1;
  query.sizing.threshold = {0};
  query.sizing.consumer_capacity = {10};
  const auto answer = demand(exchange, query);
  ASSERT_TRUE(answer) << answer.error().message;
  const auto& a = answer->topics.at(0).value();
  EXPECT_DOUBLE_EQ(a.peak.low, 6000.0 / 3600);
  EXPECT_DOUBLE_EQ(a.peak.high, 100);
  ASSERT_EQ(a.failures.size(), 1U);
  EXPECT_EQ(a.failures[0].kind, ErrorKind::unavailable);
  ASSERT_EQ(a.warnings.size(), 1U);
  EXPECT_TRUE(has(a.warnings[0], "the peak is only known by the hour")) << a.warnings[0];
  // Its count depends on no window.
  EXPECT_TRUE(answer->topics.at(1)->failures.empty());
}

TEST(PrometheusSource, TakesBytesPerRecordOfHoursThatHaveBoth) {
  http::FakeExchange exchange(FakePrometheus{.tells_more = true});
  const auto answer = demand(exchange, asking({"a"}));
  ASSERT_TRUE(answer) << answer.error().message;
  // 60 records and 6,000 B in the last hour; of the hour before, bytes alone.
  EXPECT_DOUBLE_EQ(answer->topics.at(0)->record_bytes->value, 100);
  EXPECT_EQ(answer->topics.at(0)->records, 60);
}

TEST(PrometheusSource, WarnsWhereTwoServersScrapeTheSameBrokers) {
  FakePrometheus twice;
  twice.doubled = true;
  http::FakeExchange exchange(twice);
  const auto answer = demand(exchange, asking({"a"}));
  ASSERT_TRUE(answer) << answer.error().message;
  const auto warned = testing::PrintToString(answer->warnings);
  EXPECT_TRUE(has(warned, "scraped several times, in series that differ in replica (p1, p2)"))
      << warned;
  http::FakeExchange once(FakePrometheus{});
  EXPECT_TRUE(demand(once, asking({"a"}))->warnings.empty());
}

TEST(PrometheusSource, AsksForEachClusterByItsId) {
  http::FakeExchange exchange(FakePrometheus{});
  PrometheusSettings settings{{"http://p"}, "", R"(cluster="{cluster_id}")", {}};
  settings.several_clusters = true;
  auto query = asking({"a"});
  query.cluster_id = "eu-1";
  auto answer = PrometheusSource(settings, exchange).demand(query, {});
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_TRUE(answer->warnings.empty()) << testing::PrintToString(answer->warnings);
  for (const auto& request : exchange.requests()) {
    const auto expression = expression_of(request);
    if (!has(expression, "increase")) continue;
    EXPECT_TRUE(has(expression, R"(cluster="eu-1")")) << expression;
  }
  settings.selector = R"(env="prod")";
  answer = PrometheusSource(settings, exchange).demand(query, {});
  ASSERT_EQ(answer->warnings.size(), 1U);
  EXPECT_TRUE(has(answer->warnings[0], "{cluster_id} into --prometheus-selector"))
      << answer->warnings[0];
}

TEST(PrometheusSource, DoesNotTakeAnotherClustersTopicsForNoTraffic) {
  http::FakeExchange exchange(FakePrometheus{});
  const auto none = demand(exchange, asking({"b"}));
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().kind, ErrorKind::not_found);
  EXPECT_TRUE(has(none.error().message, "no series of b that was asked for"))
      << none.error().message;
  EXPECT_TRUE(has(none.error().hint, "it has those of a:")) << none.error().hint;
}

TEST(PrometheusSource, EndsWhenItIsStopped) {
  http::FakeExchange exchange(FakePrometheus{});
  PrometheusSource source({{"http://p"}, "", "", {}}, exchange);
  std::stop_source stop;
  stop.request_stop();
  const auto stopped = source.demand(asking({"a"}), stop.get_token());
  ASSERT_FALSE(stopped);
  EXPECT_EQ(stopped.error().kind, ErrorKind::interrupted);
}

}  // namespace
}  // namespace partwise::metrics
