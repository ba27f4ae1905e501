#include "keys/scan_message.h"

#include <string>

#include <gtest/gtest.h>

#include "base/random.h"

namespace partwise::keys {
namespace {

constexpr std::size_t memory = ScanSummary::memory_min;

ScanGreeting greeting() {
  return {{{"--fraction", "0.5"}, {"--from", ""}}, Instant{Millis{1'700'000'000'123}}, {}};
}

ScanPart part() {
  auto summary = ScanSummary::within(memory, 3).value();
  ScannedRecord record;
  record.partition = 1;
  record.timestamp_ms = 1'000;
  record.key = "a";
  record.value = "0123456789";
  summary.take(record);
  record.offset = 1;
  record.key.reset();
  record.value.reset();
  summary.take(record);
  return {{{1, {5, 7, {}}},
           {2, {0, 9, Error{ErrorKind::timeout, "no record in 10 s", "a longer --timeout", {}}}}},
          1.25,
          std::move(summary)};
}

// Whatever the bytes: an error or a value, no crash and no large allocation.
template <class Read>
void stays_whole(const std::string& bytes, Read read) {
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    const auto cut = read(bytes.substr(0, size));
    ASSERT_FALSE(cut) << size;
    EXPECT_EQ(cut.error().kind, ErrorKind::corrupt);
  }
  EXPECT_FALSE(read(bytes + '\0'));
  Random random(3);
  for (int i = 0; i < 2'000; ++i) {
    auto changed = bytes;
    const auto at = random.below(std::ssize(changed));
    changed[static_cast<std::size_t>(at)] = static_cast<char>(random.below(256));
    (void)read(changed);
  }
}

TEST(ScanGreeting, ComesBackAsItWasSent) {
  const auto read = greeting_from_bytes(to_bytes(greeting()));
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_FALSE(difference(*read, greeting()));
  EXPECT_EQ(read->from, greeting().from);
  EXPECT_FALSE(read->to);
}

TEST(ScanGreeting, ADifferenceIsNamed) {
  auto other = greeting();
  other.settings[0].value = "0.25";
  EXPECT_EQ(difference(greeting(), other), "--fraction");
  EXPECT_EQ(value_of(other, "--fraction"), "0.25");
  EXPECT_EQ(value_of(other, "--from"), "nothing");
  other = greeting();
  other.settings.push_back({"--later", "1"});
  EXPECT_EQ(difference(greeting(), other), "--later");
  EXPECT_EQ(difference(other, greeting()), "--later");
  other = greeting();
  other.from.reset();  // of a time that was given as "6h" each process has its own
  EXPECT_FALSE(difference(greeting(), other));
}

TEST(ScanGreeting, TakesNothingElse) {
  stays_whole(to_bytes(greeting()), [](const auto& bytes) { return greeting_from_bytes(bytes); });
  EXPECT_FALSE(greeting_from_bytes(to_bytes(part())));
}

TEST(ScanPart, ComesBackAsItWasSent) {
  const auto read = part_from_bytes(to_bytes(part()), memory);
  ASSERT_TRUE(read) << read.error().message;
  ASSERT_EQ(read->stretches.size(), 2U);
  EXPECT_EQ(read->stretches[0].partition, 1);
  EXPECT_EQ(read->stretches[0].stretch.from, 5);
  EXPECT_EQ(read->stretches[0].stretch.to, 7);
  EXPECT_FALSE(read->stretches[0].stretch.error);
  const auto& error = read->stretches[1].stretch.error;
  ASSERT_TRUE(error);
  EXPECT_EQ(error->kind, ErrorKind::timeout);
  EXPECT_EQ(error->message, "no record in 10 s");
  EXPECT_EQ(error->hint, "a longer --timeout");
  EXPECT_DOUBLE_EQ(read->read_s, 1.25);
  EXPECT_EQ(read->summary.total().records, 2);
  EXPECT_EQ(read->summary.partitions()[1].tombstones, 1);
}

TEST(ScanPart, TakesNothingElse) {
  const auto bytes = to_bytes(part());
  // The summary is most of it, and has a test of its own: its beginning is enough here.
  stays_whole(bytes.substr(0, 80), [](const auto& each) { return part_from_bytes(each, memory); });
  EXPECT_FALSE(part_from_bytes(to_bytes(greeting()), memory));
  auto backwards = part();
  backwards.stretches[0].stretch = {7, 5, {}};
  EXPECT_FALSE(part_from_bytes(to_bytes(backwards), memory));
}

}  // namespace
}  // namespace partwise::keys
