// What the shell is told.
#pragma once

#include <vector>

#include "base/result.h"
#include "sizing/report.h"

namespace partwise::cli {

enum ExitStatus {
  done = 0,
  failed = 1,
  bad_usage = 2,
  not_authorized = 3,
  done_in_part = 4,
  interrupted = 130  ///< 128 + SIGINT
};

ExitStatus exit_status_of(const Error& error);

/// How one of the clusters of a run ended.
struct ClusterEnd {
  ExitStatus status = done;  ///< its own: done, or that of the error for which there is nothing
  bool in_part = false;      ///< something of it is missing
};

/// Of a run over several clusters: `interrupted` as soon as one was, `done_in_part` where something
/// is missing; where all failed, what they have in common, else `failed`.
ExitStatus exit_status_of(const std::vector<ClusterEnd>& ends);

/// The whole run's: `done_in_part` as soon as one cluster, topic or partition is missing,
/// and where an API key is left.
ExitStatus exit_status_of(const sizing::RecommendReport& report);

}  // namespace partwise::cli
