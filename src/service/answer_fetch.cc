// Fetch: records as they come, waiting for them where the client wishes.
#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "protocol/record_batch.h"
#include "service/answers.h"

namespace partwise::service {
namespace {

using protocol::ErrorCode;
using protocol::Slice;
using protocol::Writer;

// Whatever a client wishes. Kafka's own limit (fetch.max.bytes) is 55 MiB; virtual records have to
// be made on the spot, while everybody waits.
constexpr std::size_t answer_bytes_max = std::size_t{16} << 20;

struct FetchedPartition {
  int index = 0;
  std::int64_t offset = 0;
  std::size_t most = 0;
};

struct FetchedTopic {
  std::string name;
  std::vector<FetchedPartition> partitions;
};

struct FetchRequest {
  Millis max_wait{0};
  std::size_t min_bytes = 0;
  std::size_t max_bytes = 0;
  std::int32_t session_id = 0;
  std::vector<FetchedTopic> topics;
};

std::size_t size_from(std::int32_t wanted) {
  return static_cast<std::size_t>(std::max(wanted, std::int32_t{0}));
}

FetchedPartition fetched_partition(Call& call) {
  auto& body = call.body;
  FetchedPartition wanted;
  wanted.index = body.int32();
  if (call.version >= 9) body.int32();  // the leader epoch that the client knows
  wanted.offset = body.int64();
  if (call.version >= 12) body.int32();
  if (call.version >= 5) body.int64();  // a follower's log start
  wanted.most = size_from(body.int32());
  body.tags();
  return wanted;
}

FetchRequest fetch_request(Call& call) {
  auto& body = call.body;
  FetchRequest request;
  body.int32();  // the replica that asks
  request.max_wait = Millis{std::max(body.int32(), std::int32_t{0})};
  request.min_bytes = size_from(body.int32());
  request.max_bytes = std::min(size_from(body.int32()), answer_bytes_max);
  body.int8();  // the isolation level: there are no transactions
  if (call.version >= 7) {
    request.session_id = body.int32();
    body.int32();
  }
  body.each([&] {
    FetchedTopic topic{std::string(body.text()), {}};
    body.each([&] { topic.partitions.push_back(fetched_partition(call)); });
    body.tags();
    request.topics.push_back(std::move(topic));
  });
  if (call.version >= 7) {
    body.each([&] {
      body.text();
      body.each([&] { body.int32(); });
      body.tags();
    });
  }
  if (call.version >= 11) body.text();  // the rack
  body.tags();
  return request;
}

struct PartitionAnswer {
  ErrorCode error = ErrorCode::none;
  std::int64_t start = -1;
  std::int64_t end = -1;
  std::vector<Slice> records;
};

void write_partition(const Call& call, Writer& writer, int index, PartitionAnswer answer) {
  writer.int32(index);
  write_error(writer, answer.error);
  writer.int64(answer.end);
  writer.int64(answer.end);  // the last stable offset
  if (call.version >= 5) writer.int64(answer.start);
  writer.null_array();                       // aborted transactions
  if (call.version >= 11) writer.int32(-1);  // the preferred replica: the leader
  writer.slices(std::move(answer.records));
  writer.tags();
}

bool ends_before(const std::vector<Slice>& records, std::int64_t end) {
  if (records.empty()) return true;
  const auto last = protocol::parse_batch(records.back().bytes);
  return last && last->last_offset() + 1 < end;
}

/// One Fetch, from its arrival to its answer.
class Fetch final : public broker::Waiter, public std::enable_shared_from_this<Fetch> {
 public:
  Fetch(CallPtr call, FetchRequest request)
      : call_(std::move(call)),
        request_(std::move(request)),
        deadline_(call_->world.clock.steady_now() + request_.max_wait) {}
  ~Fetch() override { call_->world.agenda.cancel(alarm_); }
  Fetch(const Fetch&) = delete;
  Fetch& operator=(const Fetch&) = delete;

  void try_to_answer() {
    if (answered_) return;
    gather();
    const bool late = call_->world.clock.steady_now() >= deadline_;
    const bool enough = gathered_ >= request_.min_bytes || limited_;
    if (failed_ || enough || late || !call_->session->open) {
      answer();
    } else {
      wait();
    }
  }

  void wake() override {
    // Not at once: one produce request may bring records to many partitions.
    if (woken_ || answered_) return;
    woken_ = true;
    alarm_at(call_->world.clock.steady_now());
  }

