// How the truth is asked for over HTTP: the sizing options as parameters of a query.
#pragma once

#include <map>
#include <string>

#include "base/result.h"
#include "fleet/truth.h"

namespace partwise::app {

/// Parameters are those of the command line, by their names in the API: peak_window=5min. What is
/// not given is that of `otherwise`.
///
/// errors: invalid_input for each parameter that is not known or cannot be read; the hint names all
tl::expected<fleet::TruthSettings, Errors> truth_settings(
    const std::map<std::string, std::string>& query, fleet::TruthSettings otherwise);

}  // namespace partwise::app
