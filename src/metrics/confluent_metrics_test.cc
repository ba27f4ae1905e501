// The whole source against a small Metrics API whose minutes are known.
#include "metrics/confluent_metrics.h"

#include <cmath>
#include <concepts>
#include <functional>
#include <numeric>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "http/exchange_fake.h"
#include "metrics/confluent_api_fake.h"

namespace partwise::metrics {
namespace {

using sizing::Tristate;
using std::chrono::hours;
using std::chrono::minutes;

constexpr double mb = 1e6;

Instant at(const char* time) { return *instant_from_text(time); }

/// A cluster, what is asked about it, and what is so. Asked at 10:32:45, minutes are observed from
/// 11:00 a week ago to 10:27.
struct Scene {
  Scene() {
    query.cluster_id = "lkc-1";
    query.now = at("2026-11-20T10:32:45Z");
    query.length = hours(7 * 24);
  }
  Instant start = at("2026-11-13T11:00:00Z");
  const Instant end = at("2026-11-20T10:27:00Z");

  FakeMetricsApi api;
  DemandQuery query;
  std::stop_source stop;
  http::FakeExchange exchange{[this](const http::Request& request) { return api.answer(request); }};
  ConfluentMetrics metrics{exchange, "https://telemetry.test", {"key", config::Secret("s3cret")}};

  /// Told from before the observed time until after it.
  template <std::invocable<Instant> F>
  void tell(const std::string& metric, const std::string& topic, F value, int partition = -1) {
    auto& told = api.truth[metric][{topic, partition}];
    for (Instant t = start - hours(3); t < query.now; t += minutes(1)) told[t] = value(t);
  }
  /// In every minute the same.
  void tell(const std::string& metric, const std::string& topic, double value) {
    tell(metric, topic, [value](Instant) { return value; });
  }
  void ask_for(const std::string& topic) { query.topics.push_back(topic); }

  ClusterDemand demand() {
    auto result = metrics.demand(query, stop.get_token());
    EXPECT_TRUE(result) << result.error().message;
    return result ? std::move(*result) : ClusterDemand{};
  }
  Error error() { return metrics.demand(query, stop.get_token()).error(); }

