#include "broker/topic.h"

#include <algorithm>
#include <utility>

#include "base/topic_name.h"

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

bool is_topic_name(std::string_view name) { return check_topic_name(name).has_value(); }

// They cannot tell '.' from '_'.
std::string metric_name(std::string_view topic) {
  std::string name(topic);
  std::replace(name.begin(), name.end(), '.', '_');
  return name;
}

}  // namespace partwise::broker
