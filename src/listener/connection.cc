#include "listener/connection.h"

#include <limits>
#include <utility>

#include <fmt/format.h>

#include "base/check.h"

namespace partwise::listener {
namespace {

// Read ahead of the request that is being answered, so that a client's going away is noticed.
constexpr std::size_t read_ahead = std::size_t{1} << 20U;
// Handed over before other connections have their turn.
constexpr int requests_at_once = 64;
// A client that does not hang up after the last reply has this long to read it.
constexpr Millis drain_max{1'000};

}  // namespace

Connection::Connection(ConnectionHost& host, std::shared_ptr<Stream> stream, std::size_t broker,
                       std::string peer, ConnectionLimits limits)
    : host_(host),
      stream_(std::move(stream)),
      broker_(broker),
      peer_(std::move(peer)),
      limits_(limits),
      cutter_(limits.request_max) {}

void Connection::start() {
  within(limits_.handshake_max, [](Connection& self) { self.close("no TLS handshake in time"); });
  stream_->open([self = shared_from_this()](const StepEnd& end) { self->opened(end); });
}

void Connection::close(std::string_view why) {
  if (state_ == State::closed) return;
  if (!why.empty()) host_.log(fmt::format("{}: closed: {}", peer_, why));
  const auto self = shared_from_this();
  state_ = State::closed;
  if (deadline_) host_.deadlines().cancel(*deadline_);
  stream_->close();
  end_conversation();
  host_.gone(*this);
}

// One deadline at a time: the next takes the place of the last.
template <class Act>
void Connection::within(Millis time, Act act) {
  if (deadline_) host_.deadlines().cancel(*deadline_);
  deadline_ = host_.deadlines().at(host_.now() + time, [weak = weak_from_this(), act] {
    const auto self = weak.lock();
    if (!self) return;
    self->deadline_.reset();
    act(*self);
  });
}

void Connection::opened(const StepEnd& end) {
  if (state_ != State::opening) return;
  if (end.kind == StepEnd::Kind::gone) return close("");
  if (end.kind == StepEnd::Kind::wrong) return close("TLS handshake: " + end.why);
  state_ = State::open;
  conversation_ = host_.begin(broker_, peer_);
  look_whether_idle(host_.now());
  read_more();
}

void Connection::read_more() {
  const bool full = state_ == State::open && cutter_.holds_behind_next(read_ahead);
  if (reading_ || ended_ || full || state_ == State::closed) return;
  reading_ = true;
  stream_->read([self = shared_from_this()](const StepEnd& end, std::string_view bytes) {
    self->received(end, bytes);
  });
}

void Connection::received(const StepEnd& end, std::string_view bytes) {
  reading_ = false;
  if (state_ == State::closed) return;
  if (end.kind == StepEnd::Kind::wrong) return close(state_ == State::open ? end.why : "");
  host_.traffic().bytes_in += static_cast<std::int64_t>(bytes.size());
  if (end.kind == StepEnd::Kind::gone) ended_ = true;
  if (state_ == State::draining) return ended_ ? close("") : read_more();
  cutter_.add(bytes);
  ask_on();
}

bool Connection::may_ask() const {
  return state_ == State::open && !answering_ && !sending_ && !ending_;
}

void Connection::ask_on() {
  asking_ = true;
  for (int asked = 0; may_ask(); ++asked) {
    auto request = cutter_.next();
    if (!request) {
      asking_ = false;
      return close(request.error().message);
    }
    if (!*request) break;
    ask(std::move(**request));
    if (asked == requests_at_once) {
      ask_on_later();
      break;
    }
  }
  asking_ = false;
  if (state_ != State::open || ending_) return;
  if (ended_ && !ask_later_ && !sending_) return close("");
  read_more();
}

void Connection::ask_on_later() {
  if (std::exchange(ask_later_, true)) return;
  host_.post([self = shared_from_this()] {
    self->ask_later_ = false;
    self->ask_on();
  });
}

void Connection::ask(std::string request) {
  answering_ = true;
  ++host_.traffic().requests;
  conversation_->answer(std::move(request),
                        [weak = weak_from_this(), number = ++request_](Reply r) {
                          if (const auto self = weak.lock()) self->reply(number, std::move(r));
                        });
}

void Connection::reply(std::uint64_t request, Reply reply) {
  if (state_ != State::open || ending_) return;
  CHECK(answering_ && request == request_);
  answering_ = false;
  close_when_sent_ = reply.close || reply.cut_at;
  why_ = std::move(reply.why);
  if (reply.message) {
    outgoing_.begin(std::move(*reply.message),
                    reply.cut_at.value_or(std::numeric_limits<std::size_t>::max()));
  }
  sending_ = true;
  stream_->write(outgoing_, [self = shared_from_this()](const StepEnd& end) { self->sent(end); });
}

void Connection::sent(const StepEnd& end) {
  host_.traffic().bytes_out += static_cast<std::int64_t>(outgoing_.written());
  outgoing_.clear();
  sending_ = false;
  if (state_ != State::open) return;
  // It may be called from inside `replied`: the conversation must not be called from here.
  if (end.kind == StepEnd::Kind::gone) return close_later("");
  if (end.kind == StepEnd::Kind::wrong) return close_later(end.why);
  if (close_when_sent_) {
    ending_ = true;
    return host_.post([self = shared_from_this()] { self->finish(); });
  }
  if (!asking_) ask_on_later();
}

void Connection::close_later(std::string why) {
  ending_ = true;
  host_.post([self = shared_from_this(), why = std::move(why)] { self->close(why); });
}

// A socket closed with bytes unread in it resets the connection, and the client may lose the
// reply: so what still comes is read and dropped until the client hangs up.
void Connection::finish() {
  if (state_ != State::open) return;
  if (!why_.empty()) host_.log(fmt::format("{}: closed: {}", peer_, why_));
  if (ended_) return close("");
  state_ = State::draining;
  end_conversation();
  stream_->finish();
  within(drain_max, [](Connection& self) { self.close(""); });
  read_more();
}

void Connection::end_conversation() {
  if (const auto conversation = std::exchange(conversation_, nullptr)) conversation->closed();
}

void Connection::look_whether_idle(SteadyTime quiet_since) {
  const auto now = host_.now();
  const auto moved_before = std::exchange(moved_, stream_->moved());
  // A request that waits for its reply is no idleness: a group may wait for long.
  if (moved_ != moved_before || answering_) quiet_since = now;
  if (now - quiet_since >= limits_.idle_max) return close("");
  within(limits_.idle_max / 4,
         [quiet_since](Connection& self) { self.look_whether_idle(quiet_since); });
}

}  // namespace partwise::listener