 private:
  void gather();
  PartitionAnswer gathered(const std::string& topic, const FetchedPartition& wanted);
  void answer();
  void wait();
  void alarm_at(SteadyTime due);

  CallPtr call_;
  FetchRequest request_;
  SteadyTime deadline_;
  std::vector<std::vector<PartitionAnswer>> answers_;
  std::size_t gathered_ = 0;
  bool failed_ = false;
  bool limited_ = false;  // there is more than may be sent: to wait would bring nothing
  bool answered_ = false;
  bool woken_ = false;
  broker::Agenda::Id alarm_ = 0;
};

PartitionAnswer Fetch::gathered(const std::string& topic, const FetchedPartition& wanted) {
  PartitionAnswer answer;
  if (const auto fault = call_->faults.error_for(topic)) {
    answer.error = *fault;
    return answer;
  }
  auto* partition = call_->world.cluster.find(topic, wanted.index);
  if (partition == nullptr) {
    answer.error = ErrorCode::unknown_topic_or_partition;
    return answer;
  }
  if (partition->leader != call_->session->broker) {
    answer.error = ErrorCode::not_leader_or_follower;
    return answer;
  }
  answer.start = partition->log->start();
  answer.end = partition->log->end();
  if (wanted.offset < answer.start || wanted.offset > answer.end) {
    answer.error = ErrorCode::offset_out_of_range;
    return answer;
  }
  if (wanted.offset == answer.end) return answer;
  if (gathered_ > 0 && gathered_ >= request_.max_bytes) {
    limited_ = true;
    return answer;
  }
  const auto most =
      std::min(wanted.most, request_.max_bytes - std::min(gathered_, request_.max_bytes));
  answer.records = partition->log->read(wanted.offset, most, gathered_ == 0);
  for (const auto& slice : answer.records) gathered_ += slice.bytes.size();
  limited_ |= ends_before(answer.records, answer.end);
  return answer;
}

void Fetch::gather() {
  gathered_ = 0;
  failed_ = false;
  limited_ = false;
  answers_.clear();
  for (const auto& topic : request_.topics) {
    auto& answers = answers_.emplace_back();
    for (const auto& wanted : topic.partitions) {
      answers.push_back(gathered(topic.name, wanted));
      failed_ |= answers.back().error != ErrorCode::none;
    }
  }
}

void Fetch::wait() {
  woken_ = false;
  auto due = deadline_;
  const auto now = call_->world.clock.now();
  for (const auto& topic : request_.topics) {
    for (const auto& wanted : topic.partitions) {
      auto* partition = call_->world.cluster.find(topic.name, wanted.index);
      if (partition == nullptr) continue;
      partition->add_waiter(shared_from_this());
      if (const auto arrival = partition->log->next_arrival()) {
        due = std::min(due, call_->world.clock.steady_now() + std::max(*arrival - now, Millis{1}));
      }
    }
  }
  call_->session->waiting = weak_from_this();
  alarm_at(due);
}

void Fetch::alarm_at(SteadyTime due) {
  call_->world.agenda.cancel(alarm_);
  alarm_ = call_->world.agenda.at(due, [self = shared_from_this()] { self->try_to_answer(); });
}

void Fetch::answer() {
  answered_ = true;
  call_->world.agenda.cancel(alarm_);
  auto writer = call_->writer();
  writer.int32(call_->throttle_ms());
  if (call_->version >= 7) {
    write_error(writer, ErrorCode::none);
    writer.int32(0);  // no session: every request names all of its partitions
  }
  std::size_t number = 0;
  writer.each(request_.topics, [&](const FetchedTopic& topic) {
    auto& answers = answers_[number++];
    writer.text(topic.name);
    std::size_t each = 0;
    writer.each(topic.partitions, [&](const FetchedPartition& wanted) {
      write_partition(*call_, writer, wanted.index, std::move(answers[each++]));
    });
    writer.tags();
  });
  writer.tags();
  answers_.clear();
  call_->reply(std::move(writer));
}

void refuse_session(Call& call) {
  auto writer = call.writer();
  writer.int32(call.throttle_ms());
  write_error(writer, ErrorCode::fetch_session_id_not_found);
  writer.int32(0);
  writer.array(0);
  writer.tags();
  call.reply(std::move(writer));
}

}  // namespace

void answer_fetch(const CallPtr& call) {
  auto request = fetch_request(*call);
  if (!call->parsed()) return;
  if (request.session_id != 0) return refuse_session(*call);
  std::make_shared<Fetch>(call, std::move(request))->try_to_answer();
}

}  // namespace partwise::service
