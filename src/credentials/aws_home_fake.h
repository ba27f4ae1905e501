// A home folder and an environment of a test's own.
#pragma once

#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "config/option.h"

namespace partwise::credentials {

class FakeHome {
 public:
  FakeHome() {
    const auto* test = testing::UnitTest::GetInstance()->current_test_info();
    folder_ = testing::TempDir() + "partwise-aws-" + test->test_suite_name() + "." + test->name();
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_ + "/.aws");
  }
  ~FakeHome() { std::filesystem::remove_all(folder_); }
  FakeHome(const FakeHome&) = delete;
  FakeHome& operator=(const FakeHome&) = delete;

  /// Writes a file below it and returns its path.
  [[nodiscard]] std::string file(const std::string& name, std::string_view text) const {
    std::ofstream(folder_ + "/" + name) << text;
    return folder_ + "/" + name;
  }
  void credentials(std::string_view text) const { (void)file(".aws/credentials", text); }
  void config(std::string_view text) const { (void)file(".aws/config", text); }

  [[nodiscard]] const std::string& folder() const { return folder_; }

  std::map<std::string, std::string, std::less<>> variables;

  /// Reads `variables` as they are when it is asked.
  [[nodiscard]] config::Environment environment() const {
    return [this](std::string_view name) -> std::optional<std::string> {
      const auto found = variables.find(name);
      if (found == variables.end()) return std::nullopt;
      return found->second;
    };
  }

 private:
  std::string folder_;
};

}  // namespace partwise::credentials
