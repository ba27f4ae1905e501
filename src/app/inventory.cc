#include "app/inventory.h"

#include <algorithm>
#include <utility>

#include "app/cluster_keys.h"
#include "base/parallel.h"
#include "base/text.h"
#include "kafka/cluster_layout.h"

namespace partwise::app {
namespace {

using inventory::ClusterLayout;

constexpr std::size_t clusters_at_once = 8;

/// One cluster from its address to its layout.
class Description {
 public:
  Description(const DescribeOptions& options, const FoundClusters& found, ClusterKeys& keys,
              Progress& progress, const std::stop_token& stop)
      : options_(options), found_(found), keys_(keys), progress_(progress), stop_(stop) {}

  inventory::DescribedCluster of(std::size_t index) {
    const auto& access = found_.clusters[index].access;
    auto layout = looked_at(index);
    keys_.take_away(index);
    return {access.id, access.bootstrap_servers, std::move(layout)};
  }

 private:
  Result<ClusterLayout> looked_at(std::size_t index) {
    const auto& found = found_.clusters[index];
    if (found.error) return tl::unexpected(*found.error);
    const auto& address = found.access.bootstrap_servers;
    progress_.update({address + found.access.id, found.access.id, "connecting", 0, 0, 0, 0});
    const auto access = TRY(keys_.access(index, stop_));
    kafka::TrafficCounters traffic;
    auto layout = TRY(
        kafka::cluster_layout({access.properties, options_.where.timeout, false}, traffic, stop_));
    if (!access.id.empty()) layout.cluster_id = access.id;
    return chosen(std::move(layout));
  }

  Result<ClusterLayout> chosen(ClusterLayout layout) {
    std::vector<std::string> names;
    for (const auto& topic : layout.topics) names.push_back(topic.name);
    std::erase_if(layout.topics,
                  [&](const auto& topic) { return !options_.topics.has(topic.name); });
    // An empty cluster, or one with internal topics alone, is worth to be shown.
    if (layout.topics.empty() && !options_.topics.filter.empty()) {
      return tl::unexpected(nothing_chosen(names, options_.topics));
    }
    return layout;
  }

  const DescribeOptions& options_;
  const FoundClusters& found_;
  ClusterKeys& keys_;
  Progress& progress_;
  const std::stop_token& stop_;
};

}  // namespace

Descriptions describe_clusters(const DescribeOptions& options, const FoundClusters& found,
                               Outside& outside, Progress& progress, const std::stop_token& stop) {
  ClusterKeys keys(found, options.where, outside, progress);
  keys.make_all(stop);
  Descriptions described;
  auto& clusters = described.clusters;
  clusters.resize(found.clusters.size());
  in_parallel(clusters.size(), clusters_at_once, [&](std::size_t i) {
    clusters[i] = Description(options, found, keys, progress, stop).of(i);
  });
  described.keys_left = keys.take_all_away();
  return described;
}

}  // namespace partwise::app
