// A bound on the memory of many things together.
#pragma once

#include <cstddef>
#include <optional>
#include <utility>

namespace partwise::broker {

/// Must outlive its shares.
///
/// units: bytes
/// threads: owner only
class Budget {
 public:
  /// What one thing takes; given back at its end.
  class Share {
   public:
    Share() = default;
    Share(Share&& other) noexcept
        : budget_(std::exchange(other.budget_, nullptr)), bytes_(other.bytes_) {}
    Share& operator=(Share&& other) noexcept {
      std::swap(budget_, other.budget_);
      std::swap(bytes_, other.bytes_);
      return *this;
    }
    Share(const Share&) = delete;
    Share& operator=(const Share&) = delete;
    ~Share() {
      if (budget_ != nullptr) budget_->left_ += bytes_;
    }

   private:
    friend class Budget;
    Share(Budget* budget, std::size_t bytes) : budget_(budget), bytes_(bytes) {}
    Budget* budget_ = nullptr;
    std::size_t bytes_ = 0;
  };

  explicit Budget(std::size_t limit) : left_(limit) {}

  /// Nothing when less than that is left.
  std::optional<Share> take(std::size_t bytes) {
    if (bytes > left_) return std::nullopt;
    left_ -= bytes;
    return Share(this, bytes);
  }

  [[nodiscard]] std::size_t left() const { return left_; }

 private:
  std::size_t left_;
};

}  // namespace partwise::broker