  [[nodiscard]] std::vector<double> observed(const std::string& metric, const std::string& topic) {
    std::vector<double> values;
    auto& told = api.truth[metric][{topic, -1}];
    for (Instant t = start; t < end; t += minutes(1)) {
      const auto found = told.find(t);
      values.push_back(found == told.end() ? 0 : found->second);
    }
    return values;
  }
};

double sum(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0);
}

bool near(double x, double y) { return std::abs(x - y) <= 1e-9 * std::max(std::abs(x), 1.0); }

TEST(ConfluentMetrics, TellWhatTheMinutesAddUpTo) {
  Scene scene;
  scene.ask_for("orders");
  // 60 MB a minute, and 1,800 MB in one: 30 MB/s.
  const auto burst = at("2026-11-17T20:13:00Z");
  scene.tell("received_bytes", "orders",
             [&](Instant t) { return t == burst ? 1800 * mb : 60 * mb; });
  scene.tell("received_records", "orders",
             [&](Instant t) { return t == burst ? 1'000'000 : 60'000; });
  scene.tell("sent_bytes", "orders", 120 * mb);
  scene.tell("retained_bytes", "orders",
             [&](Instant t) { return t > at("2026-11-20T09:00:00Z") ? 7e9 : 5e9; });
  const auto result = scene.demand();
  ASSERT_EQ(result.topics.size(), 1U);
  const auto& demand = *result.topics[0];

  // From 11:00 to 10:27 a week later: 167 h 27 min.
  const double count = 167 * 60 + 27;
  EXPECT_EQ(demand.window_start, scene.start);
  EXPECT_EQ(demand.window_end, scene.end);
  EXPECT_EQ(demand.windows, 10'047);
  EXPECT_EQ(demand.decision, sizing::Decision::counted);
  EXPECT_DOUBLE_EQ(demand.peak.value, 30 * mb);
  EXPECT_DOUBLE_EQ(demand.peak.low, 30 * mb);
  EXPECT_EQ(demand.peak_window.start, burst);
  EXPECT_EQ(demand.peak_window.width, Millis(60'000));
  EXPECT_DOUBLE_EQ(demand.mean.value, (count * 60 + 1740) * mb / (count * 60));
  EXPECT_TRUE(demand.mean.exact());
  EXPECT_GE(demand.hottest_rate_bound, demand.peak.high);
  EXPECT_DOUBLE_EQ(demand.read_mean->value, 2 * mb);
  EXPECT_TRUE(demand.read_peak->contains(2 * mb));
  EXPECT_EQ(demand.retained_bytes, 7e9);
  EXPECT_EQ(demand.hot_ingress, Tristate::no);
  EXPECT_EQ(demand.hot_egress, Tristate::no);
  EXPECT_TRUE(demand.warnings.empty());
  EXPECT_TRUE(result.warnings.empty());
  EXPECT_EQ(scene.metrics.method(), "metrics_api");
}

TEST(ConfluentMetrics, LookForTheBusiestMinuteOfReadingWhereWritingWasLookedAt) {
  Scene scene;
  const auto burst = at("2026-11-17T20:13:00Z");
  for (const auto* name : {"orders", "small"}) {
    scene.ask_for(name);
    const double bytes = name[0] == 'o' ? 60 * mb : 60;
    scene.tell("received_bytes", name, bytes);
    scene.tell("sent_bytes", name, [&](Instant t) { return t == burst ? 30 * bytes : bytes; });
  }
  const auto result = scene.demand();
  EXPECT_DOUBLE_EQ(result.topics[0]->read_peak->low, 30 * mb);
  // In the hour of the burst, (59 + 30) / 60 B/s on average.
  EXPECT_DOUBLE_EQ(result.topics[1]->read_peak->low, 89 / 60.0);
  EXPECT_EQ(scene.api.asked("sent_bytes", "PT1M"), 1);
}

TEST(ConfluentMetrics, WeighRecordsByAllOfThemAndNotByTheMinute) {
  Scene scene;
  scene.ask_for("orders");
  // From 13:00 two days ago to 11:00: 23 even hours and 23 odd ones.
  scene.query.now = at("2026-11-20T11:05:00Z");
  scene.query.length = hours(47);
  // Many small records in the even hours, few large ones in the odd ones: 3 kB over 4 records.
  const auto even = [](Instant t) { return t.time_since_epoch() / hours(1) % 2 == 0; };
  scene.tell("received_bytes", "orders", [&](Instant t) { return even(t) ? 300 : 2700; });
  scene.tell("received_records", "orders", [&](Instant t) { return even(t) ? 3 : 1; });
  const auto result = scene.demand();
  EXPECT_DOUBLE_EQ(result.topics[0]->record_bytes->value, 3000 / 4.0);
  EXPECT_EQ(result.topics[0]->records, 23 * 60 * 4);
}

TEST(ConfluentMetrics, JoinBytesAndRecordsOnlyWhereBothAreTold) {
  Scene scene;
  scene.ask_for("orders");
  const auto half = at("2026-11-17T00:00:00Z");
  scene.tell("received_bytes", "orders", [&](Instant t) { return t < half ? 100 : 5000; });
  scene.tell("received_records", "orders", [&](Instant t) { return t < half ? 1 : 0; });
  EXPECT_DOUBLE_EQ(scene.demand().topics[0]->record_bytes->value, 100);
}

TEST(ConfluentMetrics, AskFewQuestionsAboutManySmallTopics) {
  Scene scene;
  for (int i = 0; i < 200; ++i) {
    const auto name = fmt::format("small-{}", i);
    scene.ask_for(name);
    scene.api.truth["received_bytes"][{name, -1}][at("2026-11-18T12:34:00Z")] = 6000;
  }
  const auto result = scene.demand();
  for (const auto& topic : result.topics) {
    // Six kB in an hour are at most 100 B/s in a minute, and nobody asks which.
    EXPECT_DOUBLE_EQ(topic->peak.high, 100);
    EXPECT_DOUBLE_EQ(topic->peak.low, 6000 / 3600.0);
    EXPECT_FALSE(topic->peak_window.exact);
  }
  // Descriptors, eight metrics, and the minutes of the hour that is not over.
  EXPECT_EQ(result.requests, 10);
  EXPECT_EQ(scene.exchange.requests().size(), 10U);
}

TEST(ConfluentMetrics, AskForAlignedTimesThatTheServiceAllows) {
  Scene scene;
  scene.ask_for("orders");
  scene.tell("received_bytes", "orders", 600 * mb);
  scene.demand();
  int windows = 0;
  for (const auto& query : scene.api.queries) {
    EXPECT_EQ(query["intervals"].size(), 1U);
    const auto text = query["intervals"][0].get<std::string>();
    const Instant from = at(text.substr(0, text.find('/')).c_str());
    const Instant to = at(text.substr(text.find('/') + 1).c_str());
    EXPECT_EQ(from.time_since_epoch() % hours(1), Millis{0});
    EXPECT_LE(to, scene.end);
    EXPECT_GE(from, scene.query.now - hours(7 * 24));
    if (query["granularity"] == "PT1M") {
      EXPECT_LE(to - from, hours(6));
      ++windows;
    }
  }
  // All of a steady week: 28 times six hours, and the hour that is not over.
  EXPECT_EQ(windows, 29);
}

TEST(ConfluentMetrics, NameTheTopicsOfAQueryWhereTheyAreFew) {
  for (const int busy : {50, 51}) {
    Scene scene;
    for (int i = 0; i < 60; ++i) {
      const auto name = fmt::format("t{}", i);
      scene.ask_for(name);
      scene.api.truth["received_bytes"][{name, -1}][at("2026-11-18T12:34:00Z")] =
          i < busy ? 6000 * mb : 6;
    }
    const auto result = scene.demand();
    EXPECT_DOUBLE_EQ(result.topics[0]->peak.low, 100 * mb);
    EXPECT_EQ(result.requests, 11);
    const auto named = FakeMetricsApi::topics_in(scene.api.queries.back()["filter"]);
    EXPECT_EQ(named.size(), busy == 50 ? 50U : 0U);
    EXPECT_EQ(named.contains("t49"), busy == 50);
    EXPECT_FALSE(named.contains("t51"));
  }
}

TEST(ConfluentMetrics, AskForAllTopicsWhereNoneMayBeNamed) {
  Scene scene;
  scene.ask_for("orders");
  scene.ask_for("clicks");
  scene.tell("received_bytes", "orders", 600 * mb);
  scene.tell("received_bytes", "clicks", 1);
  scene.api.refusal = [](const nlohmann::json& query, int) -> std::optional<http::Reply> {
    if (FakeMetricsApi::topics_in(query["filter"]).empty()) return std::nullopt;
    return FakeMetricsApi::refused(400, "too many filters");
  };
  const auto result = scene.demand();
  EXPECT_DOUBLE_EQ(result.topics[0]->peak.low, 10 * mb);
  EXPECT_TRUE(result.topics[0]->peak.exact());
  EXPECT_TRUE(result.topics[0]->warnings.empty());
}

TEST(ConfluentMetrics, CountATopicThatIsNeverToldAsEmpty) {
  Scene scene;
  scene.ask_for("nothing");
  scene.ask_for("orders");
  scene.tell("received_bytes", "orders", 6);
  const auto result = scene.demand();
  const auto& demand = *result.topics[0];
  EXPECT_EQ(demand.decision, sizing::Decision::counted);
  EXPECT_EQ(demand.records, 0);
  EXPECT_EQ(demand.peak.high, 0);
  EXPECT_EQ(demand.mean.value, 0);
  EXPECT_FALSE(demand.record_bytes);
  EXPECT_TRUE(result.warnings.empty());
}

TEST(ConfluentMetrics, WarnWhereNothingIsToldOfAnyTopic) {
  Scene scene;
  scene.ask_for("orders");
  const auto result = scene.demand();
  ASSERT_EQ(result.warnings.size(), 1U);
  EXPECT_EQ(
      result.warnings[0],
      "Confluent tells nothing of any topic of lkc-1: there was no traffic, the key may not see "
      "its metrics, or that is not the cluster's id");
  EXPECT_TRUE(result.nothing);
}

TEST(ConfluentMetrics, TakeTheMinutesOfAnHourThatIsNotOver) {
  for (const bool whole_buckets : {false, true}) {
    Scene scene;
    scene.api.whole_buckets = whole_buckets;
    scene.ask_for("orders");
    // After the observed time comes more than ever before, at 10:27 and later.
    scene.tell("received_bytes", "orders", [&](Instant t) { return t < scene.end ? 6e3 : 6e12; });
    const auto demand = *scene.demand().topics[0];
    EXPECT_DOUBLE_EQ(demand.mean.value, 100) << whole_buckets;
    EXPECT_TRUE(demand.peak.contains(100)) << whole_buckets;
    EXPECT_LE(demand.peak.high, 6000) << whole_buckets;
  }
}

TEST(ConfluentMetrics, LeaveOutWhatWasNotAskedFor) {
  Scene scene;
  scene.ask_for("orders");
  scene.tell("received_bytes", "orders",
             [&](Instant t) { return t >= scene.start && t < scene.end ? 600 * mb : 6e12; });
  scene.api.beyond = hours(2);
  const auto demand = *scene.demand().topics[0];
  EXPECT_DOUBLE_EQ(demand.mean.value, 10 * mb);
  EXPECT_DOUBLE_EQ(demand.peak.high, 10 * mb);
}

TEST(ConfluentMetrics, CountTheTimeFromATopicsBeginOn) {
  Scene scene;
  scene.ask_for("born");
  scene.ask_for("silent");
  const auto born = at("2026-11-20T00:00:00Z");
  for (const auto* name : {"born", "silent"}) {
    scene.tell("received_bytes", name, [&](Instant t) { return t < born ? 0 : 6000; });
  }
  scene.tell("retained_bytes", "born", [&](Instant t) { return t < born ? 0 : 1e6; });
  scene.tell("retained_bytes", "silent", 1e6);
  const auto result = scene.demand();
  EXPECT_DOUBLE_EQ(result.topics[0]->mean.value, 100);
  EXPECT_EQ(result.topics[0]->window_start, born);
  EXPECT_EQ(result.topics[0]->windows, 627);
  EXPECT_EQ(result.topics[1]->window_start, scene.start);
  // Ten hours and 27 minutes of a week in which it was there.
  EXPECT_NEAR(result.topics[1]->mean.value, 100 * 627 / 10'047.0, 1e-9);
}

TEST(ConfluentMetrics, TellWhichPartitionOfAHotTopicIsTheHottest) {
  const auto burst = at("2026-11-17T20:13:00Z");
  for (int hottest = 0; hottest < 4; ++hottest) {
    Scene scene;
    scene.ask_for("hot");
    scene.ask_for("cold");
    for (int p = 0; p < 4; ++p) {
      // It has most of the busiest minute; over the week, its neighbour has more.
      const auto value = [&](Instant t) {
        if (t == burst) return p == hottest ? 700 * mb : 100 * mb;
        return p == (hottest + 1) % 4 ? 30 * mb : 10 * mb;
      };
      scene.tell("received_bytes", "hot", value, p);
    }
    scene.tell("received_bytes", "cold", 60);
    scene.api.truth["hot_partition_ingress"][{"hot", -1}][burst] = 1;
    scene.api.beyond = hours(1);
    const auto result = scene.demand();
    EXPECT_EQ(result.topics[0]->hot_ingress, Tristate::yes);
    EXPECT_EQ(result.topics[0]->hot_egress, Tristate::no);
    EXPECT_EQ(result.topics[0]->hottest_partition, hottest);
    EXPECT_DOUBLE_EQ(*result.topics[0]->hottest_share, 0.7);
    EXPECT_EQ(result.topics[1]->hot_ingress, Tristate::no);
    EXPECT_FALSE(result.topics[1]->hottest_share);
    const auto& last = scene.api.queries.back();
    EXPECT_EQ(last["intervals"][0], "2026-11-17T20:13:00Z/2026-11-17T20:14:00Z");
    EXPECT_EQ(FakeMetricsApi::topics_in(last["filter"]), std::set<std::string>{"hot"});
  }
}

TEST(ConfluentMetrics, DoWithoutPartitionsWhereTheyAreNotTold) {
  Scene scene;
  for (const auto* name : {"a", "b"}) {
    scene.ask_for(name);
    scene.tell("received_bytes", name, 60);
    scene.api.truth["hot_partition_egress"][{name, -1}][at("2026-11-17T20:13:00Z")] = 1;
  }
  scene.api.refusal = [](const nlohmann::json& query, int) -> std::optional<http::Reply> {
    if (!query.contains("group_by") || query["group_by"].size() < 2) return std::nullopt;
    return FakeMetricsApi::refused(400, "metric.partition is not a valid label");
  };
  const auto result = scene.demand();
  EXPECT_EQ(result.topics[0]->hot_egress, Tristate::yes);
  EXPECT_FALSE(result.topics[0]->hottest_share);
  // Asked for once, not for each topic.
  ASSERT_EQ(result.warnings.size(), 1U);
  EXPECT_EQ(result.warnings[0],
            "it is not known which partitions are hot: asking Confluent for received_bytes of "
            "lkc-1: HTTP status 400: metric.partition is not a valid label");
}

TEST(ConfluentMetrics, TellTheHighestLoadThatTheClusterHad) {
  Scene scene;
  scene.ask_for("orders");
  scene.tell("received_bytes", "orders", 60);
  scene.tell("cluster_load_percent", "",
             [](Instant t) { return t < at("2026-11-17T00:00:00Z") ? 0.25 : 0.75; });
  scene.tell("cluster_load_percent_max", "", 0.9);
  EXPECT_EQ(scene.demand().cluster_load, 0.75);
  scene.api.descriptors = {{{"name", "io.confluent.kafka.server/cluster_load_percent_max"}}};
  EXPECT_EQ(scene.demand().cluster_load, 0.9);
}

TEST(ConfluentMetrics, DoNotMindAClusterWithoutLoad) {
  Scene scene;
  scene.ask_for("orders");
  scene.tell("received_bytes", "orders", 60);
  EXPECT_FALSE(scene.demand().cluster_load);
  scene.api.refusal = [](const nlohmann::json& query, int) -> std::optional<http::Reply> {
    if (!FakeMetricsApi::metric_of(query).starts_with("cluster_load")) return std::nullopt;
    return FakeMetricsApi::refused(400, "unknown metric");
  };
  const auto result = scene.demand();
  EXPECT_FALSE(result.cluster_load);
  EXPECT_TRUE(result.warnings.empty());
}

TEST(ConfluentMetrics, AddWhatClusterLinksBringIn) {
  Scene scene;
  scene.ask_for("mirror");
  scene.ask_for("orders");
  const auto burst = at("2026-11-17T20:13:00Z");
  scene.tell("received_bytes", "mirror", 600 * mb);
  scene.tell("received_records", "mirror", 600'000);
  scene.tell("received_bytes", "orders", 60);
  scene.tell("cluster_link_mirror_topic_bytes", "mirror",
             [&](Instant t) { return t == burst ? 3000 * mb : 0; });
  scene.api.descriptors = {{{"name", "io.confluent.kafka.server/cluster_link_mirror_topic_bytes"},
                            {"labels", nlohmann::json::array()}}};
  EXPECT_DOUBLE_EQ(scene.demand().topics[0]->peak.high, 10 * mb) << "not told by topic";
  // A list may leave out what can be asked for.
  scene.api.descriptors = nlohmann::json::array();
  EXPECT_DOUBLE_EQ(scene.demand().topics[0]->peak.low, 60 * mb);
  scene.api.descriptors = {{{"name", "io.confluent.kafka.server/cluster_link_mirror_topic_bytes"},
                            {"labels", {{{"key", "metric.topic"}}}}}};
  const auto demand = *scene.demand().topics[0];
  EXPECT_DOUBLE_EQ(demand.peak.low, 60 * mb);
  EXPECT_EQ(demand.peak_window.start, burst);
  // Records are told of what producers send alone.
  EXPECT_DOUBLE_EQ(demand.record_bytes->value, 1000);
}

TEST(ConfluentMetrics, SayNothingOfAMetricThatTheServiceDoesNotHave) {
  Scene scene;
  scene.ask_for("orders");
  scene.tell("received_bytes", "orders", 60);
  scene.api.refusal = [](const nlohmann::json& query, int) -> std::optional<http::Reply> {
    const auto metric = FakeMetricsApi::metric_of(query);
    if (!metric.starts_with("cluster_link") && !metric.starts_with("cluster_load")) {
      return std::nullopt;
    }
    return FakeMetricsApi::refused(400, "unknown metric");
  };
  EXPECT_TRUE(scene.demand().warnings.empty());
}

TEST(ConfluentMetrics, FailWhereTheBytesReceivedCannotBeHad) {
  Scene scene;
  scene.ask_for("orders");
  scene.api.refusal = [](const nlohmann::json&, int) -> std::optional<http::Reply> {
    return FakeMetricsApi::refused(403, "not authorized");
  };
  const auto error = scene.error();
  EXPECT_EQ(error.kind, ErrorKind::unauthorized);
  EXPECT_EQ(error.message,
            "asking Confluent for received_bytes of lkc-1: HTTP status 403: not authorized");
}

TEST(ConfluentMetrics, WarnOfWhatElseCannotBeHad) {
  Scene scene;
  scene.ask_for("orders");
  scene.tell("received_bytes", "orders", 60);
  scene.api.refusal = [](const nlohmann::json& query, int) -> std::optional<http::Reply> {
    if (FakeMetricsApi::metric_of(query) == "received_bytes") return std::nullopt;
    return FakeMetricsApi::refused(403, "no");
  };
  const auto result = scene.demand();
  const auto& demand = *result.topics[0];
  EXPECT_DOUBLE_EQ(demand.mean.value, 1);
  EXPECT_FALSE(demand.records_in_window);
  EXPECT_FALSE(demand.record_bytes);
  EXPECT_FALSE(demand.read_mean);
  EXPECT_FALSE(demand.retained_bytes);
  EXPECT_EQ(demand.hot_ingress, Tristate::unknown);
  EXPECT_EQ(demand.hot_egress, Tristate::unknown);
  // Records, mirrored, sent, retained, hot in, hot out, load.
  ASSERT_EQ(result.warnings.size(), 7U);
  EXPECT_EQ(result.warnings[2],
            "what consumers read is not known: asking Confluent for sent_bytes of lkc-1: HTTP "
            "status 403: no");
}

TEST(ConfluentMetrics, KeepTheLimitsOfHoursWhereMinutesCannotBeHad) {
  Scene scene;
  scene.ask_for("orders");
  scene.ask_for("small");
  scene.tell("received_bytes", "orders", 600 * mb);
  scene.tell("received_bytes", "small", 1);
  scene.api.refusal = [](const nlohmann::json& query, int) -> std::optional<http::Reply> {
    if (query["granularity"] != "PT1M") return std::nullopt;
    return FakeMetricsApi::refused(400, "no minutes today");
  };
  const auto result = scene.demand();
  const auto& demand = *result.topics[0];
  // 10 MB/s over each hour, 36 GB if all came in one minute.
  EXPECT_DOUBLE_EQ(demand.peak.low, 10 * mb);
  EXPECT_DOUBLE_EQ(demand.peak.high, 600 * mb);
  ASSERT_EQ(demand.failures.size(), 1U);
  EXPECT_EQ(demand.failures[0].kind, ErrorKind::invalid_input);
  EXPECT_EQ(demand.failures[0].message,
            "the peak is only known by the hour: asking Confluent for received_bytes of lkc-1: "
            "HTTP status 400: no minutes today");
  EXPECT_TRUE(result.topics[1]->failures.empty());
}

TEST(ConfluentMetrics, TellThatMinutesOfReadingCannotBeHad) {
  Scene scene;
  scene.ask_for("orders");
  const auto burst = at("2026-11-17T20:13:00Z");
  for (const auto* metric : {"received_bytes", "sent_bytes"}) {
    scene.tell(metric, "orders", [&](Instant t) { return t == burst ? 9000 * mb : 60; });
  }
  scene.api.refusal = [](const nlohmann::json& query, int) -> std::optional<http::Reply> {
    const bool reading = FakeMetricsApi::metric_of(query) == "sent_bytes";
    if (!reading || query["granularity"] != "PT1M") return std::nullopt;
    return FakeMetricsApi::refused(400, "no minutes today");
  };
  const auto result = scene.demand();
  EXPECT_DOUBLE_EQ(result.topics[0]->peak.low, 150 * mb);
  EXPECT_TRUE(result.topics[0]->failures.empty());
  EXPECT_LT(result.topics[0]->read_peak->low, 3 * mb);
  ASSERT_EQ(result.warnings.size(), 1U);
  EXPECT_NE(result.warnings[0].find("what consumers read are in part only known by the hour"),
            std::string::npos);
}

TEST(ConfluentMetrics, WarnWhereMinutesDoNotAddUpToHours) {
  Scene scene;
  scene.ask_for("orders");
  scene.tell("received_bytes", "orders", 600 * mb);
  auto& told = scene.api.truth["received_bytes"][{"orders", -1}];
  scene.api.refusal = [&told](const nlohmann::json& query, int) -> std::optional<http::Reply> {
    // Between the hours and the minutes, half of it is lost.
    if (query["granularity"] == "PT1M" && told.begin()->second > 400 * mb) {
      for (auto& [time, value] : told) value = 300 * mb;
    }
    return std::nullopt;
  };
  const auto demand = *scene.demand().topics[0];
  ASSERT_EQ(demand.warnings.size(), 1U);
  EXPECT_NE(demand.warnings[0].find("the minutes are taken"), std::string::npos);
}

TEST(ConfluentMetrics, SayThatTheServiceKeepsOnlyAWeek) {
  Scene scene;
  scene.ask_for("orders");
  scene.tell("received_bytes", "orders", 60);
  scene.query.length = hours(30 * 24);
  const auto result = scene.demand();
  EXPECT_EQ(result.topics[0]->window_start, scene.start);
  ASSERT_EQ(result.warnings.size(), 1U);
  EXPECT_EQ(result.warnings[0],
            "Confluent keeps metrics for 7 d: 30 d were asked for, and the time from "
            "2026-11-13T11:00:00Z on is observed");
  scene.query.length = hours(24);
  // 10:27:45 less 23 h 55 min.
  EXPECT_EQ(scene.demand().topics[0]->window_start, at("2026-11-19T11:00:00Z"));
}

TEST(ConfluentMetrics, RefuseAWindowThatMinutesCannotMakeUp) {
  Scene scene;
  scene.ask_for("orders");
  scene.query.peak_window = Millis(10'000);
  EXPECT_EQ(scene.error().kind, ErrorKind::invalid_input);
  EXPECT_TRUE(scene.exchange.requests().empty());
}

TEST(ConfluentMetrics, StopWhenAskedTo) {
  Scene scene;
  scene.ask_for("orders");
  scene.stop.request_stop();
  EXPECT_EQ(scene.error().kind, ErrorKind::interrupted);
}

TEST(ConfluentMetrics, NeedNoMinutesForWindowsOfHours) {
  Scene scene;
  scene.ask_for("orders");
  scene.query.peak_window = hours(2);
  scene.tell("received_bytes", "orders", [](Instant t) {
    return t >= at("2026-11-17T20:00:00Z") && t < at("2026-11-17T22:00:00Z") ? 600 * mb : 60 * mb;
  });
  const auto result = scene.demand();
  EXPECT_DOUBLE_EQ(result.topics[0]->peak.value, 10 * mb);
  EXPECT_EQ(result.topics[0]->peak_window.start, at("2026-11-17T20:00:00Z"));
  EXPECT_EQ(result.topics[0]->window_end, at("2026-11-20T10:00:00Z"));
  EXPECT_EQ(result.requests, 9);
}

TEST(ConfluentMetrics, CountValuesThatAreNoAmounts) {
  Scene scene;
  scene.ask_for("orders");
  scene.tell("received_bytes", "orders", 60);
  scene.api.truth["retained_bytes"][{"orders", -1}][at("2026-11-17T20:00:00Z")] = -5;
  const auto result = scene.demand();
  EXPECT_FALSE(result.topics[0]->retained_bytes);
  ASSERT_EQ(result.warnings.size(), 1U);
  EXPECT_EQ(result.warnings[0], "1 value without a time or an amount were left out");
}

// Quiet hours, bursts, silence; some topics so small that nobody asks for their minutes.
void tell_random_traffic(Scene& scene, const std::string& topic, Random& random) {
  auto& bytes = scene.api.truth["received_bytes"][{topic, -1}];
  auto& records = scene.api.truth["received_records"][{topic, -1}];
  const double scale = std::pow(10.0, static_cast<double>(random.below(6)) + 4);
  const std::int64_t silence = random.below(3);
  for (Instant t = scene.start - hours(1); t < scene.query.now; t += minutes(1)) {
    if (silence > 0 && t.time_since_epoch() / hours(5) % 3 == silence) continue;
    double value = std::floor(scale * (0.5 + random.uniform()));
    if (random.below(700) == 0) value *= 20;
    bytes[t] = value;
    records[t] = std::floor(value / 100);
  }
}

RC_GTEST_PROP(ConfluentMetrics, AgreeWithAllMinutesOfRandomTopics, ()) {
  Scene scene;
  // A day and a half is enough; 10:27:45 less 35 h 55 min.
  scene.query.length = hours(36);
  scene.start = at("2026-11-18T23:00:00Z");
  Random random(*rc::gen::arbitrary<std::uint64_t>());
  const int topics = *rc::gen::inRange(1, 5);
  for (int i = 0; i < topics; ++i) {
    scene.ask_for(fmt::format("t{}", i));
    tell_random_traffic(scene, scene.query.topics.back(), random);
  }
  scene.api.groups_per_page = *rc::gen::inRange(1, 4);
  scene.api.whole_buckets = *rc::gen::arbitrary<bool>();
  scene.query.peak_quantile = *rc::gen::element(1.0, 1.0, 0.999, 0.95);
  scene.query.sizing.model = *rc::gen::element(sizing::Model::capacity, sizing::Model::ratio);
  const auto result = scene.demand();
  for (int i = 0; i < topics; ++i) {
    const auto& name = scene.query.topics[static_cast<std::size_t>(i)];
    const auto& demand = *result.topics[static_cast<std::size_t>(i)];
    auto values = scene.observed("received_bytes", name);
    const auto n = static_cast<double>(values.size());
    const double mean = sum(values) / (n * 60);
    std::sort(values.begin(), values.end(), std::greater<>());
    const auto above = static_cast<std::size_t>((1 - scene.query.peak_quantile) * n + 1e-9);
    const double peak = values[above] / 60;
    RC_ASSERT(near(demand.mean.value, mean));
    RC_ASSERT(demand.peak.low <= peak * (1 + 1e-9) && peak <= demand.peak.high * (1 + 1e-9));
    const auto rule = scene.query.sizing.model == sizing::Model::ratio
                          ? sizing::PartitionRule(scene.query.sizing, {mean})
                          : sizing::PartitionRule(scene.query.sizing);
    const auto range = rule.partitions_between({demand.peak.low}, {demand.peak.high});
    RC_ASSERT(range.low == range.high);
    RC_ASSERT(range.low == rule.partitions({peak}));
    if (!scene.api.whole_buckets) {
      const auto records = sum(scene.observed("received_records", name));
      RC_ASSERT(near(static_cast<double>(demand.records), records));
    }
    RC_ASSERT(demand.warnings.empty());
  }
}

}  // namespace
}  // namespace partwise::metrics
