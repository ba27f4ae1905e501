#include "base/parallel.h"

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <system_error>
#include <thread>
#include <vector>

namespace partwise {
namespace {

class Work {
 public:
  Work(std::size_t items, const std::function<void(std::size_t)>& work)
      : items_(items), work_(work) {}

  void take() {
    for (auto i = next_++; i < items_; i = next_++) {
      try {
        work_(i);
      } catch (...) {
        const std::scoped_lock lock(mutex_);
        if (!thrown_) thrown_ = std::current_exception();
      }
    }
  }

  void rethrow() const {
    if (thrown_) std::rethrow_exception(thrown_);
  }

 private:
  std::size_t items_;
  const std::function<void(std::size_t)>& work_;
  std::atomic<std::size_t> next_ = 0;
  std::mutex mutex_;
  std::exception_ptr thrown_;
};

// Fewer than wanted where there are no more threads to be had.
std::vector<std::jthread> threads_for(std::size_t wanted, Work& work) {
  std::vector<std::jthread> threads;
  threads.reserve(wanted);
  try {
    while (threads.size() < wanted) threads.emplace_back([&work] { work.take(); });
  } catch (const std::system_error&) {
    return threads;
  }
  return threads;
}

}  // namespace

void in_parallel(std::size_t items, std::size_t most,
                 const std::function<void(std::size_t)>& work) {
  if (items == 0) return;
  Work all(items, work);
  {
    const auto others = threads_for(std::min(items, std::max(most, std::size_t{1})) - 1, all);
    all.take();
  }
  all.rethrow();
}

}  // namespace partwise
