#include "keys/verdict.h"

#include <cmath>
#include <numeric>

#include <fmt/format.h>

#include "base/units.h"
#include "keys/head_keys.h"

namespace partwise::keys {
namespace {

// Chance does this once in a thousand times.
constexpr double unlikely = 0.001;

bool blames_hash(const Placement& placement, double p_value) {
  if (placement.strategy == Strategy::range)
    return placement.weights.keys() >= placement.load.partitions();
  if (!placement.other_weights) return p_value < unlikely;
  return placement.other_weights->keys() > 0 &&
         p_value_of(*placement.other_weights, placement.other_records) < unlikely;
}

std::int64_t sum_of(const std::vector<std::int64_t>& counts) {
  return std::accumulate(counts.begin(), counts.end(), std::int64_t{0});
}

// Where most of the unevenness goes when the records without a key do.
bool blames_unkeyed(const Placement& placement, const Verdict& verdict) {
  const double keyed = spread_of(placement.keyed_records).sd_population;
  return 2 * keyed * keyed < verdict.records.sd_population * verdict.records.sd_population;
}

// What lies in one place of the heaviest key, as the strategy has split it, is still more than a
// fifth of a partition's mean.
bool has_hot_key(const Placement& placement) {
  if (placement.hot_keys == 0) return false;
  const int places = placement.strategy == Strategy::two_choices ? 2 : 1;
  const double heaviest = placement.weights.heaviest_share() * placement.weights.sum() / places;
  return heaviest >= static_cast<double>(
                         head_records(placement.load.total_records(), placement.load.partitions()));
}

Cause cause_of(const Placement& placement, const Verdict& verdict) {
  if (verdict.quality == Quality::good) return Cause::none;
  if (!is_keyed(placement.strategy)) return Cause::unkeyed_stickiness;
  if (blames_unkeyed(placement, verdict)) return Cause::unkeyed_stickiness;
  const bool hash = blames_hash(placement, *verdict.p_value);
  if (placement.other_weights) {
    // Both may be: the hot key, where the others alone would be even.
    const bool others_even = spread_of(placement.other_records).cv_percent < good_cv_percent;
    return hash && !others_even ? Cause::bad_hash_or_range : Cause::hot_key;
  }
  if (has_hot_key(placement)) return Cause::hot_key;
  return hash ? Cause::bad_hash_or_range : Cause::too_few_keys;
}

std::string even_text(const Placement& placement, const Verdict& verdict) {
  if (!is_keyed(placement.strategy)) return "even; the records of a key are on many partitions";
  if (*verdict.p_value < unlikely) {
    return fmt::format(
        "even, though the hash is worse than chance, which gives {:.2g} % (p = {:.2g})",
        verdict.cv_percent_by_chance, *verdict.p_value);
  }
  if (placement.weights.keys() == 0) return "even; no record has a key";
  if (!keeps_key_order(placement.strategy))
    return "even; hot keys, if any, are on several partitions, their order is lost";
  return fmt::format("even; chance alone gives {:.2g} %", verdict.cv_percent_by_chance);
}

// K equal keys have the coefficient of variation √(P / K) by chance.
std::string few_text(const Placement& placement, const Verdict& verdict) {
  const auto partitions = static_cast<double>(placement.load.partitions());
  const double enough = std::ceil(partitions / std::pow(good_cv_percent / 100, 2));
  const double equal = all_effective_keys(placement.weights, placement.sampling);
  const auto keys = all_keys(placement.weights, placement.sampling);
  const bool unequal = equal < 0.9 * static_cast<double>(keys);
  return fmt::format(
      "too few keys: {}{} over {} {} {:.1f} % by chance, {}; {} equal keys would give {:.0f} %",
      counted_text(keys, placement.strategy == Strategy::salted ? "salted key" : "key"),
      unequal ? fmt::format(", as uneven as {:.3g} equal ones,", equal) : "",
      counted_text(placement.load.partitions(), "partition"), keys == 1 ? "gives" : "give",
      verdict.cv_percent_by_chance,
      placement.strategy == Strategy::two_choices
          ? fmt::format("two choices {:.1f} %", verdict.records.cv_percent)
          : "no hash does better",
      count_text(static_cast<std::int64_t>(enough)), good_cv_percent);
}

std::string hot_text(const Placement& placement) {
  // Weights are of the records that have a key.
  const double keyed = static_cast<double>(sum_of(placement.keyed_records)) /
                       static_cast<double>(placement.load.total_records());
  const double share = keyed * placement.weights.heaviest_share();
  const auto worth = fmt::format("{} % of the records, as much as {:.2g} mean partitions",
                                 percent_text(share), share * placement.load.partitions());
  switch (placement.strategy) {
    case Strategy::salted:
      return fmt::format("a hot key: a salted part of it still has {}; more salts would help",
                         worth);
    case Strategy::two_choices:
      return fmt::format("a hot key: one has {}; it has two", worth);
    default:
      return fmt::format("a hot key: one has {}; more partitions cannot help", worth);
  }
}

std::string hash_text(const Placement& placement, const Verdict& verdict) {
  if (placement.strategy == Strategy::range) {
    return fmt::format(
        "the ranges are to blame: {} in chunks of {}, whatever their records; chance alone gives "
        "{:.1f} %",
        counted_text(placement.weights.keys(), "key"),
        count_text(placement.weights.keys() / placement.load.partitions() + 1),
        verdict.cv_percent_by_chance);
  }
  const double p = *verdict.p_value;
  return fmt::format("the hash is to blame: chance alone gives {:.1f} %, and this once in {} times",
                     verdict.cv_percent_by_chance,
                     p > 0 && p < unlikely
                         ? count_text(static_cast<std::int64_t>(std::min(1e15, 1 / p)))
                         : "over 1,000");
}

std::string stuck_text(const Placement& placement) {
  if (is_keyed(placement.strategy)) {
    return fmt::format(
        "{} without a key stay on a partition for a batch each, among {}; more records even it out",
        counted_text(placement.load.total_records() - sum_of(placement.keyed_records), "record"),
        counted_text(placement.load.partitions(), "partition"));
  }
  return fmt::format(
      "it stays on a partition for many records: {} among {}; more records even it out",
      counted_text(placement.choices, "choice"),
      counted_text(placement.load.partitions(), "partition"));
}

std::string text_of(const Placement& placement, const Verdict& verdict) {
  switch (verdict.cause) {
    case Cause::none:
      return even_text(placement, verdict);
    case Cause::too_few_keys:
      return few_text(placement, verdict);
    case Cause::hot_key:
      return hot_text(placement);
    case Cause::bad_hash_or_range:
      return hash_text(placement, verdict);
    case Cause::unkeyed_stickiness:
      return stuck_text(placement);
  }
  return {};
}

std::vector<std::int64_t> bytes_of(const Load& load, std::int64_t value_bytes) {
  std::vector<std::int64_t> bytes = load.key_bytes;
  for (std::size_t p = 0; p < bytes.size(); ++p) bytes[p] += load.records[p] * value_bytes;
  return bytes;
}

}  // namespace

std::string_view name_of(Quality quality) {
  switch (quality) {
    case Quality::good:
      return "good";
    case Quality::moderate:
      return "moderate";
    case Quality::severe:
      return "severe";
  }
  return "good";
}

std::string_view name_of(Cause cause) {
  switch (cause) {
    case Cause::none:
      return "none";
    case Cause::too_few_keys:
      return "too_few_keys";
    case Cause::hot_key:
      return "hot_key";
    case Cause::bad_hash_or_range:
      return "bad_hash_or_range";
    case Cause::unkeyed_stickiness:
      return "unkeyed_stickiness";
  }
  return "none";
}

Quality quality_of(double cv_percent) {
  if (cv_percent < good_cv_percent) return Quality::good;
  return cv_percent < severe_cv_percent ? Quality::moderate : Quality::severe;
}

Verdict verdict_of(const Placement& placement, std::int64_t value_bytes) {
  Verdict verdict;
  verdict.records = spread_of(placement.load.records);
  verdict.partition_bytes = bytes_of(placement.load, value_bytes);
  verdict.bytes = spread_of(verdict.partition_bytes);
  verdict.cv_percent_by_chance =
      cv_percent_by_chance(placement.weights, placement.load.partitions(), placement.sampling);
  verdict.p_value = p_value_of(placement.weights, placement.keyed_records);
  verdict.quality = quality_of(verdict.records.cv_percent);
  verdict.cause = cause_of(placement, verdict);
  verdict.text = text_of(placement, verdict);
  return verdict;
}

Verdict unjudged(Verdict verdict, const std::string& why) {
  verdict.p_value.reset();
  verdict.cause = Cause::none;
  verdict.text = "not judged: " + why;
  return verdict;
}

}  // namespace partwise::keys
