#include "kafka/record_reads.h"

#include <algorithm>
#include <array>
#include <functional>
#include <utility>

#include <fmt/format.h>

#include "kafka/error.h"
#include "kafka/message.h"

namespace partwise::kafka {
namespace {

using sample::ClusterEvent;
using sample::ReadSpan;
using sample::SpanArrived;
using sample::TopicPartition;

// Partitions read at once: enough to fill a fetch, few enough that a broker does not look in vain
// into many logs for each batch that is larger than a fetch asks for.
constexpr std::size_t most_active = 16;
constexpr std::size_t batch = 64;
// Where batches are larger than a fetch asks for, a broker sends one whole batch for each response
// and nothing for the other partitions: they wait for their turn, but not forever.
constexpr int turns = 5;

void add_key(sample::ReadResult& result, const rd_kafka_message_t& message, std::int64_t bytes) {
  if (message.key == nullptr) return;
  const auto hash = static_cast<std::uint64_t>(std::hash<std::string_view>{}(record_key(message)));
  const auto known = std::find_if(result.keys.begin(), result.keys.end(),
                                  [hash](const auto& key) { return key.hash == hash; });
  if (known == result.keys.end()) {
    result.keys.push_back({hash, bytes, message.offset});
  } else {
    known->bytes += bytes;
  }
}

// True when the span has all that it wants.
bool add_record(const ReadSpan& span, sample::ReadResult& result,
                const rd_kafka_message_t& message) {
  const auto bytes = record_bytes(message);
  const auto taken = take(span, message.offset, bytes, result);
  if (taken == sample::Taken::left_out) return true;
  const auto timestamp = record_timestamp(message);
  if (timestamp >= 0 && Instant{Millis{timestamp}} < span.not_before) ++result.late;
  add_key(result, message, bytes);
  return taken == sample::Taken::last;
}

}  // namespace

RecordReads::~RecordReads() {
  for (const auto& [at, active] : active_) stop(at, active.queue.get());
}

void RecordReads::add(int topic, const std::string& name, const ReadSpan& span) {
  topics_[topic].name = name;
  waiting_[{topic, span.partition}].push_back(span);
}

bool RecordReads::is_reading(int topic) const {
  const auto is_in = [topic](const auto& partitions) {
    const auto first = partitions.lower_bound({topic, 0});
    return first != partitions.end() && first->first.topic == topic;
  };
  return is_in(waiting_) || is_in(active_);
}

bool RecordReads::start(TopicPartition at, const ReadSpan& span,
                        std::vector<ClusterEvent>& finished) {
  auto& topic = topics_.at(at.topic);
  if (!topic.handle) {
    topic.handle.reset(rd_kafka_topic_new(client_.get(), topic.name.c_str(), nullptr));
  }
  QueueHandle queue(rd_kafka_queue_get_partition(client_.get(), topic.name.c_str(), at.partition));
  const bool started = topic.handle && queue &&
                       rd_kafka_consume_start(topic.handle.get(), at.partition, span.offset) == 0;
  if (!started) {
    const auto error =
        error_of(rd_kafka_last_error(), fmt::format("read {} [{}]", topic.name, at.partition));
    sample::ReadResult result;
    result.failed = true;
    finished.emplace_back(SpanArrived{at.topic, span, result, error});
    return false;
  }
  ++topic.users;
  signal_.watch(queue.get());
  active_[at] = {
      {span, {}, std::chrono::steady_clock::now()}, std::move(queue), false, std::nullopt};
  return true;
}

void RecordReads::start_waiting(std::vector<ClusterEvent>& finished) {
  for (auto it = waiting_.begin(); it != waiting_.end() && active_.size() < most_active;) {
    auto& [at, spans] = *it;
    while (!spans.empty() && !active_.contains(at)) {
      const auto span = spans.front();
      spans.pop_front();
      start(at, span, finished);
    }
    it = spans.empty() ? waiting_.erase(it) : std::next(it);
  }
}

void RecordReads::add(TopicPartition at, Active& active, const rd_kafka_message_t& message) const {
  auto& read = active.read;
  switch (message.err) {
    case RD_KAFKA_RESP_ERR_NO_ERROR:
      active.done = add_record(read.span, read.result, message);
      break;
    case RD_KAFKA_RESP_ERR__PARTITION_EOF:
      read.result.offsets = std::min(message.offset, read.span.end) - read.span.offset;
      active.done = true;
      break;
    default:
      if (may_pass(message.err)) break;  // librdkafka tries again until the patience ends
      active.error = error_of(message.err,
                              fmt::format("read {} [{}]", topics_.at(at.topic).name, at.partition));
      active.done = true;
  }
}

void RecordReads::take(TopicPartition at, Active& active) {
  std::array<rd_kafka_message_t*, batch> messages{};
  while (!active.done) {
    const auto wanted = std::min<std::int64_t>(
        std::ssize(messages), active.read.span.records - active.read.result.records);
    const auto count = rd_kafka_consume_batch_queue(active.queue.get(), 0, messages.data(),
                                                    static_cast<std::size_t>(wanted));
    if (count <= 0) return;
    last_news_ = std::chrono::steady_clock::now();
    active.read.last_news = last_news_;
    for (ssize_t i = 0; i < count; ++i) {
      const MessageHandle message(messages[static_cast<std::size_t>(i)]);
      if (!active.done) add(at, active, *message);
    }
  }
}

void RecordReads::stop(TopicPartition at, rd_kafka_queue_t* queue) {
  ReadySignal::forget(queue);
  rd_kafka_consume_stop(topics_.at(at.topic).handle.get(), at.partition);
  // The rest of a batch is outdated now, and goes when it is asked for.
  std::array<rd_kafka_message_t*, batch> messages{};
  while (true) {
    const auto count = rd_kafka_consume_batch_queue(queue, 0, messages.data(), messages.size());
    if (count <= 0) return;
    for (ssize_t i = 0; i < count; ++i) {
      rd_kafka_message_destroy(messages[static_cast<std::size_t>(i)]);
    }
  }
}

void RecordReads::finish(TopicPartition at, std::vector<ClusterEvent>& finished) {
  auto node = active_.extract(at);
  auto& [read, queue, done, error] = node.mapped();
  auto& topic = topics_.at(at.topic);
  stop(at, queue.get());
  if (--topic.users == 0) topic.handle.reset();
  if (!done && !error && read.result.records == 0) {
    const auto trouble = client_.last_trouble();
    error = trouble.value_or(
        Error{ErrorKind::timeout,
              fmt::format("cannot read {} [{}]: no record in {:.1f} s", topic.name, at.partition,
                          seconds(std::chrono::steady_clock::now() - read.last_news)),
              "a longer SAMPLING_TIMEOUT_SECONDS may help",
              {}});
  }
  read.result.failed = error.has_value();
  finished.emplace_back(SpanArrived{at.topic, read.span, std::move(read.result), error});
}

void RecordReads::abandon(
    const std::function<bool(const std::string& topic, int partition)>& concerns,
    const Error& error, std::vector<ClusterEvent>& finished) {
  std::vector<TopicPartition> ended;
  for (auto& [at, active] : active_) {
    if (!concerns(topics_.at(at.topic).name, at.partition)) continue;
    active.error = error;
    ended.push_back(at);
  }
  for (const auto at : ended) finish(at, finished);
  std::erase_if(waiting_, [&](const auto& entry) {
    const auto& [at, spans] = entry;
    if (!concerns(topics_.at(at.topic).name, at.partition)) return false;
    for (const auto& span : spans) {
      sample::ReadResult result;
      result.failed = true;
      finished.emplace_back(SpanArrived{at.topic, span, std::move(result), error});
    }
    return true;
  });
}

void RecordReads::serve(std::vector<ClusterEvent>& finished) {
  for (auto& [at, active] : active_) take(at, active);
  const auto now = std::chrono::steady_clock::now();
  std::vector<TopicPartition> ended;
  for (const auto& [at, active] : active_) {
    const auto waited = now - active.read.last_news;
    const bool served = now - last_news_ <= patience_ && waited <= turns * patience_;
    if (active.done || (waited > patience_ && !served)) ended.push_back(at);
  }
  for (const auto at : ended) finish(at, finished);
  start_waiting(finished);
}

}  // namespace partwise::kafka
