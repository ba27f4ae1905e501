#include "broker/agenda.h"

namespace partwise::broker {

Agenda::Id Agenda::at(SteadyTime due, std::function<void()> act) {
  const Id id = ++last_;
  acts_.emplace(Key{due, id}, std::move(act));
  due_.emplace(id, due);
  return id;
}

void Agenda::cancel(Id id) {
  const auto found = due_.find(id);
  if (found == due_.end()) return;
  acts_.erase({found->second, id});
  due_.erase(found);
}

std::optional<SteadyTime> Agenda::next() const {
  if (acts_.empty()) return std::nullopt;
  return acts_.begin()->first.first;
}

void Agenda::run_due(SteadyTime now) {
  const Id newest = last_;
  // An act may cancel others, so the queue is asked anew for each.
  for (auto next = acts_.begin(); next != acts_.end() && next->first.first <= now;) {
    if (next->first.second > newest) {
      ++next;
      continue;
    }
    const auto act = std::move(next->second);
    due_.erase(next->first.second);
    acts_.erase(next);
    act();
    next = acts_.begin();
  }
}

}  // namespace partwise::broker
