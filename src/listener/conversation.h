// What the listener asks of the cluster whose door it is: frames in, replies out.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "protocol/bytes.h"

namespace partwise::listener {

/// What a connection does after a request.
struct Reply {
  /// With its size in front; empty: nothing is sent, as for acks=0.
  std::optional<protocol::Message> message;
  /// Only so many bytes of it are sent, and the connection is closed then.
  std::optional<std::size_t> cut_at;
  bool close = false;  ///< once the message is sent
  std::string why;     ///< of a close, for the log
};

using Replied = std::function<void(Reply)>;

/// One connection's talk with one broker.
///
/// threads: the listener's loop only
class Conversation {
 public:
  virtual ~Conversation() = default;
  /// A request without its size. `replied` is called once, at once or later, unless closed() comes
  /// before; the next request is handed over only after that.
  virtual void answer(std::string frame, Replied replied) = 0;
  /// The connection is gone.
  virtual void closed() = 0;
};

class Conversations {
 public:
  virtual ~Conversations() = default;
  /// broker: the index of the listener that accepted; peer: "127.0.0.1:51234"
  virtual std::shared_ptr<Conversation> begin(std::size_t broker, const std::string& peer) = 0;
};

}  // namespace partwise::listener
