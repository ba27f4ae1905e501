// `cluster keys`: API keys that runs have made and not deleted.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "app/inventory_options.h"
#include "app/outside.h"
#include "base/clock.h"
#include "credentials/confluent_cloud.h"
#include "credentials/key_note.h"

namespace partwise::app {

/// An API key that a run has made, and whether the run may still need it.
struct LeftKey {
  credentials::ListedApiKey key;
  std::optional<credentials::KeyNote> note;  ///< empty: its description is none of ours
  std::string in_use;          ///< why it is not to be deleted; empty: it is left over
  std::optional<Error> error;  ///< why it could not be deleted
  bool deleted = false;
};

/// The keys that partwise has made and that are there; of the clusters of ENVIRONMENT_FILTER and
/// KAFKA_CLUSTER_FILTER, and of PRINCIPAL_ID, where they are set. With options.prune and
/// options.yes, those that are left over are deleted.
///
/// errors: those of the service; interrupted
Result<std::vector<LeftKey>> left_keys(const KeysOptions& options, Outside& outside,
                                       const std::stop_token& stop);

/// Whether a process of this machine runs; see still_runs().
using ProcessRuns = std::function<bool(std::int64_t pid, std::int64_t begun)>;

/// Why a key's run may still go on; empty where it has ended. A run on this machine goes on while
/// its process does; one elsewhere may for a day; of one without a note, nothing is known.
std::string in_use_text(const std::optional<credentials::KeyNote>& note, const std::string& host,
                        const ProcessRuns& runs, Instant now);

std::string to_json(const std::vector<LeftKey>& keys);

}  // namespace partwise::app
