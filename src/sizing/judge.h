// From what a topic carries to what is recommended for it, with the arithmetic and the reason.
#pragma once

#include "sizing/demand.h"
#include "sizing/report.h"
#include "sizing/rule.h"

namespace partwise::sizing {

struct JudgeSettings {
  SizingSettings sizing;
  /// Do not tell apart counts up to the present one (grow-only): it is reported as enough.
  bool grow_only = false;
};

/// Fills in everything of `topic` that follows from `demand`; name, partitions, replication and
/// compaction must be set. Decision::none makes it status error without a number.
///
/// threads: any
void judge(TopicReport& topic, const Demand& demand, const JudgeSettings& settings);

}  // namespace partwise::sizing
