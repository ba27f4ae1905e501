// The views of a report of keys against files that were checked by hand.
#include "keys/keys_report.h"

#include <algorithm>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "keys/counted_keys.h"
#include "keys/sweep.h"
#include "report/golden_fake.h"
#include "report/keys_csv.h"
#include "report/keys_table.h"

namespace partwise::report {
namespace {

using keys::KeysReport;
using keys::Strategy;

// One key of 300 records, 40 of 10, some without a key and some with an empty one.
void fill(keys::CountedKeys& keys) {
  keys.add("acme, \"west\"", 300, 2);
  for (int i = 0; i < 40; ++i) {
    keys.add((i % 2 == 0 ? "tenant_id-" : "user_id-") + std::to_string(i), 10,
             static_cast<std::uint32_t>(i % 2));
  }
  keys.add("", 10, 2);
  keys.add_null(50);
}

KeysReport example_report_of(const keys::KeySet& keys, const std::vector<Strategy>& strategies) {
  KeysReport report;
  report.version = "0.1.0";
  report.command = "simulate";
  report.started = Instant{Millis{1'772'600'767'000}};  // 2026-03-04T05:06:07Z
  report.rules.partitions = 6;
  report.keys = keys::summary_of(keys, report.rules);
  report.keys.source = "orders.csv";
  const auto placed = keys::placements(keys, strategies, report.rules, {}).value();
  report.keys.effective_keys = placed.weights.effective_keys();
  for (const auto& each : placed.each) {
    report.strategies.push_back(keys::report_of(each, report.rules));
  }
  return report;
}

KeysReport example_sweep_of(const keys::KeySet& keys) {
  const std::vector<Strategy> strategies = {Strategy::murmur2, Strategy::crc32, Strategy::range,
                                            Strategy::two_choices};
  auto report = example_report_of(keys, strategies);
  keys::KeysSweep sweep;
  sweep.rules.partitions = {1, 4, 6, 12};
  sweep.rules.current = 6;
  sweep.rules.target_cv_percent = 100;
  sweep.strategies = keys::sweep(keys, strategies, sweep.rules, {}).value().each;
  report.sweep = sweep;
  report.warnings = {"2 of 41 lines end with a carriage return, which was taken off"};
  return report;
}

keys::Verification example_verification() {
  keys::Verification run;
  run.cluster = "lkc-1";
  run.topic = "partwise-keys-20260304T050607Z-1a2b3c4d";
  run.replication_factor = 3;
  run.compression = "lz4";
  run.partitioner = "murmur2_random";
  run.planned = 760;
  run.sent = 760;
  run.produce_s = 0.5;
  run.read_s = 0.25;
  run.read_back = true;
  run.arrivals.acknowledged = 760;
  run.arrivals.arrived = 760;
  run.arrivals.unkeyed = 50;
  return run;
}

class KeysReportViews : public testing::Test {
 protected:
  void SetUp() override { fill(keys_); }
  keys::CountedKeys keys_{{"tenant_id-", "user_id-", "(named)"}};
};

TEST_F(KeysReportViews, AsTable) {
  expect_golden("keys-table.txt", table(example_sweep_of(keys_), {}));
}

TEST_F(KeysReportViews, AsJson) { expect_golden("keys.json", to_json(example_sweep_of(keys_))); }

TEST_F(KeysReportViews, AsCsv) {
  const auto report = example_sweep_of(keys_);
  expect_golden("keys-strategies.csv", strategies_csv(report));
  expect_golden("keys-partitions.csv", partitions_csv(report));
  expect_golden("keys-sweep.csv", sweep_csv(report));
}

TEST_F(KeysReportViews, TellWhatIsNotProven) {
  auto report = example_report_of(keys_, {Strategy::murmur2});
  report.command = "verify";
  auto run = example_verification();
  run.failed = 2;
  run.arrivals.acknowledged = 758;
  run.arrivals.arrived = 757;
  run.arrivals.missing = 1;
  run.arrivals.misplaced = 1;
  run.arrivals.theoretical = {100, 110, 160, 100, 90, 147};
  run.arrivals.actual = {150, 111, 159, 100, 90, 147};
  run.arrivals.examples = {"record 7 was acknowledged and is not there",
                           "the key 'user_id-3' of record 9 is on partition 1, not 2"};
  run.removal = Error{ErrorKind::unauthorized, "not allowed to delete it", {}, {}};
  run.keys_left = {"the API key AAA of lkc-1 is left"};
  report.verification = run;
  expect_golden("keys-not-proven.txt", table(report, {}));
}

TEST_F(KeysReportViews, TellWhatIsProven) {
  KeysReport report = example_report_of(keys_, {});
  report.verification = example_verification();
  report.verification->arrivals.actual = {360, 400};
  report.verification->arrivals.theoretical = {360, 400};
  const auto text = table(report, {});
  EXPECT_NE(text.find("✓ each of 760 acknowledged records is there once, in order, where "
                      "murmur2_random puts its key"),
            std::string::npos)
      << text;
  EXPECT_NE(text.find("made, and deleted"), std::string::npos) << text;
  EXPECT_NE(text.find("produced 760 in 0.5 s (1,520 records/s), 0 not acknowledged; read back 760 "
                      "in 0.2 s (3,040 records/s)"),
            std::string::npos)
      << text;
  EXPECT_EQ(text.find("THEORETICAL"), std::string::npos) << text;
  report.verification->existing = true;
  EXPECT_NE(table(report, {}).find("was there before"), std::string::npos);
  report.verification->existing = false;
  report.verification->kept = true;
  EXPECT_NE(table(report, {}).find("made, and kept"), std::string::npos);
  report.verification->read_back = false;
  report.verification->arrivals.arrived = 500;
  EXPECT_NE(table(report, {})
                .find("⚠ not read back to the end: of 760 acknowledged records 500 "
                      "were, none wrong"),
            std::string::npos);
  report.verification->arrivals.misplaced = 3;
  EXPECT_NE(table(report, {}).find("500 were, 3 wrong"), std::string::npos);
  report.verification->arrivals.arrived = 0;
  EXPECT_NE(table(report, {}).find("⚠ not read back\n"), std::string::npos);
}

TEST_F(KeysReportViews, ThinOutWhatIsLongAndSayWhereAllOfItIs) {
  auto report = example_report_of(keys_, {});
  keys::KeysSweep sweep;
  for (int count = 1; count <= 100; ++count) sweep.rules.partitions.push_back(count);
  const std::vector<Strategy> strategies = {Strategy::murmur2};
  sweep.strategies = keys::sweep(keys_, strategies, sweep.rules, {}).value().each;
  report.sweep = sweep;
  report.verification = example_verification();
  report.verification->arrivals.actual.assign(100, 7);
  report.verification->arrivals.theoretical.assign(100, 8);
  const auto text = table(report, {});
  EXPECT_NE(text.find("21 of 100 counts; all in --format csv and json"), std::string::npos) << text;
  EXPECT_NE(text.find("the first 16 of 100 partitions, all in JSON"), std::string::npos) << text;
  // Without a count to come from, nothing moves.
  EXPECT_EQ(text.find("KEYS MOVED"), std::string::npos) << text;
}

TEST_F(KeysReportViews, HaveNoLineOfASweepWithoutOne) {
  const auto text = sweep_csv(example_report_of(keys_, {Strategy::murmur2}));
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 1) << text;
}

}  // namespace
}  // namespace partwise::report
