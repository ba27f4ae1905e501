#include "keys/json_draw.h"

namespace partwise::keys {
namespace {

constexpr std::size_t frame_bytes = 5;

}  // namespace

std::optional<std::string_view> json_part(std::string_view value) {
  if (value.size() > frame_bytes && value.front() == '\0') value.remove_prefix(frame_bytes);
  const auto start = value.find_first_not_of(" \t\r\n");
  if (start == std::string_view::npos || value[start] != '{') return std::nullopt;
  return value.substr(start);
}

void JsonDraw::add(ValueSample& sample, std::uint64_t hash, std::optional<std::string_view> key,
                   std::string_view value) {
  if (!sample.draws(hash)) return;
  if (const auto json = json_part(value)) {
    sample.add(hash, key, *json);
  } else {
    sample.leave_out(hash);
  }
}

void JsonDraw::merge(const JsonDraw& other) {
  records_.merge(other.records_);
  of_same_keys_.merge(other.of_same_keys_);
}

std::size_t JsonDraw::memory_bytes() const {
  return records_.memory_bytes() + of_same_keys_.memory_bytes();
}

Result<JsonDraw> JsonDraw::from_bytes(std::string_view records, std::string_view of_same_keys,
                                      std::size_t memory) {
  JsonDraw draw(memory);
  draw.records_ = TRY(ValueSample::from_bytes(records, memory / 2));
  draw.of_same_keys_ = TRY(ValueSample::from_bytes(of_same_keys, memory / 2));
  return draw;
}

}  // namespace partwise::keys
