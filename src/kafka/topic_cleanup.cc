#include "kafka/topic_cleanup.h"

#include <algorithm>
#include <memory>

#include "kafka/client.h"
#include "kafka/metadata.h"
#include "kafka/topic_removal.h"

namespace partwise::kafka {
namespace {

Result<std::unique_ptr<Client>> connected(const ClientSettings& settings, TrafficCounters& traffic,
                                          const std::stop_token& stop) {
  auto client = TRY(Client::create(settings, traffic));
  TRY(client->connect(stop));
  return client;
}

}  // namespace

Result<std::vector<std::string>> topic_names(const ClientSettings& settings,
                                             const std::stop_token& stop) {
  TrafficCounters traffic;
  const auto client = TRY(connected(settings, traffic, stop));
  const auto metadata = TRY(all_metadata(*client));
  std::vector<std::string> names;
  for (int i = 0; i < metadata->topic_cnt; ++i) names.emplace_back(metadata->topics[i].topic);
  std::sort(names.begin(), names.end());
  return names;
}

Result<> delete_topics(const ClientSettings& settings, const std::vector<std::string>& names,
                       const std::stop_token& stop) {
  TrafficCounters traffic;
  const auto client = TRY(connected(settings, traffic, stop));
  return remove_topics(*client, names);
}

}  // namespace partwise::kafka
