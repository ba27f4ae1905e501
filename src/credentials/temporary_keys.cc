#include "credentials/temporary_keys.h"

#include <algorithm>
#include <cstddef>
#include <exception>

#include <fmt/format.h>

#include "base/check.h"
#include "base/parallel.h"

namespace partwise::credentials {
namespace {

constexpr std::size_t most_threads = 4;

// By its errors; see ConfluentCloud::create_key.
bool may_exist(ErrorKind kind) {
  return kind == ErrorKind::unavailable || kind == ErrorKind::timeout || kind == ErrorKind::corrupt;
}

// As it comes back from the service.
KeyNote normal(const KeyNote& note) {
  const auto read = key_note_from(note.text());
  CHECK(read.has_value());
  return *read;
}

}  // namespace

/// While one is being made or deleted, however that ends.
class TemporaryKeys::UnderWay {
 public:
  explicit UnderWay(TemporaryKeys& keys) : keys_(keys) {}
  UnderWay(const UnderWay&) = delete;
  UnderWay& operator=(const UnderWay&) = delete;
  ~UnderWay() {
    const std::scoped_lock lock(keys_.mutex_);
    --keys_.under_way_;
    keys_.idle_.notify_all();
  }

 private:
  TemporaryKeys& keys_;
};

TemporaryKeys::TemporaryKeys(ConfluentCloud& cloud, TemporaryKeySettings settings)
    : cloud_(cloud), settings_(std::move(settings)) {
  settings_.note = normal(settings_.note);
}

TemporaryKeys::~TemporaryKeys() {
  try {
    (void)remove_all();
  } catch (const std::exception&) {  // NOLINT(bugprone-empty-catch): nobody is there to be told
  }
}

Result<ApiKey> TemporaryKeys::make(const std::string& cluster, const std::string& owner,
                                   const std::stop_token& stop) {
  auto note = settings_.note;
  {
    const std::scoped_lock lock(mutex_);
    if (closing_) {
      return fail(ErrorKind::interrupted,
                  fmt::format("no API key is made for {}: the run is ending", cluster));
    }
    ++under_way_;
    note.number = ++made_;
  }
  const UnderWay under_way(*this);
  auto key = created({key_display_name(cluster), note.text(), owner, cluster}, stop);
  const std::scoped_lock lock(mutex_);
  if (key) clusters_.emplace(key->id, cluster);
  if (key ? key->second : may_exist(key.error().kind)) doubts_.emplace(owner, cluster);
  return key;
}

// Nobody knows how far it came where memory ran out.
Result<ApiKey> TemporaryKeys::created(const ApiKeyOrder& order, const std::stop_token& stop) {
  try {
    return cloud_.create_key(order, stop);
  } catch (const std::exception&) {
    const std::scoped_lock lock(mutex_);
    doubts_.emplace(order.owner, order.cluster);
    throw;
  }
}

Result<> TemporaryKeys::remove(const std::string& id) {
  std::string cluster;
  {
    const std::scoped_lock lock(mutex_);
    const auto found = clusters_.find(id);
    if (found == clusters_.end()) return {};
    cluster = found->second;
    ++under_way_;
  }
  const UnderWay under_way(*this);
  TRY(cloud_.delete_key(id, settings_.patience, std::stop_token()));
  {
    const std::scoped_lock lock(mutex_);
    clusters_.erase(id);
  }
  tell({id, cluster, std::nullopt});
  return {};
}

Errors TemporaryKeys::remove_all() {
  auto [keys, doubts] = closed();
  const auto holds = [](const std::vector<Held>& held, const std::string& id) {
    return std::any_of(held.begin(), held.end(), [&](const Held& key) { return key.id == id; });
  };
  std::vector<KeyEnd> ends;
  for (const auto& place : doubts) {
    auto lost = lost_at(place);
    if (lost) {
      std::erase_if(*lost, [&](const Held& key) { return holds(keys, key.id); });
      keys.insert(keys.end(), lost->begin(), lost->end());
    } else {
      ends.push_back({"", place.second, std::move(lost).error()});
      tell(ends.back());
    }
  }
  const auto first = ends.size();
  ends.resize(first + keys.size());
  in_parallel(keys.size(), most_threads,
              [&](std::size_t i) { ends[first + i] = deleted(keys[i]); });
  Errors errors;
  for (auto& end : ends) {
    if (end.error) errors.push_back(*std::move(end.error));
  }
  return errors;
}

std::pair<std::vector<TemporaryKeys::Held>, std::set<TemporaryKeys::Place>>
TemporaryKeys::closed() {
  std::unique_lock lock(mutex_);
  closing_ = true;
  idle_.wait(lock, [this] { return under_way_ == 0; });
  std::vector<Held> keys;
  for (auto& [id, cluster] : clusters_) keys.push_back({id, cluster});
  clusters_.clear();
  return {std::move(keys), std::exchange(doubts_, {})};
}

Result<std::vector<TemporaryKeys::Held>> TemporaryKeys::lost_at(const Place& place) {
  const auto& [owner, cluster] = place;
  auto listed = cloud_.keys(owner, cluster, std::stop_token(), settings_.patience);
  if (!listed) {
    auto error = std::move(listed).error();
    error.message = fmt::format("an API key for cluster {} may have been made and lost: {}",
                                cluster, error.message);
    error.hint = fmt::format("look for API keys whose name is \"{}\"", key_display_name(cluster));
    return tl::unexpected(std::move(error));
  }
  std::vector<Held> lost;
  for (const auto& key : *listed) {
    auto note = key_note_from(key.description);
    if (!note || !marked_as_ours(key.display_name)) continue;
    note->number = settings_.note.number;
    if (*note == settings_.note) lost.push_back({key.id, cluster});
  }
  return lost;
}

KeyEnd TemporaryKeys::deleted(const Held& key) {
  KeyEnd end = {key.id, key.cluster, std::nullopt};
  try {
    auto result = cloud_.delete_key(key.id, settings_.patience, std::stop_token());
    if (!result) end.error = std::move(result).error();
  } catch (const std::exception& thrown) {
    end.error =
        Error{ErrorKind::limit, fmt::format("API key {}: {}", key.id, thrown.what()), {}, {}};
  }
  tell(end);
  return end;
}

// Whoever cannot be told must not keep keys from being deleted.
void TemporaryKeys::tell(const KeyEnd& end) {
  if (!settings_.ended) return;
  const std::scoped_lock lock(telling_);
  try {
    settings_.ended(end);
  } catch (const std::exception&) {  // NOLINT(bugprone-empty-catch)
  }
}

}  // namespace partwise::credentials
