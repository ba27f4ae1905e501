// Which run this is, so that what it makes elsewhere can be told from what others made.
#pragma once

#include <string>

#include "base/clock.h"
#include "credentials/key_note.h"

namespace partwise::app {

std::string host_name();

/// With a number that no other run has.
credentials::KeyNote note_of_this_run(Instant started);

}  // namespace partwise::app
