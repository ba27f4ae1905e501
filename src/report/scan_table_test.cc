// What people read of a scan.
#include "report/scan_table.h"

#include <string>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "report/golden_fake.h"

namespace partwise::report {
namespace {

/// A scan of 2,400 orders: half of tenant a, of whom there are 24 users among 240; every sixth
/// value is no JSON.
keys::ScanReport example_scan(bool with_keys) {
  keys::ScanReport scan{"lkc-1",
                        "orders",
                        std::vector<keys::ScannedStretch>(6),
                        1,
                        false,
                        0,
                        keys::ScanSummary::within(4 << 20, 6).value(),
                        {},
                        true,
                        0,
                        {},
                        {}};
  for (int i = 0; i < 2'400; ++i) {
    const int user = i % 2 == 0 ? i % 48 : i % 240;
    const auto tenant = user % 2 == 0 ? std::string("a") : fmt::format("b{}", user % 10);
    const auto value =
        i % 6 == 5 ? std::string("no JSON")
                   : fmt::format(R"({{"order": {}, "user": "u{}", "tab\t": true}})", i, user);
    keys::ScannedRecord record;
    record.partition = i % 6;
    record.offset = i / 6;
    record.timestamp_ms = 1'000;
    if (with_keys) record.key = tenant;
    record.value = value;
    scan.summary.take(record);
  }
  scan.better_key = keys::better_key(scan.summary.values(), 6);
  return scan;
}

// From its heading to its end.
std::string better_key_of(const keys::ScanReport& scan) {
  const auto text = table(scan, {});
  const auto start = text.find("\n  BETTER KEY");
  return start == std::string::npos ? "" : text.substr(start);
}

TEST(ScanTable, MarksThePresentKeyAmongTheFieldsAndSaysWhatIsBetter) {
  expect_golden("scan-better-key.txt", better_key_of(example_scan(true)));
}

TEST(ScanTable, SaysWhatWouldBeAKeyWhereThereIsNone) {
  expect_golden("scan-no-key.txt", better_key_of(example_scan(false)));
}

TEST(ScanTable, SaysNothingOfKeysWhereNoValueIsJson) {
  auto scan = example_scan(true);
  scan.better_key.reset();
  EXPECT_EQ(better_key_of(scan), "");
}

}  // namespace
}  // namespace partwise::report
