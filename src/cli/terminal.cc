#include "cli/terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

#include <fmt/format.h>

namespace partwise::cli {
namespace {

int terminal_width() {
  winsize size{};
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
  return 100;
}

}  // namespace

bool is_terminal(int fd) { return isatty(fd) == 1; }

report::Style style_for(const std::string& when) {
  const bool terminal = is_terminal(STDOUT_FILENO);
  const char* no_color = std::getenv("NO_COLOR");
  const bool wanted = when == "always" ||
                      (when == "auto" && terminal && (no_color == nullptr || *no_color == '\0'));
  return {wanted, terminal ? terminal_width() : 0};
}

std::string error_text(const Error& error) {
  auto text = fmt::format("error: {}\n", error.message);
  if (!error.from.empty()) text += fmt::format("  from: {}\n", error.from);
  if (!error.hint.empty()) text += fmt::format("  try:  {}\n", error.hint);
  return text;
}

void tell(std::string_view text) { (void)std::fwrite(text.data(), 1, text.size(), stderr); }

void print_errors(const Errors& errors) {
  for (const auto& error : errors) tell(error_text(error));
}

}  // namespace partwise::cli
