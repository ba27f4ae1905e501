#include "app/scan_collection.h"

#include <string>

#include <gtest/gtest.h>

namespace partwise::app {
namespace {

constexpr std::size_t memory = keys::ScanSummary::memory_min;

keys::ScanSummary summary_of(int partition, int records) {
  auto summary = keys::ScanSummary::within(memory, 3).value();
  keys::ScannedRecord record;
  record.partition = partition;
  record.timestamp_ms = 1'000;
  record.key = "key";
  record.value = "0123456789";
  for (record.offset = 0; record.offset < records; ++record.offset) summary.take(record);
  return summary;
}

keys::ScanReport report() {
  return {"",
          "orders",
          std::vector<keys::ScannedStretch>(3),
          1,
          false,
          0,
          summary_of(0, 0),
          {},
          true,
          0,
          {},
          {}};
}

keys::ScanPart part(int partition, int records, double read_s) {
  return {{{partition, {0, records, {}}}}, read_s, summary_of(partition, records)};
}

/// Two processes: "a" has partitions 0 and 1, "b" has 2.
struct Scene {
  ScanPlan plan{"exchange", {{"a", "10.0.0.1", {0, 1}}, {"b", "10.0.0.2", {2}}}};
  keys::ScanReport scan = report();
  ScanCollection collection{plan, "nightly", memory, scan};
};

TEST(ScanCollection, MergesEachPartOnce) {
  Scene scene;
  scene.collection.take("a", part(1, 5, 2));
  scene.collection.take({"b", part_kind, to_bytes(part(2, 7, 3))});
  scene.collection.take({"b", part_kind, to_bytes(part(2, 7, 3))});
  EXPECT_TRUE(scene.collection.missing().empty());
  EXPECT_EQ(scene.scan.summary.total().records, 12);
  EXPECT_EQ(scene.scan.stretches[1].to, 5);
  EXPECT_EQ(scene.scan.stretches[2].to, 7);
  EXPECT_EQ(scene.scan.read_s, 3);
  EXPECT_EQ(scene.scan.group->name, "nightly");
  EXPECT_EQ(scene.scan.group->members[0].records, 5);
  EXPECT_EQ(scene.scan.group->members[1].records, 7);
}

TEST(ScanCollection, AProcessSpeaksOfItsPartitionsAlone) {
  Scene scene;
  scene.collection.take({"b", part_kind, to_bytes(part(0, 7, 1))});
  EXPECT_EQ(scene.scan.stretches[0].to, 0);
  auto beyond = part(2, 1, 1);
  beyond.stretches[0].partition = 900'000;
  scene.collection.take("a", beyond);
  EXPECT_EQ(scene.scan.stretches.size(), 3U);
}

TEST(ScanCollection, StrangersAndOtherKindsAreNothing) {
  Scene scene;
  scene.collection.take({"c", part_kind, to_bytes(part(2, 7, 1))});
  scene.collection.take({"b", "greeting", to_bytes(part(2, 7, 1))});
  EXPECT_EQ(scene.collection.missing().size(), 2U);
  EXPECT_EQ(scene.scan.summary.total().records, 0);
}

TEST(ScanCollection, ADamagedPartIsAnErrorOfItsPartitions) {
  Scene scene;
  auto bytes = to_bytes(part(2, 7, 1));
  bytes.resize(bytes.size() / 2);
  scene.collection.take({"b", part_kind, bytes});
  ASSERT_TRUE(scene.scan.stretches[2].error);
  EXPECT_EQ(scene.scan.stretches[2].error->kind, ErrorKind::corrupt);
  EXPECT_EQ(scene.collection.missing(), std::set<std::string>{"a"});
}

TEST(ScanCollection, WhatIsLostIsToldByPartition) {
  Scene scene;
  scene.collection.take("b", part(2, 7, 1));
  for (const auto* client : {"a", "b", "c"})
    scene.collection.lose(client, {ErrorKind::unavailable, "went away", {}, {}});
  EXPECT_TRUE(scene.scan.stretches[0].error);
  EXPECT_TRUE(scene.scan.stretches[1].error);
  EXPECT_FALSE(scene.scan.stretches[2].error);  // it had come
  EXPECT_TRUE(scene.collection.missing().empty());
}

}  // namespace
}  // namespace partwise::app
