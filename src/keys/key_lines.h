// Keys from a file of lines.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "keys/counted_keys.h"

namespace partwise::keys {

/// text: a line is a record's key, `\N` one without a key, an empty line an empty key. hex: the
/// key's bytes, two digits each. csv: key,weight with an optional heading; a key with commas or
/// quotes stands in quotes.
enum class KeyFormat { text, hex, csv };

std::string_view name_of(KeyFormat format);
std::optional<KeyFormat> key_format_from_text(std::string_view text);

/// What Kafka's clients send by default.
inline constexpr std::size_t key_bytes_max = 1U << 20U;
inline constexpr std::int64_t key_lines_max = 100'000'000;
inline constexpr std::int64_t distinct_keys_max = 20'000'000;

/// Takes a file bit by bit and counts its keys.
///
/// threads: one at a time
class KeyLines {
 public:
  /// `records`: how many there are to be, shared out by the lines' weights; none: one for each
  /// line, and as csv's weights say where they are whole numbers.
  KeyLines(KeyFormat format, std::optional<std::int64_t> records)
      : format_(format), records_(records), keys_(std::make_unique<CountedKeys>()) {}

  /// errors: invalid_input, naming the line: no hexadecimal digits, no weight, a key of over 1
  /// MiB, too many lines or keys
  Result<> take(std::string_view bytes);
  /// After the last bytes.
  ///
  /// errors: invalid_input also where no key was in it
  Result<std::unique_ptr<CountedKeys>> finish();

  /// What was odd about the lines, for the reader.
  [[nodiscard]] std::vector<std::string> warnings() const;

 private:
  Result<> line(std::string_view text);
  void take_mark_off(std::string_view& text);
  Result<> take_text(std::string_view text);
  Result<> take_hex(std::string_view text);
  Result<> take_csv(std::string_view text);
  [[nodiscard]] Result<std::unique_ptr<CountedKeys>> by_weights() const;
  static tl::unexpected<Error> no_key();
  [[nodiscard]] tl::unexpected<Error> wrong(const std::string& what, const std::string& hint) const;

  KeyFormat format_;
  std::optional<std::int64_t> records_;
  std::unique_ptr<CountedKeys> keys_;
  std::string begun_;  // a line without its end
  std::int64_t lines_ = 0;
  std::vector<std::uint32_t> order_;
  bool fractions_ = false;
  bool byte_order_mark_ = false;
  std::vector<double> weights_;  // of csv: by the key's number
  double null_weight_ = 0;
  std::int64_t returns_ = 0;         // lines that ended with a carriage return
  std::int64_t first_nul_line_ = 0;  // 0: none
};

}  // namespace partwise::keys
