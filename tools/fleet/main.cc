// Fills a cluster with a fleet and writes down the truth about it.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include <librdkafka/rdkafka.h>
#include <nlohmann/json.hpp>

#include "fleet.h"
#include "traffic.h"

namespace partwise::fleet {
namespace {

using nlohmann::json;

[[noreturn]] void die(const std::string& what) {
  (void)std::fprintf(stderr, "fleet: %s\n", what.c_str());
  std::exit(1);
}

std::int64_t undelivered = 0;

void on_delivery(rd_kafka_t*, const rd_kafka_message_t* message, void*) {
  if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) ++undelivered;
}

rd_kafka_t* producer_for(const std::string& bootstrap) {
  rd_kafka_conf_t* conf = rd_kafka_conf_new();
  char why[512];
  const std::pair<const char*, std::string> settings[] = {
      {"bootstrap.servers", bootstrap},
      {"log_level", "3"},
      {"linger.ms", "1000"},
      // Batches as tuned Java clients make them, not librdkafka's of a megabyte.
      {"batch.size", "32768"},
      {"queue.buffering.max.messages", "500000"},
      {"queue.buffering.max.kbytes", "524288"},
      // In order, also where a fresh partition's leader has to be asked twice.
      {"enable.idempotence", "true"},
  };
  for (const auto& [name, value] : settings) {
    if (rd_kafka_conf_set(conf, name, value.c_str(), why, sizeof why) != RD_KAFKA_CONF_OK) die(why);
  }
  rd_kafka_conf_set_dr_msg_cb(conf, on_delivery);
  rd_kafka_t* producer = rd_kafka_new(RD_KAFKA_PRODUCER, conf, why, sizeof why);
  if (producer == nullptr) die(why);
  return producer;
}

void create_topics(rd_kafka_t* client, const std::vector<TopicSpec>& topics, std::size_t from, std::size_t count) {
  char why[512];
  std::vector<rd_kafka_NewTopic_t*> list;
  for (std::size_t i = from; i < from + count; ++i) {
    auto* topic = rd_kafka_NewTopic_new(topics[i].name.c_str(), topics[i].partitions, 1, why, sizeof why);
    if (topic == nullptr) die(why);
    for (const auto& [name, value] : topics[i].configuration) {
      rd_kafka_NewTopic_set_config(topic, name.c_str(), value.c_str());
    }
    list.push_back(topic);
  }
  rd_kafka_queue_t* queue = rd_kafka_queue_new(client);
  rd_kafka_CreateTopics(client, list.data(), list.size(), nullptr, queue);
  rd_kafka_event_t* event = rd_kafka_queue_poll(queue, 60'000);
  const auto* result = event == nullptr ? nullptr : rd_kafka_event_CreateTopics_result(event);
  if (result == nullptr) die("topics could not be created");
  std::size_t n = 0;
  const auto** results = rd_kafka_CreateTopics_result_topics(result, &n);
  for (std::size_t i = 0; i < n; ++i) {
    if (rd_kafka_topic_result_error(results[i]) != RD_KAFKA_RESP_ERR_NO_ERROR) {
      die(std::string(rd_kafka_topic_result_name(results[i])) + ": " +
          rd_kafka_err2str(rd_kafka_topic_result_error(results[i])));
    }
  }
  rd_kafka_event_destroy(event);
  rd_kafka_queue_destroy(queue);
  rd_kafka_NewTopic_destroy_array(list.data(), list.size());
}

// Right after their creation, partitions may be without a leader for a second or two.
void wait_for_leaders(rd_kafka_t* client, std::size_t topics) {
  for (int attempt = 0; attempt < 300; ++attempt) {
    const struct rd_kafka_metadata* metadata = nullptr;
    if (rd_kafka_metadata(client, 1, nullptr, &metadata, 5'000) != RD_KAFKA_RESP_ERR_NO_ERROR) continue;
    std::size_t ready = 0;
    for (int i = 0; i < metadata->topic_cnt; ++i) {
      const auto& topic = metadata->topics[i];
      bool led = topic.err == RD_KAFKA_RESP_ERR_NO_ERROR;
      for (int p = 0; p < topic.partition_cnt; ++p) led = led && topic.partitions[p].leader >= 0;
      ready += led ? 1 : 0;
    }
    rd_kafka_metadata_destroy(metadata);
    if (ready >= topics) return;
    rd_kafka_poll(client, 100);
  }
  die("partitions stay without a leader");
}

TopicTruth fill(rd_kafka_t* client, const TopicSpec& spec, int minutes, std::int64_t start_s, std::uint64_t seed) {
  rd_kafka_topic_conf_t* conf = rd_kafka_topic_conf_new();
  char why[512];
  if (rd_kafka_topic_conf_set(conf, "compression.codec", spec.codec.c_str(), why, sizeof why) != RD_KAFKA_CONF_OK) {
    die(why);
  }
  rd_kafka_topic_t* topic = rd_kafka_topic_new(client, spec.name.c_str(), conf);
  // Before the topic's partitions are known, records wait aside and may be overtaken.
  const struct rd_kafka_metadata* metadata = nullptr;
  if (rd_kafka_metadata(client, 0, topic, &metadata, 30'000) != RD_KAFKA_RESP_ERR_NO_ERROR) {
    die("no metadata of " + spec.name);
  }
  rd_kafka_metadata_destroy(metadata);
  auto truth = make_traffic(spec, minutes, start_s, seed, [&](const Record& record) {
    rd_kafka_headers_t* headers = nullptr;
    while (true) {
      if (record.header && headers == nullptr) {
        headers = rd_kafka_headers_new(1);
        rd_kafka_header_add(headers, header_name.data(), static_cast<ssize_t>(header_name.size()),
                            header_value.data(), static_cast<ssize_t>(header_value.size()));
      }
      rd_kafka_vu_t parts[8];
      std::size_t n = 0;
      parts[n].vtype = RD_KAFKA_VTYPE_RKT;
      parts[n++].u.rkt = topic;
      parts[n].vtype = RD_KAFKA_VTYPE_PARTITION;
      parts[n++].u.i32 = record.partition;
      parts[n].vtype = RD_KAFKA_VTYPE_MSGFLAGS;
      parts[n++].u.i = RD_KAFKA_MSG_F_COPY;
      parts[n].vtype = RD_KAFKA_VTYPE_TIMESTAMP;
      parts[n++].u.i64 = record.timestamp_ms;
      parts[n].vtype = RD_KAFKA_VTYPE_VALUE;
      parts[n].u.mem.ptr = const_cast<char*>(record.value.data());
      parts[n++].u.mem.size = record.value.size();
      if (record.keyed) {
        parts[n].vtype = RD_KAFKA_VTYPE_KEY;
        parts[n].u.mem.ptr = const_cast<char*>(record.key.data());
        parts[n++].u.mem.size = record.key.size();
      }
      if (headers != nullptr) {
        parts[n].vtype = RD_KAFKA_VTYPE_HEADERS;
        parts[n++].u.headers = headers;
      }
      rd_kafka_error_t* error = rd_kafka_produceva(client, parts, n);
      if (error == nullptr) break;
      const auto code = rd_kafka_error_code(error);
      rd_kafka_error_destroy(error);
      if (code != RD_KAFKA_RESP_ERR__QUEUE_FULL) die(rd_kafka_err2str(code));
      rd_kafka_poll(client, 50);
    }
    rd_kafka_poll(client, 0);
  });
  rd_kafka_topic_destroy(topic);
  return truth;
}

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
          {"busiest_minute_by_partition", busiest == nullptr ? json::array() : json(busiest->by_partition)},
          {"minutes", minutes}};  // [start in epoch seconds, records, bytes]
}

FleetSpec fleet_named(const std::string& name, std::int64_t records) {
  if (name == "demo") return demo_fleet();
  if (name == "bench") return bench_fleet(records);
  if (name == "idle") return idle_fleet();
  die("no fleet named " + name + ": demo, bench, idle");
}

int run(const std::string& bootstrap, const FleetSpec& fleet, const std::string& truth_file) {
  rd_kafka_t* client = producer_for(bootstrap);
  constexpr std::size_t at_once = 100;
  for (std::size_t i = 0; i < fleet.topics.size(); i += at_once) {
    create_topics(client, fleet.topics, i, std::min(at_once, fleet.topics.size() - i));
  }
  wait_for_leaders(client, fleet.topics.size());
  // Whole minutes, the last of them over for a while: no window is half filled.
  const auto now_s = std::chrono::duration_cast<std::chrono::minutes>(
                         std::chrono::system_clock::now().time_since_epoch()).count() * 60;
  const auto start_s = now_s - 60 * (fleet.minutes + 5);
  json topics = json::array();
  std::int64_t records = 0;
  std::int64_t bytes = 0;
  std::uint64_t seed = 1;
  for (const auto& spec : fleet.topics) {
    const auto truth = fill(client, spec, fleet.minutes, start_s, seed++);
    topics.push_back(truth_json(spec, truth));
    records += truth.records;
    bytes += truth.bytes;
  }
  if (rd_kafka_flush(client, 120'000) != RD_KAFKA_RESP_ERR_NO_ERROR) die("not all records were delivered");
  rd_kafka_destroy(client);
  if (undelivered > 0) die(std::to_string(undelivered) + " records were not delivered");
  std::ofstream file(truth_file);
  file << json{{"fleet", fleet.name}, {"start_s", start_s}, {"minutes", fleet.minutes},
               {"records", records}, {"bytes", bytes}, {"topics", topics}}.dump() << "\n";
  if (!file) die("cannot write " + truth_file);
  std::printf("fleet: %zu topics, %lld records, %.1f MiB of keys, values and headers\n", fleet.topics.size(),
              static_cast<long long>(records), static_cast<double>(bytes) / 1048576);
  return 0;
}

}  // namespace
}  // namespace partwise::fleet

int main(int argc, char** argv) {
  if (argc < 4) {
    (void)std::fprintf(stderr, "Usage: partwise-fleet BOOTSTRAP demo|bench|idle TRUTH.json [RECORDS]\n");
    return 2;
  }
  const std::int64_t records = argc > 4 ? std::atoll(argv[4]) : 1'000'000;
  return partwise::fleet::run(argv[1], partwise::fleet::fleet_named(argv[2], records), argv[3]);
}
