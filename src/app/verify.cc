#include "app/verify.h"

#include <chrono>
#include <memory>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "app/key_file.h"
#include "app/one_cluster.h"
#include "app/record_value.h"
#include "app/run_topics.h"
#include "app/version.h"
#include "base/units.h"
#include "kafka/key_topic.h"
#include "keys/placement.h"

namespace partwise::app {
namespace {

using std::chrono::steady_clock;

constexpr std::int64_t records_max = 100'000'000;
constexpr std::int64_t told_every = 4096;

// Librdkafka's names: by which hash keys are placed, and whether records without one are, too, as
// if theirs were empty.
struct ClientPartitioner {
  keys::Strategy strategy = keys::Strategy::murmur2;
  bool places_all = false;
};

ClientPartitioner meaning_of(const std::string& partitioner) {
  const bool all = !partitioner.ends_with("_random");
  if (partitioner.starts_with("consistent")) return {keys::Strategy::crc32, all};
  return {partitioner.starts_with("fnv1a") ? keys::Strategy::fnv1a : keys::Strategy::murmur2, all};
}

/// Deletes the topic on every way out.
class TopicGuard {
 public:
  TopicGuard(kafka::KeyTopic& topic, bool keep) : topic_(topic), keep_(keep) {}
  ~TopicGuard() { (void)remove(); }
  TopicGuard(const TopicGuard&) = delete;
  TopicGuard& operator=(const TopicGuard&) = delete;

  Result<> remove() {
    if (keep_ || std::exchange(removed_, true)) return {};
    return topic_.remove();
  }

 private:
  kafka::KeyTopic& topic_;
  bool keep_;
  bool removed_ = false;
};

class VerifyRun {
 public:
  VerifyRun(const VerifyOptions& options, Outside& outside, Progress& progress,
            const std::stop_token& stop)
      : options_(options), outside_(outside), progress_(progress), stop_(stop) {}

  Result<> find_keys() {
    report_.version = version;
    report_.command = "verify";
    report_.started = outside_.clock().now();
    report_.warnings = options_.warnings;
    auto found = TRY(found_keys(options_.source, stop_));
    keys_ = std::move(found.keys);
    if (keys_->records() > records_max) {
      return fail(
          ErrorKind::invalid_input,
          fmt::format("{} are too many to verify", counted_text(keys_->records(), "record")),
          fmt::format("at most {}", count_text(records_max)), "--records");
    }
    keys_->mix();
    report_.warnings.insert(report_.warnings.end(), found.warnings.begin(), found.warnings.end());
    source_ = found.source;
    return {};
  }

  Result<> visit(const config::ClusterAccess& access, const kafka::ClientSettings& settings) {
    verification_.cluster = access.id.empty() ? access.bootstrap_servers : access.id;
    const auto topic = TRY(kafka::KeyTopic::open(settings, topic_spec(), stop_));
    std::optional<keys::ArrivalCheck> check;  // outlives the guard, which may hear of records
    TopicGuard guard(*topic, options_.keep);
    verification_.replication_factor = topic->replication_factor();
    report_.rules.partitions = topic->partitions();
    const auto client = meaning_of(options_.partitioner);
    report_.rules.places_all = client.places_all;
    check.emplace(*keys_, client.strategy, report_.rules);
    topic->on_acknowledged([&](std::int64_t number) { check->acknowledged(number); });
    produce(*topic);
    if (!verification_.error || verification_.sent > verification_.failed)
      read_back(*topic, *check);
    verification_.arrivals = std::move(*check).finish();
    if (auto removed = guard.remove(); !removed)
      verification_.removal = leaving(removed.error(), verification_.topic + " is left");
    return {};
  }

  keys::KeysReport report(std::vector<std::string> keys_left) {
    verification_.keys_left = std::move(keys_left);
    report_.rules.value_bytes = sent_value_bytes_ / std::max<std::int64_t>(1, verification_.sent);
    report_.keys = keys::summary_of(*keys_, report_.rules);
    report_.keys.source = source_;
    judge();
    report_.verification = std::move(verification_);
    return std::move(report_);
  }

 private:
  kafka::KeyTopicSpec topic_spec() {
    kafka::KeyTopicSpec spec;
    spec.existing = !options_.into_existing.empty();
    spec.name = spec.existing ? options_.into_existing : run_topic_name(report_.started);
    spec.partitions = options_.partitions;
    spec.replication_factor = options_.replication_factor;
    spec.compression = options_.compression;
    spec.partitioner = options_.partitioner;
    spec.number_in = record_id;
    verification_.topic = spec.name;
    verification_.existing = spec.existing;
    verification_.kept = spec.existing || options_.keep;
    verification_.compression = spec.compression;
    verification_.partitioner = spec.partitioner;
    verification_.planned = keys_->records();
    if (!spec.existing) progress_.detail("making the topic " + spec.name);
    return spec;
  }

