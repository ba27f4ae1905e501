// The API keys that a run makes, and that do not outlive it.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "credentials/confluent_cloud.h"
#include "credentials/key_note.h"

namespace partwise::credentials {

/// What became of a key.
struct KeyEnd {
  std::string id;  ///< empty: of a key that may have been made and is not known
  std::string cluster;
  std::optional<Error> error;  ///< why it could not be deleted; none: it is gone
};

struct TemporaryKeySettings {
  KeyNote note;  ///< of this run; the number is counted here
  /// For the deletion of one key, with all its tries.
  Millis patience = Millis(30'000);
  /// Told of each key that is gone, and of each that remove_all could not delete; by one thread at
  /// a time. What it throws is lost. May be empty.
  std::function<void(const KeyEnd&)> ended;
};

/// Makes keys, keeps account of them, and deletes them.
///
/// Deletion does not listen to a run's stop, which is when it is needed most. Making a key is not
/// broken off by it either: a request that is on its way is waited for, so that the account is
/// right. What was on its way when the network failed is looked for by the run's note.
///
/// threads: any
class TemporaryKeys {
 public:
  /// The cloud must outlive it; its exchange should repeat requests (http::Retrying).
  TemporaryKeys(ConfluentCloud& cloud, TemporaryKeySettings settings);
  /// As remove_all.
  ~TemporaryKeys();
  TemporaryKeys(const TemporaryKeys&) = delete;
  TemporaryKeys& operator=(const TemporaryKeys&) = delete;

  /// errors: those of ConfluentCloud::create_key; interrupted, too, once remove_all has begun
  Result<ApiKey> make(const std::string& cluster, const std::string& owner,
                      const std::stop_token& stop);

  /// A key that could not be deleted stays in the account, for remove_all. One that is not in the
  /// account is no error.
  Result<> remove(const std::string& id);

  /// Deletes all, up to four at a time, after those that are being made. From then on none is made.
  /// Each is tried once: the errors, of which `ended` is told as well, are the last word.
  Errors remove_all();

 private:
  struct Held {
    std::string id;
    std::string cluster;
  };
  class UnderWay;
  /// An owner and a cluster.
  using Place = std::pair<std::string, std::string>;

  Result<ApiKey> created(const ApiKeyOrder& order, const std::stop_token& stop);
  /// Waits until nothing is under way, and takes the account.
  std::pair<std::vector<Held>, std::set<Place>> closed();
  /// Keys of this run that are not in the account.
  Result<std::vector<Held>> lost_at(const Place& place);
  /// Told of as it comes.
  KeyEnd deleted(const Held& key);
  void tell(const KeyEnd& end);

  ConfluentCloud& cloud_;
  TemporaryKeySettings settings_;
  std::mutex mutex_;
  std::condition_variable idle_;
  std::map<std::string, std::string> clusters_;  // of the account's keys, by id
  std::set<Place> doubts_;                       // where a key may be that is not in the account
  std::int64_t made_ = 0;
  int under_way_ = 0;
  bool closing_ = false;
  std::mutex telling_;
};

}  // namespace partwise::credentials
