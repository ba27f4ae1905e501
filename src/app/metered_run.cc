#include "app/metered_run.h"

#include <cstddef>
#include <utility>

#include <fmt/format.h>

#include "sizing/judge.h"

namespace partwise::app {
namespace {

metrics::DemandQuery query_for(const Survey& survey, const RecommendOptions& options) {
  metrics::DemandQuery query;
  query.cluster_id = survey.cluster_id;
  for (const auto& topic : survey.topics) query.topics.push_back(topic.name);
  query.now = survey.now;
  query.length = Millis{static_cast<std::int64_t>(options.sampling_days * 86'400'000)};
  query.peak_window = options.peak_window;
  query.peak_quantile = options.peak_quantile;
  query.sizing = options.sizing;
  return query;
}

// A topic whose partitions are not known has no count to compare with.
sizing::TopicReport judged(const SurveyedTopic& topic, const Result<sizing::Demand>& demand,
                           const RecommendOptions& options) {
  auto row = row_of(topic);
  const sizing::JudgeSettings settings{options.sizing, options.grow_only};
  if (!demand) {
    row.failures.push_back({std::nullopt, "metrics", demand.error().kind, demand.error().message});
  }
  sizing::Demand unknown;
  unknown.records = row.records;
  sizing::judge(row, topic.measurable && demand ? *demand : unknown, settings);
  return row;
}

}  // namespace

Result<MeteredCluster> run_metered(metrics::DemandSource& source, const Survey& survey,
                                   const RecommendOptions& options, const TopicSink& sink,
                                   Progress& progress, const std::stop_token& stop) {
  const auto total = static_cast<int>(survey.topics.size());
  progress.update({{}, survey.cluster_id, "asking " + source.method(), 0, total, 0, 0});
  auto asked = source.demand(query_for(survey, options), stop);
  if (!asked) {
    if (asked.error().kind != ErrorKind::interrupted) {
      for (const auto& topic : survey.topics) {
        sink(judged(topic, tl::unexpected(asked.error()), options));
      }
    }
    return tl::unexpected(std::move(asked).error());
  }
  auto told = std::move(*asked);
  for (std::size_t i = 0; i < survey.topics.size(); ++i) {
    sink(judged(survey.topics[i], told.topics[i], options));
  }
  if (const auto chosen = source.chosen(); !chosen.empty()) {
    progress.detail(fmt::format("{}: {}", survey.cluster_id, chosen));
  }
  progress.detail(fmt::format("{}: {} topics by {} requests to {}", survey.cluster_id, total,
                              told.requests, source.method()));
  progress.update({{}, survey.cluster_id, "measuring", total, total, 0, 0});
  return MeteredCluster{std::move(told.warnings), told.cluster_load, told.requests, told.nothing};
}

}  // namespace partwise::app
