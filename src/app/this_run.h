// Which run this is, so that what it makes elsewhere can be told from what others made.
#pragma once

#include <cstdint>
#include <string>

#include "base/clock.h"
#include "credentials/key_note.h"

namespace partwise::app {

/// The host's name with what tells its boot and the namespace of its process ids: the same number
/// is the same process only where this is the same.
std::string machine_name();

/// Whether the process of this machine that began then runs: another may have its number now.
/// begun: in clock ticks since the machine started; 0: not known
bool still_runs(std::int64_t pid, std::int64_t begun);

/// With a number that no other run has.
credentials::KeyNote note_of_this_run(Instant started);

}  // namespace partwise::app
