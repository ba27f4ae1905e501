#include "credentials/temporary_keys.h"

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <system_error>
#include <thread>

#include <fmt/format.h>

#include "base/check.h"

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

// Fewer than wanted where there are no more threads to be had.
std::vector<std::jthread> threads_for(std::size_t wanted, const std::function<void()>& work) {
  std::vector<std::jthread> threads;
  try {
    while (threads.size() < wanted) threads.emplace_back(work);
  } catch (const std::system_error&) {
    return threads;
  }
  return threads;
}

// The caller's thread works, too.
void work_in_parallel(std::size_t items, const std::function<void(std::size_t)>& work) {
  std::atomic<std::size_t> next = 0;
  const auto take = [&] {
    for (auto i = next++; i < items; i = next++) work(i);
  };
  const auto others =
      threads_for(std::min(items, most_threads) - std::min(items, std::size_t{1}), take);
  take();
}

}  // namespace

TemporaryKeys::TemporaryKeys(ConfluentCloud& cloud, TemporaryKeySettings settings)
    : cloud_(cloud), settings_(std::move(settings)) {
  settings_.note = normal(settings_.note);
}

TemporaryKeys::~TemporaryKeys() { (void)remove_all(); }

Result<ApiKey> TemporaryKeys::make(const std::string& cluster, const std::string& owner,
                                   const std::stop_token& stop) {
  auto note = settings_.note;
  {
    const std::lock_guard lock(mutex_);
    if (closing_) {
      return fail(ErrorKind::interrupted,
                  fmt::format("no API key is made for {}: the run is ending", cluster));
    }
    ++under_way_;
    note.number = ++made_;
  }
  auto key = cloud_.create_key({key_display_name(cluster), note.text(), owner, cluster}, stop);
  const std::lock_guard lock(mutex_);
  if (key) clusters_.emplace(key->id, cluster);
  if (key ? key->second : may_exist(key.error().kind)) doubts_.emplace(owner, cluster);
  --under_way_;
  idle_.notify_all();
  return key;
}

Result<> TemporaryKeys::remove(const std::string& id) {
  Held key = {id, ""};
  {
    const std::lock_guard lock(mutex_);
    const auto found = clusters_.find(id);
    if (found == clusters_.end()) return {};
    key.cluster = found->second;
    clusters_.erase(found);
    ++under_way_;
  }
  auto result = cloud_.delete_key(id, settings_.patience, std::stop_token());
  if (result) tell({key.id, key.cluster, std::nullopt});
  const std::lock_guard lock(mutex_);
  if (!result) clusters_.emplace(key.id, key.cluster);
  --under_way_;
  idle_.notify_all();
  return result;
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
  work_in_parallel(keys.size(), [&](std::size_t i) { ends[first + i] = deleted(keys[i]); });
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
  auto result = cloud_.delete_key(key.id, settings_.patience, std::stop_token());
  if (!result) end.error = std::move(result).error();
  tell(end);
  return end;
}

void TemporaryKeys::tell(const KeyEnd& end) {
  if (!settings_.ended) return;
  const std::lock_guard lock(telling_);
  settings_.ended(end);
}

}  // namespace partwise::credentials
