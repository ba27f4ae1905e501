#include "kafka/run_mark.h"

#include <unistd.h>

#include <charconv>
#include <chrono>

#include <fmt/format.h>

#include "base/random.h"

namespace partwise::kafka {
namespace {

std::string drawn_run() {
  const auto now = std::chrono::system_clock::now().time_since_epoch().count();
  const auto seed = static_cast<std::uint64_t>(now) ^ static_cast<std::uint64_t>(getpid());
  return fmt::format("{:016x}:", Random(seed).next());
}

}  // namespace

RunMark::RunMark() : run_(drawn_run()), text_(run_) {}

std::string_view RunMark::of(std::int64_t number) {
  const fmt::format_int digits(number);
  text_.resize(run_.size());
  text_.append(digits.data(), digits.size());
  return text_;
}

std::optional<std::int64_t> RunMark::number_in(std::string_view text) const {
  if (!text.starts_with(run_)) return std::nullopt;
  text.remove_prefix(run_.size());
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

}  // namespace partwise::kafka
