#include "keys/key_simulation.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <utility>

#include <fmt/format.h>

#include "base/units.h"
#include "keys/counted_keys.h"
#include "keys/numbered_keys.h"

namespace partwise::keys {
namespace {

constexpr std::array<std::pair<Simulation, std::string_view>, 8> names = {{
    {Simulation::typical, "typical"},
    {Simulation::less, "less"},
    {Simulation::more, "more"},
    {Simulation::none, "none"},
    {Simulation::hot, "hot"},
    {Simulation::uniform, "uniform"},
    {Simulation::zipf, "zipf"},
    {Simulation::shares, "shares"},
}};

using Keys = std::unique_ptr<KeySet>;

std::uint32_t group_of(const SimulationSpec& spec, std::int64_t number) {
  return static_cast<std::uint32_t>(number % std::ssize(spec.patterns));
}

std::string key_of(const SimulationSpec& spec, std::int64_t id, std::int64_t number) {
  return fmt::format("{}{}", spec.patterns[group_of(spec, id)], number);
}

// Both the pattern and the number come again and again: so do the keys.
Result<Keys> repeating(const SimulationSpec& spec, std::int64_t numbers) {
  const auto cycle = std::min(spec.records, std::lcm(numbers, std::ssize(spec.patterns)));
  if (cycle > keys_max) {
    return fail(ErrorKind::invalid_input,
                fmt::format("{} keys with {} patterns make more than {} keys", count_text(numbers),
                            count_text(std::ssize(spec.patterns)), count_text(keys_max)),
                "fewer keys, or fewer patterns");
  }
  auto keys = std::make_unique<CountedKeys>(spec.patterns);
  std::vector<std::uint32_t> order;
  for (std::int64_t id = 0; id < cycle; ++id) {
    const auto records = spec.records / cycle + (id < spec.records % cycle ? 1 : 0);
    order.push_back(keys->add(key_of(spec, id, id % numbers), records, group_of(spec, id)));
  }
  keys->set_order(std::move(order));
  return keys;
}

Result<Keys> numbered(const SimulationSpec& spec) {
  auto keys = TRY(NumberedKeys::from({spec.patterns, {}, 0, spec.records}));
  return keys;
}

Result<Keys> hot(const SimulationSpec& spec) {
  // As the existing analyser has it: ids below 0.8 times the count.
  const auto hot_records = (spec.records * 8 + 9) / 10;
  auto keys = TRY(NumberedKeys::from({{"cold-key-"}, "hot-key", hot_records, spec.records}));
  return keys;
}

// Each key's share, rounded where the sum of all before it is: the total is exact.
Result<Keys> weighted(const SimulationSpec& spec, const KeySpec& weights) {
  const auto shares = TRY(KeyShares::from(weights));
  auto groups = spec.patterns;
  const auto named = std::ssize(weights.hot);
  if (named > 0) groups.emplace_back("(named)");
  auto keys = std::make_unique<CountedKeys>(groups);
  double sum = 0;
  std::int64_t given = 0;
  for (std::int64_t i = 0; i < shares.size(); ++i) {
    sum += shares.share(i);
    const auto upto =
        i + 1 == shares.size()
            ? spec.records
            : std::min<std::int64_t>(spec.records,
                                     std::llround(sum * static_cast<double>(spec.records)));
    const auto records = upto - std::exchange(given, upto);
    if (records == 0) continue;
    if (i < named) {
      keys->add(weights.hot[static_cast<std::size_t>(i)].name, records,
                static_cast<std::uint32_t>(spec.patterns.size()));
    } else {
      keys->add(key_of(spec, i - named, i - named), records, group_of(spec, i - named));
    }
  }
  return keys;
}

Result<> check(const SimulationSpec& spec) {
  if (spec.patterns.empty()) {
    return fail(ErrorKind::invalid_input, "no key pattern is given",
                "a list such as tenant_id-,user_id-");
  }
  if (spec.records < simulated_records_min || spec.records > simulated_records_max) {
    return fail(ErrorKind::invalid_input,
                fmt::format("{} records are not possible", count_text(spec.records)),
                fmt::format("{} to {}", count_text(simulated_records_min),
                            count_text(simulated_records_max)));
  }
  if (spec.keys < (spec.simulation == Simulation::shares ? 0 : 1) || spec.keys > keys_max) {
    return fail(ErrorKind::invalid_input,
                fmt::format("{} keys are not possible", count_text(spec.keys)),
                fmt::format("1 to {}", count_text(keys_max)));
  }
  return {};
}

}  // namespace

std::string_view name_of(Simulation simulation) {
  return names.at(static_cast<std::size_t>(simulation)).second;
}

std::optional<Simulation> simulation_from_text(std::string_view text) {
  for (const auto& [simulation, name] : names) {
    if (name == text) return simulation;
  }
  return std::nullopt;
}

Result<std::unique_ptr<KeySet>> simulated_keys(const SimulationSpec& spec) {
  TRY(check(spec));
  switch (spec.simulation) {
    case Simulation::typical:
      return repeating(spec, 100);
    case Simulation::less:
      return repeating(spec, 1000);
    case Simulation::more:
      return repeating(spec, 10);
    case Simulation::none:
      return numbered(spec);
    case Simulation::hot:
      return hot(spec);
    case Simulation::uniform:
      return repeating(spec, spec.keys);
    case Simulation::zipf:
      return weighted(spec, {KeyShape::zipf, spec.keys, spec.exponent, {}});
    case Simulation::shares:
      return weighted(spec, {KeyShape::hot, spec.keys, 1, spec.shares});
  }
  return numbered(spec);
}

}  // namespace partwise::keys
