// An Exchange in memory: a function answers.
#pragma once

#include <functional>
#include <mutex>
#include <utility>
#include <vector>

#include "http/exchange.h"

namespace partwise::http {

/// Keeps what was asked, and answers what the test's function says.
///
/// threads: any
class FakeExchange final : public Exchange {
 public:
  using Answer = std::function<Result<Reply>(const Request& request)>;
  explicit FakeExchange(Answer answer) : answer_(std::move(answer)) {}

  Result<Reply> send(const Request& request, const std::stop_token& stop) override {
    const std::scoped_lock lock(mutex_);
    if (stop.stop_requested()) return fail(ErrorKind::interrupted, "interrupted");
    requests_.push_back(request);
    return answer_(request);
  }

  [[nodiscard]] const std::vector<Request>& requests() const { return requests_; }

 private:
  std::mutex mutex_;
  Answer answer_;
  std::vector<Request> requests_;
};

}  // namespace partwise::http
