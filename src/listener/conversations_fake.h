// A cluster for the listener's tests: what it does with a request stands in the request.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "broker/agenda.h"
#include "listener/conversation.h"

namespace partwise::listener {

/// A request is a verb, filled up with blanks to eight letters, and what comes behind it:
///   echo ANY     sent back
///   later ANY    sent back by the agenda, a millisecond later
///   hold NAME    sent back when release(NAME) says so
///   none ANY     no reply
///   cut N        sent back up to N bytes, then closed
///   close ANY    sent back, then closed
///   refuse ANY   closed, "not liked"
///   pieces N     N slices of 1,000 bytes each, the i-th filled with the letter 'a' + i % 26
///
/// threads: the conversation's functions in the loop; the rest: any, but release() in the loop
class FakeConversations final : public Conversations {
 public:
  explicit FakeConversations(broker::Agenda& agenda) : agenda_(agenda) {}

  std::shared_ptr<Conversation> begin(std::size_t broker, const std::string& peer) override {
    ++begun;
    last_broker = broker;
    const std::scoped_lock lock(mutex_);
    peers_.push_back(peer);
    return std::make_shared<Talk>(*this);
  }

  void release(const std::string& name) {
    auto held = held_.extract(name);
    if (held) held.mapped()();
  }

  /// All requests so far, in the order in which they were handed over.
  std::vector<std::string> requests() const {
    const std::scoped_lock lock(mutex_);
    return requests_;
  }
  std::vector<std::string> peers() const {
    const std::scoped_lock lock(mutex_);
    return peers_;
  }

  std::atomic<int> begun = 0;
  std::atomic<int> closed = 0;
  std::atomic<std::size_t> last_broker = 0;
  /// A conversation was called while it called `replied`.
  std::atomic<bool> called_back = false;

 private:
  class Talk final : public Conversation, public std::enable_shared_from_this<Talk> {
   public:
    explicit Talk(FakeConversations& all) : all_(all) {}
    void answer(std::string frame, Replied replied) override {
      all_.note(frame);
      all_.act(std::move(frame), std::move(replied));
    }
    void closed() override {
      if (all_.replying_) all_.called_back = true;
      ++all_.closed;
    }

   private:
    FakeConversations& all_;
  };

  void note(const std::string& frame) {
    if (replying_) called_back = true;
    const std::scoped_lock lock(mutex_);
    requests_.push_back(frame);
  }

  static protocol::Message echo(const std::string& frame) {
    protocol::Writer writer;
    writer.bytes(frame);
    return std::move(writer).message();
  }

  static protocol::Message pieces(int count) {
    protocol::Writer writer;
    std::vector<protocol::Slice> slices;
    for (int i = 0; i < count; ++i) {
      auto text = std::make_shared<const std::string>(1'000, static_cast<char>('a' + i % 26));
      slices.push_back({text, *text});
    }
    writer.slices(std::move(slices));
    return std::move(writer).message();
  }

  void say(const Replied& replied, Reply reply) {
    const bool outer = std::exchange(replying_, true);
    replied(std::move(reply));
    replying_ = outer;
  }

  void act(std::string frame, Replied replied) {
    const auto verb = frame.substr(0, frame.find(' '));
    const auto rest = frame.substr(8);
    if (verb == "echo") return say(replied, {echo(frame), {}, false, ""});
    if (verb == "none") return say(replied, {});
    if (verb == "cut") return say(replied, {echo(frame), std::stoul(rest), false, ""});
    if (verb == "close") return say(replied, {echo(frame), {}, true, ""});
    if (verb == "refuse") return say(replied, {{}, {}, true, "not liked"});
    if (verb == "pieces") return say(replied, {pieces(std::stoi(rest)), {}, false, ""});
    auto act = [this, frame, replied] { say(replied, {echo(frame), {}, false, ""}); };
    if (verb == "later") {
      agenda_.at(std::chrono::steady_clock::now() + Millis{1}, std::move(act));
    } else {
      held_.emplace(rest, std::move(act));
    }
  }

  broker::Agenda& agenda_;
  std::map<std::string, std::function<void()>> held_;
  bool replying_ = false;
  mutable std::mutex mutex_;
  std::vector<std::string> requests_;
  std::vector<std::string> peers_;
};

}  // namespace partwise::listener
