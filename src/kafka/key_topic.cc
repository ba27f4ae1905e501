#include "kafka/key_topic.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>

#include <fmt/format.h>

#include "base/check.h"
#include "kafka/client.h"
#include "kafka/error.h"
#include "kafka/record_scan.h"
#include "kafka/record_topic.h"
#include "kafka/run_mark.h"
#include "kafka/topic_removal.h"

namespace partwise::kafka {
namespace {

constexpr int slice_ms = 100;  // how long a stop may go unnoticed
constexpr int default_replication_factor = 3;
constexpr Millis retention = std::chrono::hours(7 * 24);  // of what a killed run leaves

/// Hands this run's records on, one partition's after another's as they come.
class OwnRecordSink final : public sample::ScanSink {
 public:
  using NumberOf = std::function<std::optional<std::int64_t>(const sample::ScannedRecord&)>;
  OwnRecordSink(NumberOf number_of, const KeyTopic::Take& take)
      : number_of_(std::move(number_of)), take_(take) {}

  void take(sample::TopicPartition at, std::span<const sample::ScannedRecord> records) override {
    for (const auto& record : records) {
      if (const auto number = number_of_(record)) take_({at.partition, *number, record.key});
    }
  }

  void finished(sample::TopicPartition, const std::optional<Error>& error) override {
    if (error && !error_) error_ = error;
  }

  [[nodiscard]] const std::optional<Error>& error() const { return error_; }

 private:
  NumberOf number_of_;
  const KeyTopic::Take& take_;
  std::optional<Error> error_;
};

class KafkaKeyTopic final : public KeyTopic {
 public:
  KafkaKeyTopic(ClientSettings settings, KeyTopicSpec spec)
      : settings_(std::move(settings)), spec_(std::move(spec)) {
    wanted_.name = spec_.name;
    wanted_.partitions = spec_.partitions;
    wanted_.retention = retention;
    wanted_.replication_setting = "--replication-factor ";
  }

  Result<> connect(const std::stop_token& stop) {
    client_ = TRY(Client::create_producer(settings_, traffic_, on_delivery,
                                          {spec_.partitioner, spec_.compression, this}));
    TRY(client_->connect(stop));
    const auto existing = TRY(existing_topic(*client_, wanted_, stop));
    if (existing) {
      TRY(use(*existing));
    } else {
      TRY(made_or_missing(stop));
    }
    handle_.reset(rd_kafka_topic_new(client_->get(), spec_.name.c_str(), nullptr));
    know_leaders();
    return {};
  }

  [[nodiscard]] int partitions() const override { return wanted_.partitions; }
  [[nodiscard]] int replication_factor() const override { return wanted_.replication_factor; }
  void on_acknowledged(OnAcknowledged told) override { told_ = std::move(told); }

  bool send(const SentRecord& record, const std::stop_token& stop) override {
    auto code = produced(record);
    while (code == RD_KAFKA_RESP_ERR__QUEUE_FULL && !stop.stop_requested()) {
      rd_kafka_poll(client_->get(), slice_ms);
      code = produced(record);
    }
    if (code == RD_KAFKA_RESP_ERR__QUEUE_FULL) return false;
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR) note(code, -1, -1, record.number);
    if (++since_poll_ == 64) {
      rd_kafka_poll(client_->get(), 0);
      since_poll_ = 0;
    }
    return !ended_ && !stop.stop_requested();
  }

