// How a run over many clusters went, for people.
#pragma once

#include <string>

#include "sizing/report.h"

namespace partwise::report {

/// How many clusters were analysed wholly, in part and not at all, with the names of the latter
/// two, and the topics of all. Empty for one cluster: its own lines say it.
std::string clusters_summary(const sizing::RecommendReport& run);

}  // namespace partwise::report
