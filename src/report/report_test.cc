// Every view of a report against a file that was checked by hand.
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <sstream>
#include <string>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "report/clusters_summary.h"
#include "report/csv.h"
#include "report/example_report_fake.h"
#include "report/explain.h"
#include "report/files.h"
#include "report/golden_fake.h"
#include "report/html.h"
#include "report/table.h"
#include "sizing/report_json.h"
#include "sizing/result_record.h"

namespace partwise::report {
namespace {

TEST(Report, AsJson) { expect_golden("recommend.json", sizing::to_json(example_report())); }

TEST(Report, AsDetailCsv) {
  const auto report = example_report();
  auto text = detail_header();
  for (const auto& topic : report.clusters[0].topics)
    text += detail_row(report.clusters[0].cluster_id, topic, report.settings);
  expect_golden("recommend-detail.csv", text);
}

TEST(Report, ShowsTheBoundOfAPeakThatWasNotLookedFor) {
  auto report = example_report();
  auto& topic = report.clusters[0].topics[0];
  topic.peak->exact = false;
  topic.peak->records = 0;
  topic.required_bytes_per_s = Interval{1, 0, 3 * mib};
  ASSERT_EQ(topic.recommended_range.low, topic.recommended_range.high);
  const auto row = detail_row("lkc-1", topic, report.settings);
  EXPECT_NE(row.find(",3.0,10.0,6,"), std::string::npos) << row;  // required, capacity, recommended
  EXPECT_NE(table(report, {}).find("< 3.00 MiB"), std::string::npos);
}

TEST(Report, DoesNotTickACountThatMayBeTooSmall) {
  auto report = example_report();
  auto& topic = report.clusters[0].topics[0];
  topic.partitions = *topic.recommended;
  topic.recommended_range = {topic.partitions, topic.partitions + 40};
  const auto text = table(report, {});
  const auto line = text.substr(text.find(topic.name));
  EXPECT_NE(line.find("? maybe more [6, 46]"), std::string::npos) << line;
}

TEST(Report, ShowsAHotKeyThatIsASmallPartOfMuch) {
  auto report = example_report();
  auto& topic = report.clusters[0].topics[1];
  ASSERT_EQ(topic.binding, sizing::Binding::hot_key);
  topic.hot_key->share = {0.0042, 0.0035, 0.005};
  EXPECT_EQ(short_reason(topic, report.settings),
            "one key carries 0.42 %: more partitions cannot help");
}

TEST(Report, NamesTheFailureThatKeptATopicFromBeingMeasured) {
  auto report = example_report();
  auto& topic = report.clusters[0].topics.back();
  ASSERT_FALSE(topic.recommended);
  topic.failures.insert(topic.failures.begin(), {std::nullopt, "configuration",
                                                 ErrorKind::unauthorized, "no configuration"});
  EXPECT_EQ(short_reason(topic, report.settings),
            "cannot read stock [1]: Broker: Topic authorization failed");
  topic.failures.resize(1);
  EXPECT_EQ(short_reason(topic, report.settings), "no configuration");
}

TEST(Report, AFloorIsTheFloorWhenOnlyGrowingIsDecided) {
  auto report = example_report();
  auto& topic = report.clusters[0].topics[0];
  topic.binding = sizing::Binding::floor;
  topic.partitions = 12;
  topic.recommended = 12;  // its present count, which is enough
  topic.recommended_range = {12, 12};
  EXPECT_EQ(short_reason(topic, report.settings), "floor of 6; needs 1");
}

// test/cli/test_result_schema.py checks these files against each other.
TEST(Report, AsRecordsOfAResultsTopic) {
  const auto report = example_report();
  std::string text;
  for (const auto& topic : report.clusters[0].topics) {
    const auto record = sizing::result_record(report, report.clusters[0].cluster_id, topic);
    text += record.key + "\t" + record.value + "\n";
  }
  expect_golden("recommend-records.tsv", text);
  const auto schemas = sizing::result_schemas();
  const auto readable = [](const std::string& schema) {
    return nlohmann::ordered_json::parse(schema).dump(2) + "\n";
  };
  expect_golden("result-key.schema.json", readable(schemas.key));
  expect_golden("result-value.schema.json", readable(schemas.value));
}

TEST(Report, ARecordHasTheBoundThatTheCsvHas) {
  auto report = example_report();
  auto& topic = report.clusters[0].topics[0];
  topic.peak->exact = false;
  topic.required_bytes_per_s = Interval{1, 0, 3 * mib};
  ASSERT_EQ(topic.recommended_range.low, topic.recommended_range.high);
  const auto record = sizing::result_record(report, "lkc-1", topic);
  EXPECT_NE(record.value.find("\"required_throughput\":3145728,"), std::string::npos)
      << record.value;
}

TEST(Report, AKeyIsTheSameInEveryRun) {
  auto report = example_report();
  auto topic = report.clusters[0].topics[0];
  const auto before = sizing::result_record(report, "lkc-1", topic);
  report.started += std::chrono::hours(24);
  report.version = "0.2.0";
  topic.records += 1;
  const auto after = sizing::result_record(report, "lkc-1", topic);
  EXPECT_EQ(before.key, R"({"kafka_cluster_id":"lkc-1","topic_name":"audit, small"})");
  EXPECT_EQ(after.key, before.key);
  EXPECT_NE(after.value, before.value);
}

TEST(Report, AsSummaryCsv) {
  const auto report = example_report();
  expect_golden("recommend-summary.csv", summary(report, report.clusters[0]));
}

TEST(Report, AsATableInAPipe) { expect_golden("recommend-table.txt", table(example_report(), {})); }

TEST(Report, AsATableThatFitsTheTerminal) {
  const auto text = table(example_report(), {false, 100});
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with("  ") || line.find("measured,") != std::string::npos) continue;
    std::size_t columns = 0;
    for (const char c : line) columns += (static_cast<unsigned char>(c) & 0xC0U) != 0x80U ? 1 : 0;
    EXPECT_LE(columns, 100U) << line;
  }
}