  void produce(kafka::KeyTopic& topic) {
    const auto start = steady_clock::now();
    RecordValues values(options_.value_bytes);
    std::string room;
    const auto records = keys_->records();
    progress_.detail(
        fmt::format("producing {} to {}", counted_text(records, "record"), verification_.topic));
    Instant now = outside_.clock().now();
    for (std::int64_t id = 0; id < records; ++id) {
      if (id % told_every == 0) {
        now = outside_.clock().now();
        tell(fmt::format("producing: {} of {}", count_text(id), counted_text(records, "record")));
      }
      const auto key = keys_->key_of(id, room);
      const auto value = values.of(id, key, now);
      sent_value_bytes_ += std::ssize(value);
      const bool goes_on = topic.send({id, key, value}, stop_);
      ++verification_.sent;
      if (!goes_on) break;
    }
    const auto sent = topic.flush(stop_);
    verification_.produce_s = seconds(steady_clock::now() - start);
    verification_.failed = sent.failed;
    verification_.error = sent.first_error;
    if (stop_.stop_requested()) {
      verification_.error = {
          ErrorKind::interrupted,
          fmt::format("interrupted after {} of {}", count_text(verification_.sent),
                      counted_text(records, "record")),
          {},
          {}};
    }
  }

  void read_back(kafka::KeyTopic& topic, keys::ArrivalCheck& check) {
    if (stop_.stop_requested()) return;
    const auto start = steady_clock::now();
    progress_.detail("reading back " + verification_.topic);
    std::int64_t seen = 0;
    auto read = topic.read_back(
        [&](const kafka::ReadRecord& record) {
          if (seen++ % told_every == 0) {
            tell(fmt::format("reading back: {} of {}", count_text(seen - 1),
                             counted_text(verification_.sent, "record")));
          }
          check.take(record.partition, record.number, record.key);
        },
        stop_);
    verification_.read_s = seconds(steady_clock::now() - start);
    verification_.read_back = read.has_value();
    if (!read && !verification_.error) verification_.error = read.error();
  }

  // The statistics are those of what was found on the cluster.
  void judge() {
    if (!verification_.read_back || verification_.arrivals.arrived == 0) return;
    const auto strategy = meaning_of(options_.partitioner).strategy;
    auto placed = keys::placements(*keys_, {&strategy, 1}, report_.rules, {});
    if (!placed) return;
    auto& only = placed->each.front();
    report_.keys.effective_keys = placed->weights.effective_keys();
    const bool all = verification_.arrivals.arrived == keys_->records();
    if (!all) {
      report_.warnings.emplace_back("the statistics are of the records that arrived");
      only.load.groups.clear();
    }
    only.load.records = verification_.arrivals.actual;
    only.keyed_records = verification_.arrivals.theoretical;
    report_.strategies.push_back(keys::report_of(std::move(only), report_.rules));
    if (all) return;
    auto& verdict = report_.strategies.back().verdict;
    const auto missing = keys_->records() - verification_.arrivals.arrived;
    verdict = keys::unjudged(std::move(verdict),
                             counted_text(missing, "record") + " of the run have not arrived");
  }

  void tell(const std::string& step) {
    ClusterProgress at;
    at.address = verification_.cluster;
    at.step = step;
    progress_.update(at);
  }

  const VerifyOptions& options_;
  Outside& outside_;
  Progress& progress_;
  const std::stop_token& stop_;
  std::unique_ptr<keys::KeySet> keys_;
  std::string source_;
  std::int64_t sent_value_bytes_ = 0;
  keys::Verification verification_;
  keys::KeysReport report_;
};

}  // namespace

Result<keys::KeysReport> verify_keys(const VerifyOptions& options, const FoundClusters& found,
                                     Outside& outside, Progress& progress,
                                     const std::stop_token& stop) {
  VerifyRun run(options, outside, progress, stop);
  TRY(run.find_keys());
  auto left = TRY(visit_only(
      found, options.where, outside, progress, stop,
      [&](const auto& access, const auto& settings) { return run.visit(access, settings); }));
  return run.report(std::move(left));
}

}  // namespace partwise::app
