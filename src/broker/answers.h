// Answers that go out when the state they come from is settled.
#pragma once

#include <deque>
#include <functional>
#include <utility>

namespace partwise::broker {

/// An answer may ask for the next thing at once, so none is called while its sender is at work.
///
/// threads: owner only
class Answers {
 public:
  void put(std::function<void()> answer) { waiting_.push_back(std::move(answer)); }

  /// In the order in which they were put; those that they bring about, too.
  void deliver() {
    while (!waiting_.empty()) {
      const auto answer = std::move(waiting_.front());
      waiting_.pop_front();
      answer();
    }
  }

 private:
  std::deque<std::function<void()>> waiting_;
};

}  // namespace partwise::broker
