// Files that were checked by hand. PARTWISE_UPDATE_GOLDEN=1 writes them anew: read their difference
// before you commit it.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include <gtest/gtest.h>

namespace partwise::report {

inline std::string contents(const std::filesystem::path& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

inline void expect_golden(const std::string& name, const std::string& text) {
  const auto path = std::filesystem::path(PARTWISE_GOLDEN) / name;
  if (std::getenv("PARTWISE_UPDATE_GOLDEN") != nullptr) std::ofstream(path) << text;
  std::istringstream found(text);
  std::istringstream wanted(contents(path));
  std::string line;
  std::string wanted_line;
  for (int number = 1; std::getline(wanted, wanted_line); ++number) {
    ASSERT_TRUE(std::getline(found, line)) << path << " has more lines than " << number - 1;
    ASSERT_EQ(line, wanted_line) << path << " line " << number;
  }
  EXPECT_FALSE(std::getline(found, line)) << path << " lacks: " << line;
}

}  // namespace partwise::report
