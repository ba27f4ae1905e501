// What the terminal can do, and how errors look on it.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "report/style.h"

namespace partwise::cli {

/// Whether a stream (STDOUT_FILENO, STDERR_FILENO) is a terminal.
bool is_terminal(int fd);

/// Colour and width for standard output; `when` is auto, always or never.
report::Style style_for(const std::string& when);

/// "error: ...", "  from: ...", "  try:  ...".
std::string error_text(const Error& error);

/// To standard error, for what must not stop anything: where nobody can read it, it is lost.
void tell(std::string_view text);

/// Tells each error by itself.
void print_errors(const Errors& errors);

}  // namespace partwise::cli
