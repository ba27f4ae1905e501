// Whether a spread of records over partitions is good, and what makes it bad.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "keys/placement.h"
#include "keys/spread.h"

namespace partwise::keys {

/// By the coefficient of variation of the sample: below 20 % good, below 51 % moderate, else
/// severe. The existing key analyser's words.
enum class Quality { good, moderate, severe };

enum class Cause { none, too_few_keys, hot_key, bad_hash_or_range, unkeyed_stickiness };

std::string_view name_of(Quality quality);
std::string_view name_of(Cause cause);

inline constexpr double good_cv_percent = 20;
inline constexpr double severe_cv_percent = 51;

Quality quality_of(double cv_percent);

/// All that is told of one strategy.
struct Verdict {
  Spread records;
  std::vector<std::int64_t> partition_bytes;  ///< of keys and values, on each partition
  Spread bytes;                               ///< of these
  double cv_percent_by_chance = 0;
  std::optional<double> p_value;  ///< none: not judged
  Quality quality = Quality::good;
  Cause cause = Cause::none;
  std::string text;  ///< one sentence
};

/// A hash is to blame where chance would hardly (p < 0.001) do what it did; hot keys hide what
/// becomes of the others, which are asked about alone.
Verdict verdict_of(const Placement& placement, std::int64_t value_bytes);

/// The same numbers without a judgement of them: where records are missing, partitions differ for
/// that alone. `why` says what is missing.
Verdict unjudged(Verdict verdict, const std::string& why);

}  // namespace partwise::keys
