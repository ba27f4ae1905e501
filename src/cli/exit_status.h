// What the shell is told.
#pragma once

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

/// The whole run's: `done_in_part` as soon as one cluster, topic or partition is missing,
/// and where an API key is left.
ExitStatus exit_status_of(const sizing::RecommendReport& report);

}  // namespace partwise::cli
