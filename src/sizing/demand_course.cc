#include "sizing/demand_course.h"

#include <algorithm>

namespace partwise::sizing {
namespace {

double seconds(Millis time) { return std::chrono::duration<double>(time).count(); }

struct Sum {
  double bytes = 0;
  Millis known{0};
};

void spread(std::vector<Sum>& sums, Instant start, Millis step, const CountedBytes& part) {
  const Millis length = part.to - part.from;
  for (auto from = part.from; from < part.to;) {
    const auto i = (from - start) / step;
    const auto to = std::min(part.to, start + (i + 1) * step);
    auto& sum = sums.at(static_cast<std::size_t>(i));
    sum.bytes += part.bytes * (seconds(to - from) / seconds(length));
    sum.known += to - from;
    from = to;
  }
}

}  // namespace

DemandCourse demand_course(Instant start, Instant end, Millis window,
                           std::span<const CountedBytes> parts) {
  if (parts.empty()) return {};
  const auto windows = (end - start + window - Millis{1}) / window;
  DemandCourse course{start, (windows + course_steps - 1) / course_steps * window, {}};
  std::vector<Sum> sums(
      static_cast<std::size_t>((end - start + course.step - Millis{1}) / course.step));
  for (const auto& part : parts) spread(sums, start, course.step, part);
  for (const auto& [bytes, known] : sums) {
    course.bytes_per_s.push_back(known > Millis{0} ? std::optional(bytes / seconds(known))
                                                   : std::nullopt);
  }
  return course;
}

}  // namespace partwise::sizing
