#include "service/service.h"

#include <algorithm>
#include <limits>
#include <string>

#include <gtest/gtest.h>

#include "protocol/batch_builder.h"
#include "protocol/record_reader.h"
#include "service/answers.h"
#include "service/test_cluster_fake.h"

namespace partwise::service {
namespace {

using namespace std::string_literals;
using protocol::ApiKey;
using protocol::ErrorCode;
using protocol::Reader;
using protocol::Writer;

constexpr std::int16_t code(ErrorCode error) { return static_cast<std::int16_t>(error); }

class ServiceTest : public ::testing::Test {
 protected:
  ServiceTest() {
    broker::NewTopic topic;
    topic.name = "t";
    topic.partitions = 2;
    EXPECT_TRUE(cluster.cluster.create_topic(topic, false).ok());
  }

  std::int64_t now() { return cluster.clock.now().time_since_epoch().count(); }

  std::string batch(int records, std::int64_t timestamp,
                    protocol::Codec codec = protocol::Codec::none) {
    protocol::BatchBuilder builder;
    for (int i = 0; i < records; ++i) builder.add(timestamp + i, "key", "value");
    return builder.finish(codec);
  }

  Writer produce(const std::string& records, int acks = -1, const std::string& topic = "t",
                 int partition = 0) {
    Writer body;
    body.nullable_text(std::nullopt);
    body.int16(static_cast<std::int16_t>(acks));
    body.int32(1000);
    body.array(1);
    body.text(topic);
    body.array(1);
    body.int32(partition);
    body.bytes(records);
    return body;
  }

  // Version 8: error, offset.
  std::pair<std::int16_t, std::int64_t> produced(TestClient& from, const Writer& request) {
    auto body = from.ask(ApiKey::produce, 8, request);
    body.array();
    body.text();
    body.array();
    body.int32();
    const auto error = body.int16();
    const auto offset = body.int64();
    return {error, offset};
  }

  Writer fetch(std::int64_t offset, int max_wait, int min_bytes = 1, int most = 1 << 20) {
    Writer body;
    body.int32(-1);
    body.int32(max_wait);
    body.int32(min_bytes);
    body.int32(std::max(50 << 20, most));
    body.int8(0);
    body.array(1);
    body.text("t");
    body.array(1);
    body.int32(0);
    body.int64(offset);
    body.int32(most);
    return body;
  }

  struct Fetched {
    std::int16_t error;
    std::int64_t end;
    std::string records;
  };
  // Version 4.
  static Fetched fetched(Reader body) {
    body.int32();
    body.array();
    body.text();
    body.array();
    body.int32();
    Fetched found{body.int16(), body.int64(), {}};
    body.int64();
    body.array();
    found.records = body.bytes();
    EXPECT_TRUE(body.ok());
    return found;
  }

