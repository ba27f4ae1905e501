// Fleets that come with the program: one to look at, one to measure with.
#pragma once

#include "base/clock.h"
#include "fleet/topic_spec.h"

namespace partwise::fleet {

/// The topics of an imagined shop, with the week before `now` behind them: of every kind that a
/// recommendation has to tell apart. Some need more partitions, some have too many; one has a key
/// with 70 % of the records, one ended, one is new, several are compacted.
FleetSpec demo_fleet(Instant now);

/// As many topics as asked for, of all shapes, sizes and codecs, with a week behind them. Rates
/// follow a power of the rank over five orders of magnitude; there are 10 million records for each
/// partition on average, so 10^12 in 10,000 topics of 10 partitions.
FleetSpec bench_fleet(int topics, int partitions, Instant now);

}  // namespace partwise::fleet
