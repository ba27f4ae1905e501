#include "protocol/record_reader.h"

#include <algorithm>
#include <array>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "base/random.h"
#include "protocol/batch_builder.h"
#include "protocol/recorded_batches_fake.h"

namespace partwise::protocol {
namespace {

constexpr std::array codecs = {Codec::none, Codec::gzip, Codec::snappy, Codec::lz4, Codec::zstd};

/// `records` as the bytes behind a head that says `count`; whatever they are.
std::string batch_around(const std::string& records, std::int32_t count,
                         Codec codec = Codec::none) {
  std::string batch = std::string(batch_header_size, '\0') + compressed(codec, records).value();
  BatchHeader header;
  header.record_count = count;
  header.last_offset_delta = count - 1;
  header.attributes = static_cast<std::int16_t>(codec);
  write_header(batch, header);
  return batch;
}

ErrorKind damage(const std::string& batch) {
  const auto result = produced_records(batch, ample);
  EXPECT_FALSE(result);
  return result ? ErrorKind::interrupted : result.error().kind;
}

constexpr std::int64_t base = 1'000;

struct SentBatch {
  std::vector<std::int64_t> timestamps;
  std::string bytes;
};

SentBatch random_batch(Random& random, Codec codec) {
  BatchBuilder builder;
  SentBatch sent;
  for (auto n = 1 + random.below(30); n > 0; --n) {
    sent.timestamps.push_back(50 + random.below(20));
    builder.add(sent.timestamps.back(), std::nullopt, "v");
  }
  sent.bytes = builder.finish(codec, {.base_offset = base});
  return sent;
}

/// "offset@timestamp"
std::string text(const Result<std::optional<OffsetAndTime>>& found) {
  if (!found) return found.error().message;
  return *found ? fmt::format("{}@{}", (*found)->offset, (*found)->timestamp) : "none";
}

std::string text(const SentBatch& sent, std::vector<std::int64_t>::const_iterator record) {
  if (record == sent.timestamps.end()) return "none";
  return fmt::format("{}@{}", base + (record - sent.timestamps.begin()), *record);
}

TEST(RecordReader, FindsTheRecordsThatASearchOfAllFinds) {
  Random random(3);
  for (int round = 0; round < 60; ++round) {
    for (const auto codec : codecs) {
      const auto sent = random_batch(random, codec);
      const auto& times = sent.timestamps;
      for (std::int64_t t = 45; t < 75; ++t) {
        const auto first =
            std::find_if(times.begin(), times.end(), [t](std::int64_t time) { return time >= t; });
        ASSERT_EQ(text(first_record_from(sent.bytes, t, ample)), text(sent, first)) << "from " << t;
      }
      EXPECT_EQ(text(latest_record(sent.bytes, ample)),
                text(sent, std::max_element(times.begin(), times.end())));
    }
  }
}

TEST(RecordReader, GivesEveryRecordTheAppendTimeOfItsBatch) {
  auto batch = recorded("java-none.batches");
  const auto first = parse_batch(batch)->size;
  set_log_append_time(std::span(batch).first(first), 5);
  EXPECT_TRUE(crc_matches(std::string_view(batch).substr(0, first)));
  EXPECT_EQ(latest_record(batch, ample).value()->timestamp, 5);
  EXPECT_EQ(first_record_from(batch, 5, ample).value()->offset, 0);
  EXPECT_FALSE(first_record_from(batch, 6, ample).value());
}

// A record of seven bytes: length 6 (12 is 6 in zigzag), attributes, deltas 0 and `offset`, no key,
// no value (1 is -1), no headers.
std::string least_record(char offset) { return {12, 0, 0, static_cast<char>(2 * offset), 1, 1, 0}; }

TEST(RecordReader, TakesTheSmallestRecords) {
  EXPECT_TRUE(produced_records(batch_around(least_record(0) + least_record(1), 2), ample));
}

TEST(RecordReader, RefusesRecordsThatDoNotFitTheirBatch) {
  const auto two = least_record(0) + least_record(1);
  for (const auto codec : codecs) {
    EXPECT_EQ(damage(batch_around(two, 1, codec)), ErrorKind::corrupt) << "one too many";
    EXPECT_EQ(damage(batch_around(two + "x", 2, codec)), ErrorKind::corrupt) << "a byte more";
    EXPECT_EQ(damage(batch_around(least_record(0) + least_record(2), 2, codec)),
              ErrorKind::invalid_input)
        << "a gap";
    EXPECT_EQ(damage(batch_around(least_record(1) + least_record(0), 2, codec)),
              ErrorKind::invalid_input)
        << "backwards";
    if (codec == Codec::none) continue;
    EXPECT_EQ(damage(batch_around(two, 3, codec)), ErrorKind::corrupt) << "one too few";
    EXPECT_EQ(damage(batch_around(two, INT32_MAX, codec)), ErrorKind::corrupt) << "far too few";
  }
}

TEST(RecordReader, RefusesFieldsThatDoNotFitTheirRecord) {
  const std::pair<const char*, std::string> records[] = {
      {"longer than the batch", {14, 0, 0, 0, 1, 1, 0}},
      {"shorter than its fields", {10, 0, 0, 0, 1, 1, 0}},
      {"longer than its fields", {14, 0, 0, 0, 1, 1, 0, 0}},
      {"of negative length", {11, 0, 0, 0, 1, 1, 0}},
      {"a key beyond the end", {12, 0, 0, 0, 6, 1, 0}},
      {"a key of length -2", {12, 0, 0, 0, 3, 1, 0}},
      {"-1 headers", {12, 0, 0, 0, 1, 1, 1}},
      {"a header too few", {12, 0, 0, 0, 1, 1, 2}},
      {"a header without a key", {16, 0, 0, 0, 1, 1, 2, 1, 1}},
      {"2^31 - 1 headers", {20, 0, 0, 0, 1, 1, '\xfe', '\xff', '\xff', '\xff', '\x0f'}},
      {"an offset delta of 2^31", {20, 0, 0, '\x80', '\x80', '\x80', '\x80', '\x10', 1, 1, 0}},
      {"a number without an end", std::string(12, '\xff')},
  };
  for (const auto& [what, record] : records) {
    EXPECT_EQ(damage(batch_around(record, 1)), ErrorKind::corrupt) << what;
  }
}

TEST(RecordReader, SurvivesEveryBitFlippedBehindARightChecksum) {
  for (const auto codec : codecs) {
    BatchBuilder builder;
    const RecordHeader headers[] = {{"trace", "0123"}, {"none", std::nullopt}};
    builder.add(std::numeric_limits<std::int64_t>::max(), "key", "value", headers);
    builder.add(0, std::nullopt, "another value");
    const auto batch = builder.finish(codec, {.base_offset = 0x7fffffffffffffff});
    for (std::size_t bit = 0; bit < 8 * batch.size(); ++bit) {
      auto flipped = batch;
      flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << (bit % 8)));
      if (bit / 8 >= 21) {
        if (const auto header = parse_batch(flipped)) write_header(flipped, *header);
      }
      const auto read = for_each_record(flipped, 1000, [](const Record& record) {
        EXPECT_EQ(headers_of(record).size(), static_cast<std::size_t>(record.header_count));
      });
      const auto latest = latest_record(flipped, 1000);
      EXPECT_EQ(read.has_value(), latest.has_value());
      (void)produced_records(flipped, 1000);
      (void)first_record_from(flipped, 1, 1000);
    }
  }
}

TEST(RecordReader, RefusesABatchThatDecompressesToMoreThanTheLimit) {
  BatchBuilder builder;
  builder.add(0, std::nullopt, std::string(1 << 20, '\0'));
  for (const auto codec : {Codec::gzip, Codec::snappy, Codec::lz4, Codec::zstd}) {
    builder.add(0, std::nullopt, std::string(1 << 20, '\0'));
    const auto batch = builder.finish(codec);
    EXPECT_EQ(produced_records(batch, 1 << 20).error().kind, ErrorKind::limit);
    EXPECT_EQ(first_record_from(batch, 0, 1 << 20).error().kind, ErrorKind::limit);
    EXPECT_EQ(latest_record(batch, 1 << 20).error().kind, ErrorKind::limit);
  }
}

}  // namespace
}  // namespace partwise::protocol
