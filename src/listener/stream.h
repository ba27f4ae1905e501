// One client's byte stream, plain or over TLS, driven by an event loop.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "listener/outgoing.h"

// NOLINTBEGIN(readability-identifier-naming): theirs
namespace boost::asio {
class io_context;
namespace ssl {
class context;
}
}  // namespace boost::asio
// NOLINTEND(readability-identifier-naming)

namespace partwise::listener {

/// How a step on a stream ended.
struct StepEnd {
  enum class Kind { fine, gone, wrong };
  Kind kind = Kind::fine;
  std::string why;  ///< unless fine
};

/// At most one step of each kind at a time; what is told when a step ends may come before the step
/// returns. Nothing is told once the stream is closed, except that its pending steps end.
///
/// threads: the loop's only
class Stream {
 public:
  using Ended = std::function<void(const StepEnd&)>;
  using Received = std::function<void(const StepEnd&, std::string_view)>;

  virtual ~Stream() = default;
  /// Makes it ready for the others: TLS shakes hands.
  virtual void open(Ended then) = 0;
  /// Some bytes, which live as long as the call of `then`.
  virtual void read(Received then) = 0;
  /// All of `outgoing`, which must live until then.
  virtual void write(Outgoing& outgoing, Ended then) = 0;
  /// Tells the other side that nothing more comes.
  virtual void finish() = 0;
  virtual void close() = 0;
  /// Bytes read and written so far, without TLS's own.
  [[nodiscard]] virtual std::uint64_t moved() const = 0;
};

/// An accepted socket, which the stream owns from now on.
struct AcceptedSocket {
  int descriptor;
  bool v6;
};

/// scratch: where it reads to; the streams of a loop may share it, and it outlives them
std::shared_ptr<Stream> plain_stream(boost::asio::io_context& loop, AcceptedSocket socket,
                                     std::span<char> scratch);
std::shared_ptr<Stream> tls_stream(boost::asio::io_context& loop, AcceptedSocket socket,
                                   boost::asio::ssl::context& tls);

}  // namespace partwise::listener
