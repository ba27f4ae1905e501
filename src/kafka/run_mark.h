// Which records of a topic that others write to, too, are this run's.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace partwise::kafka {

/// The value of a header, "1a2b3c4d5e6f7081:42": which run, and which of its records.
///
/// threads: one at a time
class RunMark {
 public:
  static constexpr const char* header = "partwise-run";

  /// Another one than that of any other run.
  RunMark();

  /// Of a record. Valid until the next call.
  std::string_view of(std::int64_t number);
  /// Which record of this run bears that; nothing if it is another's.
  [[nodiscard]] std::optional<std::int64_t> number_in(std::string_view text) const;

 private:
  std::string run_;
  std::string text_;
};

}  // namespace partwise::kafka
