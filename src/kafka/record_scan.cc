#include "kafka/record_scan.h"

#include <algorithm>
#include <deque>
#include <exception>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "kafka/client.h"
#include "kafka/error.h"
#include "kafka/message.h"

namespace partwise::kafka {
namespace {

using sample::ScannedRecord;
using sample::ScanRange;
using sample::ScanSink;
using sample::TopicPartition;

// Partitions that one client reads at once: enough for large fetches, few enough that topics finish
// one after another and their tallies can go.
constexpr std::size_t partitions_at_once = 24;
// A response has records of some of them; over a slow link, the others wait for their turn, but not
// forever.
constexpr int turns = 5;

/// Hands out ranges to the workers, those of one partition one after another.
///
/// threads: any
class RangeQueue {
 public:
  explicit RangeQueue(std::span<const ScanRange> ranges) {
    for (const auto& range : ranges) {
      auto& waiting = waiting_[range.at];
      if (waiting.empty()) ready_.push_back(range.at);
      waiting.push_back(range);
    }
  }

  /// A range of a partition that nobody reads now.
  std::optional<ScanRange> next() {
    const std::scoped_lock lock(mutex_);
    if (ready_.empty()) return std::nullopt;
    auto& waiting = waiting_.at(ready_.front());
    ready_.pop_front();
    auto range = waiting.front();
    waiting.pop_front();
    return range;
  }

  /// The range of that partition is finished; where it failed, its others would fail as well, each
  /// after the same wait.
  void done(TopicPartition at, bool failed) {
    const std::scoped_lock lock(mutex_);
    auto& waiting = waiting_.at(at);
    if (failed) waiting.clear();
    if (!waiting.empty()) ready_.push_back(at);
  }

 private:
  std::mutex mutex_;
  std::deque<TopicPartition> ready_;
  std::map<TopicPartition, std::deque<ScanRange>> waiting_;
};

/// One client and the partitions that it reads now.
///
/// threads: its own
class Worker {
 public:
  Worker(Client& client, const ScanSettings& settings, const std::vector<std::string>& topics,
         ScanSink& sink, RangeQueue& ranges)
      : client_(client),
        settings_(settings),
        topics_(topics),
        sink_(sink),
        ranges_(ranges),
        queue_(rd_kafka_queue_new(client.get())),
        messages_(static_cast<std::size_t>(settings.batch)) {}

  ~Worker() {
    held_.clear();
    // Of a batch that something thrown broke off; the client cannot end before its messages.
    for (auto* message : messages_) {
      if (message != nullptr) rd_kafka_message_destroy(message);
    }
    for (auto& [at, reading] : reading_) rd_kafka_consume_stop(handle(at).get(), at.partition);
  }
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  void run(const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      while (reading_.size() < partitions_at_once) {
        const auto range = ranges_.next();
        if (!range) break;
        start(*range);
      }
      if (reading_.empty()) return;
      take_batch();
      give_up_on_the_silent();
    }
  }

  /// What is being read ends with the error.
  void fail_all(const Error& error) {
    while (!reading_.empty()) finish(reading_.begin()->second, error);
  }

 private:
  struct Reading {
    ScanRange range;
    SteadyTime last_news;
    std::vector<ScannedRecord> records;
  };

  TopicHandle& handle(TopicPartition at) { return handles_.at(at.topic); }
  [[nodiscard]] const std::string& name(TopicPartition at) const {
    return topics_.at(static_cast<std::size_t>(at.topic));
  }

  void start(const ScanRange& range) {
    if (range.from >= range.to) return end(range.at, std::nullopt);
    auto& topic = handles_[range.at.topic];
    if (!topic) {
      topic.reset(rd_kafka_topic_new(client_.get(), name(range.at).c_str(), nullptr));
      numbers_[rd_kafka_topic_name(topic.get())] = range.at.topic;
    }
    if (rd_kafka_consume_start_queue(topic.get(), range.at.partition, range.from, queue_.get()) !=
        0) {
      return end(range.at, error_of(rd_kafka_last_error(), reading_text(range.at)));
    }
    reading_[range.at] = {range, std::chrono::steady_clock::now(), {}};
  }

  [[nodiscard]] std::string reading_text(TopicPartition at) const {
    return fmt::format("read {} [{}]", name(at), at.partition);
  }

