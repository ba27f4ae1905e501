#include "app/record_value.h"

#include <charconv>
#include <cstring>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace partwise::app {
namespace {

constexpr std::string_view id_field = "{\"id\": ";

constexpr std::string_view key_field = ", \"key\": ";
constexpr std::string_view end_text = "\"}";

// Without an end on the way, which a processor does for many bytes at once.
bool is_plain(std::string_view key) {
  int plain = 1;
  for (const char c : key) plain &= int{c >= ' '} & int{c <= '~'} & int{c != '"'} & int{c != '\\'};
  return plain != 0;
}

std::string quoted(std::string_view key) {
  return nlohmann::json(std::string(key))
      .dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

/// Texts one behind another, where there is room.
class Appended {
 public:
  explicit Appended(std::string& room) : begin_(room.data()), to_(begin_) {}

  Appended& operator<<(std::string_view text) {
    std::memcpy(to_, text.data(), text.size());
    to_ += text.size();
    return *this;
  }
  void fill(std::size_t least, char with) {
    if (size() >= least) return;
    std::memset(to_, with, least - size());
    to_ = begin_ + least;
  }
  [[nodiscard]] std::size_t size() const { return static_cast<std::size_t>(to_ - begin_); }

 private:
  char* begin_;
  char* to_;
};

}  // namespace

// A million of them a second are asked for: each part is copied once, and found before.
std::string_view RecordValues::of(std::int64_t id, std::optional<std::string_view> key,
                                  Instant now) {
  const Instant second = std::chrono::floor<std::chrono::seconds>(now);
  if (behind_key_.empty() || second != second_) {
    second_ = second;
    behind_key_ =
        fmt::format(", \"timestamp\": \"{}\", \"data\": \"Test record ", utc_text(second));
  }
  const fmt::format_int number(id);
  const std::string_view digits(number.data(), number.size());
  const bool plain = key && is_plain(*key);
  if (key && !plain) quoted_ = quoted(*key);
  std::string_view shown = "null";
  if (key) shown = plain ? *key : quoted_;
  const auto most = id_field.size() + key_field.size() + shown.size() + 2 + behind_key_.size() +
                    2 * digits.size() + end_text.size() + least_bytes_;
  if (room_.size() < most) room_.resize(most);
  Appended text(room_);
  text << id_field << digits << key_field;
  if (plain) {
    text << "\"" << shown << "\"";
  } else {
    text << shown;
  }
  text << behind_key_ << digits;
  if (least_bytes_ > end_text.size()) text.fill(least_bytes_ - end_text.size(), '.');
  text << end_text;
  return {room_.data(), text.size()};
}

std::optional<std::int64_t> record_id(std::string_view value) {
  if (!value.starts_with(id_field)) return std::nullopt;
  value.remove_prefix(id_field.size());
  std::int64_t id = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), id);
  const bool ended = end != value.data() + value.size() && *end == ',';
  return error == std::errc() && ended && id >= 0 ? std::optional(id) : std::nullopt;
}

}  // namespace partwise::app
