#include "kafka/exchange_topic.h"

#include <algorithm>
#include <chrono>
#include <optional>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "kafka/client.h"
#include "kafka/error.h"
#include "kafka/record_scan.h"
#include "kafka/record_topic.h"
#include "kafka/topic_removal.h"

namespace partwise::kafka {
namespace {

using ErrorHandle = Handle<rd_kafka_error_t, rd_kafka_error_destroy>;

constexpr int slice_ms = 100;  // how long a stop may go unnoticed
constexpr const char* mark_header = "partwise-part";
constexpr int channels = 2;
constexpr int most_replicas = 3;
// Should nobody delete it.
constexpr Millis retention = std::chrono::days(7);

RecordTopic wanted_topic(const std::string& name) {
  RecordTopic topic;
  topic.name = name;
  topic.partitions = channels;
  topic.retention = retention;
  return topic;
}

/// Hands on the messages that become whole.
class PartsSink final : public sample::ScanSink {
 public:
  PartsSink(PartsTaken& parts, const ExchangeTopic::Take& take, std::int64_t& next)
      : parts_(parts), take_(take), next_(next) {}

  void take(sample::TopicPartition, std::span<const sample::ScannedRecord> records) override {
    for (const auto& record : records) {
      next_ = record.offset + 1;
      auto whole = parts_.take(record.key.value_or(""), record.mark, record.value.value_or(""));
      if (whole) take_(*std::move(whole));
    }
  }
  void finished(sample::TopicPartition, const std::optional<Error>& error) override {
    error_ = error;
  }
  [[nodiscard]] const std::optional<Error>& error() const { return error_; }

 private:
  PartsTaken& parts_;
  const ExchangeTopic::Take& take_;
  std::int64_t& next_;
  std::optional<Error> error_;
};

/// Sends one message by a producer that lives no longer: one that went on would ask for the topic
/// when it is deleted, and brokers that make topics on demand would make it again.
class Sender {
 public:
  Sender(const std::string& topic, Channel channel) : topic_(topic), channel_(channel) {}

  Result<> send(const ClientSettings& settings, const ExchangeMessage& message,
                const std::stop_token& stop) {
    TrafficCounters traffic;
    const auto client = TRY(
        Client::create_producer(settings, traffic, on_delivery, {"murmur2_random", "lz4", this}));
    for (const auto& part : parts_of(message.kind, message.bytes)) {
      const auto code = produced(*client, message.sender, part);
      if (code != RD_KAFKA_RESP_ERR_NO_ERROR) note(code);
    }
    while (rd_kafka_flush(client->get(), slice_ms) == RD_KAFKA_RESP_ERR__TIMED_OUT) {
      if (!stop.stop_requested()) continue;  // each record has its own time-out
      rd_kafka_purge(client->get(), RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
    }
    if (!failed_) return {};
    if (stop.stop_requested())
      return fail(ErrorKind::interrupted, "interrupted while sending to " + topic_);
    auto error = error_of(*failed_, "produce to the topic " + topic_);
    if (error.kind == ErrorKind::unauthorized)
      error.hint = fmt::format("allow WRITE on the topic {}", topic_);
    return tl::unexpected(std::move(error));
  }

 private:
  static void on_delivery(rd_kafka_t*, const rd_kafka_message_t* message, void* opaque) {
    if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) return;
    static_cast<Sender*>(static_cast<Client*>(opaque)->context())->note(message->err);
  }

  void note(rd_kafka_resp_err_t code) {
    if (!failed_) failed_ = code;
  }

