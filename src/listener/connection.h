// One client's connection: requests in, one at a time to the conversation, replies out.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "broker/agenda.h"
#include "listener/conversation.h"
#include "listener/frame_cutter.h"
#include "listener/outgoing.h"
#include "listener/stream.h"

namespace partwise::listener {

struct ConnectionLimits {
  std::size_t request_max = 0;  ///< bytes
  Millis idle_max{0};
  Millis handshake_max{0};
};

/// What all connections add to.
struct Traffic {
  std::atomic<std::int64_t> requests = 0;
  std::atomic<std::int64_t> bytes_in = 0;
  std::atomic<std::int64_t> bytes_out = 0;
};

class Connection;

/// What a connection needs of the server that it belongs to.
class ConnectionHost {
 public:
  virtual ~ConnectionHost() = default;
  virtual std::shared_ptr<Conversation> begin(std::size_t broker, const std::string& peer) = 0;
  virtual void log(std::string line) = 0;
  /// Runs it in the loop, later.
  virtual void post(std::function<void()> act) = 0;
  virtual void gone(const Connection& connection) = 0;
  [[nodiscard]] virtual broker::Agenda& deadlines() = 0;
  [[nodiscard]] virtual SteadyTime now() const = 0;
  [[nodiscard]] virtual Traffic& traffic() = 0;
};

/// The conversation is called from the loop alone, never from inside a `replied`: whoever wakes
/// many waiting requests is not called back while it does so.
///
/// A client that hung up is done with as soon as that is seen: a request that waits for its reply
/// then is told by closed(), and what came behind it is dropped. Complete requests that nothing
/// holds up are still answered, for a producer with acks=0 may send and hang up.
///
/// threads: the loop's only
class Connection : public std::enable_shared_from_this<Connection> {
 public:
  /// The host outlives it.
  Connection(ConnectionHost& host, std::shared_ptr<Stream> stream, std::size_t broker,
             std::string peer, ConnectionLimits limits);

  void start();
  /// why: for the log; empty: no line
  void close(std::string_view why);

 private:
  // draining: closed for the conversation; the client may still read what was sent.
  enum class State { opening, open, draining, closed };

  template <class Act>
  void within(Millis time, Act act);
  void opened(const StepEnd& end);
  void read_more();
  void received(const StepEnd& end, std::string_view bytes);
  [[nodiscard]] bool may_ask() const;
  void ask_on();
  void ask_on_later();
  void ask(std::string request);
  void reply(std::uint64_t request, Reply reply);
  void sent(const StepEnd& end);
  void close_later(std::string why);
  void finish();
  void end_conversation();
  void look_whether_idle(SteadyTime quiet_since);

  ConnectionHost& host_;
  std::shared_ptr<Stream> stream_;
  std::size_t broker_;
  std::string peer_;
  ConnectionLimits limits_;
  FrameCutter cutter_;
  Outgoing outgoing_;
  std::shared_ptr<Conversation> conversation_;

  State state_ = State::opening;
  std::optional<broker::Agenda::Id> deadline_;
  std::uint64_t request_ = 0;  // the number of the last request
  std::uint64_t moved_ = 0;    // by the stream, when it was last looked whether it is idle
  bool reading_ = false;
  bool asking_ = false;     // requests are being handed over, further up the stack
  bool ask_later_ = false;  // they will be
  bool answering_ = false;  // the last request waits for its reply
  bool sending_ = false;
  bool ending_ = false;  // the close is under way
  bool ended_ = false;   // nothing more comes from the client
  bool close_when_sent_ = false;
  std::string why_;
};

}  // namespace partwise::listener
