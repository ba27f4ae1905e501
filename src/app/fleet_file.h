// The file that describes a fleet of virtual topics.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"
#include "fleet/topic_spec.h"

namespace partwise::app {

/// The fleet that `text` describes; docs/fleet-file.md has the format. `file` is for messages,
/// `now` is what a `history` reaches back from, `brokers` how many there are where that is settled.
///
/// errors: invalid_input for everything that is wrong, together: file, line, field, value, allowed
tl::expected<fleet::FleetSpec, Errors> fleet_from_toml(std::string_view text,
                                                       const std::string& file, Instant now,
                                                       std::optional<int> brokers = {});

}  // namespace partwise::app
