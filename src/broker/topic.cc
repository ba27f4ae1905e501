#include "broker/topic.h"

#include <algorithm>
#include <utility>

namespace partwise::broker {
namespace {

// Waiters that gave up are cleared when so many have gathered.
constexpr std::size_t waiters_kept = 16;

}  // namespace

void Partition::add_waiter(const std::shared_ptr<Waiter>& waiter) {
  if (waiters_.size() >= waiters_kept) {
    std::erase_if(waiters_, [](const std::weak_ptr<Waiter>& each) { return each.expired(); });
  }
  waiters_.push_back(waiter);
}

void Partition::wake() {
  // A waiter that is woken may wait again.
  for (const auto& each : std::exchange(waiters_, {})) {
    if (const auto waiter = each.lock()) waiter->wake();
  }
}

bool is_topic_name(std::string_view name) {
  constexpr std::size_t longest = 249;
  return !name.empty() && name.size() <= longest && name != "." && name != ".." &&
         std::all_of(name.begin(), name.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  c == '.' || c == '_' || c == '-';
         });
}

}  // namespace partwise::broker
