#include "report/inventory_table.h"

#include <algorithm>
#include <set>
#include <vector>

#include <fmt/format.h>

#include "base/text.h"
#include "base/units.h"
#include "report/grid.h"

namespace partwise::report {
namespace {

using inventory::ClusterLayout;
using inventory::ListedCluster;
using inventory::PartitionPlace;
using inventory::TopicPlace;
using Rows = std::vector<std::vector<std::string>>;

std::string or_dash(const std::string& text) { return text.empty() ? "–" : text; }

std::string place_text(const ListedCluster& cluster) {
  if (cluster.cloud.empty() && cluster.region.empty()) return {};
  return cluster.cloud + (cluster.region.empty() ? "" : " " + cluster.region);
}

std::string ids_text(const std::vector<int>& ids) {
  std::vector<std::string> texts;
  for (const int id : ids) texts.push_back(std::to_string(id));
  return joined(texts, ",");
}

std::string bytes_or_dash(const std::optional<std::int64_t>& bytes) {
  return bytes ? bytes_text(static_cast<double>(*bytes)) : "–";
}

std::string trouble_text(const PartitionPlace& partition) {
  if (partition.leaderless()) return "no leader";
  if (partition.under_replicated()) {
    return fmt::format("{} of {} in sync", partition.in_sync.size(), partition.replicas.size());
  }
  return partition.led_elsewhere() ? "not led by its first replica" : "";
}

std::string replication_text(const TopicPlace& topic) {
  std::set<std::size_t> counts;
  for (const auto& partition : topic.partitions) counts.insert(partition.replicas.size());
  if (counts.empty()) return "–";
  if (counts.size() == 1) return std::to_string(*counts.begin());
  return fmt::format("{} to {}", *counts.begin(), *counts.rbegin());
}

std::string state_of(const TopicPlace& topic) {
  if (topic.error) return topic.error->message;
  const auto count = [&](bool (PartitionPlace::*is)() const) {
    return std::count_if(topic.partitions.begin(), topic.partitions.end(),
                         [is](const auto& partition) { return (partition.*is)(); });
  };
  const auto leaderless = count(&PartitionPlace::leaderless);
  const auto behind = count(&PartitionPlace::under_replicated);
  if (leaderless > 0) return fmt::format("{} without a leader", leaderless);
  if (behind > 0) return fmt::format("{} under-replicated", behind);
  return "✓";
}

std::string totals_text(const ClusterLayout& layout) {
  const auto sum = totals(layout);
  auto text =
      fmt::format("  {}, {}, {} · {} under-replicated, {} without a leader",
                  counted_text(sum.topics, "topic"), counted_text(sum.partitions, "partition"),
                  counted_text(sum.replicas, "replica"), sum.under_replicated, sum.leaderless);
  if (sum.stored_bytes) {
    text += fmt::format(" · {} on the leaders' disks",
                        bytes_text(static_cast<double>(*sum.stored_bytes)));
  }
  return text + "\n";
}

std::string brokers_text(const ClusterLayout& layout, const Style& style) {
  Rows rows;
  const auto shares = broker_shares(layout);
  for (std::size_t i = 0; i < shares.size(); ++i) {
    const auto& broker = layout.brokers[i];
    const auto address = broker.is_up() ? fmt::format("{}:{}", broker.host, broker.port) : "";
    const auto* mark = broker.id == layout.controller ? "controller" : "";
    rows.push_back({std::to_string(broker.id), or_dash(address), or_dash(broker.rack),
                    count_text(shares[i].leads), count_text(shares[i].replicas),
                    count_text(shares[i].behind), broker.is_up() ? mark : "✗ not up"});
  }
  return grid({{"BROKER", true},
               {"ADDRESS"},
               {"RACK"},
               {"LEADS", true},
               {"REPLICAS", true},
               {"BEHIND", true},
               {""}},
              rows, style);
}

std::string topics_text(const ClusterLayout& layout, const Style& style) {
  Rows rows;
  for (const auto& topic : layout.topics) {
    rows.push_back({topic.name, count_text(std::ssize(topic.partitions)), replication_text(topic),
                    bytes_or_dash(topic.stored_bytes), state_of(topic)});
  }
  return grid(
      {{"TOPIC"}, {"PARTITIONS", true}, {"REPLICATION", true}, {"ON DISK", true}, {"STATE"}}, rows,
      style);
}

std::string partitions_text(const ClusterLayout& layout, bool all, const Style& style) {
  Rows rows;
  for (const auto& topic : layout.topics) {
    for (std::size_t p = 0; p < topic.partitions.size(); ++p) {
      const auto& partition = topic.partitions[p];
      if (!all && !partition.leaderless() && !partition.under_replicated()) continue;
      rows.push_back({topic.name, std::to_string(p),
                      partition.leaderless() ? "–" : std::to_string(partition.leader),
                      ids_text(partition.replicas), ids_text(partition.in_sync),
                      trouble_text(partition)});
    }
  }
  if (rows.empty()) return {};
  return "\n" +
         grid({{"TOPIC"}, {"PARTITION", true}, {"LEADER", true}, {"REPLICAS"}, {"IN SYNC"}, {""}},
              rows, style);
}

// Without the columns that say nothing of any row; a dash where one row says nothing.
std::string grid_of_known(const std::vector<GridColumn>& columns, const Rows& rows,
                          const Style& style) {
  std::vector<GridColumn> known;
  Rows texts(rows.size());
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (std::all_of(rows.begin(), rows.end(), [i](const auto& row) { return row[i].empty(); })) {
      continue;
    }
    known.push_back(columns[i]);
    for (std::size_t r = 0; r < rows.size(); ++r) texts[r].push_back(or_dash(rows[r][i]));
  }
  return grid(known, texts, style);
}

std::string environments_text(const inventory::ClusterList& list, const Style& style) {
  if (list.environments.empty()) return {};
  Rows rows;
  for (const auto& environment : list.environments) {
    rows.push_back({environment.id, or_dash(environment.name),
                    environment.clusters ? std::to_string(*environment.clusters) : "?"});
  }
  return grid({{"ENVIRONMENT"}, {"NAME"}, {"CLUSTERS", true}}, rows, style) + "\n";
}

}  // namespace

