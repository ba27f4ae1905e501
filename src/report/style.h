// Colour on a terminal, and nothing elsewhere. Colour never says what no word or mark says.
#pragma once

#include <string>
#include <string_view>

namespace partwise::report {

struct Style {
  bool color = false;
  int width = 0;  ///< columns of the terminal; 0: unlimited

  [[nodiscard]] std::string bold(std::string_view text) const { return wrapped("1", text); }
  [[nodiscard]] std::string dim(std::string_view text) const { return wrapped("2", text); }
  [[nodiscard]] std::string good(std::string_view text) const { return wrapped("32", text); }
  [[nodiscard]] std::string notable(std::string_view text) const { return wrapped("33", text); }
  [[nodiscard]] std::string bad(std::string_view text) const { return wrapped("31", text); }

 private:
  [[nodiscard]] std::string wrapped(const char* code, std::string_view text) const {
    if (!color) return std::string(text);
    return "\x1b[" + std::string(code) + "m" + std::string(text) + "\x1b[0m";
  }
};

}  // namespace partwise::report
