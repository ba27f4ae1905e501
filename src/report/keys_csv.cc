#include "report/keys_csv.h"

#include <fmt/format.h>

#include "base/units.h"
#include "report/csv.h"

namespace partwise::report {
namespace {

std::string number(double x) { return number_text(nine_digits(x)); }

std::string number(const std::optional<double>& x) { return x ? number(*x) : std::string(); }

}  // namespace

std::string strategies_csv(const keys::KeysReport& report) {
  std::string text =
      "partition_strategy,total_records,average_per_partition,standard_deviation,"
      "coefficient_of_variation_percent,quality,partitions,sd_population,max_over_mean,gini,"
      "entropy_normalised,cv_percent_by_chance,p_value,cause,verdict,bytes_cv_percent,"
      "bytes_max_over_mean,keeps_key_order\n";
  for (const auto& [name, keeps_key_order, load, verdict] : report.strategies) {
    const auto& records = verdict.records;
    text += fmt::format(
        "{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{}\n", name, load.total_records(),
        number(records.mean), number(records.sd_sample), number(records.cv_percent),
        keys::name_of(verdict.quality), load.partitions(), number(records.sd_population),
        number(records.max_over_mean), number(records.gini), number(records.entropy_normalised),
        number(verdict.cv_percent_by_chance), number(verdict.p_value), keys::name_of(verdict.cause),
        csv_field(verdict.text), number(verdict.bytes.cv_percent),
        number(verdict.bytes.max_over_mean), keeps_key_order ? "yes" : "no");
  }
  return text;
}

std::string partitions_csv(const keys::KeysReport& report) {
  std::string text = "partition_strategy,partition,records,bytes\n";
  for (const auto& [name, keeps_key_order, load, verdict] : report.strategies) {
    const auto& bytes = verdict.partition_bytes;
    for (std::size_t p = 0; p < bytes.size(); ++p) {
      text += fmt::format("{},{},{},{}\n", name, p, load.records[p], bytes[p]);
    }
  }
  return text;
}

std::string sweep_csv(const keys::KeysReport& report) {
  std::string text =
      "partition_strategy,partitions,coefficient_of_variation_percent,cv_percent_by_chance,"
      "max_over_mean,moved_keys_percent,moved_records_percent,within_target\n";
  if (!report.sweep) return text;
  for (const auto& strategy : report.sweep->strategies) {
    for (const auto& point : strategy.points) {
      text += fmt::format("{},{},{},{},{},{},{},{}\n", keys::name_of(strategy.strategy),
                          point.partitions, number(point.cv_percent),
                          number(point.cv_percent_by_chance), number(point.max_over_mean),
                          number(point.moved_keys_percent), number(point.moved_records_percent),
                          keys::is_within(point, report.sweep->rules) ? "yes" : "no");
    }
  }
  return text;
}

}  // namespace partwise::report
