#include "app/record_value.h"

#include <algorithm>
#include <charconv>
#include <iterator>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace partwise::app {
namespace {

constexpr std::string_view id_field = "{\"id\": ";

bool is_plain(std::string_view key) {
  return std::all_of(key.begin(), key.end(),
                     [](char c) { return c >= ' ' && c <= '~' && c != '"' && c != '\\'; });
}

std::string quoted(std::string_view key) {
  return nlohmann::json(std::string(key))
      .dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace

std::string_view RecordValues::of(std::int64_t id, std::optional<std::string_view> key,
                                  Instant now) {
  const Instant second = std::chrono::floor<std::chrono::seconds>(now);
  if (time_.empty() || second != second_) {
    second_ = second;
    time_ = utc_text(second);
  }
  text_.clear();
  auto to = std::back_inserter(text_);
  const fmt::format_int number(id);
  text_.append(id_field).append(number.data(), number.size()).append(", \"key\": ");
  if (!key) {
    text_ += "null";
  } else if (is_plain(*key)) {
    text_.append("\"").append(*key).append("\"");
  } else {
    fmt::format_to(to, "{}", quoted(*key));
  }
  text_.append(", \"timestamp\": \"").append(time_).append("\", \"data\": \"Test record ");
  text_.append(number.data(), number.size());
  constexpr std::size_t end = 2;
  if (text_.size() + end < least_bytes_) text_.append(least_bytes_ - end - text_.size(), '.');
  return text_.append("\"}");
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
