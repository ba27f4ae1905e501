#include "app/scan_plan.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <random>

#include <fmt/format.h>

#include "app/run_topics.h"
#include "base/text.h"
#include "keys/key_hash.h"

namespace partwise::app {
namespace {

constexpr std::string_view client_prefix = "partwise-scan-";
constexpr std::string_view run_shape = "20260304T050607Z-1a2b3c4d";
constexpr std::size_t longest_host = 40;

std::string host_name() {
  std::array<char, 256> host{};
  if (gethostname(host.data(), host.size() - 1) != 0) return "unknown";
  auto name = std::string(host.data()).substr(0, longest_host);
  std::erase_if(name, [](unsigned char c) { return std::isalnum(c) == 0 && c != '-' && c != '.'; });
  return name;
}

// When the process began that has this client id; empty for any other client.
std::optional<Instant> start_of(std::string_view client) {
  if (!client.starts_with(client_prefix)) return std::nullopt;
  const auto run = client.substr(client_prefix.size(), run_shape.size());
  return run_topic_start(fmt::format("partwise-keys-{}", run));
}

tl::unexpected<Error> used_by(const kafka::GroupView& group, const kafka::GroupMember& member,
                              const std::string& what) {
  return fail(ErrorKind::invalid_input,
              fmt::format("the group {} is used by {} on {}{}", group.name, member.client,
                          member.host, what),
              "another --group: it is left as it is", "--group");
}

std::vector<ScanShare> shares_in(const kafka::GroupView& group, const std::string& topic) {
  std::vector<ScanShare> shares;
  for (const auto& member : group.members) {
    const auto at = member.assigned.find(topic);
    auto partitions = at == member.assigned.end() ? std::vector<int>() : at->second;
    std::sort(partitions.begin(), partitions.end());
    shares.push_back({member.client, member.host, std::move(partitions)});
  }
  std::sort(shares.begin(), shares.end(),
            [](const auto& a, const auto& b) { return a.client < b.client; });
  return shares;
}

bool each_partition_once(const std::vector<ScanShare>& shares, int partitions) {
  std::vector<int> all;
  for (const auto& share : shares)
    all.insert(all.end(), share.partitions.begin(), share.partitions.end());
  std::sort(all.begin(), all.end());
  for (int p = 0; p < partitions; ++p) {
    if (static_cast<std::size_t>(p) >= all.size() || all[static_cast<std::size_t>(p)] != p)
      return false;
  }
  return std::ssize(all) == partitions;
}

// Of all members and what each has: who has another view waits for another topic.
std::string exchange_name(const std::vector<ScanShare>& shares) {
  std::string all;
  for (const auto& share : shares) {
    all += share.client + ":";
    for (const auto p : share.partitions) all += fmt::format("{},", p);
  }
  const auto started = start_of(shares.front().client).value_or(Instant{});
  return run_topic_name(started, static_cast<std::uint32_t>(keys::key_hash(all)));
}

}  // namespace

std::string scan_client_id(Instant started) {
  std::random_device chance;
  const auto run = run_topic_name(started, chance());
  return fmt::format("{}{}-{}-{}", client_prefix, run.substr(run.size() - run_shape.size()),
                     host_name(), getpid());
}

const ScanShare* ScanPlan::share_of(std::string_view client) const {
  const auto at = std::find_if(shares.begin(), shares.end(),
                               [&](const auto& share) { return share.client == client; });
  return at == shares.end() ? nullptr : &*at;
}

Result<> check_members(const kafka::GroupView& group, const SharedTopic& shared) {
  for (const auto& member : group.members) {
    if (!start_of(member.client)) return used_by(group, member, "");
    for (const auto& [topic, partitions] : member.assigned) {
      if (topic != shared.topic) return used_by(group, member, ", for the topic " + topic);
    }
  }
  return {};
}

Result<std::optional<ScanPlan>> plan_of(const kafka::GroupView& group, const SharedTopic& shared) {
  TRY(check_members(group, shared));
  if (std::cmp_greater(group.members.size(), shared.processes)) {
    return fail(ErrorKind::invalid_input, came_text(group, shared),
                "the same --group-size in each, and as many processes", "--group-size");
  }
  if (!group.stable || std::cmp_less(group.members.size(), shared.processes)) return std::nullopt;
  ScanPlan plan;
  plan.shares = shares_in(group, shared.topic);
  if (!each_partition_once(plan.shares, shared.partitions)) return std::nullopt;
  plan.exchange = exchange_name(plan.shares);
  return plan;
}

std::string came_text(const kafka::GroupView& group, const SharedTopic& shared) {
  std::vector<std::string> clients;
  for (const auto& member : group.members) clients.push_back(member.client);
  std::sort(clients.begin(), clients.end());
  const auto text = fmt::format("{} of {} processes are in the group {}", clients.size(),
                                shared.processes, shared.group);
  return clients.empty() ? text : text + ": " + joined(clients, ", ");
}

}  // namespace partwise::app