  TestCluster cluster{{.brokers = 3}};
  TestClient client{cluster};
};

TEST_F(ServiceTest, KeepsTheCorrelationAndTheSize) {
  client.send(ApiKey::api_versions, 0, Writer());
  const auto text = client.reply->message->text();
  Reader reader(text);
  EXPECT_EQ(static_cast<std::size_t>(reader.int32()), text.size() - 4);
  EXPECT_EQ(reader.int32(), 77);
  EXPECT_EQ(reader.int16(), 0);
  EXPECT_EQ(static_cast<std::size_t>(reader.array()), answerers().size());
}

TEST_F(ServiceTest, AnswersAnUnknownVersionOfApiVersionsInTheOldestForm) {
  client.send(ApiKey::api_versions, 99, Writer());
  const auto text = client.reply->message->text();
  // As Kafka 4.3.1 answers: error 35, one entry: key 18 from 0 to its newest.
  EXPECT_EQ(text.substr(4), "\0\0\0\x4d\0\x23\0\0\0\x01\0\x12\0\0\0\x03"s);
  EXPECT_FALSE(client.closed());
}

TEST_F(ServiceTest, ClosesTheConnectionOfWhatItDoesNotSpeak) {
  client.send(TestCluster::request(ApiKey::metadata, 99, ""));
  EXPECT_TRUE(client.closed());
  TestClient other(cluster);
  other.send("\x03\xe7\0\0\0\0\0\1\0\0"s);  // key 999
  EXPECT_TRUE(other.closed());
  TestClient third(cluster);
  third.send("\0"s);
  EXPECT_TRUE(third.closed());
}

// Every request, cut off at every length, is answered or closes its connection; nothing else.
TEST_F(ServiceTest, SurvivesEveryRequestCutShort) {
  for (const auto& answerer : answerers()) {
    for (auto version = answerer.oldest; version <= answerer.newest; ++version) {
      for (std::size_t size = 0; size < 40; ++size) {
        for (const char fill : {'\0', '\x01', '\x7f', '\xff'}) {
          TestClient hostile(cluster);
          hostile.send(TestCluster::request(answerer.key, version, std::string(size, fill)));
          cluster.pass(Millis{1});
          hostile.hang_up();
        }
      }
    }
  }
  EXPECT_NE(cluster.cluster.find("t"), nullptr);
}

TEST_F(ServiceTest, GivesBackWhatWasProduced) {
  const auto first = batch(3, now());
  EXPECT_EQ(produced(client, produce(first)),
            std::make_pair(code(ErrorCode::none), std::int64_t{0}));
  EXPECT_EQ(produced(client, produce(batch(2, now(), protocol::Codec::zstd))).second, 3);
  const auto all = fetched(client.ask(ApiKey::fetch, 4, fetch(0, 0)));
  EXPECT_EQ(all.error, 0);
  EXPECT_EQ(all.end, 5);
  std::vector<std::int64_t> offsets;
  for (std::string_view rest = all.records; !rest.empty();) {
    const auto header = protocol::parse_batch(rest);
    ASSERT_TRUE(header);
    EXPECT_TRUE(protocol::crc_matches(rest.substr(0, header->size)));
    ASSERT_TRUE(protocol::for_each_record(rest, 1 << 20, [&](const protocol::Record& record) {
      offsets.push_back(record.offset);
      EXPECT_EQ(record.value, "value");
    }));
    rest.remove_prefix(header->size);
  }
  EXPECT_EQ(offsets, (std::vector<std::int64_t>{0, 1, 2, 3, 4}));
}

TEST_F(ServiceTest, RefusesRecordsThatWereDamagedOrAreForAnother) {
  auto damaged = batch(1, now());
  damaged.back() ^= 1;
  EXPECT_EQ(produced(client, produce(damaged)).first, code(ErrorCode::corrupt_message));
  EXPECT_EQ(produced(client, produce(batch(1, now()), -1, "nowhere")).first,
            code(ErrorCode::unknown_topic_or_partition));
  EXPECT_EQ(produced(client, produce(batch(1, now()), -1, "t", 1)).first,
            code(ErrorCode::not_leader_or_follower));
  EXPECT_EQ(produced(client, produce(batch(1, now()), 7)).first,
            code(ErrorCode::invalid_required_acks));
  EXPECT_EQ(produced(client, produce(batch(1, now() + 3'700'000))).first,
            code(ErrorCode::invalid_timestamp));
  EXPECT_EQ(cluster.cluster.find("t", 0)->log->end(), 0);
}

TEST_F(ServiceTest, DoesNotAnswerRecordsWithoutAcknowledgement) {
  client.send(ApiKey::produce, 8, produce(batch(1, now()), 0));
  ASSERT_TRUE(client.reply);
  EXPECT_FALSE(client.reply->message);
  EXPECT_FALSE(client.reply->close);
  EXPECT_EQ(cluster.cluster.find("t", 0)->log->end(), 1);
}

TEST_F(ServiceTest, AFetchWaitsForRecordsAndIsWokenByThem) {
  client.send(ApiKey::fetch, 4, fetch(0, 500));
  EXPECT_FALSE(client.answered());
  TestClient producer(cluster);
  produced(producer, produce(batch(1, now())));
  cluster.pass(Millis{0});
  ASSERT_TRUE(client.answered());
  EXPECT_EQ(fetched(client.body(ApiKey::fetch, 4)).end, 1);
}

TEST_F(ServiceTest, AFetchWaitsForItsLeastBytesNoLongerThanItSaid) {
  client.send(ApiKey::fetch, 4, fetch(0, 500, 10'000));
  TestClient producer(cluster);
  produced(producer, produce(batch(1, now())));
  cluster.pass(Millis{499});
  EXPECT_FALSE(client.answered());
  cluster.pass(Millis{1});
  ASSERT_TRUE(client.answered());
  EXPECT_FALSE(fetched(client.body(ApiKey::fetch, 4)).records.empty());
}

TEST_F(ServiceTest, AFetchWhoseConnectionHasGoneIsForgotten) {
  client.send(ApiKey::fetch, 4, fetch(0, 2'000'000'000));
  client.hang_up();
  cluster.pass(Millis{0});
  EXPECT_FALSE(client.answered());
  // Only the retention check is left to be done.
  EXPECT_EQ(cluster.agenda.next(), cluster.clock.steady_now() + Millis{1'000});
}

TEST_F(ServiceTest, TheFirstBatchComesWhateverTheLimit) {
  produced(client, produce(batch(100, now())));
  produced(client, produce(batch(100, now())));
  const auto one = fetched(client.ask(ApiKey::fetch, 4, fetch(0, 0, 1, 10)));
  const auto header = protocol::parse_batch(one.records);
  ASSERT_TRUE(header);
  EXPECT_EQ(one.records.size(), header->size);
}

TEST_F(ServiceTest, AnAnswerIsBoundedWhateverTheClientWishes) {
  protocol::BatchBuilder builder;
  builder.add(now(), "key", std::string(500'000, 'x'));
  const auto half = builder.finish(protocol::Codec::none);
  for (int i = 0; i < 40; ++i) produced(client, produce(half));
  constexpr int all = std::numeric_limits<int>::max();
  const auto found = fetched(client.ask(ApiKey::fetch, 4, fetch(0, 10'000, all, all)));
  EXPECT_LE(found.records.size(), 16U << 20);
  EXPECT_GT(found.records.size(), 15U << 20);
}

TEST_F(ServiceTest, AnOffsetOutsideTheLogIsTold) {
  EXPECT_EQ(fetched(client.ask(ApiKey::fetch, 4, fetch(1, 0))).error,
            code(ErrorCode::offset_out_of_range));
  EXPECT_EQ(fetched(client.ask(ApiKey::fetch, 4, fetch(-1, 0))).error,
            code(ErrorCode::offset_out_of_range));
}

class OffsetsByTime : public ServiceTest, public ::testing::WithParamInterface<protocol::Codec> {
 protected:
  // Version 1.
  std::pair<std::int64_t, std::int64_t> at(std::int64_t timestamp) {
    Writer body;
    body.int32(-1);
    body.array(1);
    body.text("t");
    body.array(1);
    body.int32(0);
    body.int64(timestamp);
    auto answer = client.ask(ApiKey::list_offsets, 1, body);
    answer.array();
    answer.text();
    answer.array();
    answer.int32();
    EXPECT_EQ(answer.int16(), 0);
    const auto time = answer.int64();
    return {answer.int64(), time};
  }
};

// Ten records 1,000 ms apart, in two batches: by hand.
TEST_P(OffsetsByTime, FindTheRecordInsideItsBatch) {
  const auto t0 = now() - 60'000;
  for (int half = 0; half < 2; ++half) {
    protocol::BatchBuilder builder;
    for (int i = 0; i < 5; ++i) builder.add(t0 + 5'000 * half + 1'000 * i, std::nullopt, "v");
    produced(client, produce(builder.finish(GetParam())));
  }
  EXPECT_EQ(at(t0 - 5), std::make_pair(std::int64_t{0}, t0));
  EXPECT_EQ(at(t0 + 4'500), std::make_pair(std::int64_t{5}, t0 + 5'000));
  EXPECT_EQ(at(t0 + 5'000), std::make_pair(std::int64_t{5}, t0 + 5'000));
  EXPECT_EQ(at(t0 + 1'001), std::make_pair(std::int64_t{2}, t0 + 2'000));
  EXPECT_EQ(at(t0 + 9'001), std::make_pair(std::int64_t{-1}, std::int64_t{-1}));
  EXPECT_EQ(at(-1), std::make_pair(std::int64_t{10}, std::int64_t{-1}));
  EXPECT_EQ(at(-2), std::make_pair(std::int64_t{0}, std::int64_t{-1}));
}

INSTANTIATE_TEST_SUITE_P(Codecs, OffsetsByTime,
                         ::testing::Values(protocol::Codec::none, protocol::Codec::gzip,
                                           protocol::Codec::snappy, protocol::Codec::lz4,
                                           protocol::Codec::zstd),
                         [](const auto& each) { return std::string(name_of(each.param)); });

TEST_F(ServiceTest, AFaultDelays) {
  FaultRule rule;
  rule.apis = {ApiKey::metadata};
  rule.delay = Millis{300};
  rule.times = 1;
  cluster.faults.add(rule);
  Writer all;
  all.null_array();
  client.send(ApiKey::metadata, 1, all);
  cluster.pass(Millis{299});
  EXPECT_FALSE(client.answered());
  cluster.pass(Millis{1});
  EXPECT_TRUE(client.answered());
  client.send(ApiKey::metadata, 1, all);
  EXPECT_TRUE(client.answered());
}

TEST_F(ServiceTest, AFaultPutsAnErrorIntoOneTopicsAnswer) {
  FaultRule rule;
  rule.apis = {ApiKey::produce};
  rule.topic = "t";
  rule.error = ErrorCode::not_leader_or_follower;
  rule.skip = 1;
  rule.times = 1;
  cluster.faults.add(rule);
  EXPECT_EQ(produced(client, produce(batch(1, now()))).first, 0);
  EXPECT_EQ(produced(client, produce(batch(1, now()))).first,
            code(ErrorCode::not_leader_or_follower));
  EXPECT_EQ(produced(client, produce(batch(1, now()))).first, 0);
}

TEST_F(ServiceTest, AFaultCutsTheConnection) {
  FaultRule rule;
  rule.disconnect = Disconnect::during;
  const int id = cluster.faults.add(rule);
  client.send(ApiKey::api_versions, 0, Writer());
  ASSERT_TRUE(client.reply->cut_at);
  EXPECT_EQ(*client.reply->cut_at, client.reply->message->size() / 2);
  EXPECT_TRUE(client.closed());
  EXPECT_TRUE(cluster.faults.remove(id));
  rule.disconnect = Disconnect::before;
  cluster.faults.add(rule);
  client.send(ApiKey::api_versions, 0, Writer());
  EXPECT_FALSE(client.answered());
  EXPECT_TRUE(client.closed());
}

TEST_F(ServiceTest, AFaultCutsTheBodyAndItsSizeSaysSo) {
  FaultRule rule;
  rule.truncate = 3;
  cluster.faults.add(rule);
  client.send(ApiKey::api_versions, 0, Writer());
  EXPECT_EQ(client.reply->message->text().substr(0, 8), "\0\0\0\x07\0\0\0\x4d"s);
  EXPECT_EQ(client.reply->message->size(), 11U);
}

TEST_F(ServiceTest, AFaultThrottles) {
  FaultRule rule;
  rule.throttle = Millis{1'234};
  rule.client_id = "tester";
  cluster.faults.add(rule);
  Writer none;
  none.array(0);
  auto body = client.ask(ApiKey::delete_topics, 1, [] {
    Writer request;
    request.array(0);
    request.int32(0);
    return request;
  }());
  EXPECT_EQ(body.int32(), 1'234);
}

TEST_F(ServiceTest, ASlowDiskTakesTimeByTheByte) {
  FaultRule rule;
  rule.disk = BytesPerSecond{1'000};
  cluster.faults.add(rule);
  const auto records = batch(10, now());
  client.send(ApiKey::produce, 8, produce(records));
  // A kilobyte a second; the request is the records and some 60 bytes about them.
  cluster.pass(Millis{static_cast<std::int64_t>(records.size())});
  EXPECT_FALSE(client.answered());
  cluster.pass(Millis{100});
  EXPECT_TRUE(client.answered());
}

TEST_F(ServiceTest, WithoutALoginNothingButTheLoginIsAnswered) {
  TestCluster secured({}, {{"alice", config::Secret("wonder")}});
  TestClient stranger(secured);
  stranger.send(ApiKey::metadata, 1, Writer());
  EXPECT_TRUE(stranger.closed());

  TestClient alice(secured);
  Writer mechanism;
  mechanism.text("PLAIN");
  EXPECT_EQ(alice.ask(ApiKey::sasl_handshake, 1, mechanism).int16(), 0);
  Writer login;
  login.bytes("\0alice\0wonder"s);
  EXPECT_EQ(alice.ask(ApiKey::sasl_authenticate, 0, login).int16(), 0);
  Writer none;
  none.array(0);
  alice.send(ApiKey::metadata, 1, none);
  EXPECT_TRUE(alice.answered());

  TestClient mallory(secured);
  mallory.ask(ApiKey::sasl_handshake, 1, mechanism);
  Writer wrong;
  wrong.bytes("\0alice\0wander"s);
  EXPECT_EQ(mallory.ask(ApiKey::sasl_authenticate, 0, wrong).int16(),
            code(ErrorCode::sasl_authentication_failed));
  EXPECT_TRUE(mallory.closed());
}

TEST_F(ServiceTest, ABrokerThatIsDownLeadsNothingAndAnswersNothing) {
  EXPECT_TRUE(cluster.cluster.set_broker_up(1, false));
  client.send(ApiKey::api_versions, 0, Writer());
  EXPECT_TRUE(client.closed());
  EXPECT_EQ(cluster.cluster.controller(), 2);
  // Its only replica was there.
  EXPECT_EQ(cluster.cluster.find("t", 0)->leader, -1);
  EXPECT_TRUE(cluster.cluster.set_broker_up(1, true));
  EXPECT_EQ(cluster.cluster.find("t", 0)->leader, 1);
}

TEST_F(ServiceTest, MakesTopicsThatAreAskedForUnlessTheClientOrTheClusterDoesNotWish) {
  const auto metadata = [](const char* name, bool create) {
    Writer body;
    body.array(1);
    body.text(name);
    body.boolean(create);
    return body;
  };
  client.send(ApiKey::metadata, 4, metadata("asked", false));
  EXPECT_EQ(cluster.cluster.find("asked"), nullptr);
  client.send(ApiKey::metadata, 4, metadata("asked", true));
  EXPECT_NE(cluster.cluster.find("asked"), nullptr);
  TestCluster strict({.auto_create_topics = false});
  TestClient other(strict);
  other.send(ApiKey::metadata, 4, metadata("asked", true));
  EXPECT_EQ(strict.cluster.find("asked"), nullptr);
}

}  // namespace
}  // namespace partwise::service
