// Keeps a process in the group of a shared scan while it reads, and notices who leaves.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <thread>

#include "app/scan_plan.h"
#include "base/result.h"
#include "kafka/exchange_topic.h"
#include "kafka/group_membership.h"

namespace partwise::app {

/// How the collector ended: with the whole, or why not.
struct CollectorEnd {
  std::optional<Error> error;
  bool untold = false;  ///< it went away, or its topic did
};

/// The kind of message by which it tells, and its bytes: empty, or the error's text.
constexpr const char* end_kind = "end";
std::optional<CollectorEnd> collector_end(const kafka::ExchangeMessage& message,
                                          const ScanPlan& plan);

/// Has a thread of its own, which alone uses the membership as long as this lives.
///
/// threads: any
class GroupWatch {
 public:
  /// news: by which the collector's end is seen; none in the collector itself.
  /// ended: called once, from the thread, when the collector has ended or is gone
  GroupWatch(kafka::GroupMembership& membership, std::unique_ptr<kafka::ExchangeTopic> news,
             const ScanPlan& plan, std::function<void()> ended);

  /// Clients of the plan that are in the group no more.
  [[nodiscard]] std::set<std::string> gone() const;
  /// Empty while the collector is at work.
  [[nodiscard]] std::optional<CollectorEnd> end() const;

 private:
  void run(const std::stop_token& stop);
  void look(const std::stop_token& stop);
  void read_news(const std::stop_token& stop);
  void note_end(CollectorEnd end);

  kafka::GroupMembership& membership_;
  std::unique_ptr<kafka::ExchangeTopic> news_;
  const ScanPlan& plan_;
  std::function<void()> ended_;
  int unread_ = 0;                      // times in a row that the topic was not there
  std::map<std::string, int> missing_;  // times in a row that a client was not
  mutable std::mutex mutex_;
  std::set<std::string> gone_;
  std::optional<CollectorEnd> end_;
  std::jthread thread_;  // last: uses all above
};

}  // namespace partwise::app
