// Deleting topics that this program has made.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"

namespace partwise::kafka {

class Client;

/// Deletes the topics; one that is not there is no error. It is not stopped: what was made has to
/// go.
///
/// errors: the first of: unauthorized (naming what has to be allowed), timeout, unavailable
Result<> remove_topics(Client& client, const std::vector<std::string>& names);

}  // namespace partwise::kafka