TEST(Report, ShowsWhereASecondMethodFindsSomethingElse) {
  auto report = example_report();
  auto& cluster = report.clusters[0];
  sizing::CrossCheck other;
  other.method = "metrics_api";
  for (auto& topic : cluster.topics) {
    other.recommended = topic.recommended;
    other.recommended_range = topic.recommended_range;
    other.peak_bytes_per_s = topic.peak_bytes_per_s;
    topic.cross_check = other;
  }
  auto& payments = *cluster.topics[3].cross_check;  // 10 by the first method
  payments.recommended = 12;
  payments.recommended_range = {12, 12};
  payments.peak_bytes_per_s = 1.25 * *payments.peak_bytes_per_s;
  auto& clicks = *cluster.topics[1].cross_check;
  ASSERT_EQ(cluster.topics[1].name, "clicks");
  clicks.peak_bytes_per_s = 0.0004 * *clicks.peak_bytes_per_s;
  const auto text = table(report, {});
  // Five of the six topics have a count; audit, clicks, payments and profiles have a peak.
  EXPECT_NE(text.find("CROSS-CHECK by metrics_api: 4 of 6 counts agree; its peaks are 0.0004 to "
                      "1.25 x those above, median 1\n"),
            std::string::npos)
      << text;
  EXPECT_NE(text.find("    payments: 10 by sampling_records, 12 by metrics_api\n"),
            std::string::npos)
      << text;
  const auto why = explanation(report.settings, cluster, cluster.topics[3], {});
  EXPECT_NE(why.find("cross-check  metrics_api: peak 38.8 MiB/s (1.25 x this one), 12 recommended"),
            std::string::npos)
      << why;
}

TEST(Report, TellsWhatAServiceKnowsOfACluster) {
  auto run = example_report();
  auto& cluster = run.clusters.front();
  cluster.service_requests = 41;
  cluster.cluster_load = 0.75;
  cluster.topics.front().retained_bytes = 2048;
  EXPECT_NE(table(run, {}).find("41 requests to a metrics service, cluster load up to 75 %, "),
            std::string::npos);
  EXPECT_NE(explanation(run.settings, cluster, cluster.topics.front(), {}).find("2.00 KiB without"),
            std::string::npos);
  EXPECT_NE(summary(run, cluster).find("service_requests,41\ncluster_load,0.75\napi_keys_left,0\n"),
            std::string::npos);
}

TEST(Report, CountsClustersByHowTheyWent) {
  auto run = example_report();
  EXPECT_EQ(clusters_summary(run),
            "\n  Total Kafka clusters analyzed: 2\n"
            "  Successful Kafka cluster analyses: 0\n"
            "  Partial Kafka cluster analyses: 1 (lkc-1)\n"
            "  Failed Kafka cluster analyses: 1 (lkc-2)\n"
            "  Topics: 6 with 54 partitions; 4 measured, 1 empty, 1 not measured\n"
            "  PARTIAL SUCCESS: 0 of 2 KAFKA CLUSTERS ANALYZED SUCCESSFULLY.\n");
  run.clusters.erase(run.clusters.begin());
  EXPECT_EQ(clusters_summary(run), "");
  run.clusters.resize(13, run.clusters.front());
  const auto failed = clusters_summary(run);
  EXPECT_NE(failed.find("13 (lkc-2, "), std::string::npos);
  EXPECT_NE(failed.find(", and 3 more)"), std::string::npos);
  EXPECT_NE(failed.find("ALL KAFKA CLUSTER ANALYSES FAILED."), std::string::npos);
  for (auto& cluster : run.clusters) cluster.status = sizing::ClusterStatus::ok;
  EXPECT_NE(clusters_summary(run).find("ALL KAFKA CLUSTER ANALYSES COMPLETED SUCCESSFULLY."),
            std::string::npos);
}

