// What the collector of a shared scan has got so far.
#pragma once

#include <set>
#include <string>

#include "app/scan_plan.h"
#include "base/result.h"
#include "kafka/exchange_parts.h"
#include "keys/scan_message.h"
#include "keys/scan_report.h"

namespace partwise::app {

constexpr const char* part_kind = "part";

/// Merges parts into a report, each process's once.
///
/// threads: one at a time
class ScanCollection {
 public:
  /// scan: with the stretches of all partitions
  ScanCollection(const ScanPlan& plan, std::string group, std::size_t memory,
                 keys::ScanReport& scan);

  void take(const std::string& client, const keys::ScanPart& part);
  /// What is no part of this scan is passed over; a part that is damaged counts as its error.
  void take(const kafka::ExchangeMessage& message);
  /// Nothing will come from this client: its partitions get the error.
  void lose(const std::string& client, const Error& error);

  [[nodiscard]] const std::set<std::string>& missing() const { return missing_; }

 private:
  const ScanPlan& plan_;
  std::size_t memory_;
  keys::ScanReport& scan_;
  std::set<std::string> missing_;  // clients
};

}  // namespace partwise::app
