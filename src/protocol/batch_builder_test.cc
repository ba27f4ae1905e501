#include "protocol/batch_builder.h"

#include <algorithm>
#include <array>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "base/random.h"
#include "protocol/recorded_batches_fake.h"

namespace partwise::protocol {
namespace {

constexpr std::array codecs = {Codec::none, Codec::gzip, Codec::snappy, Codec::lz4, Codec::zstd};

struct Sent {
  std::int64_t timestamp;
  std::optional<std::string> key;
  std::optional<std::string> value;
  std::vector<std::pair<std::string, std::optional<std::string>>> headers;
  bool operator==(const Sent&) const = default;
};

std::optional<std::string> random_bytes(Random& random, std::int64_t most) {
  if (random.below(5) == 0) return std::nullopt;
  std::string bytes(static_cast<std::size_t>(random.below(most)), '\0');
  for (auto& byte : bytes) byte = static_cast<char>(random.below(4));
  return bytes;
}

Sent random_record(Random& random) {
  // Deltas of every length, in both directions.
  const auto delta = static_cast<std::int64_t>(random.next() >> random.below(64));
  Sent record{random.below(2) == 0 ? delta : -delta,
              random_bytes(random, 200),
              random_bytes(random, 40'000),
              {}};
  for (auto n = random.below(4); n > 0; --n) {
    record.headers.emplace_back(random_bytes(random, 9).value_or(""), random_bytes(random, 90));
  }
  return record;
}

void add(BatchBuilder& builder, const Sent& sent) {
  std::vector<RecordHeader> headers;
  for (const auto& [key, value] : sent.headers) headers.push_back({key, value});
  builder.add(sent.timestamp, sent.key, sent.value, headers);
}

Sent copied(const Record& record) {
  const auto copy = [](const auto& bytes) {
    return bytes ? std::optional(std::string(*bytes)) : std::nullopt;
  };
  Sent sent{record.timestamp, copy(record.key), copy(record.value), {}};
  for (const auto& [key, value] : headers_of(record)) sent.headers.emplace_back(key, copy(value));
  return sent;
}

TEST(BatchBuilder, WritesWhatTheReaderReads) {
  Random random(5);
  BatchBuilder builder(100);
  for (int round = 0; round < 200; ++round) {
    std::vector<Sent> sent;
    for (auto n = 1 + random.below(20); n > 0; --n) {
      sent.push_back(random_record(random));
      add(builder, sent.back());
    }
    const auto batch =
        builder.finish(codecs[static_cast<std::size_t>(round) % codecs.size()], {.base_offset = 7});
    ASSERT_TRUE(crc_matches(batch));
    std::size_t n = 0;
    const auto read = for_each_record(batch, 2 * ample, [&](const Record& record) {
      ASSERT_LT(n, sent.size());
      EXPECT_EQ(record.offset, 7 + static_cast<std::int64_t>(n));
      EXPECT_TRUE(copied(record) == sent[n]);
      ++n;
    });
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ(n, sent.size());
  }
}

TEST(BatchBuilder, SaysOfTheBatchWhatItIsTold) {
  BatchBuilder builder;
  builder.add(30, std::nullopt, "a");
  builder.add(20, std::nullopt, "b");
  builder.add(50, std::nullopt, "c");
  EXPECT_EQ(builder.record_count(), 3);
  const auto header = parse_batch(builder.finish(Codec::zstd, {100, 4, 5, 6, 7})).value();
  EXPECT_EQ(header.base_offset, 100);
  EXPECT_EQ(header.leader_epoch, 4);
  EXPECT_EQ(header.producer_id, 5);
  EXPECT_EQ(header.producer_epoch, 6);
  EXPECT_EQ(header.base_sequence, 7);
  EXPECT_EQ(header.codec(), Codec::zstd);
  EXPECT_EQ(header.base_timestamp, 30);
  EXPECT_EQ(header.max_timestamp, 50);
  EXPECT_EQ(header.record_count, 3);
  EXPECT_EQ(header.last_offset(), 102);
  EXPECT_TRUE(builder.empty());
  EXPECT_EQ(builder.size(), batch_header_size);
}

TEST(BatchBuilder, TakesValuesThatAreWrittenInPlace) {
  BatchBuilder copying;
  BatchBuilder writing;
  for (std::size_t size : {0, 1, 63, 64, 100, 20'000}) {
    const std::string value(size, static_cast<char>('a' + size % 26));
    copying.add(1'000, "key", value);
    const auto room = writing.add_sized(1'000, "key", size);
    ASSERT_EQ(room.size(), size);
    std::copy(value.begin(), value.end(), room.begin());
  }
  EXPECT_EQ(writing.finish(Codec::none), copying.finish(Codec::none));
}

TEST(RecordSize, IsWhatTheBuilderTakes) {
  const std::int64_t edges[] = {0,
                                -1,
                                63,
                                64,
                                -64,
                                -65,
                                8'191,
                                8'192,
                                1LL << 34,
                                std::numeric_limits<std::int64_t>::max(),
                                std::numeric_limits<std::int64_t>::min()};
  const std::optional<std::size_t> sizes[] = {std::nullopt, 0, 1, 63, 64, 8'191, 8'192};
  BatchBuilder builder;
  builder.add(0, std::nullopt, std::nullopt);
  for (const auto delta : edges) {
    for (const auto key_size : sizes) {
      for (const auto value_size : sizes) {
        const std::string key(key_size.value_or(0), 'k');
        const std::string value(value_size.value_or(0), 'v');
        const auto before = builder.size();
        const auto offset_delta = builder.record_count();
        builder.add(delta, key_size ? std::optional<std::string_view>(key) : std::nullopt,
                    value_size ? std::optional<std::string_view>(value) : std::nullopt);
        ASSERT_EQ(record_size(delta, offset_delta, key_size, value_size), builder.size() - before);
      }
    }
  }
  const auto batch = builder.finish(Codec::none);
  EXPECT_TRUE(produced_records(batch, ample)) << "what was measured are records";
}

}  // namespace
}  // namespace partwise::protocol
