#include "listener/outgoing.h"

#include <algorithm>
#include <utility>

#include "base/check.h"

namespace partwise::listener {

void Outgoing::begin(protocol::Message message, std::size_t limit) {
  CHECK(sent());
  message_ = std::move(message);
  next_ = 0;
  written_ = 0;
  pieces_ = message_.pieces();
  std::erase_if(pieces_, [left = limit](std::string_view& piece) mutable {
    piece = piece.substr(0, left);
    left -= piece.size();
    return piece.empty();
  });
}

void Outgoing::clear() {
  message_ = {};
  pieces_.clear();
  next_ = 0;
  written_ = 0;
}

void Outgoing::drop(std::size_t bytes) {
  written_ += bytes;
  while (bytes > 0) {
    auto& piece = pieces_.at(next_);
    const auto n = std::min(bytes, piece.size());
    piece.remove_prefix(n);
    bytes -= n;
    if (piece.empty()) ++next_;
  }
}

}  // namespace partwise::listener
