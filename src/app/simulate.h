// One run of `keys simulate`.
#pragma once

#include <stop_token>

#include "app/keys_options.h"
#include "base/clock.h"
#include "base/progress.h"
#include "base/result.h"
#include "keys/keys_report.h"

namespace partwise::app {

/// errors: invalid_input: keys that cannot be, a file that cannot be read or says nothing; limit: a
/// sweep over too many keys; interrupted
Result<keys::KeysReport> simulate_keys(const SimulateOptions& options, const Clock& clock,
                                       Progress& progress, const std::stop_token& stop);

}  // namespace partwise::app
