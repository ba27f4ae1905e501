// Which librdkafka runs.
#pragma once

#include <string>

namespace partwise::kafka {

std::string library_version();

}  // namespace partwise::kafka
