#include "cluster_client.h"

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <span>

namespace partwise::fleet {
namespace {

std::atomic<std::int64_t> undelivered{0};

void on_delivery(rd_kafka_t*, const rd_kafka_message_t* message, void*) {
  if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) ++undelivered;
}

void create_some(rd_kafka_t* client, std::span<const TopicSpec> topics) {
  char why[512];
  std::vector<rd_kafka_NewTopic_t*> list;
  for (const auto& spec : topics) {
    auto* topic = rd_kafka_NewTopic_new(spec.name.c_str(), spec.partitions, 1, why, sizeof why);
    if (topic == nullptr) die(why);
    for (const auto& [name, value] : spec.configuration) {
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
    if (rd_kafka_topic_result_error(results[i]) == RD_KAFKA_RESP_ERR_NO_ERROR) continue;
    die(std::string(rd_kafka_topic_result_name(results[i])) + ": " +
        rd_kafka_err2str(rd_kafka_topic_result_error(results[i])));
  }
  rd_kafka_event_destroy(event);
  rd_kafka_queue_destroy(queue);
  rd_kafka_NewTopic_destroy_array(list.data(), list.size());
}

bool led(rd_kafka_t* client, const std::string& name) {
  rd_kafka_topic_t* topic = rd_kafka_topic_new(client, name.c_str(), nullptr);
  const struct rd_kafka_metadata* metadata = nullptr;
  const auto code = rd_kafka_metadata(client, 0, topic, &metadata, 5'000);
  rd_kafka_topic_destroy(topic);
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR) return false;
  const auto& answer = metadata->topics[0];
  bool all = answer.err == RD_KAFKA_RESP_ERR_NO_ERROR && answer.partition_cnt > 0;
  for (int p = 0; p < answer.partition_cnt; ++p) all = all && answer.partitions[p].leader >= 0;
  rd_kafka_metadata_destroy(metadata);
  return all;
}

}  // namespace

void die(const std::string& what) {
  (void)std::fprintf(stderr, "fleet: %s\n", what.c_str());
  std::exit(1);
}

rd_kafka_t* producer_for(const std::string& bootstrap, std::map<std::string, std::string> settings,
                         bool transactional) {
  settings.insert({{"bootstrap.servers", bootstrap},
                   {"log_level", "3"},
                   {"linger.ms", "1000"},
                   // Batches as tuned Java clients make them, not librdkafka's of a megabyte.
                   {"batch.size", "32768"},
                   {"queue.buffering.max.messages", "500000"},
                   {"queue.buffering.max.kbytes", "524288"},
                   {"enable.idempotence", "true"},
                   {"allow.auto.create.topics", "false"}});
  if (transactional) settings["transactional.id"] = "partwise-fleet";
  rd_kafka_conf_t* conf = rd_kafka_conf_new();
  char why[512];
  for (const auto& [name, value] : settings) {
    if (rd_kafka_conf_set(conf, name.c_str(), value.c_str(), why, sizeof why) != RD_KAFKA_CONF_OK)
      die(why);
  }
  rd_kafka_conf_set_dr_msg_cb(conf, on_delivery);
  rd_kafka_t* producer = rd_kafka_new(RD_KAFKA_PRODUCER, conf, why, sizeof why);
  if (producer == nullptr) die(why);
  return producer;
}

void create_topics(rd_kafka_t* client, const std::vector<TopicSpec>& topics) {
  constexpr std::size_t at_once = 100;
  for (std::size_t i = 0; i < topics.size(); i += at_once) {
    create_some(client, std::span(topics).subspan(i, std::min(at_once, topics.size() - i)));
  }
}

void wait_for_leaders(rd_kafka_t* client, const std::string& topic) {
  for (int attempt = 0; attempt < 300; ++attempt) {
    if (led(client, topic)) return;
    rd_kafka_poll(client, 100);
  }
  die("partitions of " + topic + " stay without a leader");
}

void flush(rd_kafka_t* client) {
  if (rd_kafka_flush(client, 120'000) != RD_KAFKA_RESP_ERR_NO_ERROR)
    die("not all records were delivered");
  if (undelivered > 0) die(std::to_string(undelivered) + " records were not delivered");
}

}  // namespace partwise::fleet
