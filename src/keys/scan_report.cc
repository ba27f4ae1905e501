#include "keys/scan_report.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/utf8.h"

namespace partwise::keys {

bool ScanReport::complete() const {
  return !error && std::none_of(stretches.begin(), stretches.end(),
                                [](const auto& stretch) { return stretch.error.has_value(); });
}

std::string shown_key(const KeptKey& key, bool show_keys) {
  if (!show_keys) return fmt::format("#{:016x}", key.hash);
  const auto text = as_utf8(key.head);
  return key.whole() ? text : text + "…";
}

}  // namespace partwise::keys
