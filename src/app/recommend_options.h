// What `recommend` can be told: the option table, and the settings that come of it.
#pragma once

#include <string>
#include <vector>

#include "app/cluster_options.h"
#include "app/method_options.h"
#include "app/results_options.h"
#include "app/topic_choice.h"
#include "base/clock.h"
#include "base/result.h"
#include "config/option.h"
#include "sizing/report.h"
#include "sizing/rule.h"

namespace partwise::app {

/// Every setting of `recommend`, in the order in which its help shows them.
config::OptionTable recommend_option_table();

struct RecommendOptions {
  ClusterOptions where;
  MethodOptions measured;

  TopicChoice topics;  ///< `only`: the one to explain

  sizing::SizingSettings sizing;
  Millis peak_window{60'000};
  double peak_quantile = 1;
  bool grow_only = false;

  double sampling_days = 7;
  std::int64_t sampling_batch_size = 10'000;
  int sampling_max_consecutive_nulls = 50;
  Millis sampling_timeout{2'000};
  int sampling_max_continuous_failed_batches = 5;
  bool full_scan = false;
  bool quick = false;
  double lookup_budget = 400;  ///< infinite to prove
  std::int64_t read_budget = 4'000'000;
  int max_cluster_workers = 3;
  int max_workers_per_cluster = 8;

  ResultsOptions results;

  std::string out = ".";
  std::string format = "table";

  std::vector<std::string> warnings;  ///< settings that do not fit together, but may be meant
};

/// errors: invalid_input, all of them together
tl::expected<RecommendOptions, Errors> recommend_options(const config::OptionValues& values);

/// What the report keeps of the settings.
sizing::RunSettings run_settings(const RecommendOptions& options);

}  // namespace partwise::app
