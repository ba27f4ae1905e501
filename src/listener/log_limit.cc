#include "listener/log_limit.h"

#include <utility>

#include <fmt/format.h>

#include "base/units.h"

namespace partwise::listener {

void LogLimit::say(std::string line) {
  if (!counting_) {
    counting_ = true;
    agenda_.at(clock_.steady_now() + std::chrono::seconds(1), [this] { end_second(); });
  }
  if (said_ == lines_per_second) {
    ++more_;
    return;
  }
  ++said_;
  sink_(std::move(line));
}

void LogLimit::end_second() {
  counting_ = false;
  said_ = 0;
  if (const auto more = std::exchange(more_, 0); more > 0) {
    sink_(fmt::format("and {} more", count_text(more)));
  }
}

}  // namespace partwise::listener
