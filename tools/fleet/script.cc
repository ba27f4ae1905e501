#include "script.h"

#include <functional>
#include <map>
#include <sstream>
#include <vector>

#include <librdkafka/rdkafka.h>

#include "cluster_client.h"

namespace partwise::fleet {
namespace {

/// What a command says of a record, before its value.
struct Record {
  explicit Record(std::istringstream& words) { words >> topic >> partition >> timestamp >> key; }
  std::string topic;
  int partition = 0;
  std::int64_t timestamp = 0;
  std::string key;
};

class Script {
 public:
  Script(const std::string& bootstrap, const std::string& codec, bool transactional)
      : client_(producer_for(bootstrap, {{"compression.codec", codec}}, transactional)) {
    if (transactional) check(rd_kafka_init_transactions(client_, 30'000));
  }
  ~Script() {
    flush(client_);
    rd_kafka_destroy(client_);
  }
  Script(const Script&) = delete;
  Script& operator=(const Script&) = delete;

  void run(const std::string& line) {
    std::istringstream words(line);
    std::string command;
    if (!(words >> command)) return;
    const std::map<std::string, std::function<void()>> commands = {
        {"create", [&] { create(words); }},
        {"send", [&] { send(words); }},
        {"put", [&] { put(words); }},
        {"begin", [&] { check(rd_kafka_begin_transaction(client_)); }},
        {"commit", [&] { check(rd_kafka_commit_transaction(client_, 30'000)); }},
        {"abort", [&] { abort_transaction(); }},
        {"truncate", [&] { truncate(words); }},
        {"delete", [&] { remove(words); }},
    };
    const auto found = commands.find(command);
    if (found == commands.end()) die("unknown command: " + line);
    found->second();
  }

 private:
  static void check(rd_kafka_error_t* error) {
    if (error != nullptr) die(rd_kafka_error_string(error));
  }

  void create(std::istringstream& words) {
    TopicSpec spec;
    words >> spec.name >> spec.partitions;
    std::string setting;
    while (words >> setting) {
      const auto equals = setting.find('=');
      spec.configuration[setting.substr(0, equals)] = setting.substr(equals + 1);
    }
    create_topics(client_, {spec});
    wait_for_leaders(client_, spec.name);
  }

  void send(std::istringstream& words) {
    Record record(words);
    std::int64_t size = 0;
    words >> size;
    std::string value(size > 0 ? static_cast<std::size_t>(size) : 0, 'x');
    produce(record, size < 0 ? nullptr : value.data(), value.size());
  }

  void put(std::istringstream& words) {
    Record record(words);
    std::string hex;
    words >> hex;
    std::string value;
    for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
      value += static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16));
    }
    produce(record, value.data(), value.size());
  }

  void produce(Record& record, char* value, std::size_t size) {
    auto& key = record.key;
    char* key_data = key == "-" ? nullptr : key.data();
    const std::size_t key_size = key == "-" ? 0 : key.size();
    const auto code = rd_kafka_producev(
        client_, RD_KAFKA_V_TOPIC(record.topic.c_str()), RD_KAFKA_V_PARTITION(record.partition),
        RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY), RD_KAFKA_V_TIMESTAMP(record.timestamp),
        RD_KAFKA_V_VALUE(value, size), RD_KAFKA_V_KEY(key_data, key_size), RD_KAFKA_V_END);
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR) die(rd_kafka_err2str(code));
    rd_kafka_poll(client_, 0);
  }

  void abort_transaction() {
    flush(client_);
    check(rd_kafka_abort_transaction(client_, 30'000));
  }

  void truncate(std::istringstream& words) {
    std::string topic;
    int partition = 0;
    std::int64_t offset = 0;
    words >> topic >> partition >> offset;
    auto* list = rd_kafka_topic_partition_list_new(1);
    rd_kafka_topic_partition_list_add(list, topic.c_str(), partition)->offset = offset;
    auto* request = rd_kafka_DeleteRecords_new(list);
    rd_kafka_topic_partition_list_destroy(list);
    admin([&](rd_kafka_queue_t* queue) {
      rd_kafka_DeleteRecords(client_, &request, 1, nullptr, queue);
    });
    rd_kafka_DeleteRecords_destroy(request);
  }

  void remove(std::istringstream& words) {
    std::string topic;
    words >> topic;
    auto* request = rd_kafka_DeleteTopic_new(topic.c_str());
    admin([&](rd_kafka_queue_t* queue) {
      rd_kafka_DeleteTopics(client_, &request, 1, nullptr, queue);
    });
    rd_kafka_DeleteTopic_destroy(request);
  }

  void admin(const std::function<void(rd_kafka_queue_t*)>& ask) {
    auto* queue = rd_kafka_queue_new(client_);
    ask(queue);
    auto* event = rd_kafka_queue_poll(queue, 30'000);
    if (event == nullptr) die("an admin request was not answered");
    if (rd_kafka_event_error(event) != RD_KAFKA_RESP_ERR_NO_ERROR)
      die(rd_kafka_event_error_string(event));
    rd_kafka_event_destroy(event);
    rd_kafka_queue_destroy(queue);
  }

  rd_kafka_t* client_;
};

}  // namespace

void run_script(const std::string& bootstrap, const std::string& codec, bool transactional,
                std::istream& script) {
  Script running(bootstrap, codec, transactional);
  std::string line;
  while (std::getline(script, line)) running.run(line);
}

}  // namespace partwise::fleet
