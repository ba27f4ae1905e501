#include "app/left_keys.h"

#include <algorithm>
#include <optional>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "app/cluster_finding.h"
#include "app/this_run.h"
#include "base/units.h"
#include "credentials/confluent_selection.h"

namespace partwise::app {
namespace {

constexpr Millis longest_run{24 * 3'600'000};
constexpr Millis patience{30'000};

bool has(const std::vector<std::string>& list, const std::string& one) {
  return std::find(list.begin(), list.end(), one) != list.end();
}

// Those of the environments that are named, whatever state they are in; none: of all.
Result<std::optional<std::vector<std::string>>> clusters_of_environments(
    credentials::ConfluentCloud& cloud, const ClusterOptions& where, const std::stop_token& stop) {
  std::optional<std::vector<std::string>> clusters;
  if (where.cloud.environments.empty()) return clusters;
  const auto found = TRY(credentials::chosen_clusters(cloud, {where.cloud.environments, {}}, stop));
  if (!found.failures.empty()) return tl::unexpected(found.failures.front());
  clusters.emplace();
  for (const auto& cluster : found.clusters) clusters->push_back(cluster.id);
  for (const auto& skipped : found.skipped) clusters->push_back(skipped.cluster.id);
  return clusters;
}

void prune(LeftKey& left, credentials::ConfluentCloud& cloud, const std::stop_token& stop) {
  const auto gone = cloud.delete_key(left.key.id, patience, stop);
  left.deleted = gone.has_value();
  if (!gone) left.error = gone.error();
}

}  // namespace

std::string in_use_text(const std::optional<credentials::KeyNote>& note, const std::string& host,
                        const ProcessRuns& runs, Instant now) {
  if (!note) return "its description is not of partwise, or was changed";
  if (note->host == host) {
    return runs(note->pid, note->begun) ? fmt::format("process {} of this machine runs", note->pid)
                                        : "";
  }
  if (now - note->started >= longest_run) return {};
  return fmt::format("made on {} {} ago", note->host, duration_text(now - note->started));
}

Result<std::vector<LeftKey>> left_keys(const KeysOptions& options, Outside& outside,
                                       const std::stop_token& stop) {
  const auto login = TRY(cloud_login(options.where, outside, stop));
  credentials::ConfluentCloud cloud(outside.services(), options.where.cloud.api_url, login);
  const auto listed = TRY(cloud.leftovers(options.where.cloud.principal, {}, stop));
  const auto inside = TRY(clusters_of_environments(cloud, options.where, stop));
  const auto& filter = options.where.filter;
  const auto here = machine_name();
  const auto now = outside.clock().now();
  std::vector<LeftKey> keys;
  for (const auto& key : listed) {
    if (inside && !has(*inside, key.cluster)) continue;
    if (!filter.empty() && !has(filter, key.cluster)) continue;
    LeftKey left{key, credentials::key_note_from(key.description), {}, {}, false};
    left.in_use = in_use_text(left.note, here, still_runs, now);
    const bool chosen = options.prune && options.yes && (options.all || left.in_use.empty());
    if (chosen && !stop.stop_requested()) prune(left, cloud, stop);
    keys.push_back(std::move(left));
  }
  return keys;
}

std::string to_json(const std::vector<LeftKey>& keys) {
  using json = nlohmann::ordered_json;
  json value = {{"api_keys", json::array()}};
  for (const auto& [key, note, in_use, error, deleted] : keys) {
    value["api_keys"].push_back({{"id", key.id},
                                 {"display_name", key.display_name},
                                 {"description", key.description},
                                 {"owner", key.owner},
                                 {"cluster", key.cluster},
                                 {"created_at", key.created_at},
                                 {"in_use", in_use.empty() ? json(nullptr) : json(in_use)},
                                 {"deleted", deleted},
                                 {"error", error ? json(error->message) : json(nullptr)}});
  }
  return value.dump(2, ' ', false, json::error_handler_t::replace) + "\n";
}

}  // namespace partwise::app
