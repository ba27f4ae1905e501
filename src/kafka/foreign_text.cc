#include "kafka/foreign_text.h"

#include <cctype>

namespace partwise::kafka {

std::string shown_foreign(std::string_view text) {
  constexpr std::size_t most = 300;
  std::string shown;
  for (const char c : text.substr(0, most)) {
    if (std::isspace(static_cast<unsigned char>(c)) == 0) {
      shown += c > ' ' && c < 0x7f ? c : '?';
    } else if (!shown.ends_with(' ')) {
      shown += ' ';
    }
  }
  if (text.size() > most) shown += "...";
  return shown;
}

}  // namespace partwise::kafka
