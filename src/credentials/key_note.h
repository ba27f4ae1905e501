// What an API key that partwise makes says about itself, so that leftovers can be told.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"

namespace partwise::credentials {

/// The display names of all keys that partwise makes begin so.
constexpr std::string_view key_marker = "partwise-temporary";

/// "partwise-temporary lkc-1".
std::string key_display_name(std::string_view cluster);

/// Whether a display name is one that key_display_name gives.
bool marked_as_ours(std::string_view display_name);

/// The run that made a key: whether it may still be going on can be seen on its host alone.
struct KeyNote {
  std::string run;          ///< a plain_name that no other run has
  std::int64_t number = 0;  ///< of the key in its run: no two keys have the same note
  std::string host;
  std::int64_t pid = 0;
  std::int64_t begun = 0;  ///< of the process, in clock ticks since its machine started; 0: unknown
  Instant started;         ///< of the run; whole seconds

  bool operator==(const KeyNote&) const = default;

  /// "run r1 key 2, host h, pid 7 begun 123, started 2026-03-04T05:06:07Z; safe to delete when that
  /// run has ended". Of run and host 64 characters; what cannot stand in a plain_name becomes '-'.
  [[nodiscard]] std::string text() const;
};

/// None for what text() does not give.
std::optional<KeyNote> key_note_from(std::string_view text);

}  // namespace partwise::credentials