  void take_batch() {
    const auto count = next_messages();
    const auto now = std::chrono::steady_clock::now();
    // Consecutive messages are nearly always of one partition: look it up once for the run.
    Reading* current = nullptr;
    TopicPartition at;
    const rd_kafka_topic_t* topic = nullptr;
    for (std::size_t i = 0; i < count; ++i) {
      look_ahead(i, count);
      MessageHandle owned(std::exchange(messages_[i], nullptr));
      const auto* message = owned.get();
      held_.push_back(std::move(owned));
      if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) last_news_ = now;
      if (current == nullptr || message->rkt != topic || message->partition != at.partition) {
        topic = message->rkt;
        at = {numbers_.at(rd_kafka_topic_name(message->rkt)), message->partition};
        const auto found = reading_.find(at);
        current = found == reading_.end() ? nullptr : &found->second;
      }
      if (current != nullptr && take(*current, *message)) current = nullptr;
    }
    hand_over();
    rd_kafka_poll(client_.get(), 0);
  }

  // What is there already; only where nothing is, what comes next. Librdkafka itself would wait for
  // as many as there is room for.
  std::size_t next_messages() {
    constexpr int wait_ms = 100;
    const auto count =
        rd_kafka_consume_batch_queue(queue_.get(), 0, messages_.data(), messages_.size());
    if (count > 0) return static_cast<std::size_t>(count);
    messages_.front() = rd_kafka_consume_queue(queue_.get(), wait_ms);
    return messages_.front() == nullptr ? 0 : 1;
  }

  // Another processor has written them: what is read of a message soon is asked for now.
  void look_ahead(std::size_t i, std::size_t count) const {
    constexpr std::size_t message_ahead = 8;
    constexpr std::size_t key_ahead = 3;
    constexpr std::size_t lines = 3;
    constexpr std::size_t line_bytes = 64;
    if (i + message_ahead < count) {
      const auto* bytes = reinterpret_cast<const char*>(messages_[i + message_ahead]);
      for (std::size_t line = 0; line < lines; ++line) {
        __builtin_prefetch(bytes + line * line_bytes);
      }
    }
    if (i + key_ahead < count) __builtin_prefetch(messages_[i + key_ahead]->key);
  }

  // True when the partition is finished and no longer read.
  bool take(Reading& reading, const rd_kafka_message_t& message) {
    if (message.err == RD_KAFKA_RESP_ERR_NO_ERROR) {
      // Of the partition's range before this one, some may still come.
      if (message.offset >= reading.range.from && message.offset < reading.range.to) {
        reading.records.push_back(scanned(message));
      }
      return message.offset + 1 >= reading.range.to && finish(reading, std::nullopt);
    }
    if (message.err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
      return message.offset >= reading.range.to && finish(reading, std::nullopt);
    }
    if (may_pass(message.err)) return false;
    return finish(reading, error_of(message.err, reading_text(reading.range.at)));
  }

  bool finish(Reading& reading, const std::optional<Error>& error) {
    const auto at = reading.range.at;
    rd_kafka_consume_stop(handle(at).get(), at.partition);
    const auto records = std::move(reading.records);
    reading_.erase(at);  // before the sink is told, which may throw: it must not be told twice
    if (!records.empty()) sink_.take(at, records);
    end(at, error);
    return true;
  }

  void end(TopicPartition at, const std::optional<Error>& error) {
    sink_.finished(at, error);
    ranges_.done(at, error.has_value());
  }

  void hand_over() {
    const auto now = std::chrono::steady_clock::now();
    for (auto& [at, reading] : reading_) {
      if (reading.records.empty()) continue;
      sink_.take(at, reading.records);
      reading.records.clear();
      reading.last_news = now;
    }
    held_.clear();
  }

  [[nodiscard]] ScannedRecord scanned(const rd_kafka_message_t& message) const {
    ScannedRecord record;
    record.timestamp_ms = record_timestamp(message);
    record.bytes = record_bytes(message);
    record.offset = message.offset;
    if (message.key != nullptr) record.key = record_key(message);
    if (message.payload != nullptr) record.value = record_value(message);
    if (!settings_.mark.empty()) record.mark = record_header(message, settings_.mark);
    return record;
  }

  void give_up_on_the_silent() {
    const auto now = std::chrono::steady_clock::now();
    const bool served = now - last_news_ <= settings_.patience;
    for (auto it = reading_.begin(); it != reading_.end();) {
      auto& reading = (it++)->second;
      const auto waited = now - reading.last_news;
      if (waited <= (served ? turns : 1) * settings_.patience) continue;
      finish(reading, silence(reading, seconds(waited)));
    }
  }

