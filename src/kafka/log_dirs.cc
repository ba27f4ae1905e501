#include "kafka/log_dirs.h"

#include <algorithm>
#include <csignal>
#include <exception>
#include <map>
#include <utility>

#include <fmt/format.h>

#include "base/parallel.h"
#include "kafka/wire.h"
#include "protocol/bytes.h"

namespace partwise::kafka {
namespace {

using protocol::Reader;
using protocol::Writer;

// Not flexible, and Kafka 4's floor: one version serves old and new brokers.
constexpr std::int16_t version = 1;

// A thread for each broker only waits for it: enough of them that silent brokers are waited for
// together.
constexpr std::size_t brokers_at_once = 32;

// Bytes by topic and partition.
using Sizes = std::map<std::pair<std::string, std::int32_t>, std::int64_t>;

struct Question {
  const BrokerAddress* broker = nullptr;
  std::string body;
};

// Only the partitions that the broker leads; an empty text when it leads none of them.
std::string request_for(int broker, const std::vector<TopicLeaders>& topics) {
  Writer list;
  std::int32_t count = 0;
  for (const auto& topic : topics) {
    std::vector<std::int32_t> led;
    for (std::size_t p = 0; p < topic.leaders.size(); ++p) {
      if (topic.leaders[p] == broker) led.push_back(static_cast<std::int32_t>(p));
    }
    if (led.empty()) continue;
    ++count;
    list.text(topic.name);
    list.each(led, [&](std::int32_t partition) { list.int32(partition); });
  }
  if (count == 0) return {};
  Writer body;
  body.int32(count);
  body.raw(list.own());
  return body.own();
}

Result<Sizes> read_sizes(std::string_view response) {
  Sizes sizes;
  Reader reader(response);
  reader.int32();  // throttle time
  reader.each([&] {
    reader.int16();  // an error of one directory: its partitions are then missing
    reader.text();
    reader.each([&] {
      const std::string name(reader.text());
      reader.each([&] {
        const auto partition = reader.int32();
        const auto bytes = reader.int64();
        reader.int64();  // lag
        const bool future = reader.boolean();
        // A replica that is being moved to another directory is there twice.
        if (!future) sizes[{name, partition}] = bytes;
      });
    });
  });
  if (reader.ok()) return sizes;
  return fail(ErrorKind::corrupt, "the answer to DescribeLogDirs ends early");
}

std::vector<Question> questions_for(const std::vector<BrokerAddress>& brokers,
                                    const std::vector<TopicLeaders>& topics) {
  std::vector<Question> questions;
  for (const auto& broker : brokers) {
    auto body = request_for(broker.id, topics);
    if (!body.empty()) questions.push_back({&broker, std::move(body)});
  }
  return questions;
}

Result<Sizes> ask_broker(const Question& question, const ClientSettings& settings,
                         const std::stop_token& stop) {
  const auto& broker = *question.broker;
  auto connection = TRY(WireConnection::open(broker.host, broker.port, settings, stop));
  const auto response =
      TRY(connection.ask(protocol::ApiKey::describe_log_dirs, version, question.body));
  return read_sizes(response);
}

// For a thread of its own, where nothing that is thrown may get out.
Result<Sizes> ask_safely(const Question& question, const ClientSettings& settings,
                         const std::stop_token& stop) {
  try {
    return ask_broker(question, settings, stop);
  } catch (const std::exception& error) {
    return fail(ErrorKind::limit, fmt::format("broker {}'s answer could not be taken: {}",
                                              question.broker->id, error.what()));
  }
}

// OpenSSL writes so that a broker that has hung up would end the program.
void block_sigpipe() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGPIPE);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
}

std::vector<Result<Sizes>> ask_all(const std::vector<Question>& questions,
                                   const ClientSettings& settings, const std::stop_token& stop) {
  std::vector<Result<Sizes>> answers(questions.size());
  in_parallel(questions.size(), brokers_at_once, [&](std::size_t i) {
    block_sigpipe();
    if (!stop.stop_requested()) answers[i] = ask_safely(questions[i], settings, stop);
  });
  return answers;
}

std::optional<std::int64_t> sum_of(const TopicLeaders& topic, const Sizes& sizes) {
  std::int64_t sum = 0;
  for (std::size_t p = 0; p < topic.leaders.size(); ++p) {
    const auto found = sizes.find({topic.name, static_cast<std::int32_t>(p)});
    if (found == sizes.end()) return std::nullopt;
    sum += found->second;
  }
  return sum;
}

}  // namespace

Result<std::vector<std::optional<std::int64_t>>> stored_bytes_of(
    const std::vector<BrokerAddress>& brokers, const ClientSettings& settings,
    const std::vector<TopicLeaders>& topics, const std::stop_token& stop) {
  Sizes sizes;
  std::optional<Error> failed;
  std::size_t failures = 0;
  auto answers = ask_all(questions_for(brokers, topics), settings, stop);
  if (stop.stop_requested()) return fail(ErrorKind::interrupted, "interrupted");
  for (auto& answer : answers) {
    if (answer) {
      sizes.merge(*answer);
    } else {
      failed = std::move(answer).error();
      ++failures;
    }
  }
  if (failed && failures == answers.size()) return tl::unexpected(*std::move(failed));
  // Brokers answer with nothing, and without an error, whom they do not allow to ask.
  if (sizes.empty() && !topics.empty()) {
    return fail(ErrorKind::unauthorized, "brokers tell none", "allow DESCRIBE on the cluster");
  }
  std::vector<std::optional<std::int64_t>> stored;
  for (const auto& topic : topics) stored.push_back(sum_of(topic, sizes));
  return stored;
}

}  // namespace partwise::kafka
