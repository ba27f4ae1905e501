#include "service/faults.h"

#include <algorithm>
#include <utility>

#include "protocol/bytes.h"

namespace partwise::service {
namespace {

// A topic's name stands in a request with its length before it, in one of two encodings.
bool names_topic(const FaultSubject& subject, std::string_view topic) {
  protocol::Writer writer(subject.flexible);
  writer.text(topic);
  return subject.body.find(writer.own()) != std::string_view::npos;
}

bool matches(const FaultRule& rule, const FaultSubject& subject) {
  if (!rule.apis.empty() &&
      std::find(rule.apis.begin(), rule.apis.end(), subject.api) == rule.apis.end())
    return false;
  if (rule.broker && *rule.broker != subject.broker) return false;
  if (!rule.client_id.empty() && rule.client_id != subject.client_id) return false;
  return rule.topic.empty() || names_topic(subject, rule.topic);
}

void add_to(FaultPlan& plan, const FaultRule& rule) {
  plan.delay += rule.delay;
  plan.throttle = std::max(plan.throttle, rule.throttle);
  if (rule.disk && (!plan.disk || *rule.disk < *plan.disk)) plan.disk = rule.disk;
  if (rule.disconnect != Disconnect::none) plan.disconnect = rule.disconnect;
  if (rule.truncate) plan.truncate = rule.truncate;
  if (rule.error) plan.errors.push_back({rule.topic, *rule.error});
}

}  // namespace

bool waits_for_disk(protocol::ApiKey api) {
  return api == protocol::ApiKey::produce || api == protocol::ApiKey::fetch;
}

std::optional<protocol::ErrorCode> FaultPlan::error_for(std::string_view topic) const {
  for (const auto& each : errors) {
    if (each.topic.empty() || each.topic == topic) return each.error;
  }
  return std::nullopt;
}

int Faults::add(FaultRule rule) {
  active_.push_back({++last_id_, std::move(rule), 0});
  return last_id_;
}

bool Faults::remove(int id) {
  return std::erase_if(active_, [&](const Active& each) { return each.id == id; }) > 0;
}

FaultPlan Faults::plan(const FaultSubject& subject) {
  FaultPlan plan;
  for (auto& each : active_) {
    if (!matches(each.rule, subject)) continue;
    const auto turn = each.matched++;
    if (turn < each.rule.skip) continue;
    if (each.rule.times && turn >= each.rule.skip + *each.rule.times) continue;
    add_to(plan, each.rule);
  }
  return plan;
}

}  // namespace partwise::service
