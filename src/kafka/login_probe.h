// Whether a cluster takes a login yet.
#pragma once

#include <stop_token>

#include "base/result.h"
#include "kafka/settings.h"

namespace partwise::kafka {

/// Connects anew, once: true where the cluster answers, false where it refuses the login.
///
/// errors: as Client::create and Client::connect, but for a refused login
Result<bool> login_works(const ClientSettings& settings, const std::stop_token& stop);

}  // namespace partwise::kafka
