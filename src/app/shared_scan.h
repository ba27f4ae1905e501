// A scan that several processes share: one of them, the collector, gets what all have read.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "app/group_watch.h"
#include "app/scan_gathering.h"
#include "app/scan_options.h"
#include "app/scan_plan.h"
#include "base/clock.h"
#include "base/result.h"
#include "kafka/exchange_topic.h"
#include "kafka/group_membership.h"
#include "kafka/settings.h"
#include "keys/scan_message.h"

namespace partwise::app {

/// One process's part in it. Makes a membership of the group and, in the collector, the exchange
/// topic; finish(), or at the latest the destructor, takes both away.
///
/// threads: one at a time
class SharedScan {
 public:
  using Tell = std::function<void(const std::string& step)>;

  /// Waits until all processes are there and agree.
  ///
  /// errors: as of gathered, await_exchange and greeted
  static Result<std::unique_ptr<SharedScan>> begin(const ScanOptions& options,
                                                   const kafka::ClientSettings& settings,
                                                   int partitions, Instant started, Tell tell,
                                                   const std::stop_token& stop);
  ~SharedScan();
  SharedScan(const SharedScan&) = delete;
  SharedScan& operator=(const SharedScan&) = delete;

  [[nodiscard]] bool collects() const { return plan_.collector().client == client_; }
  [[nodiscard]] const ScanShare& collector() const { return plan_.collector(); }
  /// The partitions that this process reads.
  [[nodiscard]] const std::vector<int>& partitions() const;
  /// Those of the collector: "6h ago" is one time for all.
  [[nodiscard]] const StretchBounds& bounds() const { return bounds_; }
  /// The user's stop, and the collector's end.
  [[nodiscard]] std::stop_token stop() const { return reading_.get_token(); }

  /// Not in the collector: gives it what was read, and waits until it has the whole.
  ///
  /// errors: unavailable: the collector went away, or ended without the whole; interrupted; those
  /// of ExchangeTopic
  Result<> hand_in(const keys::ScanPart& part);

  /// In the collector: puts its own part and those of all others together in `scan`. Partitions of
  /// which nothing comes get an error.
  void collect(const keys::ScanPart& own, keys::ScanReport& scan);

  /// Tells the others that the whole is there, and removes what was made. A second call does
  /// nothing.
  ///
  /// errors: as of ExchangeTopic::remove: the topic is left
  Result<> finish();
  /// Finishes, too: the error that ends this process's part, with what is left.
  Error failed(Error error);

 private:
  SharedScan(const ScanOptions& options, const kafka::ClientSettings& settings,
             const std::stop_token& stop, Instant started, Tell tell);
  Result<> gather(int partitions);
  Result<> meet();
  void watch(std::unique_ptr<kafka::ExchangeTopic> news);
  Result<> end(const std::string& why_not);
  void await_leaving();

  const ScanOptions& options_;
  const kafka::ClientSettings& settings_;
  const std::stop_token& user_stop_;
  Tell tell_;
  std::string client_;
  ScanPlan plan_;
  StretchBounds bounds_;
  bool made_ = false;  // the topic, by us
  bool finished_ = false;
  std::unique_ptr<kafka::GroupMembership> membership_;
  std::unique_ptr<kafka::ExchangeTopic> exchange_;
  std::stop_source reading_;
  std::stop_callback<std::function<void()>> forward_;
  std::unique_ptr<GroupWatch> watch_;  // last: uses the plan and the membership
};

}  // namespace partwise::app
