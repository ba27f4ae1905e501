// Temporary API keys for the clusters of Confluent Cloud that a run visits.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <stop_token>
#include <thread>

#include "app/cluster_finding.h"
#include "app/cluster_options.h"
#include "app/outside.h"
#include "base/progress.h"

namespace partwise::app {

/// Makes a key for each cluster that needs one, all at the beginning, as it takes minutes until
/// the clusters know them; and takes each away as soon as its cluster is finished. At a stop all
/// are taken away at once, whatever a slow cluster is still waited for. Those that are left are
/// taken away when this goes.
///
/// threads: any
class ClusterKeys {
 public:
  ClusterKeys(const FoundClusters& found, const ClusterOptions& options, Outside& outside,
              Progress& progress);
  ~ClusterKeys();
  ClusterKeys(const ClusterKeys&) = delete;
  ClusterKeys& operator=(const ClusterKeys&) = delete;

  void make_all(const std::stop_token& stop);

  /// The access of cluster `index` with its key, once the cluster takes it.
  ///
  /// errors: why it has no key; timeout where the cluster does not take it; interrupted
  Result<config::ClusterAccess> access(std::size_t index, const std::stop_token& stop);

  /// Deletes the key of cluster `index`, if it has one.
  void take_away(std::size_t index);

  /// Deletes those that are left, and returns why some still are.
  Errors take_all_away();

 private:
  struct Account;
  using Wake = std::stop_callback<std::function<void()>>;

  void guard(const std::stop_token& stop);
  Result<> wait_until_it_works(const config::ClusterAccess& access, const std::string& key,
                               const std::stop_token& stop);

  const FoundClusters& found_;
  const ClusterOptions& options_;
  Outside& outside_;
  Progress& progress_;
  std::unique_ptr<Account> account_;  ///< null where no cluster needs a key
  std::jthread guard_;                ///< waits for a stop; below the account, which it uses
  std::unique_ptr<Wake> wake_;        ///< of the guard, by the run's stop
};

}  // namespace partwise::app
