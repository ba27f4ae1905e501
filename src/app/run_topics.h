// Topics that runs of `keys verify` and shared runs of `keys scan` have made: their names, and
// those that were left.
#pragma once

#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "app/cluster_finding.h"
#include "app/outside.h"
#include "app/verify_options.h"
#include "base/clock.h"
#include "base/progress.h"
#include "base/result.h"

namespace partwise::app {

/// "partwise-keys-20260304T050607Z-1a2b3c4d": when it began, and a random part.
std::string run_topic_name(Instant started);
std::string run_topic_name(Instant started, std::uint32_t chance);

/// When the run began whose topic this is; empty for any other name.
std::optional<Instant> run_topic_start(std::string_view name);

/// The error, followed by what it leaves ("orders is left") and how that goes later.
Error leaving(Error error, std::string_view what);

struct LeftTopic {
  std::string name;
  Instant started;
  bool in_use = false;  ///< its run may still go on: it began less than a day ago
  bool deleted = false;
};

struct LeftTopics {
  std::string cluster;
  std::vector<LeftTopic> topics;  ///< by name
  std::optional<Error> error;     ///< why not all were deleted
  std::vector<std::string> keys_left;
};

/// The topics of one cluster that runs have left; with options.yes those that are not in use, or
/// all with options.all, are deleted.
///
/// errors: as of visit_only and of a cluster that cannot be asked
Result<LeftTopics> left_topics(const CleanupOptions& options, const FoundClusters& found,
                               Outside& outside, Progress& progress, const std::stop_token& stop);

std::string to_json(const LeftTopics& left);

}  // namespace partwise::app
