// A small Confluent Cloud Metrics API in memory, with a truth of minutes.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/random.h"
#include "base/units.h"
#include "http/exchange.h"
#include "http/url.h"

namespace partwise::metrics {

/// Values by metric (without its prefix), by topic and partition ("" and -1 where it has none), by
/// minute. Buckets without a value are absent, points and groups come in no order, minutes are told
/// for at most six hours at once.
///
/// threads: one
class FakeMetricsApi {
 public:
  using Labels = std::pair<std::string, int>;
  using Minutes = std::map<Instant, double>;
  using Refusal = std::function<std::optional<http::Reply>(const nlohmann::json& query, int page)>;

  std::map<std::string, std::map<Labels, Minutes>> truth;
  nlohmann::json descriptors = nlohmann::json::array();
  int groups_per_page = 1000;
  /// A bucket at the edge of an interval has all its minutes, or those of the interval alone.
  bool whole_buckets = false;
  Millis beyond{0};  ///< what is told before and after the interval that was asked for
  Refusal refusal;
  std::vector<nlohmann::json> queries;  ///< each page's

  Result<http::Reply> answer(const http::Request& request) {
    if (request.url.find("/descriptors/") != std::string::npos) {
      return reply({{"data", descriptors}, {"meta", {{"pagination", {{"page_size", 1000}}}}}});
    }
    const auto query = nlohmann::json::parse(request.body);
    queries.push_back(query);
    const auto token = http::query_value(request.url, "page_token");
    const int page = *token ? std::stoi((*token)->substr(5)) : 0;
    if (refusal) {
      if (auto refused = refusal(query, page)) return *refused;
    }
    return page_of(query, page);
  }

  static http::Reply refused(int status, const std::string& detail) {
    const nlohmann::json body = {
        {"errors", {{{"status", std::to_string(status)}, {"detail", detail}}}}};
    return {status, {}, body.dump()};
  }

  /// How often a metric was asked for in that granularity; each page counts.
  [[nodiscard]] int asked(const std::string& metric, const std::string& granularity) const {
    return static_cast<int>(
        std::count_if(queries.begin(), queries.end(), [&](const nlohmann::json& query) {
          return metric_of(query) == metric && query["granularity"] == granularity;
        }));
  }

  static std::string metric_of(const nlohmann::json& query) {
    return query["aggregations"][0]["metric"].get<std::string>().substr(
        std::string("io.confluent.kafka.server/").size());
  }

  /// That a filter names, anywhere.
  static std::set<std::string> topics_in(const nlohmann::json& filter) {
    std::set<std::string> names;
    if (filter.contains("filters")) {
      for (const auto& part : filter["filters"]) names.merge(topics_in(part));
    } else if (filter["field"] == "metric.topic") {
      names.insert(filter["value"].get<std::string>());
    }
    return names;
  }

 private:
  static http::Reply reply(const nlohmann::json& body) { return {200, {}, body.dump()}; }

  http::Reply page_of(const nlohmann::json& query, int page) {
    const auto text = query["intervals"][0].get<std::string>();
    const auto slash = text.find('/');
    const Instant start = *instant_from_text(text.substr(0, slash));
    const Instant end = *instant_from_text(text.substr(slash + 1));
    const bool minutes = query["granularity"] == "PT1M";
    if (minutes && end - start > std::chrono::hours(6)) return refused(400, "interval too long");
    const Millis bucket = minutes ? Millis(60'000) : Millis(3'600'000);
    auto groups = groups_of(query, start - beyond, end + beyond, bucket);
    const auto first = static_cast<std::size_t>(page * groups_per_page);
    const auto last = std::min(groups.size(), first + static_cast<std::size_t>(groups_per_page));
    nlohmann::json body = {{"data", nlohmann::json::array()}};
    for (auto i = first; i < last; ++i) add_group(body["data"], groups[i], query);
    if (last < groups.size()) {
      body["meta"]["pagination"]["next_page_token"] = fmt::format("page+{}", page + 1);
    }
    return reply(body);
  }

  struct Group {
    Labels labels;
    std::map<Instant, double> buckets;
  };

  std::vector<Group> groups_of(const nlohmann::json& query, Instant start, Instant end,
                               Millis bucket) {
    const auto metric = metric_of(query);
    const auto names = topics_in(query["filter"]);
    const bool by_partition = query.contains("group_by") && query["group_by"].size() == 2;
    std::map<Labels, Group> groups;
    const auto first = whole_buckets ? start - start.time_since_epoch() % bucket : start;
    const auto last =
        whole_buckets ? end + (bucket - end.time_since_epoch() % bucket) % bucket : end;
    for (const auto& [labels, values] : truth[metric]) {
      if (!names.empty() && !names.contains(labels.first)) continue;
      auto key = labels;
      if (!by_partition) key.second = -1;
      auto& group = groups[key];
      group.labels = key;
      for (auto at = values.lower_bound(first); at != values.end() && at->first < last; ++at) {
        if (at->second == 0) continue;
        auto& sum = group.buckets[at->first - at->first.time_since_epoch() % bucket];
        // Gauges are averaged; it is enough here that they are not summed.
        const bool gauge = metric.starts_with("hot_") || metric.starts_with("cluster_load") ||
                           metric == "retained_bytes";
        sum = gauge ? at->second : sum + at->second;
      }
    }
    std::vector<Group> list;
    for (auto& [key, group] : groups) {
      if (!group.buckets.empty()) list.push_back(std::move(group));
    }
    return list;
  }

  void add_group(nlohmann::json& data, const Group& group, const nlohmann::json& query) {
    nlohmann::json points = nlohmann::json::array();
    for (const auto& [time, value] : group.buckets) {
      points.push_back({{"timestamp", utc_text(time)}, {"value", value}});
    }
    for (std::size_t i = points.size(); i > 1; --i) {
      std::swap(points[i - 1],
                points[static_cast<std::size_t>(random_.below(static_cast<std::int64_t>(i)))]);
    }
    if (!query.contains("group_by")) {
      for (auto& point : points) data.push_back(point);
      return;
    }
    nlohmann::json item = {{"metric.topic", group.labels.first}, {"points", points}};
    if (group.labels.second >= 0) item["metric.partition"] = std::to_string(group.labels.second);
    data.insert(random_.below(2) == 0 ? data.begin() : data.end(), item);
  }

  Random random_{7};
};

}  // namespace partwise::metrics
