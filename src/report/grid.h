// Text in columns.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "report/style.h"

namespace partwise::report {

/// Cut to so many columns, with an ellipsis where something is cut off.
std::string fitted(std::string_view text, std::size_t width);

/// With blanks up to so many columns, behind it or before it.
std::string padded(std::string_view text, std::size_t width, bool right = false);

struct GridColumn {
  std::string heading;
  bool right = false;  ///< numbers
};

/// A heading and a line for each row, indented by two; each column is as wide as its widest text.
/// Every row has a text for every column.
std::string grid(const std::vector<GridColumn>& columns,
                 const std::vector<std::vector<std::string>>& rows, const Style& style);

}  // namespace partwise::report
