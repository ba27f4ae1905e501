// Fills a cluster with a fleet and writes down the truth about it.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include <librdkafka/rdkafka.h>
#include <nlohmann/json.hpp>

#include "cluster_client.h"
#include "fleet.h"
#include "script.h"
#include "traffic.h"

namespace partwise::fleet {
namespace {

using nlohmann::json;

/// Produces one topic's records.
class TopicProducer {
 public:
  TopicProducer(rd_kafka_t* client, const TopicSpec& spec) : client_(client) {
    rd_kafka_topic_conf_t* conf = rd_kafka_topic_conf_new();
    char why[512];
    if (rd_kafka_topic_conf_set(conf, "compression.codec", spec.codec.c_str(), why, sizeof why) !=
        RD_KAFKA_CONF_OK) {
      die(why);
    }
    topic_ = rd_kafka_topic_new(client, spec.name.c_str(), conf);
    // Before the topic's partitions are known, records wait aside and may be overtaken.
    const struct rd_kafka_metadata* metadata = nullptr;
    if (rd_kafka_metadata(client, 0, topic_, &metadata, 30'000) != RD_KAFKA_RESP_ERR_NO_ERROR) {
      die("no metadata of " + spec.name);
    }
    rd_kafka_metadata_destroy(metadata);
  }
  ~TopicProducer() { rd_kafka_topic_destroy(topic_); }
  TopicProducer(const TopicProducer&) = delete;
  TopicProducer& operator=(const TopicProducer&) = delete;

  void produce(const Record& record) {
    while (!try_produce(record)) rd_kafka_poll(client_, 50);
    rd_kafka_poll(client_, 0);
  }

 private:
  // False when the queue is full.
  bool try_produce(const Record& record) {
    rd_kafka_headers_t* headers = nullptr;
    if (record.header) {
      headers = rd_kafka_headers_new(1);
      rd_kafka_header_add(headers, header_name, -1, header_value, -1);
    }
    char* key = record.keyed ? const_cast<char*>(record.key.data()) : nullptr;
    const auto code = rd_kafka_producev(
        client_, RD_KAFKA_V_RKT(topic_), RD_KAFKA_V_PARTITION(record.partition),
        RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY), RD_KAFKA_V_TIMESTAMP(record.timestamp_ms),
        RD_KAFKA_V_VALUE(const_cast<char*>(record.value.data()), record.value.size()),
        RD_KAFKA_V_KEY(key, record.key.size()), RD_KAFKA_V_HEADERS(headers), RD_KAFKA_V_END);
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR) return true;
    if (headers != nullptr) rd_kafka_headers_destroy(headers);
    if (code != RD_KAFKA_RESP_ERR__QUEUE_FULL) die(rd_kafka_err2str(code));
    return false;
  }

  rd_kafka_t* client_;
  rd_kafka_topic_t* topic_;
};

json truth_json(const TopicSpec& spec, const TopicTruth& truth) {
  json minutes = json::array();
  const TopicTruth::Minute* busiest = nullptr;
  for (const auto& minute : truth.minutes) {
    minutes.push_back({minute.start_s, minute.records, minute.bytes});
    if (busiest == nullptr || minute.bytes > busiest->bytes) busiest = &minute;
  }
  return {{"name", truth.name},
          {"partitions", truth.partitions},
          {"compacted", spec.configuration.contains("cleanup.policy")},
          {"codec", spec.codec},
          {"records", truth.records},
          {"bytes", truth.bytes},
          {"hot_key_bytes", truth.hot_key_bytes},
          {"by_partition", truth.by_partition},
          {"busiest_minute_by_partition",
           busiest == nullptr ? json::array() : json(busiest->by_partition)},
          {"minutes", minutes}};  // [start in epoch seconds, records, bytes]
}

FleetSpec fleet_named(const std::string& name, std::int64_t records) {
  if (name == "demo") return demo_fleet();
  if (name == "bench") return bench_fleet(records);
  if (name == "idle") return idle_fleet();
  die("no fleet named " + name + ": demo, bench, idle");
}

int run(const std::string& bootstrap, const FleetSpec& fleet, const std::string& truth_file) {
  rd_kafka_t* client = producer_for(bootstrap, {}, false);
  create_topics(client, fleet.topics);
  for (const auto& spec : fleet.topics) wait_for_leaders(client, spec.name);
  // Whole minutes, the last of them over for a while: no window is half filled.
  const auto now = std::chrono::floor<std::chrono::minutes>(std::chrono::system_clock::now());
  const std::chrono::seconds start =
      (now - std::chrono::minutes(fleet.minutes + 5)).time_since_epoch();
  const std::int64_t start_s = start.count();
  json topics = json::array();
  std::int64_t records = 0;
  std::int64_t bytes = 0;
  std::uint64_t seed = 1;
  for (const auto& spec : fleet.topics) {
    TopicProducer producer(client, spec);
    const auto truth = make_traffic(spec, fleet.minutes, start_s, seed++,
                                    [&](const Record& record) { producer.produce(record); });
    topics.push_back(truth_json(spec, truth));
    records += truth.records;
    bytes += truth.bytes;
  }
  flush(client);
  rd_kafka_destroy(client);
  std::ofstream file(truth_file);
  file << json{{"fleet", fleet.name}, {"start_s", start_s}, {"minutes", fleet.minutes},
               {"records", records},  {"bytes", bytes},     {"topics", topics}}
              .dump()
       << "\n";
  if (!file) die("cannot write " + truth_file);
  std::printf("fleet: %zu topics, %lld records, %.1f MiB of keys, values and headers\n",
              fleet.topics.size(), static_cast<long long>(records),
              static_cast<double>(bytes) / 1048576);
  return 0;
}

}  // namespace
}  // namespace partwise::fleet

int main(int argc, char** argv) {
  const std::vector<std::string> words(argv + 1, argv + argc);
  if (words.size() >= 3 && words[1] == "script") {
    partwise::fleet::run_script(words[0], words[2], words.size() > 3 && words[3] == "transactional",
                                std::cin);
    return 0;
  }
  if (words.size() < 3) {
    (void)std::fprintf(stderr,
                       "Usage: partwise-fleet BOOTSTRAP demo|bench|idle TRUTH.json [RECORDS]\n"
                       "       partwise-fleet BOOTSTRAP script CODEC [transactional] < COMMANDS\n");
    return 2;
  }
  const std::int64_t records = words.size() > 3 ? std::stoll(words[3]) : 1'000'000;
  return partwise::fleet::run(words[0], partwise::fleet::fleet_named(words[1], records), words[2]);
}
