// Keys as the existing key analyser simulates them, and beyond.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "keys/key_set.h"
#include "keys/key_shares.h"

namespace partwise::keys {

/// Record id takes pattern id % n, and behind it the number id % 100 (typical), id % 1000 (less),
/// id % 10 (more), id (none), id % `keys` (uniform). hot: the first 80 % of the records are
/// `hot-key`, the others `cold-key-` + id. zipf, shares: numbers from 0, whose records are shared
/// out by weight.
enum class Simulation { typical, less, more, none, hot, uniform, zipf, shares };

std::string_view name_of(Simulation simulation);
std::optional<Simulation> simulation_from_text(std::string_view text);

inline constexpr std::int64_t simulated_records_min = 10;
inline constexpr std::int64_t simulated_records_max = 1'000'000'000;

struct SimulationSpec {
  Simulation simulation = Simulation::typical;
  std::vector<std::string> patterns;
  std::int64_t records = 1000;
  std::int64_t keys = 1000;         ///< uniform, zipf; shares: those that are not named
  double exponent = 1;              ///< zipf
  std::vector<HotKeyShare> shares;  ///< shares: of the records, each above 0
};

/// errors: invalid_input: no pattern, numbers out of range, shares that do not go together
Result<std::unique_ptr<KeySet>> simulated_keys(const SimulationSpec& spec);

}  // namespace partwise::keys
