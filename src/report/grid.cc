#include "report/grid.h"

#include <algorithm>

#include "base/text.h"

namespace partwise::report {

std::string fitted(std::string_view text, std::size_t width) {
  if (display_width(text) <= width) return std::string(text);
  std::string cut;
  std::size_t columns = 0;
  for (const char c : text) {
    const bool starts_character = (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
    if (starts_character && ++columns >= width) break;
    cut += c;
  }
  return cut + "…";
}

std::string padded(std::string_view text, std::size_t width, bool right) {
  const auto columns = display_width(text);
  const std::string blanks(width > columns ? width - columns : 0, ' ');
  return right ? blanks + std::string(text) : std::string(text) + blanks;
}

std::string grid(const std::vector<GridColumn>& columns,
                 const std::vector<std::vector<std::string>>& rows, const Style& style) {
  std::vector<std::size_t> widths;
  for (const auto& column : columns) widths.push_back(display_width(column.heading));
  for (const auto& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      widths[i] = std::max(widths[i], display_width(row[i]));
    }
  }
  const auto line_of = [&](const auto& text_in) {
    std::string line;
    for (std::size_t i = 0; i < columns.size(); ++i) {
      line += "  " + padded(text_in(i), widths[i], columns[i].right);
    }
    line.erase(line.find_last_not_of(' ') + 1);
    return line;
  };
  auto text = style.bold(line_of([&](std::size_t i) { return columns[i].heading; })) + "\n";
  for (const auto& row : rows) text += line_of([&](std::size_t i) { return row[i]; }) + "\n";
  return text;
}

}  // namespace partwise::report
