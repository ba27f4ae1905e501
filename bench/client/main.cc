// A librdkafka client that is measured against a cluster, and librdkafka's mock cluster as a peer.
//
//   partwise-bench-client mock BROKERS TOPIC PARTITIONS
//   partwise-bench-client produce BOOTSTRAP TOPIC PARTITIONS SIZE RECORDS
//   partwise-bench-client replay BOOTSTRAP TOPIC RECORDS [PROPERTY=VALUE...]
//   partwise-bench-client consume BOOTSTRAP TOPIC PARTITIONS SECONDS
//   partwise-bench-client latency BOOTSTRAP TOPIC SIZE RECORDS_PER_S SECONDS [PROPERTY=VALUE...]
//
// `mock` prints its bootstrap servers and serves until its standard input ends. The others print
// one line of JSON. Settings are the client's defaults where none is named.
#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <memory>
#include <span>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>
#include <nlohmann/json.hpp>

namespace {

using SteadyClock = std::chrono::steady_clock;
using nlohmann::json;

constexpr int patience_ms = 30'000;

struct DestroyClient {
  void operator()(rd_kafka_t* client) const { rd_kafka_destroy(client); }
};
using ClientHandle = std::unique_ptr<rd_kafka_t, DestroyClient>;

[[noreturn]] void die(const std::string& why) {
  std::cerr << "partwise-bench-client: " << why << '\n';
  std::exit(1);
}

double since(SteadyClock::time_point start) {
  return std::chrono::duration<double>(SteadyClock::now() - start).count();
}

using Properties = std::vector<std::pair<std::string, std::string>>;

ClientHandle client_of(rd_kafka_type_t type, const Properties& properties) {
  std::array<char, 512> why{};
  rd_kafka_conf_t* conf = rd_kafka_conf_new();
  for (const auto& [name, value] : properties) {
    if (rd_kafka_conf_set(conf, name.c_str(), value.c_str(), why.data(), why.size()) !=
        RD_KAFKA_CONF_OK) {
      die(why.data());
    }
  }
  ClientHandle client(rd_kafka_new(type, conf, why.data(), why.size()));
  if (!client) die(why.data());
  return client;
}

int serve_mock(int brokers, const char* topic, int partitions) {
  const auto client = client_of(RD_KAFKA_PRODUCER, {{"log_level", "0"}});
  rd_kafka_mock_cluster_t* cluster = rd_kafka_mock_cluster_new(client.get(), brokers);
  if (cluster == nullptr) die("no mock cluster");
  rd_kafka_mock_topic_create(cluster, topic, partitions, 1);
  std::cout << rd_kafka_mock_cluster_bootstraps(cluster) << '\n' << std::flush;
  while (std::cin.get() != EOF) {
  }
  rd_kafka_mock_cluster_destroy(cluster);
  return 0;
}

// To partitions in turn, so that every run has the same batches; a full queue is waited for.
void send(rd_kafka_t* client, const char* topic, int partition, std::span<const char> value) {
  while (true) {
    const auto code =
        rd_kafka_producev(client, RD_KAFKA_V_TOPIC(topic), RD_KAFKA_V_PARTITION(partition),
                          RD_KAFKA_V_VALUE(const_cast<char*>(value.data()), value.size()),
                          RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY), RD_KAFKA_V_END);
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR) return;
    if (code != RD_KAFKA_RESP_ERR__QUEUE_FULL) die(rd_kafka_err2str(code));
    rd_kafka_poll(client, 10);
  }
}

void count_failures(rd_kafka_t*, const rd_kafka_message_t* message, void* opaque) {
  if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) ++*static_cast<std::int64_t*>(opaque);
}

