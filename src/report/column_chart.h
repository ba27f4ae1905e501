// Numbers as columns of text.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "report/style.h"

namespace partwise::report {

/// Lines of a chart, the highest first, `height` of them: a column for each number, each an eighth
/// of a line exact, and the line of the mean where no column stands before it. More numbers than
/// `width` columns: each column is the largest of those that it stands for.
std::vector<std::string> column_chart(std::span<const std::int64_t> numbers, int height,
                                      std::size_t width, const Style& style);

}  // namespace partwise::report
