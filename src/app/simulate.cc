#include "app/simulate.h"

#include <memory>
#include <utility>

#include <fmt/format.h>

#include "app/key_file.h"
#include "app/version.h"
#include "base/units.h"

namespace partwise::app {
namespace {

using keys::KeySet;

class SimulateRun {
 public:
  SimulateRun(const SimulateOptions& options, Progress& progress, const std::stop_token& stop)
      : options_(options), progress_(progress), stop_(stop) {}

  Result<keys::KeysReport> run(Instant started) {
    report_.version = version;
    report_.command = "simulate";
    report_.started = started;
    report_.rules = options_.rules;
    report_.warnings = options_.warnings;
    TRY(find_keys());
    if (const auto count = placed_count()) TRY(place(*count));
    if (options_.is_sweep()) TRY(sweep());
    return std::move(report_);
  }

 private:
  Result<> find_keys() {
    tell("reading keys");
    auto found = TRY(found_keys(options_.source, stop_));
    keys_ = std::move(found.keys);
    report_.warnings.insert(report_.warnings.end(), found.warnings.begin(), found.warnings.end());
    report_.keys = keys::summary_of(*keys_, options_.rules);
    report_.keys.source = found.source;
    return {};
  }

  // With several counts, the present one is also looked at by itself.
  [[nodiscard]] std::optional<int> placed_count() const {
    if (!options_.is_sweep()) return options_.partitions.front();
    return options_.current_partitions;
  }

  Result<> place(int partitions) {
    const auto told = told_of("placing " + counted_text(keys_->records(), "record"));
    report_.rules.partitions = partitions;
    auto placed = keys::placements(*keys_, options_.strategies, report_.rules, stop_, told);
    if (!placed) return stopped();
    report_.keys.effective_keys = placed->weights.effective_keys();
    for (auto& each : placed->each) {
      report_.strategies.push_back(keys::report_of(std::move(each), report_.rules));
    }
    return {};
  }

  Result<> sweep() {
    const auto told = told_of("sweeping over " +
                              counted_text(std::ssize(options_.partitions), "partition count"));
    keys::KeysSweep swept;
    swept.rules = {options_.partitions, options_.current_partitions, options_.target_cv_percent,
                   options_.rules.salt_ways};
    auto sweeps = TRY(keys::sweep(*keys_, options_.strategies, swept.rules, stop_, told));
    swept.strategies = std::move(sweeps.each);
    report_.keys.effective_keys = sweeps.weights.effective_keys();
    if (stop_.stop_requested()) return stopped();
    report_.sweep = std::move(swept);
    return {};
  }

  static Result<> stopped() {
    return fail(ErrorKind::interrupted, "stopped before the keys were placed");
  }

  // Tells of the step at once, and then how far it is.
  ToldPercent told_of(const std::string& step) {
    tell(step);
    return [this, step](int percent) { tell(fmt::format("{}: {} %", step, percent)); };
  }

  void tell(const std::string& step) {
    ClusterProgress at;
    at.address = "keys";
    at.step = step;
    progress_.update(at);
  }

  const SimulateOptions& options_;
  Progress& progress_;
  const std::stop_token& stop_;
  std::unique_ptr<KeySet> keys_;
  keys::KeysReport report_;
};

}  // namespace

Result<keys::KeysReport> simulate_keys(const SimulateOptions& options, const Clock& clock,
                                       Progress& progress, const std::stop_token& stop) {
  return SimulateRun(options, progress, stop).run(clock.now());
}

}  // namespace partwise::app
