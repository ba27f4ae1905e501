// A message on its way out, and how far it is.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

#include "protocol/bytes.h"

namespace partwise::listener {

/// Owns the message while its pieces are written.
///
/// threads: owner only
class Outgoing {
 public:
  Outgoing() = default;
  // The pieces point into the message.
  Outgoing(const Outgoing&) = delete;
  Outgoing& operator=(const Outgoing&) = delete;

  /// limit: bytes of the message that are to be sent at most
  void begin(protocol::Message message, std::size_t limit);
  void clear();

  [[nodiscard]] bool sent() const { return next_ == pieces_.size(); }
  /// Bytes dropped since begin().
  [[nodiscard]] std::size_t written() const { return written_; }
  /// What is left, without empty pieces.
  [[nodiscard]] std::span<const std::string_view> pieces() const {
    return std::span(pieces_).subspan(next_);
  }
  /// Steps over bytes that were sent.
  void drop(std::size_t bytes);

 private:
  protocol::Message message_;
  std::vector<std::string_view> pieces_;
  std::size_t next_ = 0;
  std::size_t written_ = 0;
};

}  // namespace partwise::listener
