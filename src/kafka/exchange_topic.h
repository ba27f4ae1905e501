// A topic by which processes of this program tell each other something, for as long as they run.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>

#include "base/result.h"
#include "kafka/exchange_parts.h"
#include "kafka/settings.h"

namespace partwise::kafka {

class Client;

/// Small news that everybody reads, and results that one reads.
enum class Channel { news = 0, results = 1 };

/// threads: one at a time
class ExchangeTopic {
 public:
  /// Connects; the topic need not be there.
  ///
  /// errors: as of Client::connect
  static Result<std::unique_ptr<ExchangeTopic>> open(const ClientSettings& settings,
                                                     const std::string& name,
                                                     const std::stop_token& stop);
  ~ExchangeTopic();
  ExchangeTopic(const ExchangeTopic&) = delete;
  ExchangeTopic& operator=(const ExchangeTopic&) = delete;

  [[nodiscard]] const std::string& name() const { return name_; }

  /// errors: as of make_topic
  Result<> make(const std::stop_token& stop);

  /// errors: unauthorized, also to write to it; timeout, unavailable, interrupted
  Result<bool> exists(const std::stop_token& stop);

  /// Sends one message and waits, up to `patience`, until all replicas have it.
  ///
  /// errors: unauthorized, timeout, unavailable, interrupted
  Result<> send(Channel channel, const ExchangeMessage& message, Millis patience,
                const std::stop_token& stop);

  using Take = std::function<void(ExchangeMessage message)>;
  /// Hands over what has become whole since the last call; without a wait for more.
  ///
  /// errors: not_found, when the topic is gone; unauthorized, timeout, unavailable
  Result<> read(Channel channel, const Take& take, const std::stop_token& stop);

  /// Deletes it. It is not stopped.
  ///
  /// errors: as of remove_topics
  Result<> remove();

 private:
  struct Reading {
    std::int64_t next = 0;  // offset
    PartsTaken parts;
  };

  ExchangeTopic(ClientSettings settings, std::string name);
  Result<std::int64_t> end_of(Channel channel) const;

  ClientSettings settings_;
  std::string name_;
  TrafficCounters traffic_;
  std::unique_ptr<Client> client_;  // asks for no topic to be made
  std::array<Reading, 2> reading_;
};

}  // namespace partwise::kafka