TEST(Report, ColoursOnlyWhenAsked) {
  EXPECT_EQ(table(example_report(), {}).find('\x1b'), std::string::npos);
  EXPECT_NE(table(example_report(), {true, 100}).find("\x1b["), std::string::npos);
}

TEST(Report, Explained) {
  setenv("TZ", "UTC", 1);
  const auto report = example_report();
  const auto& cluster = report.clusters[0];
  std::string text;
  for (const auto& topic : cluster.topics)
    text += explanation(report.settings, cluster, topic, {}) + "\n";
  expect_golden("recommend-explained.txt", text);
}

TEST(Report, ExplainsTurningPointsOfAPeakThatIsABoundAsBounds) {
  auto report = example_report();
  auto& topic = report.clusters[0].topics[0];
  topic.peak->exact = false;
  topic.peak_bytes_per_s = Interval{1, 0, 2 * mib};
  const auto text = explanation(report.settings, report.clusters[0], topic, {});
  EXPECT_NE(text.find("one more at  a factor of at least 30\n"), std::string::npos) << text;
}

TEST(Report, ExplainsOneOfAThingAndNoThreshold) {
  auto report = example_report();
  report.settings.sizing.threshold = {0};
  report.settings.sizing.min_partitions = 1;
  auto& topic = report.clusters[0].topics[0];
  topic.partitions = 1;
  topic.records = 1;
  const auto text = explanation(report.settings, report.clusters[0], topic, {});
  EXPECT_NE(text.find("1 record in 1 partition, "), std::string::npos) << text;
  EXPECT_NE(text.find("floor        1 partition\n"), std::string::npos) << text;
  EXPECT_NE(text.find("1 partition now, "), std::string::npos) << text;
}

TEST(CsvField, IsQuotedWhereItMustBe) {
  EXPECT_EQ(csv_field("plain"), "plain");
  EXPECT_EQ(csv_field("a,b"), "\"a,b\"");
  EXPECT_EQ(csv_field("say \"hi\"\n"), "\"say \"\"hi\"\"\n\"");
}

class Files : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ = std::filesystem::temp_directory_path() /
              ("partwise-" + std::to_string(::testing::UnitTest::GetInstance()->random_seed()) +
               "-" + std::to_string(getpid()));
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }
  std::filesystem::path folder_;
};

TEST_F(Files, HoldEachRowAsSoonAsItIsAdded) {
  const auto report = example_report();
  auto files = ReportFiles::open(folder_.string(), report.started);
  ASSERT_TRUE(files);
  ASSERT_TRUE(files->begin("lkc-1"));
  ASSERT_TRUE(files->add("lkc-1", report.clusters[0].topics[0], report.settings));
  const auto detail = folder_ / "lkc-1-recommender-1772600767-detail-report.csv";
  EXPECT_EQ(contents(detail),
            detail_header() + detail_row(report.clusters[0].cluster_id,
                                         report.clusters[0].topics[0], report.settings));
  ASSERT_TRUE(files->finish(report, report.clusters[0]));
  EXPECT_EQ(contents(folder_ / "lkc-1-recommender-1772600767-report.json"),
            sizing::to_json(report, report.clusters[0]));
  EXPECT_EQ(contents(folder_ / "lkc-1-recommender-1772600767-summary-report.csv"),
            summary(report, report.clusters[0]));
  EXPECT_EQ(contents(folder_ / "lkc-1-recommender-1772600767-report.html"),
            html_report(sizing::to_json(report, report.clusters[0])));
  EXPECT_EQ(files->written().size(), 4U);
}

TEST_F(Files, LeaveNothingBehindWhereTheyCannotBeMade) {
  std::ofstream(folder_.string()) << "a file";
  const auto files = ReportFiles::open(folder_.string(), Instant{});
  ASSERT_FALSE(files);
  EXPECT_EQ(files.error().kind, ErrorKind::invalid_input);
  EXPECT_NE(files.error().message.find(folder_.string()), std::string::npos);
}

}  // namespace
}  // namespace partwise::report