  Error silence(const Reading& reading, double seconds) {
    const auto doing = reading_text(reading.range.at);
    if (is_gone(reading.range.at)) {
      return {ErrorKind::not_found,
              fmt::format("cannot {}: it is there no more", doing),
              "the topic was deleted while it was read",
              {}};
    }
    return client_.last_trouble().value_or(
        Error{ErrorKind::timeout,
              fmt::format("cannot {}: no record in {:.1f} s", doing, seconds),
              "a longer --timeout may help",
              {}});
  }

  // The client goes on asking for what was deleted, for half a minute, and says nothing.
  bool is_gone(TopicPartition at) {
    const struct rd_kafka_metadata* metadata = nullptr;
    const int wait_ms = static_cast<int>(std::min<std::int64_t>(2'000, settings_.patience.count()));
    const auto code = rd_kafka_metadata(client_.get(), 0, handle(at).get(), &metadata, wait_ms);
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR) return false;
    const bool gone = metadata->topic_cnt == 1 &&
                      metadata->topics[0].err == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART;
    rd_kafka_metadata_destroy(metadata);
    return gone;
  }

  Client& client_;
  const ScanSettings& settings_;
  const std::vector<std::string>& topics_;
  ScanSink& sink_;
  RangeQueue& ranges_;
  QueueHandle queue_;
  std::vector<rd_kafka_message_t*> messages_;  // null once taken
  std::vector<MessageHandle> held_;            // of the batch that is taken: records look into them
  std::map<int, TopicHandle> handles_;
  std::map<std::string, int, std::less<>> numbers_;
  std::map<TopicPartition, Reading> reading_;
  SteadyTime last_news_{};  // of any partition
};

class RecordScan final : public sample::ScanPort {
 public:
  RecordScan(ScanSettings settings, TrafficCounters& traffic)
      : settings_(std::move(settings)), traffic_(traffic) {
    settings_.client.bulk = true;
  }

  void scan(std::span<const ScanRange> ranges, const std::vector<std::string>& topics,
            ScanSink& sink, const std::stop_token& stop) override {
    RangeQueue queue(ranges);
    std::vector<std::jthread> threads;
    for (int i = 0; i < settings_.workers; ++i) {
      threads.emplace_back([&] { work(queue, topics, sink, stop); });
    }
    threads.clear();  // joins
    // Whatever no worker could take: all of them failed.
    while (const auto range = queue.next()) {
      if (!stop.stop_requested()) sink.finished(range->at, failure_);
      queue.done(range->at, true);
    }
    if (thrown_) std::rethrow_exception(thrown_);
  }

 private:
  void work(RangeQueue& queue, const std::vector<std::string>& topics, ScanSink& sink,
            const std::stop_token& stop) {
    try {
      auto client = Client::create(settings_.client, traffic_);
      if (!client) return note_failure(client.error());
      Worker worker(**client, settings_, topics, sink, queue);
      work(worker, stop);
    } catch (const std::exception& error) {
      note_thrown(error);
    }
  }

  // What is thrown, if there is no memory, say, ends the ranges that were being read. Then it goes
  // to whoever called scan(), for the sink may have missed something; never out of a thread.
  static void work(Worker& worker, const std::stop_token& stop) {
    try {
      worker.run(stop);
    } catch (const std::exception& error) {
      worker.fail_all(broken_off(error));
      throw;
    }
  }

  static Error broken_off(const std::exception& error) {
    return {ErrorKind::limit, fmt::format("the reading broke off: {}", error.what()), {}, {}};
  }

  void note_failure(const Error& error) {
    const std::scoped_lock lock(mutex_);
    failure_ = error;
  }

  void note_thrown(const std::exception& error) {
    const std::scoped_lock lock(mutex_);
    thrown_ = std::current_exception();
    failure_ = broken_off(error);
  }

  ScanSettings settings_;
  TrafficCounters& traffic_;
  std::mutex mutex_;
  std::optional<Error> failure_;
  std::exception_ptr thrown_;
};

}  // namespace

std::unique_ptr<sample::ScanPort> record_scan(const ScanSettings& settings,
                                              TrafficCounters& traffic) {
  return std::make_unique<RecordScan>(settings, traffic);
}

}  // namespace partwise::kafka
