// A file of keys, or standard input.
#pragma once

#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "app/keys_options.h"
#include "base/result.h"
#include "keys/counted_keys.h"

namespace partwise::app {

struct KeyFile {
  std::unique_ptr<keys::CountedKeys> keys;
  std::vector<std::string> warnings;
};

/// errors: invalid_input: it cannot be read; a line that is no key, with its number; interrupted
Result<KeyFile> read_key_file(const KeySource& source, const std::stop_token& stop);

}  // namespace partwise::app
