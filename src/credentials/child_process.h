// Runs a program and takes what it writes.
#pragma once

#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"

namespace partwise::credentials {

/// The words of a command line: blanks divide them but in quotes; a backslash takes the next
/// character as it is, but in single quotes. Nothing is expanded: there is no shell.
///
/// errors: invalid_input: a quote that does not end, no word at all
Result<std::vector<std::string>> command_words(std::string_view line);

struct ProcessOutput {
  int status = 0;  ///< of the exit; 128 + the signal that ended it
  std::string out;
  std::string err;
};

/// Runs a program, looked up on the PATH, with this process's environment and no input. It and all
/// that it started are killed after `limit`, when it is told to stop, or when it writes more than
/// 1 MiB.
///
/// errors: not_found (no such program), unavailable, timeout, limit, interrupted
Result<ProcessOutput> output_of(const std::vector<std::string>& command, Millis limit,
                                const Clock& clock, const std::stop_token& stop);

}  // namespace partwise::credentials
