#include "app/recommend_options.h"

#include <algorithm>
#include <array>
#include <limits>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "app/found_errors.h"
#include "app/sizing_options.h"
#include "base/text.h"

namespace partwise::app {
namespace {

using config::Option;
using config::OptionType;
using config::OptionValues;

constexpr std::string_view measuring = "Measuring";
constexpr std::string_view output = "Output";

constexpr auto more_sizing_rows = std::to_array<Option>({
    {"peak", "PEAK", OptionType::choice, sizing_group, "WHICH", "max",
     "the busiest window, or the one that so many percent do not exceed", 0, 0,
     "max|p99.9|p99|p95"},
    {"decide", "DECIDE", OptionType::choice, sizing_group, "WHAT", "full",
     "full: the count; grow: only whether the present one is enough", 0, 0, "full|grow"},
});

constexpr auto measuring_and_output_rows = std::to_array<Option>({
    {"sampling_days", "SAMPLING_DAYS", OptionType::number, measuring, "DAYS", "7",
     "how far to look back, cut to each topic's retention", 0.001, 3650},
    {"sampling_batch_size", "SAMPLING_BATCH_SIZE", OptionType::integer, measuring, "N", "10000",
     "most records sampled from a topic; with --full-scan, records taken at a time", 100,
     1'000'000},
    {"sampling_max_consecutive_nulls", "SAMPLING_MAX_CONSECUTIVE_NULLS", OptionType::integer,
     measuring, "N", "50", "stop sampling a topic after so many places in a row without a record",
     1, 1'000'000},
    {"sampling_timeout_seconds", "SAMPLING_TIMEOUT_SECONDS", OptionType::number, measuring,
     "SECONDS", "2.0", "longest wait for records at one place", 0.05, 600},
    {"sampling_max_continuous_failed_batches", "SAMPLING_MAX_CONTINUOUS_FAILED_BATCHES",
     OptionType::integer, measuring, "N", "5",
     "give up reading a topic after so many failures in a row", 1, 1000},
    {"full_scan", "FULL_SCAN", OptionType::boolean, measuring, "", "False",
     "read every record of the window: exact, and slow"},
    {"prove", "PROVE", OptionType::boolean, measuring, "", "False",
     "look up until every count is proved, whatever it costs"},
    {"quick", "QUICK", OptionType::boolean, measuring, "", "False",
     "search the three fullest partitions of each topic: an estimate at a third of the cost"},
    {"lookup_budget", "LOOKUP_BUDGET", OptionType::number, measuring, "POINTS", "400",
     "points in time looked up per topic; a point costs one lookup a partition", 10, 1e9},
    {"read_budget", "READ_BUDGET", OptionType::bytes, measuring, "SIZE", "4MB",
     "bytes of records sampled per topic", 10'000, 1e12},
    {"max_cluster_workers", "MAX_CLUSTER_WORKERS", OptionType::integer, measuring, "N", "3",
     "clusters measured at the same time", 1, 64},
    {"max_workers_per_cluster", "MAX_WORKERS_PER_CLUSTER", OptionType::integer, measuring, "N", "8",
     "topics of a cluster measured at the same time", 1, 1000},

    {"out", "OUT_DIR", OptionType::text, output, "DIR", ".", "where the report files are written"},
    {"format", "FORMAT", OptionType::choice, output, "FORMAT", "table",
     "what is printed: a table for people, the whole report as JSON, or the rows as CSV", 0, 0,
     "table|json|csv"},
    {"explain", "", OptionType::text, output, "TOPIC", "",
     "print the reasoning for one topic, step by step"},
    {"show_config", "", OptionType::boolean, output, "", "False",
     "print every setting with where it came from, and stop"},
    {"verbose", "", OptionType::boolean, output, "", "False",
     "tell on stderr what is done, step by step"},
    {"color", "", OptionType::choice, output, "WHEN", "auto",
     "colour in the table: auto is on a terminal without NO_COLOR", 0, 0, "auto|always|never"},
});

constexpr auto table = rows_of(cluster_rows, topic_rows, sizing_rows, more_sizing_rows, method_rows,
                               measuring_and_output_rows, results_rows);

double quantile_of(std::string_view peak) {
  if (peak == "p99.9") return 0.999;
  if (peak == "p99") return 0.99;
  if (peak == "p95") return 0.95;
  return 1;
}

class OptionReader {
 public:
  explicit OptionReader(const OptionValues& values) : values_(values) {}

  tl::expected<RecommendOptions, Errors> read() {
    options_.where = cluster_options(values_, found_);
    options_.results = results_options(values_, found_);
    options_.measured = method_options(values_, options_.where, found_);
    options_.where.cloud.for_metrics = options_.measured.uses(Method::metrics_api);
    options_.topics = topic_choice(values_, found_);
    options_.topics.only = values_.text("explain");
    read_sizing();
    read_measuring();
    options_.out = values_.text("out");
    options_.format = lowered(values_.text("format"));
    check_combinations();
    auto& warnings = options_.warnings;
    for (const auto* more :
         {&options_.results.warnings, &options_.measured.warnings, &options_.where.warnings}) {
      warnings.insert(warnings.begin(), more->begin(), more->end());
    }
    return std::move(found_).unless_any(std::move(options_));
  }

 private:
  void read_sizing() {
    options_.sizing = sizing_settings(values_);
    options_.peak_window = values_.duration("peak_window");
    options_.peak_quantile = quantile_of(lowered(values_.text("peak")));
    options_.grow_only = lowered(values_.text("decide")) == "grow";
  }

  void read_measuring() {
    options_.sampling_days = values_.number("sampling_days");
    options_.sampling_batch_size = values_.integer("sampling_batch_size");
    options_.sampling_max_consecutive_nulls =
        static_cast<int>(values_.integer("sampling_max_consecutive_nulls"));
    options_.sampling_timeout =
        Millis{static_cast<std::int64_t>(1000 * values_.number("sampling_timeout_seconds"))};
    options_.sampling_max_continuous_failed_batches =
        static_cast<int>(values_.integer("sampling_max_continuous_failed_batches"));
    options_.full_scan = values_.boolean("full_scan");
    options_.quick = values_.boolean("quick");
    options_.lookup_budget = values_.boolean("prove") ? std::numeric_limits<double>::infinity()
                                                      : values_.number("lookup_budget");
    options_.read_budget = values_.bytes("read_budget");
    options_.max_cluster_workers = static_cast<int>(values_.integer("max_cluster_workers"));
    options_.max_workers_per_cluster = static_cast<int>(values_.integer("max_workers_per_cluster"));
  }

  void check_combinations() {
    int ways = 0;
    for (const auto* name : {"full_scan", "prove", "quick"}) ways += values_.boolean(name) ? 1 : 0;
    if (ways > 1)
      found_.wrong("--full-scan, --prove and --quick exclude each other", "choose one of them");
    if (values_.boolean("prove") && values_.given("lookup_budget")) {
      found_.wrong("--prove has no budget, but --lookup-budget is given", "leave one of them out",
                   values_.entry("lookup_budget").from);
    }
    const auto& sizing = options_.sizing;
    const auto floor_carries = sizing.floor() * sizing.partition_capacity();
    if (sizing.model == sizing::Model::capacity && sizing.threshold > floor_carries) {
      options_.warnings.push_back(fmt::format(
          "MIN_CONSUMPTION_THROUGHPUT ({}) is more than {} partitions carry ({}): a topic in "
          "between gets {} and may need more; lower it with the throughput of a partition",
          rate_text(sizing.threshold), sizing.floor(), rate_text(floor_carries), sizing.floor()));
    }
  }

  const OptionValues& values_;
  RecommendOptions options_;
  FoundErrors found_;
};

}  // namespace

config::OptionTable recommend_option_table() { return table; }

tl::expected<RecommendOptions, Errors> recommend_options(const OptionValues& values) {
  return OptionReader(values).read();
}

sizing::RunSettings run_settings(const RecommendOptions& options) {
  sizing::RunSettings settings;
  settings.method = name_of(options.measured.method);
  settings.sizing = options.sizing;
  settings.peak_window = options.peak_window;
  settings.peak_quantile = options.peak_quantile;
  settings.decide = options.grow_only ? "grow" : "full";
  settings.sampling_days = options.sampling_days;
  settings.sampling_batch_size = options.sampling_batch_size;
  settings.sampling_max_consecutive_nulls = options.sampling_max_consecutive_nulls;
  settings.sampling_timeout_s = static_cast<double>(options.sampling_timeout.count()) / 1000;
  settings.sampling_max_continuous_failed_batches = options.sampling_max_continuous_failed_batches;
  settings.include_internal = options.topics.include_internal;
  settings.topic_filter = joined(options.topics.filter, ",");
  return settings;
}

}  // namespace partwise::app
