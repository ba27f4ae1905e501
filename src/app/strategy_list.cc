#include "app/strategy_list.h"

#include <algorithm>
#include <string>

#include <fmt/format.h>

#include "base/text.h"

namespace partwise::app {

std::vector<keys::Strategy> strategies_from(const config::OptionValues& values,
                                            FoundErrors& found) {
  std::vector<keys::Strategy> strategies;
  for (const auto& name : listed(values.text("strategy"))) {
    const auto strategy = keys::strategy_from_text(lowered(name));
    if (!strategy) {
      std::vector<std::string> names;
      for (const auto each : keys::all_strategies) names.emplace_back(keys::name_of(each));
      const auto close = nearest(lowered(name), names);
      found.wrong(fmt::format("no strategy '{}'", name), close ? *close : joined(names, ", "),
                  values.entry("strategy").from);
    } else if (std::find(strategies.begin(), strategies.end(), *strategy) == strategies.end()) {
      strategies.push_back(*strategy);
    }
  }
  return strategies;
}

}  // namespace partwise::app
