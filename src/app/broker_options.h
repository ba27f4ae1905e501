// What `broker` can be told: the option table, and the settings that come of it.
#pragma once

#include <string>

#include "app/embedded_cluster.h"
#include "base/clock.h"
#include "base/result.h"
#include "config/option.h"

namespace partwise::app {

/// Every setting of `broker`, in the order in which its help shows them.
config::OptionTable broker_option_table();

struct BrokerOptions {
  EmbeddedSettings cluster;
  std::string truth_file;        ///< empty: none
  std::string certificate_file;  ///< where a made certificate authority is written; empty: nowhere
};

/// Reads the files that the options name, but opens no port.
///
/// errors: invalid_input, all of them together
tl::expected<BrokerOptions, Errors> broker_options(const config::OptionValues& values,
                                                   const Clock& clock);

}  // namespace partwise::app
