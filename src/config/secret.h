// A value that must never be shown.
#pragma once

#include <string>
#include <utility>

namespace partwise::config {

/// Holds a credential. It prints as *** and is wiped when it goes.
class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string value) : value_(std::move(value)) {}
  Secret(const Secret&) = default;
  Secret& operator=(const Secret&) = default;
  Secret(Secret&& other) noexcept : value_(std::move(other.value_)) { other.wipe(); }
  Secret& operator=(Secret&& other) noexcept {
    wipe();
    value_ = std::move(other.value_);
    other.wipe();
    return *this;
  }
  ~Secret() { wipe(); }

  /// For handing it to the library that needs it, and nothing else.
  [[nodiscard]] const std::string& reveal() const { return value_; }
  [[nodiscard]] bool empty() const { return value_.empty(); }
  [[nodiscard]] static const char* shown() { return "***"; }

 private:
  void wipe();
  std::string value_;
};

}  // namespace partwise::config
