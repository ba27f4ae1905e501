// Faults as a file or the control endpoint gives them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "app/state_faults.h"
#include "base/result.h"
#include "broker/agenda.h"
#include "service/faults.h"

namespace partwise::app {

struct FaultSpec {
  std::vector<service::FaultRule> rules;   ///< [[fault]]
  std::vector<BrokerFault> brokers;        ///< [[broker]]
  std::vector<PartitionFault> partitions;  ///< [[partition]]
};

/// docs/broker.md has the fields.
///
/// errors: invalid_input with file and line, all together
tl::expected<FaultSpec, Errors> faults_from_toml(std::string_view text, const std::string& file);

/// Applies the states, each when its time has come; those of now are checked, those of later are
/// only told by `cluster` not changing. The cluster outlives the agenda's use of it.
///
/// errors: not_found
Result<> start(const FaultSpec& spec, broker::Cluster& cluster, broker::Agenda& agenda);

}  // namespace partwise::app
