// Carries lookups to the brokers and sees to it that each gets a final answer.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "base/clock.h"
#include "sample/cluster_port.h"
#include "sample/lookup_queue.h"

namespace partwise::app {

/// Between the studies and the port: finds each partition's leader, sends what the queue allows,
/// asks again where a leader has moved, and gives up on a broker that has not answered for the
/// whole time-out.
///
/// threads: one at a time
class LookupService {
 public:
  LookupService(sample::ClusterPort& port, const Clock& clock, Millis timeout,
                sample::LookupQueue::Settings settings)
      : port_(port), clock_(clock), timeout_(timeout), queue_(settings) {}

  void set_leaders(int topic, std::vector<int> leaders);

  void ask(const sample::OffsetQuery& query);

  /// Sends requests that may go now. Call after ask() and after take().
  void send();

  /// The final answers that an event brings, right or failed.
  std::vector<sample::OffsetAnswer> take(const sample::OffsetsArrived& event);

  /// Answers that did not need an event: no leader, a broker given up.
  std::vector<sample::OffsetAnswer> take_failed();

  /// The broker that leads a partition; below zero: none.
  [[nodiscard]] int leader(sample::TopicPartition at) const;

  /// The broker did not answer for the whole time-out: nothing more will be asked of it.
  [[nodiscard]] bool given_up(int broker) const { return given_up_.contains(broker); }

  /// Fails what waits for the broker, and whatever would be asked of it.
  void give_up(int broker);

  /// Why the broker was given up.
  [[nodiscard]] const Error& verdict(int broker) const { return given_up_.at(broker); }

  [[nodiscard]] std::int64_t lookups() const { return lookups_; }
  [[nodiscard]] bool idle() const { return queue_.pending() == 0 && delayed_.empty(); }
  /// How long to wait for events at most, for something is delayed.
  [[nodiscard]] Millis patience() const;

 private:
  struct Delayed {
    SteadyTime due;
    sample::OffsetQuery query;
  };
  void route(const sample::OffsetQuery& query);
  void fail_query(const sample::OffsetQuery& query, Error error);
  void retry_due();
  void refresh_leaders(int topic);
  [[nodiscard]] bool hopeless(const sample::OffsetsArrived& event);

  sample::ClusterPort& port_;
  const Clock& clock_;
  Millis timeout_;
  sample::LookupQueue queue_;
  std::map<int, std::vector<int>> leaders_;
  std::map<int, SteadyTime> leaders_asked_;
  SteadyTime leaders_unknown_until_;  // no broker could tell them
  std::map<int, SteadyTime> failing_since_;
  std::map<int, Error> given_up_;
  std::map<sample::TopicPartition, int> leaderless_tries_;
  std::vector<Delayed> delayed_;
  std::vector<sample::OffsetAnswer> failed_;
  std::int64_t lookups_ = 0;
};

}  // namespace partwise::app