  Sent flush(const std::stop_token& stop) override {
    const auto deadline = std::chrono::steady_clock::now() + client_->timeout() + Millis{2'000};
    while (rd_kafka_flush(client_->get(), slice_ms) == RD_KAFKA_RESP_ERR__TIMED_OUT) {
      const bool late = std::chrono::steady_clock::now() >= deadline;
      if (!late && !stop.stop_requested() && !ended_) continue;
      rd_kafka_purge(client_->get(), RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
    }
    return std::exchange(sent_, {});
  }

  Result<> read_back(const Take& take, const std::stop_token& stop) override {
    if (grown_) {
      return fail(ErrorKind::invalid_input,
                  fmt::format("{} got more than its {} partitions while it was produced to: keys "
                              "then belong elsewhere",
                              spec_.name, partitions()),
                  "again, while nobody adds partitions");
    }
    std::vector<sample::ScanRange> ranges;
    for (int p = 0; p < partitions(); ++p) {
      if (stop.stop_requested()) break;
      const auto first = first_[static_cast<std::size_t>(p)];
      if (first < 0 && spec_.existing) continue;  // nothing of this run was acknowledged there
      const auto end = TRY(end_of(p));
      ranges.push_back({{0, p}, std::max<std::int64_t>(0, first), end});
    }
    ScanSettings scan;
    scan.client = settings_;
    scan.workers = 1;  // so that `take` needs no lock
    scan.patience = settings_.timeout;
    if (spec_.existing) scan.mark = RunMark::header;
    OwnRecordSink sink([this](const auto& record) { return number_of(record); }, take);
    record_scan(scan, traffic_)->scan(ranges, {spec_.name}, sink, stop);
    if (stop.stop_requested())
      return fail(ErrorKind::interrupted, "interrupted while reading back");
    if (sink.error()) return tl::unexpected(*sink.error());
    return {};
  }

  Result<> remove() override {
    if (!made_) return {};
    TRY(remove_topics(*client_, {spec_.name}));
    made_ = false;
    return {};
  }

 private:
  Result<> made_or_missing(const std::stop_token& stop) {
    if (!spec_.existing) return make(stop);
    return fail(ErrorKind::not_found, fmt::format("there is no topic {}", spec_.name),
                "the name of a topic of this cluster; without --into-existing one is made",
                "--into-existing");
  }

  // Else the first records wait up to a second for the client's next look at its topics. Where it
  // cannot be asked, sending will say so.
  void know_leaders() {
    const struct rd_kafka_metadata* metadata = nullptr;
    const auto code = rd_kafka_metadata(client_->get(), 0, handle_.get(), &metadata,
                                        static_cast<int>(client_->timeout().count()));
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR) rd_kafka_metadata_destroy(metadata);
  }

  Result<> use(const ExistingTopic& existing) {
    if (!spec_.existing) {
      return fail(ErrorKind::invalid_input, fmt::format("there is a topic {} already", spec_.name),
                  "it is left as it is; --into-existing writes to one that is there");
    }
    wanted_.partitions = existing.partitions;
    wanted_.replication_factor = existing.replication_factor;
    first_.assign(static_cast<std::size_t>(existing.partitions), -1);
    return {};
  }

  Result<> make(const std::stop_token& stop) {
    const int brokers = TRY(broker_count(*client_, wanted_, stop));
    wanted_.replication_factor =
        spec_.replication_factor.value_or(std::min(default_replication_factor, brokers));
    made_ = true;  // from now on it may be there
    TRY(make_topic(*client_, wanted_, Making::done, stop));
    // From its beginning: what is in it is this run's.
    first_.assign(static_cast<std::size_t>(wanted_.partitions), 0);
    return {};
  }

  Result<std::int64_t> end_of(int partition) const {
    std::int64_t low = 0;
    std::int64_t high = 0;
    const auto code =
        rd_kafka_query_watermark_offsets(client_->get(), spec_.name.c_str(), partition, &low, &high,
                                         static_cast<int>(client_->timeout().count()));
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR) return high;
    return tl::unexpected(
        error_of(code, fmt::format("ask for the end of {} [{}]", spec_.name, partition)));
  }

  static void on_delivery(rd_kafka_t*, const rd_kafka_message_t* message, void* opaque) {
    auto* self = static_cast<KafkaKeyTopic*>(static_cast<Client*>(opaque)->context());
    self->note(message->err, message->partition, message->offset,
               static_cast<std::int64_t>(reinterpret_cast<std::intptr_t>(message->_private)));
  }

  [[nodiscard]] std::optional<std::int64_t> number_of(const sample::ScannedRecord& record) const {
    if (spec_.existing) return mark_.number_in(record.mark);
    return record.value ? spec_.number_in(*record.value) : std::nullopt;
  }

  // NOLINTNEXTLINE(performance-no-int-to-ptr): a number that comes back, never followed
  static void* as_opaque(std::int64_t number) { return reinterpret_cast<void*>(number); }

  rd_kafka_resp_err_t produced(const SentRecord& record) {
    return spec_.existing ? produced_with_mark(record) : produced_plain(record);
  }

  rd_kafka_resp_err_t produced_plain(const SentRecord& record) {
    const auto key = record.key.value_or(std::string_view{});
    const char* const bytes = key.data() == nullptr ? "" : key.data();  // an empty key is a key
    const int refused =
        rd_kafka_produce(handle_.get(), RD_KAFKA_PARTITION_UA, RD_KAFKA_MSG_F_COPY,
                         const_cast<char*>(record.value.data()), record.value.size(),
                         record.key ? bytes : nullptr, key.size(), as_opaque(record.number));
    return refused == 0 ? RD_KAFKA_RESP_ERR_NO_ERROR : rd_kafka_last_error();
  }

