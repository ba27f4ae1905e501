// The services that count demand, as the options name them.
#pragma once

#include <memory>

#include "app/cluster_finding.h"
#include "app/outside.h"
#include "app/recommend_options.h"
#include "metrics/demand_source.h"

namespace partwise::app {

/// threads: any; what it was made of must outlive it
class DemandServices {
 public:
  DemandServices(const RecommendOptions& options, const FoundClusters& found, Outside& outside)
      : options_(options), found_(found), outside_(outside) {}

  /// A source for one cluster's question, by another method than sampling; it must not outlive
  /// this.
  [[nodiscard]] std::unique_ptr<metrics::DemandSource> source(Method method) const;

 private:
  const RecommendOptions& options_;
  const FoundClusters& found_;
  Outside& outside_;
};

}  // namespace partwise::app