std::string table(const inventory::ClusterList& list, const Style& style) {
  Rows rows;
  for (const auto& cluster : list.clusters) {
    rows.push_back({or_dash(cluster.id), cluster.name, cluster.environment, cluster.type,
                    place_text(cluster), cluster.phase, cluster.bootstrap_servers,
                    cluster.skipped.empty() ? cluster.origin : "skipped: " + cluster.skipped});
  }
  const std::vector<GridColumn> columns = {{"CLUSTER"}, {"NAME"},  {"ENVIRONMENT"},       {"TYPE"},
                                           {"PLACE"},   {"PHASE"}, {"BOOTSTRAP SERVERS"}, {"FROM"}};
  auto text = environments_text(list, style);
  if (!rows.empty()) text += grid_of_known(columns, rows, style);
  for (const auto& failure : list.failures) {
    text += style.bad("  ✗ " + failure.error.message) + "\n";
    if (!failure.error.hint.empty()) text += "    try: " + failure.error.hint + "\n";
  }
  return text;
}

std::string table(const ClusterLayout& layout, bool partitions, const Style& style) {
  auto text =
      style.bold(fmt::format("cluster {} ({})", layout.cluster_id, layout.bootstrap_servers)) +
      "\n" + totals_text(layout) + "\n" + brokers_text(layout, style) + "\n" +
      topics_text(layout, style) + partitions_text(layout, partitions, style);
  for (const auto& warning : layout.warnings) {
    text += style.notable("  warning: " + warning) + "\n";
  }
  return text;
}

}  // namespace partwise::report
