// The value of a simulated record.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"

namespace partwise::app {

/// {"id": 7, "key": "user_id-7", "timestamp": "2026-03-04T05:06:07Z", "data": "Test record 7"}, the
/// existing key analyser's fields; `data` is filled up so that all has `least_bytes`. The key is
/// null where there is none; bytes that are no UTF-8 are replaced.
///
/// threads: one at a time
class RecordValues {
 public:
  explicit RecordValues(std::int64_t least_bytes)
      : least_bytes_(static_cast<std::size_t>(least_bytes)) {}

  /// Valid until the next call.
  std::string_view of(std::int64_t id, std::optional<std::string_view> key, Instant now);

 private:
  std::size_t least_bytes_;
  Instant second_{};
  std::string behind_key_;  // with the time of that second
  std::string quoted_;      // a key that is not plain
  std::string room_;
};

/// The id in such a value; nothing in any other.
std::optional<std::int64_t> record_id(std::string_view value);

}  // namespace partwise::app
