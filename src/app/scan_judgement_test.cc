#include "app/scan_judgement.h"

#include <string>

#include <gtest/gtest.h>

namespace partwise::app {
namespace {

keys::KeysReport scanned(int records) {
  auto summary = keys::ScanSummary::within(keys::ScanSummary::memory_min, 3).value();
  keys::ScannedRecord record;
  record.timestamp_ms = 1'000;
  for (record.offset = 0; record.offset < records; ++record.offset) {
    const auto key = "key-" + std::to_string(record.offset);
    record.key = key;
    record.partition = static_cast<int>(record.offset % 3);
    summary.take(record);
  }
  keys::KeysReport report;
  report.scan = keys::ScanReport{"",
                                 "orders",
                                 std::vector<keys::ScannedStretch>(3),
                                 1,
                                 false,
                                 0,
                                 std::move(summary),
                                 {},
                                 true,
                                 0,
                                 {},
                                 {}};
  return report;
}

ScanOptions options(std::vector<int> partitions) {
  ScanOptions options;
  options.topic = "orders";
  options.strategies = {keys::Strategy::murmur2, keys::Strategy::crc32};
  options.partitions = std::move(partitions);
  return options;
}

std::vector<std::string> names(const keys::KeysReport& report) {
  std::vector<std::string> names;
  for (const auto& each : report.strategies) names.push_back(each.name);
  return names;
}

const auto untold = [](const std::string&) {};

TEST(ScanJudgement, ComparesWhatIsWithWhatCouldBe) {
  auto report = scanned(300);
  judge_scan(report, options({}), untold, {});
  EXPECT_EQ(names(report), (std::vector<std::string>{"actual", "murmur2", "crc32"}));
  EXPECT_EQ(report.strategies[0].load.records, (std::vector<std::int64_t>{100, 100, 100}));
  EXPECT_FALSE(report.scan->error);
  EXPECT_TRUE(report.warnings.empty());
}

// Ctrl-C may come when all has been read, while thousands of counts of partitions are compared.
TEST(ScanJudgement, SaysWhatAStopLeavesOut) {
  std::stop_source stop;
  stop.request_stop();
  for (const auto& partitions : {std::vector<int>{}, std::vector<int>{6}, std::vector<int>{6, 9}}) {
    auto report = scanned(300);
    judge_scan(report, options(partitions), untold, stop.get_token());
    EXPECT_EQ(names(report), (std::vector<std::string>{"actual"}));
    EXPECT_FALSE(report.sweep);
    ASSERT_TRUE(report.scan->error);
    EXPECT_EQ(report.scan->error->kind, ErrorKind::interrupted);
    ASSERT_EQ(report.warnings.size(), 1);
    EXPECT_NE(report.warnings[0].find("left out"), std::string::npos);
  }
}

// The keys of a partition that is missing are missing: the hash is not to blame for that.
TEST(ScanJudgement, DoesNotJudgeAPartOfThePartitions) {
  auto interrupted = scanned(300);
  interrupted.scan->error = Error{ErrorKind::interrupted, "interrupted after 300 records", {}, {}};
  auto without = scanned(300);
  without.scan->stretches[2].error = Error{ErrorKind::unavailable, "no leader", {}, {}};
  for (auto* report : {&interrupted, &without}) {
    judge_scan(*report, options({6, 9}), untold, {});
    EXPECT_EQ(names(*report), (std::vector<std::string>{"actual"}));
    const auto& verdict = report->strategies[0].verdict;
    EXPECT_FALSE(verdict.p_value);
    EXPECT_EQ(verdict.cause, keys::Cause::none);
    EXPECT_EQ(verdict.text.find("not judged: "), 0);
    EXPECT_FALSE(report->sweep);
    ASSERT_EQ(report->warnings.size(), 1);
    EXPECT_NE(report->warnings[0].find("not compared"), std::string::npos);
  }
  EXPECT_NE(without.warnings[0].find("1 of 3 partitions"), std::string::npos);
  EXPECT_EQ(interrupted.scan->error->message, "interrupted after 300 records");
}

}  // namespace
}  // namespace partwise::app
