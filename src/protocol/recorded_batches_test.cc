// What Kafka's own tool reads in the batches of real clients, we read, too.
#include <string>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "protocol/batch_builder.h"
#include "protocol/record_reader.h"
#include "protocol/recorded_batches_fake.h"

namespace partwise::protocol {
namespace {

/// The time's name and value, as the tool writes them.
std::string time_text(const BatchHeader& header, std::int64_t timestamp) {
  return fmt::format("{}: {}", header.log_append_time() ? "LogAppendTime" : "CreateTime",
                     timestamp);
}

std::string batch_line(const BatchHeader& header, bool valid) {
  const auto sequence = header.base_sequence;
  return fmt::format(
      "baseOffset: {} lastOffset: {} count: {} baseSequence: {} lastSequence: {} producerId: {} "
      "producerEpoch: {} partitionLeaderEpoch: {} isTransactional: {} isControl: {} {} size: {} "
      "magic: {} compresscodec: {} crc: {} isvalid: {}\n",
      header.base_offset, header.last_offset(), header.record_count, sequence,
      sequence < 0 ? -1 : sequence + header.last_offset_delta, header.producer_id,
      header.producer_epoch, header.leader_epoch, header.transactional(), header.control(),
      time_text(header, header.max_timestamp), header.size, header.magic,
      name_of(header.codec().value()), header.crc, valid);
}

std::string record_line(const BatchHeader& header, const Record& record) {
  const auto size = [](const auto& bytes) { return bytes ? std::ssize(*bytes) : -1; };
  std::string keys;
  for (const auto& [key, value] : headers_of(record)) {
    if (!keys.empty()) keys += ',';
    keys += key;
  }
  std::string line = fmt::format(
      "| offset: {} {} keySize: {} valueSize: {} sequence: {} headerKeys: [{}]", record.offset,
      time_text(header, record.timestamp), size(record.key), size(record.value),
      header.base_sequence < 0 ? -1 : header.base_sequence + (record.offset - header.base_offset),
      keys);
  if (!header.control()) {
    if (record.key) line += fmt::format(" key: {}", *record.key);
    if (record.value) line += fmt::format(" payload: {}", *record.value);
  }
  return line.erase(line.find_last_not_of(' ') + 1) + "\n";  // as in the recorded text
}

std::string dump_of(std::string_view bytes) {
  std::string text;
  while (!bytes.empty()) {
    const auto header = parse_batch(bytes);
    if (!header) return text + header.error().message;
    text += batch_line(*header, crc_matches(bytes.substr(0, header->size)));
    const auto read = for_each_record(
        bytes, ample, [&](const Record& record) { text += record_line(*header, record); });
    if (!read) return text + read.error().message;
    bytes.remove_prefix(header->size);
  }
  return text;
}

class Recording : public testing::TestWithParam<const char*> {};

TEST_P(Recording, ReadAsKafkasOwnToolReadsThem) {
  const std::string name = GetParam();
  EXPECT_EQ(dump_of(recorded(name + ".batches")), recorded(name + ".dump"));
}

INSTANTIATE_TEST_SUITE_P(EachClientAndCodec, Recording,
                         testing::Values("java-none", "java-gzip", "java-snappy", "java-lz4",
                                         "java-zstd", "librdkafka-none", "librdkafka-gzip",
                                         "librdkafka-snappy", "librdkafka-lz4", "librdkafka-zstd",
                                         "java-append-time", "java-transaction"),
                         [](const auto& test) {
                           std::string name = test.param;
                           for (auto& c : name) c = c == '-' ? '_' : c;
                           return name;
                         });

TEST(RecordedBatches, OfBothClientsWouldBeTakenFromAProducer) {
  for (const std::string client : {"java", "librdkafka"}) {
    for (const std::string codec : {"none", "gzip", "snappy", "lz4", "zstd"}) {
      const auto bytes = recorded(fmt::format("{}-{}.batches", client, codec));
      const auto first = produced_records(bytes, ample);
      ASSERT_TRUE(first) << first.error().message;
      const auto second = produced_records(std::string_view(bytes).substr(first->size), ample);
      ASSERT_TRUE(second) << second.error().message;
      EXPECT_EQ(first->size + second->size, bytes.size());
    }
  }
}

// 100,000 bytes lie in four blocks of xerial's framing, and in two of an LZ4 frame.
TEST(RecordedBatches, OfSeveralBlocksAreReadWhole) {
  std::string value;
  for (int i = 0; i < 100'000; ++i) value += static_cast<char>('a' + i % 7);
  for (const auto* const name : {"java-snappy-blocks.batches", "java-lz4-blocks.batches"}) {
    const auto bytes = recorded(name);
    int records = 0;
    const auto read = for_each_record(bytes, ample, [&](const Record& record) {
      ++records;
      EXPECT_TRUE(record.value == value) << name;
    });
    EXPECT_TRUE(read) << name;
    EXPECT_EQ(records, 1);
  }
}

/// What the recording programs sent: test/golden/batches/README.md.
void add_sent(BatchBuilder& builder, int i) {
  const RecordHeader headers[] = {{"trace", "0123"}, {"empty", ""}, {"none", std::nullopt}};
  std::string key = i == 8 ? "" : fmt::format("key-{}", i);
  std::string value = fmt::format("value {} ", i);
  for (int n = 0; n < 3 * i; ++n) value += "abc";
  if (i == 5) value.clear();
  builder.add(1'700'000'000'000 + (i == 4 ? 9'500 : 1'000 * i),
              i % 2 == 1 ? std::nullopt : std::optional<std::string_view>(key),
              i == 3 ? std::nullopt : std::optional<std::string_view>(value),
              i == 2 ? std::span(headers) : std::span<const RecordHeader>());
}

TEST(RecordedBatches, AreBuiltAgainByteForByte) {
  BatchBuilder builder;
  for (int i = 0; i < 12; ++i) add_sent(builder, i);
  auto bytes = builder.finish(Codec::none, {.base_offset = 0, .leader_epoch = 0});
  for (int i = 12; i < 15; ++i) add_sent(builder, i);
  bytes += builder.finish(Codec::none, {.base_offset = 12, .leader_epoch = 0});
  EXPECT_TRUE(bytes == recorded("librdkafka-none.batches"));
}

// The broker set the append time; the producer's batch had its last record's time instead.
TEST(RecordedBatches, GetTheAppendTimeThatTheBrokerGaveThem) {
  const auto stored = recorded("java-append-time.batches");
  auto header = *parse_batch(stored);
  const auto append_time = header.max_timestamp;
  header.attributes = 0;
  header.max_timestamp = 1'700'000'002'000;
  auto batch = stored;
  write_header(batch, header);
  ASSERT_TRUE(produced_records(batch, ample));
  set_log_append_time(batch, append_time);
  EXPECT_TRUE(batch == stored);
}

}  // namespace
}  // namespace partwise::protocol
