// What the terminal can do, and how errors look on it.
#pragma once

#include <string>

#include "base/result.h"
#include "report/style.h"

namespace partwise::cli {

/// Whether a stream (STDOUT_FILENO, STDERR_FILENO) is a terminal.
bool is_terminal(int fd);

/// Colour and width for standard output; `when` is auto, always or never.
report::Style style_for(const std::string& when);

/// "error: ...", "  from: ...", "  try:  ...".
std::string error_text(const Error& error);

/// Prints to standard error, each error by itself.
void print_errors(const Errors& errors);

}  // namespace partwise::cli
