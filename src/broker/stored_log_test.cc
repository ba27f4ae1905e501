#include "broker/stored_log.h"

#include <string>

#include <gtest/gtest.h>

#include "base/clock_fake.h"
#include "protocol/batch_builder.h"

namespace partwise::broker {
namespace {

using protocol::ErrorCode;

class StoredLogTest : public ::testing::Test {
 protected:
  std::int64_t now() const { return clock.now().time_since_epoch().count(); }

  std::string batch(int records, std::int64_t timestamp, std::int64_t producer = -1,
                    std::int32_t sequence = -1, std::int16_t epoch = 0) {
    protocol::BatchBuilder builder;
    for (int i = 0; i < records; ++i) builder.add(timestamp, "k", "v");
    protocol::BatchIdentity identity;
    identity.producer_id = producer;
    identity.base_sequence = sequence;
    identity.producer_epoch = producer < 0 ? std::int16_t{-1} : epoch;
    return builder.finish(protocol::Codec::none, identity);
  }

  Appended sent(std::int64_t producer, std::int32_t sequence, int records = 1,
                std::int16_t epoch = 0) {
    return log.append(batch(records, now(), producer, sequence, epoch), 0);
  }

  FakeClock clock;
  int drops = 0;
  LogRules rules = log_rules({});
  StoredMemory memory{1'000'000, [this] { ++drops; }};
  StoredLog log{rules, memory, clock};
};

TEST_F(StoredLogTest, AnswersABatchThatIsSentTwiceAsTheFirstTime) {
  EXPECT_EQ(sent(7, 0, 3).base_offset, 0);
  EXPECT_EQ(sent(7, 3).base_offset, 3);
  EXPECT_EQ(sent(7, 0, 3).base_offset, 0);
  EXPECT_EQ(sent(7, 3).base_offset, 3);
  EXPECT_EQ(log.end(), 4);
}

TEST_F(StoredLogTest, KeepsARequestThatIsLittleMoreThanItsBatchInsteadOfACopy) {
  const auto sent_in = [this](std::size_t around) {
    const std::string records = batch(50, now());
    auto frame = std::make_shared<std::string>(around, 'x');
    *frame += records;
    const auto view = std::string_view(*frame).substr(around);
    EXPECT_EQ(log.append(view, 3, frame).error, ErrorCode::none);
    const auto stored = log.read(log.end() - 50, 1'000'000, true).at(0).bytes;
    // All but the offset and the epoch is what was sent.
    const auto header = protocol::parse_batch(stored);
    EXPECT_EQ(header->base_offset, log.end() - 50);
    EXPECT_EQ(header->leader_epoch, 3);
    EXPECT_EQ(stored.substr(16), std::string_view(records).substr(16));
    return stored.data() == view.data();
  };
  EXPECT_TRUE(sent_in(40));
  EXPECT_FALSE(sent_in(400));
}

TEST_F(StoredLogTest, RefusesAGapInTheSequenceAndAnOldEpoch) {
  EXPECT_EQ(sent(7, 0).error, ErrorCode::none);
  EXPECT_EQ(sent(7, 2).error, ErrorCode::out_of_order_sequence_number);
  EXPECT_EQ(sent(7, 5, 1, 1).error, ErrorCode::out_of_order_sequence_number);
  EXPECT_EQ(sent(7, 0, 1, 1).error, ErrorCode::none);
  EXPECT_EQ(sent(7, 1, 1, 0).error, ErrorCode::invalid_producer_epoch);
  EXPECT_EQ(log.end(), 2);
}

TEST_F(StoredLogTest, SequencesBeginAgainBehindTheLargest) {
  EXPECT_EQ(sent(9, INT32_MAX).error, ErrorCode::none);
  EXPECT_EQ(sent(9, 0).error, ErrorCode::none);
  EXPECT_EQ(log.end(), 2);
}

TEST_F(StoredLogTest, RetentionByTimeTakesWholeBatches) {
  rules.retention_ms = 1'000;
  log.append(batch(2, now()), 0);
  clock.advance(Millis{600});
  log.append(batch(3, now()), 0);
  clock.advance(Millis{401});
  log.apply_retention();
  EXPECT_EQ(log.start(), 2);
  clock.advance(Millis{600});
  log.apply_retention();
  EXPECT_EQ(log.start(), 5);
  EXPECT_EQ(log.end(), 5);
  EXPECT_EQ(log.stored_bytes(), 0);
}

TEST_F(StoredLogTest, RetentionBySizeKeepsAtLeastTheSizeAndTheLastBatch) {
  log.append(batch(1, now()), 0);
  const auto one = log.stored_bytes();
  rules.retention_bytes = 2 * one;
  for (int i = 0; i < 4; ++i) log.append(batch(1, now()), 0);
  log.apply_retention();
  EXPECT_EQ(log.start(), 3);
  rules.retention_bytes = 0;
  log.apply_retention();
  EXPECT_EQ(log.start(), 4);
}

TEST_F(StoredLogTest, ACompactedTopicIsNotCutAndWantsKeys) {
  rules = log_rules({{"cleanup.policy", "compact"}, {"retention.ms", "1"}});
  log.append(batch(1, now()), 0);
  clock.advance(Millis{1'000});
  log.apply_retention();
  EXPECT_EQ(log.start(), 0);
  protocol::BatchBuilder keyless;
  keyless.add(now(), std::nullopt, "v");
  EXPECT_EQ(log.append(keyless.finish(protocol::Codec::gzip), 0).error, ErrorCode::invalid_record);
}

TEST_F(StoredLogTest, StampsRecordsWhereTheTopicSaysSo) {
  rules = log_rules({{"message.timestamp.type", "LogAppendTime"}});
  EXPECT_EQ(log.append(batch(1, 5), 0).append_time, now());
  EXPECT_EQ(log.first_at(0)->timestamp, now());
}

TEST_F(StoredLogTest, RecordsDeletedInsideABatchAreNotFoundByTime) {
  log.append(batch(10, now()), 0);
  log.delete_before(4);
  EXPECT_EQ(log.start(), 4);
  EXPECT_EQ(log.first_at(now())->offset, 4);
  log.delete_before(10);
  EXPECT_EQ(log.first_at(now()), std::nullopt);
  EXPECT_EQ(log.stored_bytes(), 0);
}

TEST_F(StoredLogTest, FindsTimesInLogsThatAreNotInOrder) {
  for (const std::int64_t back : {5'000, 1'000, 3'000, 500}) log.append(batch(1, now() - back), 0);
  EXPECT_EQ(log.first_at(now() - 4'000)->offset, 1);
  EXPECT_EQ(log.first_at(now() - 900)->offset, 3);
  EXPECT_EQ(log.latest()->offset, 3);
}

TEST_F(StoredLogTest, RefusesABatchThatIsTooLarge) {
  rules.max_message_bytes = 100;
  EXPECT_EQ(log.append(batch(50, now()), 0).error, ErrorCode::message_too_large);
}

// As Kafka 4.3.1 answers.
TEST_F(StoredLogTest, TakesOneWholeBatchAtATime) {
  const auto one = batch(1, now());
  EXPECT_EQ(log.append(one + one, 0).error, ErrorCode::invalid_record);
  EXPECT_EQ(log.append("", 0).error, ErrorCode::invalid_record);
  EXPECT_EQ(log.append(one.substr(0, one.size() - 1), 0).error, ErrorCode::invalid_record);
  EXPECT_EQ(log.end(), 0);
}

TEST_F(StoredLogTest, WithoutMemoryTheOldestBatchOfAllLogsGoesFirst) {
  log.append(batch(1, now()), 0);
  const auto one = log.stored_bytes();
  StoredMemory small(3 * one, [this] { ++drops; });
  StoredLog a(rules, small, clock);
  StoredLog b(rules, small, clock);
  a.append(batch(1, now()), 0);
  b.append(batch(1, now()), 0);
  a.append(batch(1, now()), 0);
  EXPECT_EQ(drops, 0);
  b.append(batch(1, now()), 0);
  EXPECT_EQ(a.start(), 1);
  EXPECT_EQ(b.start(), 0);
  b.append(batch(1, now()), 0);
  EXPECT_EQ(a.start(), 1);
  EXPECT_EQ(b.start(), 1);
  EXPECT_EQ(drops, 1);
  EXPECT_EQ(small.used(), 3 * one);
}

}  // namespace
}  // namespace partwise::broker
