// Cuts the bytes of a connection into Kafka's requests: each a size of four bytes, then as many.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace partwise::listener {

/// Memory for a request is taken as its bytes arrive, up to 16 times as much, whatever size it
/// claims.
///
/// threads: owner only
class FrameCutter {
 public:
  /// largest: a request with a size above it is an error
  explicit FrameCutter(std::size_t largest) : largest_(largest) {}

  void add(std::string_view bytes);

  /// The next request without its size; none until it is complete. An error stays one: the bytes
  /// behind a wrong size mean nothing.
  ///
  /// errors: corrupt
  Result<std::optional<std::string>> next();

  /// Whether a request is complete and this many bytes have come behind it.
  [[nodiscard]] bool holds_behind_next(std::size_t bytes) const {
    return rest_.size() - rest_from_ >= bytes;
  }

 private:
  [[nodiscard]] bool complete() const { return size_known() && frame_.size() == size_; }
  [[nodiscard]] bool size_known() const { return head_.size() == size_bytes && wrong_.empty(); }
  std::string_view fill(std::string_view bytes);
  void append(std::string_view bytes);
  void read_size();

  static constexpr std::size_t size_bytes = 4;

  std::size_t largest_;
  std::string head_;  // the size of the first request, as far as it has come
  std::size_t size_ = 0;
  std::string frame_;  // the first request, as far as it has come
  std::string rest_;   // what came behind it; only once it is complete
  std::size_t rest_from_ = 0;
  std::string wrong_;
};

}  // namespace partwise::listener