json produce(const std::string& bootstrap, const char* topic, int partitions, std::size_t size,
             std::int64_t records) {
  std::array<char, 512> why{};
  std::int64_t failures = 0;
  rd_kafka_conf_t* conf = rd_kafka_conf_new();
  rd_kafka_conf_set(conf, "bootstrap.servers", bootstrap.c_str(), nullptr, 0);
  rd_kafka_conf_set_dr_msg_cb(conf, count_failures);
  rd_kafka_conf_set_opaque(conf, &failures);
  const ClientHandle client(rd_kafka_new(RD_KAFKA_PRODUCER, conf, why.data(), why.size()));
  if (!client) die(why.data());
  const std::vector<char> value(size, 'x');
  for (int p = 0; p < partitions; ++p) send(client.get(), topic, p, value);
  if (rd_kafka_flush(client.get(), patience_ms) != RD_KAFKA_RESP_ERR_NO_ERROR) die("no warm-up");

  const auto start = SteadyClock::now();
  for (std::int64_t i = 0; i < records; ++i) {
    send(client.get(), topic, static_cast<int>(i % partitions), value);
    if (i % 1000 == 0) rd_kafka_poll(client.get(), 0);
  }
  if (rd_kafka_flush(client.get(), patience_ms) != RD_KAFKA_RESP_ERR_NO_ERROR) die("not flushed");
  const double took = since(start);
  if (failures > 0) die(std::to_string(failures) + " records were refused");
  return {{"s", took}, {"records_per_s", static_cast<double>(records) / took}};
}

struct Keyed {
  std::string key;
  std::string value;
};

// As `partwise keys verify --simulation none` sends them, made before anything is timed.
std::vector<Keyed> keyed_records(std::int64_t count) {
  std::vector<Keyed> records;
  for (std::int64_t i = 0; i < count; ++i) {
    const auto number = std::to_string(i);
    const auto key = (i % 2 == 0 ? "tenant_id-" : "user_id-") + number;
    std::string value = R"({"id": )";
    value.append(number).append(R"(, "key": ")").append(key);
    value.append(R"(", "timestamp": "2026-03-04T05:06:07Z", "data": "Test record )");
    value.append(number).append(R"("})");
    records.push_back({key, std::move(value)});
  }
  return records;
}

void send(rd_kafka_t* client, rd_kafka_topic_t* topic, const Keyed& record) {
  while (rd_kafka_produce(topic, RD_KAFKA_PARTITION_UA, RD_KAFKA_MSG_F_COPY,
                          const_cast<char*>(record.value.data()), record.value.size(),
                          record.key.data(), record.key.size(), nullptr) != 0) {
    if (rd_kafka_last_error() != RD_KAFKA_RESP_ERR__QUEUE_FULL) {
      die(rd_kafka_err2str(rd_kafka_last_error()));
    }
    rd_kafka_poll(client, 10);
  }
}

// What a producer of records that are in memory already does, and nothing else: as
// rdkafka_performance -P, but with records of different keys.
json replay(const std::string& bootstrap, const char* topic, std::int64_t records,
            const Properties& properties) {
  std::array<char, 512> why{};
  std::int64_t failures = 0;
  rd_kafka_conf_t* conf = rd_kafka_conf_new();
  rd_kafka_conf_set(conf, "bootstrap.servers", bootstrap.c_str(), nullptr, 0);
  for (const auto& [name, value] : properties) {
    if (rd_kafka_conf_set(conf, name.c_str(), value.c_str(), why.data(), why.size()) !=
        RD_KAFKA_CONF_OK) {
      die(why.data());
    }
  }
  rd_kafka_conf_set_dr_msg_cb(conf, count_failures);
  rd_kafka_conf_set_opaque(conf, &failures);
  const ClientHandle client(rd_kafka_new(RD_KAFKA_PRODUCER, conf, why.data(), why.size()));
  if (!client) die(why.data());
  rd_kafka_topic_t* const handle = rd_kafka_topic_new(client.get(), topic, nullptr);
  const auto sent = keyed_records(records);
  // Its leaders are known then, as they are to whoever has just made the topic.
  const struct rd_kafka_metadata* metadata = nullptr;
  if (rd_kafka_metadata(client.get(), 0, handle, &metadata, patience_ms) !=
      RD_KAFKA_RESP_ERR_NO_ERROR) {
    die("no metadata");
  }
  rd_kafka_metadata_destroy(metadata);

  const auto start = SteadyClock::now();
  for (std::int64_t i = 0; i < records; ++i) {
    send(client.get(), handle, sent[static_cast<std::size_t>(i)]);
    if (i % 64 == 0) rd_kafka_poll(client.get(), 0);
  }
  if (rd_kafka_flush(client.get(), patience_ms) != RD_KAFKA_RESP_ERR_NO_ERROR) die("not flushed");
  const double took = since(start);
  rd_kafka_topic_destroy(handle);
  if (failures > 0) die(std::to_string(failures) + " records were refused");
  return {{"s", took}, {"records_per_s", static_cast<double>(records) / took}};
}

