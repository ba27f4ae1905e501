// How the processes of a shared scan find together: one group, one plan, one set of options.
#pragma once

#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "app/scan_options.h"
#include "app/scan_plan.h"
#include "base/result.h"
#include "kafka/exchange_topic.h"
#include "kafka/group_membership.h"
#include "keys/scan_message.h"

namespace partwise::app {

/// How long is waited, and who is told for what.
struct Patience {
  Millis wait{0};
  std::function<void(const std::string& step)> tell;
};

/// Looks whether the group is free, joins it, and waits until all processes have their partitions.
///
/// errors: invalid_input: somebody else uses the group, or too many processes; timeout: too few
/// came; those of GroupMembership; interrupted
Result<ScanPlan> gathered(kafka::GroupMembership& membership, const SharedTopic& shared,
                          const Patience& patience, const std::stop_token& stop);

/// Waits until the collector has made the exchange topic.
///
/// errors: timeout; those of ExchangeTopic; interrupted
Result<> await_exchange(kafka::ExchangeTopic& exchange, kafka::GroupMembership& membership,
                        const ScanPlan& plan, const Patience& patience,
                        const std::stop_token& stop);

/// What all processes of a scan have to agree on.
keys::ScanGreeting greeting_of(const ScanOptions& options);

/// Greets, and waits for the others' greetings. Returns the collector's.
///
/// errors: invalid_input, naming the option that differs; timeout: one did not greet; corrupt;
/// those of ExchangeTopic; interrupted
Result<keys::ScanGreeting> greeted(kafka::ExchangeTopic& exchange,
                                   kafka::GroupMembership& membership, const ScanPlan& plan,
                                   const std::string& client, const keys::ScanGreeting& own,
                                   const Patience& patience, const std::stop_token& stop);

}  // namespace partwise::app
