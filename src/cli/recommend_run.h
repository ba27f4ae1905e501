// One run of `recommend`, from its options to files and output.
#pragma once

#include <stop_token>
#include <string>

#include "app/recommend_options.h"
#include "cli/progress_lines.h"
#include "config/option.h"
#include "report/table.h"
#include "sizing/report.h"

namespace partwise::cli {

struct RecommendShown {
  std::string color;                           ///< auto, always or never
  const report::TruthColumn* truth = nullptr;  ///< beside the table; nullptr: not known
};

struct RecommendOutcome {
  sizing::RecommendReport report;
  int status = 0;  ///< the program's
};

/// Finds the clusters, measures, writes the files while it goes on, prints what the options ask
/// for.
RecommendOutcome run_recommend(const app::RecommendOptions& options, const RecommendShown& shown,
                               const config::Environment& environment, ProgressLines& progress,
                               const std::stop_token& stop);

}  // namespace partwise::cli
