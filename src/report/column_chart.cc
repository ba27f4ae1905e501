#include "report/column_chart.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "base/check.h"

namespace partwise::report {
namespace {

constexpr std::array<const char*, 9> eighths = {" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};

std::vector<std::int64_t> columns_of(std::span<const std::int64_t> numbers, std::size_t width) {
  const auto each = (numbers.size() + width - 1) / width;
  std::vector<std::int64_t> columns;
  for (std::size_t first = 0; first < numbers.size(); first += each) {
    const auto part = numbers.subspan(first, std::min(each, numbers.size() - first));
    columns.push_back(*std::max_element(part.begin(), part.end()));
  }
  return columns;
}

}  // namespace

std::vector<std::string> column_chart(std::span<const std::int64_t> numbers, int height,
                                      std::size_t width, const Style& style) {
  CHECK(height > 0 && width > 0);
  if (numbers.empty()) return {};
  const auto columns = columns_of(numbers, width);
  const auto top = static_cast<double>(
      std::max<std::int64_t>(1, *std::max_element(columns.begin(), columns.end())));
  const double mean =
      std::accumulate(numbers.begin(), numbers.end(), 0.0) / static_cast<double>(numbers.size());
  const auto levels = [&](double number) {
    return static_cast<int>(std::lround(number / top * height * 8));
  };
  const int mean_line = std::min(height - 1, levels(mean) / 8);
  const bool broad = 3 * columns.size() <= width;
  std::vector<std::string> lines;
  for (int line = height - 1; line >= 0; --line) {
    std::string text;
    for (const auto column : columns) {
      const int filled = std::clamp(levels(static_cast<double>(column)) - 8 * line, 0, 8);
      // A little is not nothing.
      const bool trace = line == 0 && filled == 0 && column > 0;
      const bool mean_here = filled == 0 && !trace && line == mean_line && mean > 0;
      const std::string cell =
          mean_here ? style.dim("┄") : eighths.at(static_cast<std::size_t>(trace ? 1 : filled));
      text += cell;
      if (broad) text += cell + (line == mean_line && mean > 0 ? style.dim("┄") : " ");
    }
    lines.push_back(text);
  }
  return lines;
}

}  // namespace partwise::report
