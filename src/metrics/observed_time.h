// The time that a metrics service is asked about, in whole windows and whole hours.
#pragma once

#include "base/clock.h"
#include "base/result.h"

namespace partwise::metrics {

/// From `start`, an hour, up to `end`: windows of `width`, which are aligned to the epoch. The last
/// hour may be a part of one.
struct ObservedTime {
  Instant start;
  Instant end;
  Millis width{60'000};
};

/// errors: invalid_input, where `width` is neither whole minutes that divide an hour nor whole
/// hours
Result<> can_be_told(Millis width);

/// The windows that lie between `length` before `latest` and `latest`, from the first whole hour on
/// (the first whole window, where that is longer than an hour).
///
/// errors: as of can_be_told; invalid_input, where nothing lies there; from two hours (windows) on,
/// something does
Result<ObservedTime> observed_time(Instant latest, Millis length, Millis width);

}  // namespace partwise::metrics
