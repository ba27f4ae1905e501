#include "listener/frame_cutter.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "base/units.h"
#include "protocol/bytes.h"

namespace partwise::listener {
namespace {

// Key, version and correlation id: no request's header is shorter.
constexpr std::int32_t smallest = 8;
// Reserved for a request, as far as it claims to be so large: so many times what has come of it. To
// move what has come costs more than to receive it.
constexpr std::size_t reserve_ahead = 16;

// What people point at a Kafka port by mistake.
std::string_view lookalike(std::string_view head) {
  if (head == "GET " || head == "POST" || head == "HEAD" || head == "PUT ") return " (is it HTTP?)";
  if (head.starts_with("\x16\x03")) return " (is it TLS? this listener is plain)";
  return "";
}

}  // namespace

void FrameCutter::add(std::string_view bytes) {
  if (!complete()) bytes = fill(bytes);
  if (rest_from_ > rest_.size() / 2) {
    rest_.erase(0, rest_from_);
    rest_from_ = 0;
  }
  if (wrong_.empty()) rest_ += bytes;
}

Result<std::optional<std::string>> FrameCutter::next() {
  if (!wrong_.empty()) return fail(ErrorKind::corrupt, wrong_);
  if (!complete()) return std::nullopt;
  std::optional<std::string> frame = std::exchange(frame_, {});
  head_.clear();
  const auto behind = std::string_view(rest_).substr(rest_from_);
  rest_from_ = rest_.size() - fill(behind).size();
  if (rest_from_ == rest_.size()) {
    rest_ = {};
    rest_from_ = 0;
  }
  return frame;
}

// Moves the first request on, and returns the bytes behind it.
std::string_view FrameCutter::fill(std::string_view bytes) {
  const auto of_head = std::min(size_bytes - head_.size(), bytes.size());
  if (of_head > 0) {
    head_ += bytes.substr(0, of_head);
    bytes.remove_prefix(of_head);
    if (head_.size() == size_bytes) read_size();
  }
  if (!size_known()) return bytes;
  const auto of_frame = std::min(size_ - frame_.size(), bytes.size());
  append(bytes.substr(0, of_frame));
  return bytes.substr(of_frame);
}

void FrameCutter::append(std::string_view bytes) {
  const auto needed = frame_.size() + bytes.size();
  if (needed > frame_.capacity()) {
    frame_.reserve(std::min(size_, reserve_ahead * needed));
  }
  frame_ += bytes;
}

void FrameCutter::read_size() {
  const auto size = protocol::Reader(head_).int32();
  size_ = size < 0 ? 0 : static_cast<std::size_t>(size);
  if (size < 0) {
    wrong_ = fmt::format("a request with a size of {} bytes{}", size, lookalike(head_));
  } else if (size < smallest) {
    wrong_ = fmt::format("a request of {} bytes is too short for a header", size);
  } else if (size_ > largest_) {
    wrong_ = fmt::format("a request of {} bytes where at most {} are taken{}", count_text(size),
                         count_text(static_cast<std::int64_t>(largest_)), lookalike(head_));
  }
}

}  // namespace partwise::listener