ClientHandle reader_of(const std::string& bootstrap, const char* topic, int partitions,
                       std::int64_t offset) {
  auto client = client_of(RD_KAFKA_CONSUMER, {{"bootstrap.servers", bootstrap},
                                              {"group.id", "partwise-bench"},
                                              {"enable.auto.commit", "false"},
                                              {"enable.partition.eof", "true"}});
  rd_kafka_poll_set_consumer(client.get());
  rd_kafka_topic_partition_list_t* list = rd_kafka_topic_partition_list_new(partitions);
  for (int p = 0; p < partitions; ++p) {
    rd_kafka_topic_partition_list_add(list, topic, p)->offset = offset;
  }
  const auto code = rd_kafka_assign(client.get(), list);
  rd_kafka_topic_partition_list_destroy(list);
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR) die(rd_kafka_err2str(code));
  return client;
}

struct Taken {
  std::int64_t records = 0;
  std::int64_t bytes = 0;
};

// All that the partitions hold, once.
Taken read_all(const std::string& bootstrap, const char* topic, int partitions, double& reading_s) {
  const auto client = reader_of(bootstrap, topic, partitions, RD_KAFKA_OFFSET_BEGINNING);
  rd_kafka_queue_t* queue = rd_kafka_queue_get_consumer(client.get());
  Taken taken;
  SteadyClock::time_point first;
  auto last = SteadyClock::now();
  constexpr std::size_t batch = 1000;
  constexpr int wait_ms = 1;  // it waits so long for a full batch
  std::array<rd_kafka_message_t*, batch> messages{};
  for (int ended = 0; ended < partitions;) {
    const auto count =
        rd_kafka_consume_batch_queue(queue, wait_ms, messages.data(), messages.size());
    if (since(last) * 1e3 > patience_ms) die("nothing to read");
    if (count <= 0) continue;
    last = SteadyClock::now();
    if (taken.records == 0) first = last;
    for (ssize_t i = 0; i < count; ++i) {
      rd_kafka_message_t* message = messages[static_cast<std::size_t>(i)];
      if (message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
        ++ended;
      } else if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
        ++taken.records;
        taken.bytes += static_cast<std::int64_t>(message->len);
      } else {
        die(rd_kafka_err2str(message->err));
      }
      rd_kafka_message_destroy(message);
    }
  }
  reading_s += since(first);
  rd_kafka_queue_destroy(queue);
  return taken;
}

// Again and again: a mock cluster keeps only so much.
json consume(const std::string& bootstrap, const char* topic, int partitions, double seconds) {
  Taken all;
  double reading_s = 0;
  while (reading_s < seconds) {
    const auto taken = read_all(bootstrap, topic, partitions, reading_s);
    all.records += taken.records;
    all.bytes += taken.bytes;
  }
  return {{"s", reading_s},
          {"records", all.records},
          {"records_per_s", static_cast<double>(all.records) / reading_s}};
}

std::int64_t now_ns() { return SteadyClock::now().time_since_epoch().count(); }

void take_latencies(rd_kafka_t* client, std::int64_t records, std::vector<double>& us) {
  while (std::ssize(us) < records) {
    rd_kafka_message_t* message = rd_kafka_consumer_poll(client, patience_ms);
    if (message == nullptr) die("a record did not arrive");
    if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
      std::int64_t sent = 0;
      std::memcpy(&sent, message->payload, sizeof sent);
      us.push_back(static_cast<double>(now_ns() - sent) / 1e3);
    } else if (message->err != RD_KAFKA_RESP_ERR__PARTITION_EOF) {
      die(rd_kafka_message_errstr(message));
    }
    rd_kafka_message_destroy(message);
  }
}

