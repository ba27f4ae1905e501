// Turns lookups of many topics into requests that are kind to the brokers.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <vector>

#include "sample/cluster_port.h"

namespace partwise::sample {

/// One request in flight for each broker, so that at most one of its handler threads works for us;
/// a bounded number of partitions in a request; no partition twice in a request, which brokers
/// refuse; and only what failed is asked again.
///
/// threads: one at a time
class LookupQueue {
 public:
  struct Settings {
    int partitions_per_request = 200;  ///< 28 ms of one handler thread at 140 us a lookup
    int retries = 5;
  };

  LookupQueue() : LookupQueue(Settings{}) {}
  explicit LookupQueue(Settings settings) : settings_(settings) {}

  void push(int broker, const OffsetQuery& query);

  struct Request {
    int broker = 0;
    std::vector<OffsetQuery> queries;
  };
  /// The requests that may be sent now.
  std::vector<Request> ready();

  /// The broker has answered: it may be sent the next request. Returns the answers that are final;
  /// the others are in to_retry().
  std::vector<OffsetAnswer> arrived(const OffsetsArrived& answers);

  /// Queries whose last try failed and that may be tried again, taken out.
  std::vector<OffsetQuery> to_retry();

  /// Takes out what waits for a broker that will not be asked again.
  std::vector<OffsetQuery> drop(int broker);

  /// Queries that wait or are in flight.
  [[nodiscard]] std::size_t pending() const { return pending_; }

 private:
  struct Key {
    TopicPartition at;
    std::int64_t time_ms;
    auto operator<=>(const Key&) const = default;
  };
  struct Broker {
    std::map<TopicPartition, std::vector<OffsetQuery>> waiting;  // none without a query
    std::deque<TopicPartition> turns;                            // each of them, once
    bool in_flight = false;
  };
  std::vector<OffsetQuery> take_turns(Broker& broker) const;

  Settings settings_;
  std::map<int, Broker> brokers_;
  std::map<Key, int> tries_;
  std::vector<OffsetQuery> failed_;
  std::size_t pending_ = 0;
};

}  // namespace partwise::sample
