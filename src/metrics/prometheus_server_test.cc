// Against a real Prometheus, which `./dev test prometheus` starts: with the history that
// test/prometheus/history.py writes, and scraping a stand-in for an exporter. Expected values are
// by hand, from the numbers in that file.
#include <algorithm>
#include <cstdlib>
#include <string>

#include <gtest/gtest.h>

#include "http/curl_client.h"
#include "metrics/prometheus_choice.h"
#include "metrics/prometheus_source.h"

namespace partwise::metrics {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

// 2026-03-02T00:00:00Z.
constexpr Instant start{std::chrono::seconds(1'772'409'600)};
constexpr Instant now = start + hours(48);

class KnownHistory : public testing::Test {
 protected:
  void SetUp() override {
    const char* url = std::getenv("PARTWISE_PROMETHEUS_URL");
    if (url == nullptr) GTEST_SKIP() << "no PARTWISE_PROMETHEUS_URL: ./dev test prometheus sets it";
    settings_.access.url = url;
    query_.topics = {"orders"};
    query_.now = now;
    query_.length = hours(48);
    // One partition for each 10,000 B/s, so that the peak decides.
    query_.sizing.factor = 1;
    query_.sizing.min_partitions = 1;
    query_.sizing.threshold = {0};
    query_.sizing.consumer_capacity = {10'000};
  }

  ClusterDemand demand() {
    PrometheusSource source(settings_, exchange_);
    auto answer = source.demand(query_, {});
    chosen_ = source.chosen();
    EXPECT_TRUE(answer) << answer.error().message << " / " << answer.error().hint;
    return answer ? *std::move(answer) : ClusterDemand{};
  }

  sizing::Demand only_topic() {
    auto answer = demand();
    warnings_ = answer.warnings;
    EXPECT_EQ(answer.topics.size(), 1U);
    if (answer.topics.empty() || !answer.topics[0]) return {};
    return *answer.topics[0];
  }

  [[nodiscard]] bool warns_of(const std::string& words) const {
    return std::any_of(warnings_.begin(), warnings_.end(), [&](const std::string& warning) {
      return warning.find(words) != std::string::npos;
    });
  }

  http::CurlClient exchange_{http::CurlSettings{}};
  PrometheusSettings settings_;
  DemandQuery query_;
  std::string chosen_;
  std::vector<std::string> warnings_;
};

TEST_F(KnownHistory, SumsCountersOverBrokersBeforeItLooksForTheBusiestMinute) {
  settings_.selector = R"(cluster="a")";
  const auto orders = only_topic();
  // 1,000 + 500 B/s, and 6,000,000 B at 10:17:07 and 10:17:37 of the first day.
  EXPECT_NEAR(orders.peak.value, 1500 + 6e6 / 60, 10);
  EXPECT_TRUE(orders.peak.exact());
  EXPECT_EQ(orders.peak_window.start, start + hours(10) + minutes(17));
  EXPECT_EQ(orders.peak_window.width, Millis(minutes(1)));
  EXPECT_NEAR(orders.read_peak->value, 2 * (1500 + 6e6 / 60), 20);
  EXPECT_EQ(orders.decision, sizing::Decision::counted);
  EXPECT_GE(orders.hottest_rate_bound, orders.peak.high);
  EXPECT_NE(chosen_.find("jmx (prometheus/jmx_exporter"), std::string::npos) << chosen_;
}

TEST_F(KnownHistory, LeavesGapsOutOfTheMeanAndLosesLittleToAReset) {
  settings_.selector = R"({cluster="a",})";
  const auto orders = only_topic();
  // 45.5 h have samples: (1,500 B/s * 163,800 s + 6,000,000 B) / 163,800 s. The restart hides the
  // 13 s after the last scrape before it, 13,000 B of 245 MB.
  EXPECT_NEAR(orders.mean.value, 1500 + 6e6 / 163'800, 0.0015 * 1536);
  EXPECT_NEAR(orders.read_mean->value, 2 * (1500 + 6e6 / 163'800), 0.0015 * 3073);
  EXPECT_NEAR(orders.record_bytes->value, 100, 0.2);
  EXPECT_NEAR(static_cast<double>(orders.records), 15 * 163'800 + 60'000, 0.0015 * 2.5e6);
  // Two partitions of 5,000 and 7,000 B, each on two brokers.
  EXPECT_EQ(orders.retained_bytes, 12'000);
  EXPECT_TRUE(warns_of("samples of 1 d 21 h of 2 d")) << testing::PrintToString(warnings_);
}

TEST_F(KnownHistory, CountsATopicFromItsFirstHourOn) {
  settings_.selector = R"(cluster="a")";
  query_.topics = {"quiet", "late", "odd"};
  const auto answer = demand();
  ASSERT_EQ(answer.topics.size(), 3U);
  const auto& quiet = answer.topics[0].value();
  EXPECT_EQ(quiet.records, 0);
  EXPECT_EQ(quiet.mean.value, 0);
  EXPECT_EQ(quiet.peak.high, 0);
  const auto& late = answer.topics[1].value();
  EXPECT_EQ(late.window_start, start + hours(36));
  EXPECT_NEAR(late.mean.value, 2000, 10);
  // A value that is no number, each hour at half past.
  EXPECT_NEAR(answer.topics[2].value().mean.value, 100, 0.2);
}

TEST_F(KnownHistory, SaysWhereTheTimeIsCut) {
  settings_.selector = R"(cluster="b")";
  query_.length = hours(7 * 24);
  const auto orders = only_topic();
  // The hour in which the history begins may be a part of one.
  EXPECT_EQ(orders.window_start, start + hours(1));
  EXPECT_EQ(orders.window_end, now);
  EXPECT_NEAR(orders.mean.value, 700, 0.5);
  EXPECT_NEAR(orders.peak.low, 700, 0.5);
  EXPECT_TRUE(warns_of("no samples from before 2026-03-02T01:00:00Z"))
      << testing::PrintToString(warnings_);
}

TEST_F(KnownHistory, WarnsWhereClustersAreAddedUp) {
  const auto orders = only_topic();
  EXPECT_NE(chosen_.find("kafka_exporter (no bytes)"), std::string::npos) << chosen_;
  EXPECT_NEAR(orders.peak.value, 2200 + 6e6 / 60, 10);
  EXPECT_TRUE(warns_of("several values of cluster (a, b)")) << testing::PrintToString(warnings_);
}

TEST_F(KnownHistory, WidensTheWindowToWhatScrapesTell) {
  settings_.flavour = "kcp";
  query_.sizing.consumer_capacity = {1000};
  const auto orders = only_topic();
  EXPECT_EQ(orders.peak_window.width, Millis(minutes(5)));
  // 1,500,000 B in one of the stretches of 300 s.
  EXPECT_NEAR(orders.peak.value, 500 + 1.5e6 / 300, 1);
  EXPECT_TRUE(warns_of("a sample every 5 min: the busiest 5 min"))
      << testing::PrintToString(warnings_);
}

TEST_F(KnownHistory, CoversHoursThatWereScrapedLessOften) {
  settings_.flavour = "confluent_stack";
  settings_.selector = R"(prometheus_replica="x")";
  const auto orders = only_topic();
  // A day of 200 B/s and one of 800.
  EXPECT_NEAR(orders.mean.value, 500, 2);
  EXPECT_NEAR(orders.peak.low, 800, 2);
  EXPECT_TRUE(
      warns_of("a sample every 1 min now, but had other distances in 24 hours, from 1 min "
               "to 5 min"))
      << testing::PrintToString(warnings_);
  EXPECT_FALSE(warns_of("samples of")) << testing::PrintToString(warnings_);
}

TEST_F(KnownHistory, WeighsAGaugeByTheTimeBetweenItsSamples) {
  settings_.flavour = "jmx_plain_rates";
  const auto orders = only_topic();
  EXPECT_NEAR(orders.mean.value, 500, 2);
  EXPECT_NEAR(orders.peak.low, 800, 2);
}

TEST_F(KnownHistory, WarnsWhereTwoServersScrapedTheSameBroker) {
  settings_.flavour = "confluent_stack";
  EXPECT_NEAR(only_topic().mean.value, 1000, 4);
  EXPECT_TRUE(warns_of("in series that differ in prometheus_replica (x, y)"))
      << testing::PrintToString(warnings_);
  settings_.selector = R"(prometheus_replica="x")";
  only_topic();
  EXPECT_FALSE(warns_of("scraped several times"));
}

TEST_F(KnownHistory, AsksForTheClusterByItsId) {
  settings_.selector = R"(cluster=~"{cluster_id}.?")";
  query_.cluster_id = "b";
  EXPECT_NEAR(only_topic().mean.value, 700, 0.5);
}

TEST_F(KnownHistory, ReadsNamesAsLabels) {
  settings_.flavour = "jmx_plain";
  const auto orders = only_topic();
  EXPECT_NEAR(orders.mean.value, 250, 0.1);
  EXPECT_NEAR(orders.read_mean->value, 125, 0.05);
  EXPECT_NEAR(orders.record_bytes->value, 50, 0.05);
}

TEST_F(KnownHistory, ReadsRatesAsRates) {
  settings_.flavour = "confluent_stack_rates";
  query_.sizing.consumer_capacity = {1000};
  const auto orders = only_topic();
  EXPECT_NEAR(orders.peak.value, 9000, 0.01);
  // One minute of 2,880 at 9,000 B/s, the others at 300.
  EXPECT_NEAR(orders.mean.value, 300 + 8700.0 / 2880, 0.2);
  EXPECT_TRUE(warns_of("flatten short peaks"));
}

TEST_F(KnownHistory, ReadsRedpandaScrapedAtWholeMinutes) {
  settings_.flavour = "redpanda";
  query_.sizing.consumer_capacity = {1000};
  const auto orders = only_topic();
  EXPECT_NEAR(orders.peak.value, 400 + 600'000.0 / 60, 1);
  EXPECT_EQ(orders.peak_window.start, start + hours(12));
  EXPECT_NEAR(orders.mean.value, 400 + 600'000.0 / 172'800, 0.05);
  EXPECT_NEAR(orders.read_mean->value, 800, 0.1);
}

TEST_F(KnownHistory, CountsEachMinuteOfConfluentsExportOnce) {
  settings_.flavour = "confluent_export";
  query_.cluster_id = "lkc-1";
  const auto answer = demand();
  ASSERT_EQ(answer.topics.size(), 1U);
  const auto& orders = answer.topics[0].value();
  EXPECT_NEAR(orders.peak.value, 100'000, 0.01);
  EXPECT_EQ(orders.peak_window.start, start + hours(10) + minutes(17));
  // 44 h of 60,000 B a minute, one of them 6,000,000.
  EXPECT_NEAR(orders.mean.value, (44 * 60 * 60'000.0 + 5'940'000) / 172'800, 0.01);
  EXPECT_EQ(orders.retained_bytes, 123'456);
  EXPECT_EQ(orders.hot_ingress, sizing::Tristate::yes);
  EXPECT_EQ(orders.hot_egress, sizing::Tristate::unknown);
  EXPECT_EQ(answer.cluster_load, 0.7);
}

TEST_F(KnownHistory, TakesAMinuteWithoutASampleForNoLongerInterval) {
  settings_.flavour = "confluent_export";
  query_.cluster_id = "lkc-3";
  query_.sizing.consumer_capacity = {100};
  const auto orders = only_topic();
  // 60,000 B in each of twelve minutes an hour.
  EXPECT_EQ(orders.peak_window.width, Millis(minutes(1)));
  EXPECT_NEAR(orders.peak.value, 1000, 0.01);
}

TEST_F(KnownHistory, NeedsTheSizeOfARecordWhereOffsetsAreAll) {
  settings_.flavour = "kafka_exporter";
  query_.topics = {"other", "orders"};
  settings_.record_bytes = {{"orders", 50}};
  const auto answer = demand();
  ASSERT_EQ(answer.topics.size(), 2U);
  ASSERT_FALSE(answer.topics[0]);
  EXPECT_NE(answer.topics[0].error().hint.find("sampling_records"), std::string::npos);
  // 10 + 20 records a second, though two exporters tell them.
  EXPECT_NEAR(answer.topics[1].value().mean.value, 30 * 50, 1);
  EXPECT_NEAR(static_cast<double>(answer.topics[1].value().records), 30 * 172'800, 3000);
}

TEST_F(KnownHistory, SaysWhatTheSelectorMissed) {
  PrometheusSource source({settings_.access, "jmx", R"(cluster="c")", {}}, exchange_);
  const auto none = source.demand(query_, {});
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().kind, ErrorKind::not_found);
  EXPECT_NE(none.error().message.find(R"(topic!="",cluster="c")"), std::string::npos)
      << none.error().message;
  EXPECT_NE(none.error().hint.find(R"(cluster="a", instance="b)"), std::string::npos)
      << none.error().hint;
  // No PromQL.
  PrometheusSource broken({settings_.access, "jmx", "cluster=a", {}}, exchange_);
  const auto refused = broken.demand(query_, {});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::invalid_input) << refused.error().message;
  EXPECT_NE(refused.error().hint.find("--prometheus-selector"), std::string::npos);
}

class ScrapingPrometheus : public testing::Test {
 protected:
  void SetUp() override {
    const char* url = std::getenv("PARTWISE_SCRAPING_URL");
    if (url == nullptr) GTEST_SKIP() << "no PARTWISE_SCRAPING_URL: ./dev test prometheus sets it";
    access_.url = url;
    access_.login = http::Login{"reader", config::Secret("secret")};
    const auto second = std::chrono::floor<std::chrono::seconds>(SystemClock().now());
    latest_ = second - std::chrono::seconds(2);
  }

  http::CurlClient exchange_{http::CurlSettings{}};
  PrometheusAccess access_;
  Instant latest_;
};

TEST_F(ScrapingPrometheus, RefusesAWrongPassword) {
  access_.login->password = config::Secret("wrong");
  PrometheusApi api(access_, exchange_);
  const auto refused = api.query("up", latest_, {});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::unauthorized);
  EXPECT_NE(refused.error().hint.find("PROMETHEUS_PASSWORD"), std::string::npos);
}

TEST_F(ScrapingPrometheus, IsNotAboveItsPath) {
  access_.url.resize(access_.url.rfind("/prometheus"));
  PrometheusApi api(access_, exchange_);
  const auto none = api.query("up", latest_, {});
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().kind, ErrorKind::not_found) << none.error().message;
}

TEST_F(ScrapingPrometheus, AddsUpToWhatWasScraped) {
  PrometheusApi api(access_, exchange_);
  const ObservedTime time{latest_ - hours(1), latest_, std::chrono::seconds(10)};
  auto choice = chosen_flavour(api, "", "", "", time, {});
  ASSERT_TRUE(choice) << choice.error().message;
  EXPECT_EQ(choice->reader.flavour().name, "jmx_plain");
  EXPECT_EQ(choice->reader.flavour().bytes_in.metric, "kafka_server_BrokerTopicMetrics_Count");
  auto& reader = choice->reader;
  EXPECT_EQ(reader.scrape_interval(latest_).value(), Millis(1000));
  // Each scrape finds 1,000 B more.
  const ObservedTime stretch{latest_ - std::chrono::seconds(20), latest_, time.width};
  const auto rows = reader.windows(reader.main_meter(), std::vector<std::string>{"orders"}, stretch,
                                   Millis(1000));
  ASSERT_TRUE(rows) << rows.error().message;
  const auto& row = rows->at("orders");
  ASSERT_EQ(row.size(), 2U);
  EXPECT_NEAR(row[0], 10'000, 1000);
  EXPECT_NEAR(row[1], 10'000, 1000);
}

TEST_F(ScrapingPrometheus, TellsDemandOfTheSecondsThatItHas) {
  // An hour that began meanwhile parts the samples, 25 s of them at least, and the part before it
  // is left out where there is one behind it: what is asked for ends so that the longer part is
  // told.
  const auto hour = std::chrono::floor<hours>(latest_);
  DemandQuery query;
  query.topics = {"orders"};
  query.now = latest_ - hour < std::chrono::seconds(15) ? hour : latest_ + minutes(1);
  query.length = hours(24);
  PrometheusSource source({access_, "", "", {}}, exchange_);
  const auto young = source.demand(query, {});
  ASSERT_TRUE(young) << young.error().message;
  EXPECT_NEAR(young->topics.at(0).value().mean.value, 1000, 100);
  EXPECT_FALSE(young->warnings.empty());
}

}  // namespace
}  // namespace partwise::metrics
