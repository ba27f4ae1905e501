#include "app/scan_judgement.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include <fmt/format.h>

#include "base/units.h"
#include "keys/recorded_keys.h"

namespace partwise::app {
namespace {

class Judgement {
 public:
  Judgement(keys::KeysReport& report, const ScanOptions& options,
            const std::function<void(const std::string&)>& tell, const std::stop_token& stop)
      : report_(report), options_(options), tell_(tell), stop_(stop) {}

  void run() {
    summarise();
    auto& scan = *report_.scan;
    const auto total = scan.summary.total();
    if (total.records == 0) {
      report_.warnings.emplace_back("there is no record in this stretch");
      return;
    }
    if (options_.fraction < 1) {
      report_.warnings.push_back(
          fmt::format("a random part of {:g} of the records: counts are of that part, shares "
                      "estimate those of all",
                      options_.fraction));
    }
    const auto recorded = keys::recorded_keys(scan.summary);
    report_.keys.effective_keys = recorded.weights.effective_keys();
    report_.rules.partitions = static_cast<int>(scan.stretches.size());
    add_actual(recorded);
    const auto missing = what_is_missing();
    if (missing.empty()) rank_fields();
    if (total.keyed_records == 0) {
      report_.warnings.emplace_back("no record has a key: nothing can be said of keys");
      return;
    }
    tell_("finding out who placed the keys");
    scan.forensics =
        keys::key_forensics(keys::placements_of(scan.summary.sample()), report_.rules.partitions);
    if (missing.empty()) return what_if(recorded);
    auto& actual = report_.strategies.front().verdict;
    actual = keys::unjudged(std::move(actual), missing);
    report_.warnings.push_back(
        missing + ": how even the keys are is not judged, other strategies are not compared");
  }

 private:
  void summarise() {
    const auto& scan = *report_.scan;
    const auto total = scan.summary.total();
    auto& found = report_.keys;
    found.source = options_.topic;
    found.records = total.records;
    found.bytes = total.bytes;
    found.distinct_keys = std::llround(scan.summary.distinct().value);
    found.null_key_records = total.records - total.keyed_records;
    found.empty_key_records = scan.summary.empty_keys();
    for (const auto& key : scan.summary.heavy_by_records().heaviest(10)) {
      found.heaviest.push_back({keys::shown_key(key.key, scan.show_keys), key.at_least(), 0});
    }
  }

  void rank_fields() {
    tell_("trying the fields of the values as keys");
    const auto partitions =
        options_.partitions.size() == 1 ? options_.partitions.front() : report_.rules.partitions;
    report_.scan->better_key = keys::better_key(report_.scan->summary.values(), partitions);
  }

  // Which keys are missing depends on where they lie: what is left says nothing of all.
  [[nodiscard]] std::string what_is_missing() const {
    const auto& stretches = report_.scan->stretches;
    const auto failed = std::count_if(stretches.begin(), stretches.end(), [](const auto& stretch) {
      return stretch.error.has_value();
    });
    if (failed > 0) {
      return fmt::format("{} of {} could not be read to the end", count_text(failed),
                         counted_text(std::ssize(stretches), "partition"));
    }
    return report_.scan->error ? "the reading was interrupted" : "";
  }

  // Where the records lie.
  void add_actual(const keys::RecordedKeys& recorded) {
    const auto& tallies = report_.scan->summary.partitions();
    keys::Placement actual;
    actual.load = keys::Load(report_.rules.partitions, 0);
    actual.weights = recorded.weights;
    for (std::size_t p = 0; p < tallies.size() && p < actual.load.records.size(); ++p) {
      actual.load.records[p] = tallies[p].records;
      actual.load.key_bytes[p] = tallies[p].bytes;  // all bytes: values are not of one size
      actual.keyed_records.push_back(tallies[p].keyed_records);
    }
    actual.hot_keys = std::ssize(
        recorded.keys->heavy(keys::hot_records(*recorded.keys, report_.rules.partitions), 1));
    auto verdict = keys::verdict_of(actual, 0);
    const bool in_order = report_.scan->summary.sample().split_keys(1).in_sample == 0;
    report_.strategies.push_back({"actual", in_order, std::move(actual.load), std::move(verdict)});
  }

  // Values and headers of a record, on the average.
  static std::int64_t bytes_beside_key(const keys::ScanSummary& summary) {
    const auto total = summary.total();
    const auto& keys = summary.key_sizes();
    const auto key_bytes = keys.mean() * static_cast<double>(keys.count());
    const auto records = std::max<std::int64_t>(1, total.records);
    return std::llround((static_cast<double>(total.bytes) - key_bytes) /
                        static_cast<double>(records));
  }

  void what_if(const keys::RecordedKeys& recorded) {
    auto& scan = *report_.scan;
    scan.what_if_exact = recorded.exact;
    scan.what_if_keys = recorded.sampled;
    report_.rules.value_bytes = bytes_beside_key(scan.summary);
    if (options_.partitions.size() <= 1) {
      report_.rules.partitions =
          options_.partitions.empty() ? report_.rules.partitions : options_.partitions.front();
      auto placed = keys::placements(*recorded.keys, options_.strategies, report_.rules, stop_);
      if (!placed) return note_what_is_left_out();
      for (auto& each : placed->each) {
        report_.strategies.push_back(keys::report_of(std::move(each), report_.rules));
      }
    }
    sweep(recorded);
  }

  // Also for one other count: what it would move.
  void sweep(const keys::RecordedKeys& recorded) {
    if (options_.partitions.empty()) return;
    keys::KeysSweep swept;
    swept.rules = {options_.partitions, static_cast<int>(report_.scan->stretches.size()),
                   options_.target_cv_percent, options_.salt_ways};
    auto sweeps = keys::sweep(*recorded.keys, options_.strategies, swept.rules, stop_);
    if (!sweeps) {
      report_.warnings.push_back(sweeps.error().message);
      return;
    }
    if (stop_.stop_requested()) return note_what_is_left_out();
    swept.strategies = std::move(sweeps->each);
    report_.sweep = std::move(swept);
  }

  void note_what_is_left_out() {
    report_.warnings.emplace_back("interrupted: other strategies and counts are left out");
    auto& error = report_.scan->error;
    if (!error) error = {ErrorKind::interrupted, "interrupted while comparing strategies", {}, {}};
  }

  keys::KeysReport& report_;
  const ScanOptions& options_;
  const std::function<void(const std::string&)>& tell_;
  const std::stop_token& stop_;
};

}  // namespace

void judge_scan(keys::KeysReport& report, const ScanOptions& options,
                const std::function<void(const std::string&)>& tell, const std::stop_token& stop) {
  Judgement(report, options, tell, stop).run();
}

}  // namespace partwise::app