  // Copied: the client has room for 1 GB by default, far more than a message has.
  [[nodiscard]] rd_kafka_resp_err_t produced(Client& client, const std::string& sender,
                                             const ExchangePart& part) const {
    std::array<rd_kafka_vu_t, 6> vu{};
    vu[0].vtype = RD_KAFKA_VTYPE_TOPIC;
    vu[0].u.cstr = topic_.c_str();
    vu[1].vtype = RD_KAFKA_VTYPE_PARTITION;
    vu[1].u.i32 = static_cast<std::int32_t>(channel_);
    vu[2].vtype = RD_KAFKA_VTYPE_MSGFLAGS;
    vu[2].u.i = RD_KAFKA_MSG_F_COPY;
    vu[3].vtype = RD_KAFKA_VTYPE_VALUE;
    vu[3].u.mem = {const_cast<char*>(part.bytes.data()), part.bytes.size()};
    vu[4].vtype = RD_KAFKA_VTYPE_KEY;
    vu[4].u.mem = {const_cast<char*>(sender.data()), sender.size()};
    vu[5].vtype = RD_KAFKA_VTYPE_HEADER;
    vu[5].u.header = {mark_header, part.mark.data(), static_cast<ssize_t>(part.mark.size())};
    const ErrorHandle error(rd_kafka_produceva(client.get(), vu.data(), vu.size()));
    return error ? rd_kafka_error_code(error.get()) : RD_KAFKA_RESP_ERR_NO_ERROR;
  }

  const std::string& topic_;
  Channel channel_;
  std::optional<rd_kafka_resp_err_t> failed_;
};

}  // namespace

ExchangeTopic::ExchangeTopic(ClientSettings settings, std::string name)
    : settings_(std::move(settings)), name_(std::move(name)) {}
ExchangeTopic::~ExchangeTopic() = default;

Result<std::unique_ptr<ExchangeTopic>> ExchangeTopic::open(const ClientSettings& settings,
                                                           const std::string& name,
                                                           const std::stop_token& stop) {
  std::unique_ptr<ExchangeTopic> topic(new ExchangeTopic(settings, name));
  topic->client_ = TRY(Client::create(settings, topic->traffic_));
  TRY(topic->client_->connect(stop));
  return topic;
}

Result<> ExchangeTopic::make(const std::stop_token& stop) {
  auto wanted = wanted_topic(name_);
  const auto brokers = TRY(broker_count(*client_, wanted, stop));
  wanted.replication_factor = std::min(most_replicas, brokers);
  return make_topic(*client_, wanted, Making::done, stop);
}

Result<bool> ExchangeTopic::exists(const std::stop_token& stop) {
  const auto found = TRY(existing_topic(*client_, wanted_topic(name_), stop));
  return found.has_value();
}

Result<> ExchangeTopic::send(Channel channel, const ExchangeMessage& message, Millis patience,
                             const std::stop_token& stop) {
  auto settings = settings_;
  settings.timeout = patience;
  return Sender(name_, channel).send(settings, message, stop);
}

Result<std::int64_t> ExchangeTopic::end_of(Channel channel) const {
  std::int64_t low = 0;
  std::int64_t high = 0;
  const auto code = rd_kafka_query_watermark_offsets(
      client_->get(), name_.c_str(), static_cast<std::int32_t>(channel), &low, &high,
      static_cast<int>(client_->timeout().count()));
  if (code == RD_KAFKA_RESP_ERR_NO_ERROR) return high;
  return tl::unexpected(error_of(code, "ask for the end of the topic " + name_));
}

Result<> ExchangeTopic::read(Channel channel, const Take& take, const std::stop_token& stop) {
  auto& reading = reading_.at(static_cast<std::size_t>(channel));
  const auto end = TRY(end_of(channel));
  if (end <= reading.next) return {};
  ScanSettings scan;
  scan.client = settings_;
  scan.workers = 1;  // so that `take` needs no lock
  scan.patience = settings_.timeout;
  scan.mark = mark_header;
  PartsSink sink(reading.parts, take, reading.next);
  const sample::ScanRange range{{0, static_cast<int>(channel)}, reading.next, end};
  record_scan(scan, traffic_)->scan({&range, 1}, {name_}, sink, stop);
  if (sink.error()) return tl::unexpected(*sink.error());
  return {};
}

Result<> ExchangeTopic::remove() { return remove_topics(*client_, {name_}); }

}  // namespace partwise::kafka