  rd_kafka_resp_err_t produced_with_mark(const SentRecord& record) {
    const auto mark = mark_.of(record.number);
    std::array<rd_kafka_vu_t, 6> parts{};
    parts[0].vtype = RD_KAFKA_VTYPE_RKT;
    parts[0].u.rkt = handle_.get();
    parts[1].vtype = RD_KAFKA_VTYPE_MSGFLAGS;
    parts[1].u.i = RD_KAFKA_MSG_F_COPY;
    parts[2].vtype = RD_KAFKA_VTYPE_VALUE;
    parts[2].u.mem = {const_cast<char*>(record.value.data()), record.value.size()};
    parts[3].vtype = RD_KAFKA_VTYPE_OPAQUE;
    parts[3].u.ptr = as_opaque(record.number);
    parts[4].vtype = RD_KAFKA_VTYPE_HEADER;
    parts[4].u.header = {RunMark::header, mark.data(), static_cast<ssize_t>(mark.size())};
    parts[5].vtype = RD_KAFKA_VTYPE_KEY;
    if (record.key) parts[5].u.mem = {const_cast<char*>(record.key->data()), record.key->size()};
    const ErrorHandle error(rd_kafka_produceva(client_->get(), parts.data(), record.key ? 6 : 5));
    return error ? rd_kafka_error_code(error.get()) : RD_KAFKA_RESP_ERR_NO_ERROR;
  }

  void note(rd_kafka_resp_err_t code, int partition, std::int64_t offset, std::int64_t number) {
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR) {
      ++sent_.acknowledged;
      note_place(partition, offset);
      if (told_) told_(number);
      return;
    }
    ++sent_.failed;
    // What is not acknowledged in time, others will not be either: there is no use in more.
    ended_ = ended_ || code == RD_KAFKA_RESP_ERR__MSG_TIMED_OUT ||
             rd_kafka_fatal_error(client_->get(), nullptr, 0) != RD_KAFKA_RESP_ERR_NO_ERROR;
    if (!sent_.first_error) sent_.first_error = why(code);
  }

  // The client hears of partitions that the topic gets meanwhile, and uses them.
  void note_place(int partition, std::int64_t offset) {
    if (partition >= partitions()) {
      grown_ = true;
      return;
    }
    auto& first = first_[static_cast<std::size_t>(partition)];
    if (first < 0 || (offset >= 0 && offset < first)) first = offset;
  }

  [[nodiscard]] Error why(rd_kafka_resp_err_t code) const {
    // That the producer has ended for good says nothing of why.
    const auto fatal = rd_kafka_fatal_error(client_->get(), nullptr, 0);
    if (fatal != RD_KAFKA_RESP_ERR_NO_ERROR) code = fatal;
    auto error = error_of(code, "produce to the topic " + spec_.name);
    if (error.kind == ErrorKind::unauthorized) {
      error.hint = fmt::format("allow WRITE on the topic {}", spec_.name);
    } else if (code == RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE) {
      error.hint =
          "shorter keys or values; or a larger message.max.bytes in --config, and in the topic "
          "max.message.bytes";
    } else if (error.kind == ErrorKind::timeout || error.kind == ErrorKind::unavailable) {
      if (const auto trouble = client_->last_trouble()) error.message = trouble->message;
    }
    return error;
  }

  using ErrorHandle = Handle<rd_kafka_error_t, rd_kafka_error_destroy>;

  ClientSettings settings_;
  KeyTopicSpec spec_;
  RecordTopic wanted_;
  RunMark mark_;
  TrafficCounters traffic_;
  bool made_ = false;
  bool ended_ = false;  // there is no use in sending more
  bool grown_ = false;  // others have added partitions
  int since_poll_ = 0;
  Sent sent_;
  OnAcknowledged told_;
  std::vector<std::int64_t>
      first_;  // offset of this run's first record, by partition; -1: none yet
  std::unique_ptr<Client> client_;
  TopicHandle handle_;  // behind the client, which must outlive it
};

}  // namespace

Result<std::unique_ptr<KeyTopic>> KeyTopic::open(const ClientSettings& settings,
                                                 const KeyTopicSpec& spec,
                                                 const std::stop_token& stop) {
  auto topic = std::make_unique<KafkaKeyTopic>(settings, spec);
  if (auto opened = topic->connect(stop); !opened) {
    auto error = std::move(opened).error();
    // If it was made, and the answer was lost.
    if (!topic->remove()) error.message += fmt::format("; {} may be left", spec.name);
    return tl::unexpected(std::move(error));
  }
  return topic;
}

}  // namespace partwise::kafka
