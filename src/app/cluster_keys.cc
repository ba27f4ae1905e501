#include "app/cluster_keys.h"

#include <algorithm>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "app/this_run.h"
#include "base/parallel.h"
#include "credentials/temporary_keys.h"
#include "credentials/usable_wait.h"
#include "kafka/login_probe.h"

namespace partwise::app {
namespace {

using credentials::ApiKey;
using credentials::KeyEnd;

constexpr std::size_t keys_at_once = 8;

std::string ending_text(const KeyEnd& end) {
  if (!end.error) return fmt::format("deleted API key {} of cluster {}", end.id, end.cluster);
  return fmt::format(
      "error: API key {} of cluster {} is left: {}; partwise cluster keys --prune --yes deletes it",
      end.id.empty() ? "(its id is not known)" : end.id, end.cluster, end.error->message);
}

}  // namespace

struct ClusterKeys::Account {
  credentials::ConfluentCloud cloud;
  credentials::TemporaryKeys keys;
  std::vector<std::optional<Result<ApiKey>>> made;  // by cluster
  Errors left;                                      // by the guard; read when it has ended

  // For a thread of its own, where nothing that is thrown may get out.
  void take_away() {
    try {
      left = keys.remove_all();
    } catch (const std::exception& error) {
      left.push_back({ErrorKind::limit,
                      fmt::format("API keys could not be looked for: {}", error.what()),
                      "partwise cluster keys --prune --yes",
                      {}});
    }
  }

  Account(const http::Login& login, const ClusterOptions& options, Outside& outside,
          Progress& progress, std::size_t clusters)
      : cloud(outside.unhurried(), options.cloud.api_url, login),
        keys(cloud, {note_of_this_run(outside.clock().now()), Millis{30'000},
                     [&progress](const KeyEnd& end) { progress.say(ending_text(end)); }}),
        made(clusters) {}
};

ClusterKeys::ClusterKeys(const FoundClusters& found, const ClusterOptions& options,
                         Outside& outside, Progress& progress)
    : found_(found), options_(options), outside_(outside), progress_(progress) {
  const bool needed = std::any_of(found.clusters.begin(), found.clusters.end(),
                                  [](const auto& cluster) { return cluster.needs_key; });
  if (!needed) return;
  account_ = std::make_unique<Account>(*found.cloud_login, options, outside, progress,
                                       found.clusters.size());
}

ClusterKeys::~ClusterKeys() = default;

// It ends when the run stops, or when the keys are taken away for another reason.
void ClusterKeys::guard(const std::stop_token& stop) {
  guard_ = std::jthread([this, stop](const std::stop_token& awake) {
    std::mutex mutex;
    std::condition_variable_any woken;
    std::unique_lock lock(mutex);
    woken.wait(lock, awake, [] { return false; });
    if (stop.stop_requested()) account_->take_away();
  });
  wake_ = std::make_unique<Wake>(stop, [this] { guard_.request_stop(); });
}

void ClusterKeys::make_all(const std::stop_token& stop) {
  if (!account_) return;
  guard(stop);
  const auto& clusters = found_.clusters;
  in_parallel(clusters.size(), keys_at_once, [&](std::size_t i) {
    if (!clusters[i].needs_key || stop.stop_requested()) return;
    const auto& id = clusters[i].access.id;
    auto& made = account_->made[i];
    made = account_->keys.make(id, options_.cloud.principal, stop);
    if (!*made) return;
    progress_.say(fmt::format("made API key {} for {} on cluster {}", (*made)->id,
                              options_.cloud.principal, id));
  });
}

Result<config::ClusterAccess> ClusterKeys::access(std::size_t index, const std::stop_token& stop) {
  const auto& cluster = found_.clusters[index];
  if (!cluster.needs_key) return cluster.access;
  const auto& made = account_->made[index];
  if (!made) return fail(ErrorKind::interrupted, "interrupted before its API key was made");
  const auto& key = TRY(Result<ApiKey>(*made));
  auto access = cluster.access;
  const std::string from = "API key of Confluent Cloud";
  config::set_property(access.properties, {"sasl.username", config::Secret(key.id), from});
  config::set_property(access.properties, {"sasl.password", key.secret, from});
  access = completed(std::move(access), options_.common);
  TRY(wait_until_it_works(access, key.id, stop));
  return access;
}

// Kafka's brokers learn of a key minutes after Confluent Cloud has made it.
Result<> ClusterKeys::wait_until_it_works(const config::ClusterAccess& access,
                                          const std::string& key, const std::stop_token& stop) {
  const auto what = fmt::format("API key {} of cluster {}", key, access.id);
  const auto address = access.bootstrap_servers + access.id;
  progress_.update({address, access.id, "waiting until its API key works", 0, 0, 0, 0});
  const auto probe = [&]() -> Result<bool> {
    return kafka::login_works({access.properties, options_.timeout, false}, stop);
  };
  return credentials::wait_until_usable(what, probe, outside_.clock(), outside_.waiter(), {}, stop);
}

void ClusterKeys::take_away(std::size_t index) {
  if (!account_ || !account_->made[index] || !*account_->made[index]) return;
  const auto& key = **account_->made[index];
  if (const auto gone = account_->keys.remove(key.id); !gone) {
    progress_.say(
        fmt::format("warning: API key {} is not deleted yet: {}; it is tried again at the end",
                    key.id, gone.error().message));
  }
}

Errors ClusterKeys::take_all_away() {
  if (!account_) return {};
  guard_.request_stop();
  if (guard_.joinable()) guard_.join();
  auto errors = std::exchange(account_->left, {});
  for (auto& error : account_->keys.remove_all()) errors.push_back(std::move(error));
  return errors;
}

}  // namespace partwise::app
