// The strategies that an option names.
#pragma once

#include <vector>

#include "app/found_errors.h"
#include "config/option.h"
#include "keys/strategy.h"

namespace partwise::app {

/// Of the option `strategy`, each once, in its order; empty where it is not given.
std::vector<keys::Strategy> strategies_from(const config::OptionValues& values, FoundErrors& found);

}  // namespace partwise::app
