#include "kafka/log_dirs.h"

#include <map>
#include <utility>

#include "kafka/wire.h"

namespace partwise::kafka {
namespace {

constexpr std::int16_t api_describe_log_dirs = 35;
// Not flexible, and Kafka 4's floor: one version serves old and new brokers.
constexpr std::int16_t version = 1;

struct Sizes {
  std::map<std::pair<std::string, std::int32_t>, std::int64_t> bytes;
};

// Only the partitions that the broker leads; an empty text when it leads none of them.
std::string request_for(int broker, const std::vector<TopicLeaders>& topics) {
  WireWriter list;
  std::int32_t count = 0;
  for (const auto& topic : topics) {
    WireWriter partitions;
    std::int32_t led = 0;
    for (std::size_t p = 0; p < topic.leaders.size(); ++p) {
      if (topic.leaders[p] != broker) continue;
      partitions.int32(static_cast<std::int32_t>(p));
      ++led;
    }
    if (led == 0) continue;
    ++count;
    list.text(topic.name);
    list.int32(led);
    list.raw(partitions.get());
  }
  if (count == 0) return {};
  WireWriter body;
  body.int32(count);
  body.raw(list.get());
  return body.get();
}

Result<> read_sizes(std::string_view response, Sizes& sizes) {
  WireReader reader(response);
  reader.int32();  // throttle time
  for (auto dirs = reader.int32(); dirs > 0 && reader.ok(); --dirs) {
    reader.int16();  // an error of one directory: its partitions are then missing
    reader.text();
    for (auto topics = reader.int32(); topics > 0 && reader.ok(); --topics) {
      const std::string name(reader.text());
      for (auto partitions = reader.int32(); partitions > 0 && reader.ok(); --partitions) {
        const auto partition = reader.int32();
        const auto bytes = reader.int64();
        reader.int64();  // lag
        const bool future = reader.int8() != 0;
        // A replica that is being moved to another directory is there twice.
        if (!future) sizes.bytes[{name, partition}] = bytes;
      }
    }
  }
  if (reader.ok()) return {};
  return fail(ErrorKind::corrupt, "the answer to DescribeLogDirs ends early");
}

Result<> ask_broker(const BrokerAddress& broker, const ClientSettings& settings,
                    const std::vector<TopicLeaders>& topics, Sizes& sizes) {
  const auto body = request_for(broker.id, topics);
  if (body.empty()) return {};
  auto connection = TRY(WireConnection::open(broker.host, broker.port, settings));
  const auto response = TRY(connection.ask(api_describe_log_dirs, version, body));
  return read_sizes(response, sizes);
}

std::optional<std::int64_t> sum_of(const TopicLeaders& topic, const Sizes& sizes) {
  std::int64_t sum = 0;
  for (std::size_t p = 0; p < topic.leaders.size(); ++p) {
    const auto found = sizes.bytes.find({topic.name, static_cast<std::int32_t>(p)});
    if (found == sizes.bytes.end()) return std::nullopt;
    sum += found->second;
  }
  return sum;
}

}  // namespace

Result<std::vector<std::optional<std::int64_t>>> stored_bytes_of(
    const std::vector<BrokerAddress>& brokers, const ClientSettings& settings,
    const std::vector<TopicLeaders>& topics) {
  Sizes sizes;
  std::optional<Error> failed;
  std::size_t failures = 0;
  for (const auto& broker : brokers) {
    if (auto result = ask_broker(broker, settings, topics, sizes); !result) {
      failed = std::move(result).error();
      ++failures;
    }
  }
  if (failed && failures == brokers.size()) return tl::unexpected(*std::move(failed));
  // Brokers answer with nothing, and without an error, whom they do not allow to ask.
  if (sizes.bytes.empty() && !topics.empty()) {
    return fail(ErrorKind::unauthorized, "brokers tell none", "allow DESCRIBE on the cluster");
  }
  std::vector<std::optional<std::int64_t>> stored;
  for (const auto& topic : topics) stored.push_back(sum_of(topic, sizes));
  return stored;
}

}  // namespace partwise::kafka
