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
  bool lists_names = true;

  http::Reply operator()(const http::Request& request) const {
    if (has(request.url, "/label/__name__/values")) {
      if (!lists_names) return {404, {}, ""};
      return success(R"(["up","kafka_server_brokertopicmetrics_bytesin_total"])");
    }
    return success(R"({"result":)" + result(expression_of(request)) + "}");
  }

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

  static std::string result(const std::string& query) {
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
  http::FakeExchange exchange(FakePrometheus{.lists_names = false});
  PrometheusSource source({{"http://p"}, "", "", {}}, exchange);
  ASSERT_TRUE(source.demand(asking({"a"}), {}));
  EXPECT_EQ(source.chosen(),
            "jmx (prometheus/jmx_exporter with its example rules): bytes in, as counters");
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
