#include "kafka/exchange_parts.h"

#include <charconv>

#include <fmt/format.h>

namespace partwise::kafka {
namespace {

struct Mark {
  std::string kind;
  std::int64_t number = 0;
  std::int64_t of = 0;
};

std::optional<std::int64_t> number_from(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::optional<Mark> mark_from(std::string_view text) {
  const auto first = text.find(':');
  const auto second = first == std::string_view::npos ? first : text.find(':', first + 1);
  if (second == std::string_view::npos) return std::nullopt;
  const auto number = number_from(text.substr(first + 1, second - first - 1));
  const auto of = number_from(text.substr(second + 1));
  if (!number || !of || *of < 1 || *of > parts_max || *number < 0 || *number >= *of)
    return std::nullopt;
  return Mark{std::string(text.substr(0, first)), *number, *of};
}

}  // namespace

std::vector<ExchangePart> parts_of(std::string_view kind, std::string_view bytes) {
  const auto of = bytes.empty() ? 1 : (bytes.size() + part_bytes_max - 1) / part_bytes_max;
  std::vector<ExchangePart> parts;
  for (std::size_t i = 0; i < of; ++i) {
    parts.push_back(
        {fmt::format("{}:{}:{}", kind, i, of), bytes.substr(i * part_bytes_max, part_bytes_max)});
  }
  return parts;
}

std::optional<ExchangeMessage> PartsTaken::take(std::string_view sender, std::string_view mark,
                                                std::string_view bytes) {
  const auto found = mark_from(mark);
  if (!found || bytes.size() > part_bytes_max) return std::nullopt;
  const std::pair key(std::string(sender), found->kind);
  if (found->number == 0) begun_[key] = {0, found->of, {}};
  const auto at = begun_.find(key);
  if (at == begun_.end()) return std::nullopt;
  auto& message = at->second;
  if (found->number != message.next || found->of != message.of) {
    begun_.erase(at);
    return std::nullopt;
  }
  message.bytes += bytes;
  if (++message.next < message.of) return std::nullopt;
  ExchangeMessage whole{key.first, key.second, std::move(message.bytes)};
  begun_.erase(at);
  return whole;
}

}  // namespace partwise::kafka
