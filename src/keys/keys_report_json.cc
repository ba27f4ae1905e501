#include <nlohmann/json.hpp>

#include "base/error_json.h"
#include "base/units.h"
#include "base/utf8.h"
#include "keys/keys_report.h"
#include "keys/scan_report_json.h"

namespace partwise::keys {
namespace {

using json = nlohmann::ordered_json;

json optional(const std::optional<double>& x) {
  if (!x) return nullptr;
  return nine_digits(*x);
}

json optional(const std::optional<int>& x) {
  if (!x) return nullptr;
  return *x;
}

void add_spread(json& to, const Spread& spread) {
  to["mean"] = nine_digits(spread.mean);
  to["sd_sample"] = nine_digits(spread.sd_sample);
  to["sd_population"] = nine_digits(spread.sd_population);
  to["cv_percent"] = nine_digits(spread.cv_percent);
  to["max_over_mean"] = nine_digits(spread.max_over_mean);
  to["gini"] = nine_digits(spread.gini);
  to["entropy_normalised"] = nine_digits(spread.entropy_normalised);
}

json keys_json(const KeysSummary& keys) {
  json heaviest = json::array();
  for (const auto& key : keys.heaviest) {
    heaviest.push_back({{"key", as_utf8(key.key)},
                        {"records", key.records},
                        {"share", nine_digits(static_cast<double>(key.records) /
                                              static_cast<double>(keys.records))}});
  }
  return {{"source", keys.source},
          {"key_pattern", keys.patterns},
          {"records", keys.records},
          {"bytes", keys.bytes},
          {"distinct_keys", keys.distinct_keys},
          {"effective_keys", nine_digits(keys.effective_keys)},
          {"null_key_records", keys.null_key_records},
          {"empty_key_records", keys.empty_key_records},
          {"keys_are_hashed", false},
          {"heaviest", heaviest}};
}

json strategy_json(const StrategyReport& strategy, const KeysReport& report) {
  const auto& verdict = strategy.verdict;
  json to = {{"name", strategy.name},
             {"counts", strategy.load.records},
             {"bytes", verdict.partition_bytes}};
  add_spread(to, verdict.records);
  to["cv_percent_by_chance"] = nine_digits(verdict.cv_percent_by_chance);
  to["p_value"] = verdict.p_value ? json(nine_digits(*verdict.p_value)) : json();
  to["bytes_spread"] = json::object();
  add_spread(to["bytes_spread"], verdict.bytes);
  to["quality"] = name_of(verdict.quality);
  to["cause"] = name_of(verdict.cause);
  to["verdict"] = verdict.text;
  to["keeps_key_order"] = strategy.keeps_key_order;
  to["key_patterns"] = json::array();
  for (std::size_t g = 0; g < strategy.load.groups.size(); ++g) {
    to["key_patterns"].push_back(
        {{"pattern", report.keys.patterns.at(g)}, {"counts", strategy.load.groups[g]}});
  }
  return to;
}

json sweep_json(const KeysSweep& sweep) {
  json strategies = json::array();
  for (const auto& strategy : sweep.strategies) {
    json points = json::array();
    for (const auto& point : strategy.points) {
      points.push_back({{"partitions", point.partitions},
                        {"cv_percent", nine_digits(point.cv_percent)},
                        {"cv_percent_by_chance", nine_digits(point.cv_percent_by_chance)},
                        {"max_over_mean", nine_digits(point.max_over_mean)},
                        {"moved_keys_percent", optional(point.moved_keys_percent)},
                        {"moved_records_percent", optional(point.moved_records_percent)}});
    }
    strategies.push_back({{"name", name_of(strategy.strategy)},
                          {"smallest_within", optional(strategy.smallest_within)},
                          {"largest_within", optional(strategy.largest_within)},
                          {"points", points}});
  }
  return {{"current_partitions", optional(sweep.rules.current)},
          {"target_cv_percent", nine_digits(sweep.rules.target_cv_percent)},
          {"strategies", strategies}};
}

json verification_json(const Verification& verification) {
  json to = {{"cluster", verification.cluster},
             {"topic", verification.topic},
             {"existing", verification.existing},
             {"kept", verification.kept},
             {"replication_factor", verification.replication_factor},
             {"compression", verification.compression},
             {"partitioner", verification.partitioner},
             {"planned", verification.planned},
             {"sent", verification.sent},
             {"failed", verification.failed},
             {"produce_s", nine_digits(verification.produce_s)},
             {"read_s", nine_digits(verification.read_s)},
             {"arrivals", nullptr},
             {"error", error_json(verification.error)},
             {"removal_error", error_json(verification.removal)},
             {"api_keys_left", verification.keys_left}};
  if (!verification.read_back) return to;
  const auto& arrivals = verification.arrivals;
  to["arrivals"] = {{"proven", arrivals.proven()},
                    {"acknowledged", arrivals.acknowledged},
                    {"arrived", arrivals.arrived},
                    {"missing", arrivals.missing},
                    {"twice", arrivals.twice},
                    {"unacknowledged", arrivals.unacknowledged},
                    {"out_of_order", arrivals.out_of_order},
                    {"misplaced", arrivals.misplaced},
                    {"wrong_key", arrivals.wrong_key},
                    {"without_key", arrivals.unkeyed},
                    {"actual", arrivals.actual},
                    {"theoretical", arrivals.theoretical},
                    {"examples", arrivals.examples}};
  return to;
}

}  // namespace

std::string to_json(const KeysReport& report) {
  json strategies = json::array();
  for (const auto& strategy : report.strategies)
    strategies.push_back(strategy_json(strategy, report));
  json to = {{"schema", "partwise.keys/1"},
             {"version", report.version},
             {"command", report.command},
             {"started", utc_text(report.started)},
             {"settings",
              {{"value_bytes", report.rules.value_bytes},
               {"salt_ways", report.rules.salt_ways},
               {"batch_records", report.rules.batch_records},
               {"batch_bytes", report.rules.batch_bytes},
               {"seed", report.rules.seed}}},
             {"keys", keys_json(report.keys)},
             {"partitions", nullptr},
             {"strategies", strategies},
             {"sweep", nullptr},
             {"verification", nullptr},
             {"scan", nullptr},
             {"heat_map", nullptr},
             {"warnings", report.warnings}};
  if (!report.strategies.empty()) to["partitions"] = report.rules.partitions;
  if (report.sweep) to["sweep"] = sweep_json(*report.sweep);
  if (report.scan) {
    to["keys"]["keys_are_hashed"] = !report.scan->show_keys;
    to["scan"] = scan_json(*report.scan);
    to["heat_map"] = heat_json(*report.scan);
  }
  if (report.verification) to["verification"] = verification_json(*report.verification);
  return to.dump(2, ' ', false, json::error_handler_t::replace) + "\n";
}

}  // namespace partwise::keys
