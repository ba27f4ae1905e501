#include "keys/key_lines.h"

#include <array>
#include <cctype>
#include <charconv>
#include <cmath>
#include <numeric>
#include <utility>

#include <fmt/format.h>

#include "base/text.h"
#include "base/units.h"
#include "keys/key_simulation.h"

namespace partwise::keys {
namespace {

constexpr std::array<std::pair<KeyFormat, std::string_view>, 3> names = {{
    {KeyFormat::text, "text"},
    {KeyFormat::hex, "hex"},
    {KeyFormat::csv, "csv"},
}};

constexpr std::int64_t records_of_fractions = 1'000'000;

int digit_of(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::optional<std::string> bytes_of_hex(std::string_view text) {
  if (text.size() % 2 != 0) return std::nullopt;
  std::string bytes;
  for (std::size_t i = 0; i < text.size(); i += 2) {
    const int high = digit_of(text[i]);
    const int low = digit_of(text[i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    bytes += static_cast<char>(16 * high + low);
  }
  return bytes;
}

std::optional<double> weight_of(std::string_view text) {
  text = trimmed(text);
  double weight = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), weight);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  if (!std::isfinite(weight) || weight < 0) return std::nullopt;
  return weight;
}

// A field of a CSV file, without the quotes that may be around it.
std::optional<std::string> unquoted(std::string_view field) {
  if (!field.starts_with('"')) return std::string(field);
  if (field.size() < 2 || !field.ends_with('"')) return std::nullopt;
  field = field.substr(1, field.size() - 2);
  std::string text;
  for (std::size_t i = 0; i < field.size(); ++i) {
    text += field[i];
    if (field[i] != '"') continue;
    ++i;  // a quote is written twice
    if (i == field.size() || field[i] != '"') return std::nullopt;
  }
  return text;
}

// Its last field is a name, where others have their weight.
bool is_heading(std::string_view line) {
  const auto comma = line.rfind(',');
  if (comma == std::string_view::npos) return false;
  auto name = trimmed(line.substr(comma + 1));
  if (name.starts_with('"')) name.remove_prefix(1);
  return !name.empty() && std::isalpha(static_cast<unsigned char>(name.front())) != 0;
}

constexpr std::size_t line_bytes_max(KeyFormat format) {
  switch (format) {
    case KeyFormat::text:
      return key_bytes_max;
    case KeyFormat::hex:
      return 2 * key_bytes_max;
    case KeyFormat::csv:
      return key_bytes_max + 64;  // a weight behind it
  }
  return key_bytes_max;
}

}  // namespace

std::string_view name_of(KeyFormat format) {
  return names.at(static_cast<std::size_t>(format)).second;
}

std::optional<KeyFormat> key_format_from_text(std::string_view text) {
  for (const auto& [format, name] : names) {
    if (name == text) return format;
  }
  return std::nullopt;
}

tl::unexpected<Error> KeyLines::no_key() {
  return fail(ErrorKind::invalid_input, "there is no key in it", "one key a line");
}

tl::unexpected<Error> KeyLines::wrong(const std::string& what, const std::string& hint) const {
  return fail(ErrorKind::invalid_input, fmt::format("line {}: {}", count_text(lines_), what), hint);
}

Result<> KeyLines::take(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto end = bytes.find('\n');
    const auto part = bytes.substr(0, end);
    if (begun_.size() + part.size() > line_bytes_max(format_)) {
      ++lines_;
      return wrong("its key is longer than 1 MiB", "one key a line, of 1 MiB at most");
    }
    if (end == std::string_view::npos) {
      begun_ += part;
      return {};
    }
    if (begun_.empty()) {
      TRY(line(part));
    } else {
      begun_ += part;
      TRY(line(std::exchange(begun_, {})));
    }
    bytes.remove_prefix(end + 1);
  }
  return {};
}

void KeyLines::take_mark_off(std::string_view& text) {
  constexpr std::string_view mark = "\xef\xbb\xbf";
  if (lines_ > 1 || !text.starts_with(mark)) return;
  text.remove_prefix(mark.size());
  byte_order_mark_ = true;
}

Result<> KeyLines::line(std::string_view text) {
  if (++lines_ > key_lines_max) {
    return wrong(fmt::format("there are more than {} lines", count_text(key_lines_max)),
                 "a sample of the keys, or --keys-format csv with the records of each");
  }
  if (keys_->keys() > distinct_keys_max) {
    return wrong(fmt::format("there are more than {} keys", count_text(distinct_keys_max)),
                 "a sample of the keys");
  }
  take_mark_off(text);
  if (text.ends_with('\r')) {
    ++returns_;
    text.remove_suffix(1);
  }
  if (first_nul_line_ == 0 && text.find('\0') != std::string_view::npos) first_nul_line_ = lines_;
  switch (format_) {
    case KeyFormat::text:
      return take_text(text);
    case KeyFormat::hex:
      return take_hex(text);
    case KeyFormat::csv:
      return take_csv(text);
  }
  return {};
}

Result<> KeyLines::take_text(std::string_view text) {
  if (text == "\\N") {
    keys_->add_null(1);
    order_.push_back(CountedKeys::no_key);
  } else {
    order_.push_back(keys_->add(text, 1));
  }
  return {};
}

Result<> KeyLines::take_hex(std::string_view text) {
  if (text == "\\N") return take_text(text);
  const auto key = bytes_of_hex(text);
  if (!key) {
    return wrong(fmt::format("'{}' is not hexadecimal", quotable(text)),
                 "two digits for each byte, as 6b657931; or --keys-format text");
  }
  order_.push_back(keys_->add(*key, 1));
  return {};
}

Result<> KeyLines::take_csv(std::string_view text) {
  if (text.empty()) return {};
  const auto comma = text.rfind(',');
  const auto weight =
      comma == std::string_view::npos ? std::nullopt : weight_of(text.substr(comma + 1));
  if (!weight && lines_ == 1 && is_heading(text)) return {};
  if (!weight) {
    return wrong(fmt::format("'{}' does not end with a weight", quotable(text)),
                 "key,weight: a number of 0 or more behind the last comma");
  }
  const auto key = unquoted(text.substr(0, comma));
  if (!key) {
    return wrong(fmt::format("the quotes of '{}' do not match", quotable(text)),
                 "\"a key, with \"\"quotes\"\"\",weight, on one line");
  }
  fractions_ = fractions_ || *weight != std::floor(*weight);
  if (*weight == 0) return {};
  if (*key == "\\N") {
    null_weight_ += *weight;
    return {};
  }
  const auto number = keys_->add(*key, 0);
  if (number == weights_.size()) weights_.push_back(0);
  weights_[number] += *weight;
  return {};
}

Result<std::unique_ptr<CountedKeys>> KeyLines::by_weights() const {
  const double all = std::accumulate(weights_.begin(), weights_.end(), 0.0) + null_weight_;
  if (all <= 0) return no_key();
  if (records_ || fractions_) {
    return keys_->shared_out(records_.value_or(records_of_fractions), weights_, null_weight_);
  }
  if (all > static_cast<double>(simulated_records_max)) {
    return fail(ErrorKind::invalid_input,
                fmt::format("its weights are {:.3g} records, and at most {} are placed", all,
                            count_text(simulated_records_max)),
                "--records N shares out N of them");
  }
  return keys_->shared_out(std::llround(all), weights_, null_weight_);
}

Result<std::unique_ptr<CountedKeys>> KeyLines::finish() {
  if (!begun_.empty()) TRY(line(std::exchange(begun_, {})));
  if (format_ == KeyFormat::csv) return by_weights();
  if (keys_->records() == 0) return no_key();
  if (records_ && *records_ != keys_->records()) return keys_->scaled_to(*records_);
  keys_->set_order(std::move(order_));
  return std::move(keys_);
}

std::vector<std::string> KeyLines::warnings() const {
  std::vector<std::string> texts;
  if (byte_order_mark_) {
    texts.emplace_back("the byte order mark at its beginning was taken off");
  }
  if (returns_ > 0) {
    texts.push_back(fmt::format("{} of {} end with a carriage return, which was taken off",
                                count_text(returns_), counted_text(lines_, "line")));
  }
  if (first_nul_line_ > 0) {
    texts.push_back(
        fmt::format("line {} has a NUL byte, which was taken for a part of the key: is the file "
                    "UTF-16 or binary?",
                    count_text(first_nul_line_)));
  }
  if (fractions_ && !records_) {
    texts.push_back(
        fmt::format("weights with fractions: shared out to {} records; --records says otherwise",
                    count_text(records_of_fractions)));
  }
  return texts;
}

}  // namespace partwise::keys
