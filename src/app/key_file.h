// Keys by a simulation, from a file or from standard input.
#pragma once

#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "app/key_source.h"
#include "base/result.h"
#include "keys/counted_keys.h"

namespace partwise::app {

struct FoundKeys {
  std::unique_ptr<keys::KeySet> keys;
  std::string source;  ///< the simulation's or the file's name
  std::vector<std::string> warnings;
};

/// errors: invalid_input: keys that cannot be; a file that cannot be read; a line that is no key,
/// with its number; interrupted
Result<FoundKeys> found_keys(const KeySource& source, const std::stop_token& stop);

}  // namespace partwise::app
