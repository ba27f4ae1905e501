#include "metrics/prometheus_query.h"

#include <gtest/gtest.h>

namespace partwise::metrics {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

Flavour with(Reading reading) {
  Flavour flavour;
  flavour.reading = reading;
  flavour.topic_label = "topic";
  flavour.partition_label = "partition";
  return flavour;
}

TEST(PromQl, PutsTheIdOfAClusterIntoASelector) {
  EXPECT_EQ(with_cluster_id(R"(cluster="{cluster_id}",env="a")", "lkc-1"),
            R"(cluster="lkc-1",env="a")");
  EXPECT_EQ(with_cluster_id(R"(cluster="{cluster_id}")", R"(a"b\c)"), R"(cluster="a\"b\\c")");
  // Nothing in an id is a pattern.
  EXPECT_EQ(with_cluster_id(R"(env="a~",cluster=~ "kafka-{cluster_id}-.*")", "eu.1"),
            R"(env="a~",cluster=~ "kafka-eu\\.1-.*")");
  EXPECT_EQ(with_cluster_id(R"(a=~"\"",b="{cluster_id}")", "x.y"), R"(a=~"\"",b="x.y")");
  EXPECT_EQ(with_cluster_id(R"(a=~'"{cluster_id}')", "x.y"), R"(a=~'"x\\.y')");
  EXPECT_EQ(with_cluster_id(R"(env="a")", "lkc-1"), R"(env="a")");
}

TEST(PromQl, QuotesTopicsAsRegularExpressionsInText) {
  EXPECT_EQ(any_of("topic", std::vector<std::string>{"a.b", "c-d_1"}), R"(topic=~"a\\.b|c-d_1")");
  EXPECT_EQ(promql_text("a\"b\\c\nd"), R"("a\"b\\c\nd")");
}

TEST(PromQl, LeavesOutEmptyMatchers) {
  EXPECT_EQ(selector_of({"m", ""}, std::vector<std::string>{"", R"(a="b")", ""}), R"(m{a="b"})");
  EXPECT_EQ(selector_of({"m", R"(n="x")"}, std::vector<std::string>{R"(a="b")"}),
            R"(m{n="x",a="b"})");
}

TEST(PromQl, LooksBackToTheScrapeBeforeTheWindow) {
  const auto counter = amount_in(with(Reading::counter), "m{}", minutes(1), seconds(30));
  EXPECT_EQ(counter.expression, "sum by (topic) (increase(m{}[89999ms]))");
  // increase() takes what it found as spread over 90 s.
  EXPECT_DOUBLE_EQ(counter.factor, 60.0 / 90);
  const auto offset = amount_in(with(Reading::offset), "m{}", minutes(1), seconds(60));
  EXPECT_EQ(offset.expression,
            "sum by (topic) (max by (topic, partition) (increase(m{}[119999ms])))");
}

TEST(PromQl, TakesEachSampleOfAGaugeForOneScrapeInterval) {
  const auto rate = amount_in(with(Reading::rate), "m{}", minutes(5), seconds(15));
  EXPECT_EQ(rate.expression, "sum by (topic) (sum_over_time(m{}[299999ms]))");
  EXPECT_DOUBLE_EQ(rate.factor, 15);
  // Scraped twice a minute, each minute is there twice.
  EXPECT_DOUBLE_EQ(amount_in(with(Reading::minute_delta), "m{}", minutes(5), seconds(30)).factor,
                   0.5);
}

TEST(PromQl, HasWindowsAsShortAsScrapesTell) {
  EXPECT_EQ(window_that_can_be_told(minutes(1), seconds(15)), Millis(minutes(1)));
  EXPECT_EQ(window_that_can_be_told(minutes(1), seconds(60)), Millis(minutes(1)));
  EXPECT_EQ(window_that_can_be_told(minutes(1), seconds(7)), Millis(minutes(2)));
  EXPECT_EQ(window_that_can_be_told(minutes(1), seconds(45)), Millis(minutes(3)));
  EXPECT_EQ(window_that_can_be_told(minutes(1), seconds(90)), Millis(minutes(3)));
  EXPECT_EQ(window_that_can_be_told(minutes(5), seconds(120)), Millis(minutes(6)));
  EXPECT_EQ(window_that_can_be_told(minutes(1), seconds(420)), Millis(hours(2)));
}

}  // namespace
}  // namespace partwise::metrics
