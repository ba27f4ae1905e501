#include "protocol/record_batch.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "protocol/batch_builder.h"
#include "protocol/record_reader.h"
#include "protocol/recorded_batches_fake.h"

namespace partwise::protocol {
namespace {

std::string three_records(Codec codec = Codec::none) {
  BatchBuilder builder;
  for (int i = 0; i < 3; ++i) builder.add(1'000 + i, "key", "a value, a value, a value");
  return builder.finish(codec);
}

/// The batch with a head that `change` has changed, and the checksum that goes with it.
std::string with_head(std::string batch, const std::function<void(BatchHeader&)>& change) {
  auto header = *parse_batch(batch);
  change(header);
  write_header(batch, header);
  return batch;
}

ErrorKind refusal(const std::string& batch) {
  const auto result = produced_batch(batch);
  EXPECT_FALSE(result);
  return result ? ErrorKind::interrupted : result.error().kind;
}

TEST(RecordBatch, SaysItsSizeBeforeAllOfItIsThere) {
  const auto batch = three_records();
  const auto front = std::string_view(batch);
  for (std::size_t n = 0; n < 12; ++n) {
    EXPECT_EQ(batch_size(front.substr(0, n)).value(), std::nullopt) << n;
  }
  EXPECT_EQ(batch_size(front.substr(0, 12)).value(), batch.size());
  EXPECT_EQ(batch_size(batch + "and more").value(), batch.size());
}

TEST(RecordBatch, OfFewerBytesThanAHeadIsCorrupt) {
  for (const auto& length : {std::string("\0\0\0\x30", 4), std::string("\xff\xff\xff\xff"),
                             std::string("\x80\0\0\0", 4)}) {
    auto batch = three_records();
    batch.replace(8, 4, length);
    EXPECT_EQ(batch_size(batch).error().kind, ErrorKind::corrupt);
    EXPECT_EQ(parse_batch(batch).error().kind, ErrorKind::corrupt);
  }
}

TEST(RecordBatch, IsRefusedAtEveryLengthButItsOwn) {
  const auto batch = three_records();
  for (std::size_t size = 0; size < batch.size(); ++size) {
    // A copy of its own, so that a read beyond it is one beyond its memory.
    const std::string part(batch, 0, size);
    EXPECT_EQ(parse_batch(part).error().kind, ErrorKind::corrupt) << size;
    EXPECT_EQ(refusal(part), ErrorKind::invalid_input) << size;
  }
  EXPECT_EQ(produced_batch(batch + "behind it").value().size, batch.size());
}

TEST(RecordBatch, IsRefusedForEveryBitThatTheChecksumCovers) {
  for (const auto codec : {Codec::none, Codec::gzip}) {
    const auto batch = three_records(codec);
    for (std::size_t bit = 8UL * 17; bit < 8 * batch.size(); ++bit) {
      auto flipped = batch;
      flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << (bit % 8)));
      ASSERT_EQ(refusal(flipped), ErrorKind::corrupt) << bit / 8;
    }
  }
}

TEST(RecordBatch, OfAnOlderFormatNamesItsMagic) {
  auto batch = three_records();
  batch[16] = 1;
  EXPECT_EQ(parse_batch(batch).error().message, "a record batch has magic 1; only 2 is known");
  EXPECT_EQ(refusal(batch), ErrorKind::invalid_input);
}

TEST(RecordBatch, IsRefusedWhenAProducerWroteWhatItMayNot) {
  const std::pair<const char*, std::function<void(BatchHeader&)>> changes[] = {
      {"codec 5", [](auto& h) { h.attributes = 5; }},
      {"control", [](auto& h) { h.attributes |= control_bit; }},
      {"append time", [](auto& h) { h.attributes |= log_append_time_bit; }},
      {"no sequence", [](auto& h) { h.producer_id = 7; }},
      {"no records", [](auto& h) { h.record_count = 0, h.last_offset_delta = -1; }},
      {"fewer offsets", [](auto& h) { h.last_offset_delta = 1; }},
      {"more offsets", [](auto& h) { h.last_offset_delta = 3; }},
      {"offsets that overflow",
       [](auto& h) { h.record_count = INT32_MIN, h.last_offset_delta = INT32_MAX; }},
      {"no room", [](auto& h) { h.record_count = 20, h.last_offset_delta = 19; }},
      {"time backwards", [](auto& h) { h.max_timestamp = h.base_timestamp - 1; }},
      {"time before -1", [](auto& h) { h.base_timestamp = -2; }},
  };
  for (const auto& [what, change] : changes) {
    EXPECT_EQ(refusal(with_head(three_records(), change)), ErrorKind::invalid_input) << what;
  }
  const auto sound = with_head(three_records(), [](auto& h) {
    h.producer_id = 7;
    h.base_sequence = 0;
    h.attributes |= transactional_bit;
  });
  EXPECT_TRUE(produced_batch(sound));
}

TEST(RecordBatch, KeepsItsChecksumWhenItsOffsetIsSet) {
  auto batch = three_records();
  set_base_offset(batch, 0x0102030405060708, 9);
  EXPECT_EQ(batch.substr(0, 8), "\x01\x02\x03\x04\x05\x06\x07\x08");
  EXPECT_EQ(batch.substr(12, 4), std::string("\0\0\0\x09", 4));
  const auto header = produced_batch(batch).value();
  EXPECT_EQ(header.base_offset, 0x0102030405060708);
  EXPECT_EQ(header.leader_epoch, 9);
  EXPECT_EQ(header.last_offset(), 0x010203040506070a);
}

}  // namespace
}  // namespace partwise::protocol
