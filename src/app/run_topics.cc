#include "app/run_topics.h"

#include <unistd.h>

#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "app/one_cluster.h"
#include "base/random.h"
#include "base/units.h"
#include "kafka/topic_cleanup.h"

namespace partwise::app {
namespace {

constexpr std::string_view prefix = "partwise-keys-";
constexpr std::string_view shape = "20260304T050607Z-1a2b3c4d";
constexpr auto may_go_on = std::chrono::hours(24);

bool is_hex(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); }

// "2026-03-04T05:06:07Z" as "20260304T050607Z".
std::string compact(std::string text) {
  std::erase_if(text, [](char c) { return c == '-' || c == ':'; });
  return text;
}

}  // namespace

std::string run_topic_name(Instant started) {
  const auto seed = static_cast<std::uint64_t>(started.time_since_epoch().count()) ^
                    (static_cast<std::uint64_t>(getpid()) << 32U);
  return run_topic_name(started, static_cast<std::uint32_t>(Random(seed).next() >> 32U));
}

std::string run_topic_name(Instant started, std::uint32_t chance) {
  const auto time = compact(utc_text(std::chrono::floor<std::chrono::seconds>(started)));
  return fmt::format("{}{}-{:08x}", prefix, time, chance);
}

std::optional<Instant> run_topic_start(std::string_view name) {
  if (!name.starts_with(prefix)) return std::nullopt;
  name.remove_prefix(prefix.size());
  if (name.size() != shape.size() || name[8] != 'T' || name[15] != 'Z' || name[16] != '-')
    return std::nullopt;
  if (!std::all_of(name.begin() + 17, name.end(), is_hex)) return std::nullopt;
  const auto part = [&](std::size_t from, std::size_t count) {
    return std::string(name.substr(from, count));
  };
  const auto started =
      instant_from_text(fmt::format("{}-{}-{}T{}:{}:{}Z", part(0, 4), part(4, 2), part(6, 2),
                                    part(9, 2), part(11, 2), part(13, 2)));
  if (!started) return std::nullopt;
  return *started;
}

Error leaving(Error error, std::string_view what) {
  error.message += fmt::format("; {}", what);
  const std::string later = "later, `partwise keys cleanup` deletes it";
  error.hint = error.hint.empty() ? later : error.hint + "; " + later;
  return error;
}

Result<LeftTopics> left_topics(const CleanupOptions& options, const FoundClusters& found,
                               Outside& outside, Progress& progress, const std::stop_token& stop) {
  LeftTopics left;
  const auto now = outside.clock().now();
  const auto look = [&](const config::ClusterAccess& access,
                        const kafka::ClientSettings& settings) -> Result<> {
    left.cluster = access.id.empty() ? access.bootstrap_servers : access.id;
    std::vector<std::string> unwanted;
    for (const auto& name : TRY(kafka::topic_names(settings, stop))) {
      const auto started = run_topic_start(name);
      if (!started) continue;
      const bool in_use = now - *started < may_go_on;
      left.topics.push_back({name, *started, in_use, false});
      if (options.yes && (!in_use || options.all)) unwanted.push_back(name);
    }
    for (auto& topic : left.topics) {
      if (stop.stop_requested() || left.error) break;
      if (std::find(unwanted.begin(), unwanted.end(), topic.name) == unwanted.end()) continue;
      if (auto deleted = kafka::delete_topics(settings, {topic.name}, stop); deleted) {
        topic.deleted = true;
      } else {
        left.error = deleted.error();
      }
    }
    return {};
  };
  left.keys_left = TRY(visit_only(found, options.where, outside, progress, stop, look));
  return left;
}

std::string to_json(const LeftTopics& left) {
  auto topics = nlohmann::ordered_json::array();
  for (const auto& topic : left.topics) {
    topics.push_back({{"topic", topic.name},
                      {"started", utc_text(topic.started)},
                      {"in_use", topic.in_use},
                      {"deleted", topic.deleted}});
  }
  nlohmann::ordered_json to = {{"cluster", left.cluster},
                               {"topics", topics},
                               {"error", nullptr},
                               {"api_keys_left", left.keys_left}};
  if (left.error) to["error"] = left.error->message;
  return to.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

}  // namespace partwise::app