// From before the record is given to the producer until the consumer's poll returns it; each record
// is due at its time, and its latency is counted from then.
json latency(const std::string& bootstrap, const char* topic, std::size_t size, double rate,
             double seconds, Properties properties) {
  const auto records = static_cast<std::int64_t>(rate * seconds);
  properties.emplace_back("bootstrap.servers", bootstrap);
  const auto producer = client_of(RD_KAFKA_PRODUCER, properties);
  std::vector<char> value(std::max(size, sizeof(std::int64_t)), 'x');
  send(producer.get(), topic, 0, value);  // makes the topic, and the connections
  if (rd_kafka_flush(producer.get(), patience_ms) != RD_KAFKA_RESP_ERR_NO_ERROR) die("no warm-up");
  const auto consumer = reader_of(bootstrap, topic, 1, RD_KAFKA_OFFSET_END);
  // The end is known once it was reached: only then does what is sent count.
  rd_kafka_message_t* end = rd_kafka_consumer_poll(consumer.get(), patience_ms);
  if (end == nullptr || end->err != RD_KAFKA_RESP_ERR__PARTITION_EOF) die("no end of partition");
  rd_kafka_message_destroy(end);

  std::vector<double> us;
  std::thread reader([&] { take_latencies(consumer.get(), records, us); });
  const auto start = SteadyClock::now();
  for (std::int64_t i = 0; i < records; ++i) {
    const auto due = start + std::chrono::duration_cast<SteadyClock::duration>(
                                 std::chrono::duration<double>(static_cast<double>(i) / rate));
    std::this_thread::sleep_until(due);
    const std::int64_t sent = due.time_since_epoch().count();
    std::memcpy(value.data(), &sent, sizeof sent);
    send(producer.get(), topic, 0, value);
    rd_kafka_poll(producer.get(), 0);
  }
  reader.join();
  std::sort(us.begin(), us.end());
  const auto quantile = [&](double q) {
    return us.at(static_cast<std::size_t>(q * static_cast<double>(us.size() - 1)));
  };
  return {{"records", records},
          {"p50_us", quantile(0.5)},
          {"p99_us", quantile(0.99)},
          {"max_us", us.back()}};
}

Properties properties_in(std::span<const std::string> words) {
  Properties properties;
  for (const auto& word : words) {
    const auto equals = word.find('=');
    if (equals == std::string::npos) die("not PROPERTY=VALUE: " + word);
    properties.emplace_back(word.substr(0, equals), word.substr(equals + 1));
  }
  return properties;
}

int run(const std::vector<std::string>& words) {
  const auto is = [&](const char* command, std::size_t least) {
    return words.size() > least && words[0] == command;
  };
  if (is("mock", 3)) {
    return serve_mock(std::stoi(words[1]), words[2].c_str(), std::stoi(words[3]));
  }
  json result;
  if (is("produce", 5)) {
    result = produce(words[1], words[2].c_str(), std::stoi(words[3]), std::stoul(words[4]),
                     std::stoll(words[5]));
  } else if (is("replay", 3)) {
    result = replay(words[1], words[2].c_str(), std::stoll(words[3]),
                    properties_in(std::span(words).subspan(4)));
  } else if (is("consume", 4)) {
    result = consume(words[1], words[2].c_str(), std::stoi(words[3]), std::stod(words[4]));
  } else if (is("latency", 5)) {
    result = latency(words[1], words[2].c_str(), std::stoul(words[3]), std::stod(words[4]),
                     std::stod(words[5]), properties_in(std::span(words).subspan(6)));
  } else {
    die("give one of mock, produce, replay, consume, latency");
  }
  std::cout << result << '\n' << std::flush;
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run({argv + 1, argv + argc});
  } catch (const std::exception& problem) {
    die(problem.what());
  }
}
