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

struct RequestFault {
  service::FaultRule rule;
  FieldPlaces places;
};

struct FaultSpec {
  std::vector<RequestFault> requests;      ///< [[fault]]
  std::vector<BrokerFault> brokers;        ///< [[broker]]
  std::vector<PartitionFault> partitions;  ///< [[partition]]
};

/// docs/broker.md has the fields.
///
/// errors: invalid_input with file and line, all together
tl::expected<FaultSpec, Errors> faults_from_toml(std::string_view text, const std::string& file);

/// What `cluster` has not, of all that `spec` names: invalid_input, with file and line. A state of
/// later is only judged by what stays as it is; clients may yet make its topic.
Errors mistakes(const FaultSpec& spec, broker::Cluster& cluster);

/// Applies the states, each when its time has come; nothing where there are mistakes. A state of
/// later that cannot come is told to `notices`. The cluster outlives the agenda's use of it.
///
/// errors: mistakes(spec, cluster)
tl::expected<void, Errors> start(const FaultSpec& spec, broker::Cluster& cluster,
                                 broker::Agenda& agenda, const broker::Notices& notices);

}  // namespace partwise::app
