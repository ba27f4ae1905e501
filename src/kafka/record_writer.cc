#include "kafka/record_writer.h"

#include <array>
#include <chrono>
#include <utility>

#include <fmt/format.h>

#include "base/check.h"
#include "base/units.h"
#include "kafka/client.h"
#include "kafka/error.h"

namespace partwise::kafka {
namespace {

constexpr int slice_ms = 100;  // how long a stop may go unnoticed

class KafkaRecordWriter final : public RecordWriter {
 public:
  explicit KafkaRecordWriter(RecordTopic topic) : topic_(std::move(topic)) {}

  Result<> connect(const ClientSettings& settings, const std::stop_token& stop) {
    client_ = TRY(Client::create_producer(settings, traffic_, on_delivery, {}));
    TRY(client_->connect(stop));
    const auto existing = TRY(existing_topic(*client_, topic_, stop));
    missing_ = !existing;
    if (missing_) return kafka::make_topic(*client_, topic_, Making::only_checked, stop);
    if (auto text = difference(topic_, *existing); !text.empty()) {
      warnings_.push_back(std::move(text));
    }
    return {};
  }

  [[nodiscard]] const std::vector<std::string>& warnings() const override { return warnings_; }

  Result<> make_topic(const std::stop_token& stop) override {
    if (!missing_) return {};
    TRY(kafka::make_topic(*client_, topic_, Making::done, stop));
    missing_ = false;
    return {};
  }

  void write(const std::string& key, std::string value, const std::stop_token& stop) override {
    CHECK(!missing_);
    if (!handle_) handle_.reset(rd_kafka_topic_new(client_->get(), topic_.name.c_str(), nullptr));
    auto code = produced(key, value);
    // Room comes with each record that is decided, and none is under way for longer than the
    // timeout.
    while (code == RD_KAFKA_RESP_ERR__QUEUE_FULL && !stop.stop_requested()) {
      rd_kafka_poll(client_->get(), slice_ms);
      code = produced(key, value);
    }
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR) note(code);
    rd_kafka_poll(client_->get(), 0);
  }

  Deliveries flush(const std::stop_token& stop) override {
    interrupted_ = false;
    // librdkafka looks once a second for records whose time is over.
    const auto deadline = std::chrono::steady_clock::now() + client_->timeout() + Millis{2'000};
    while (rd_kafka_flush(client_->get(), slice_ms) == RD_KAFKA_RESP_ERR__TIMED_OUT) {
      const bool late = std::chrono::steady_clock::now() >= deadline;
      if (!late && !stop.stop_requested() && !fatal()) continue;
      interrupted_ = stop.stop_requested();
      rd_kafka_purge(client_->get(), RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
    }
    return std::exchange(deliveries_, {});
  }

 private:
  static void on_delivery(rd_kafka_t*, const rd_kafka_message_t* message, void*) {
    static_cast<KafkaRecordWriter*>(message->_private)->note(message->err);
  }

  rd_kafka_resp_err_t produced(const std::string& key, std::string& value) {
    const int result = rd_kafka_produce(handle_.get(), RD_KAFKA_PARTITION_UA, RD_KAFKA_MSG_F_COPY,
                                        value.data(), value.size(), key.data(), key.size(), this);
    return result == 0 ? RD_KAFKA_RESP_ERR_NO_ERROR : rd_kafka_last_error();
  }

  // What ended the producer for good; empty while it works.
  [[nodiscard]] std::optional<Error> fatal() const {
    std::array<char, 512> why{};
    const auto code = rd_kafka_fatal_error(client_->get(), why.data(), why.size());
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR) return std::nullopt;
    return error_of(code, doing(), why.data());
  }

  void note(rd_kafka_resp_err_t code) {
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR) {
      ++deliveries_.delivered;
      return;
    }
    ++deliveries_.failed;
    if (!deliveries_.first_error) deliveries_.first_error = why(code);
  }

  // A record's own code often tells only that its time was over.
  [[nodiscard]] Error why(rd_kafka_resp_err_t code) const {
    if (interrupted_) return {ErrorKind::interrupted, "interrupted", {}, {}};
    const bool given_up =
        code == RD_KAFKA_RESP_ERR__PURGE_QUEUE || code == RD_KAFKA_RESP_ERR__PURGE_INFLIGHT;
    if (given_up) code = RD_KAFKA_RESP_ERR__MSG_TIMED_OUT;
    auto error = fatal().value_or(error_of(code, doing()));
    if (error.kind == ErrorKind::unauthorized) {
      error.hint = fmt::format("allow WRITE on the topic {}", topic_.name);
    } else if (error.kind == ErrorKind::timeout || error.kind == ErrorKind::unavailable) {
      if (const auto trouble = client_->last_trouble()) error.message = trouble->message;
    }
    return error;
  }

  [[nodiscard]] std::string doing() const { return "write to the topic " + topic_.name; }

  RecordTopic topic_;
  TrafficCounters traffic_;  // this program's own writing is no part of what a run costs
  std::vector<std::string> warnings_;
  bool missing_ = false;
  bool interrupted_ = false;
  Deliveries deliveries_;
  std::unique_ptr<Client> client_;
  TopicHandle handle_;  // behind the client, which must outlive it
};

}  // namespace

std::optional<Error> Deliveries::shortfall(const std::string& topic) const {
  if (failed == 0) return std::nullopt;
  auto error = first_error.value_or(Error{ErrorKind::unavailable, "not acknowledged", {}, {}});
  error.message =
      fmt::format("{} of {} results did not get into the topic {}: {}", count_text(failed),
                  count_text(delivered + failed), topic, error.message);
  return error;
}

Result<std::unique_ptr<RecordWriter>> RecordWriter::open(const ClientSettings& settings,
                                                         const RecordTopic& topic,
                                                         const std::stop_token& stop) {
  TRY(check_record_topic(topic));
  auto writer = std::make_unique<KafkaRecordWriter>(topic);
  TRY(writer->connect(settings, stop));
  return writer;
}

}  // namespace partwise::kafka
