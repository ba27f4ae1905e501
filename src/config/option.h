// The option table: one row a setting, from which flags, variables, help and checks come.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/units.h"
#include "config/dotenv.h"

namespace partwise::config {

enum class OptionType {
  boolean,  ///< True, False (any case), yes, no, on, off, 1, 0
  integer,
  number,
  bytes,     ///< "4MB", "10MiB"
  rate,      ///< "25MB/s"; a bare number is B/s
  duration,  ///< "60s", "5min"; a bare number is seconds
  text,
  choice  ///< one of `choices`
};

struct Option {
  std::string_view name;  ///< as in the API: sampling_days; the flag is --sampling-days
  std::string_view env;   ///< in the environment and the .env file; empty: flag only
  OptionType type = OptionType::text;
  std::string_view group;
  std::string_view value_name;  ///< shown in the help: DAYS, RATE
  std::string_view fallback;    ///< the default, as text; empty: none
  std::string_view help;
  double least = 0;  ///< of numbers, sizes, rates and durations (seconds)
  double most = 1e18;
  std::string_view choices = {};   ///< "full|grow"
  bool secret = false;             ///< shown as ***
  std::string_view also_env = {};  ///< another name of the variable; `env` wins
  bool repeatable = false;         ///< flags given several times make a list, with commas between
  bool bare = false;               ///< a word without a flag is its value; one option of a table
};

/// The row, with that set: what stands between has its default.
constexpr Option repeatable(Option row) {
  row.repeatable = true;
  return row;
}
constexpr Option bare(Option row) {
  row.bare = true;
  return row;
}

/// "--sampling-days".
std::string flag_of(const Option& option);

/// Nothing for any other text.
std::optional<bool> boolean_from_text(std::string_view text);

/// One given value and where it came from.
struct Given {
  std::string text;
  std::string from;  ///< "--sampling-days", "SAMPLING_DAYS", ".env line 3", "?model", "default"
};

/// Typed access to a resolved table. Asking for a name or a type that the table does not have is a
/// broken invariant.
class OptionValues {
 public:
  [[nodiscard]] bool has(std::string_view name) const;    ///< given or with a default
  [[nodiscard]] bool given(std::string_view name) const;  ///< other than by default
  [[nodiscard]] bool typed(std::string_view name) const;  ///< by a flag, so for this run alone
  [[nodiscard]] const Given& entry(std::string_view name) const;
  [[nodiscard]] bool boolean(std::string_view name) const;
  [[nodiscard]] std::int64_t integer(std::string_view name) const;
  [[nodiscard]] double number(std::string_view name) const;
  [[nodiscard]] std::int64_t bytes(std::string_view name) const;
  [[nodiscard]] BytesPerSecond rate(std::string_view name) const;
  [[nodiscard]] Millis duration(std::string_view name) const;
  [[nodiscard]] std::string text(std::string_view name) const;  ///< empty when not given

 private:
  friend class Resolver;
  std::map<std::string, Given, std::less<>> values_;
};

using OptionTable = std::span<const Option>;
using Environment = std::function<std::optional<std::string>(std::string_view name)>;

struct OptionSources {
  std::map<std::string, Given> flags;  ///< by option name
  Environment environment;
  EnvFile env_file;
};

/// Layers flag > environment > .env file > default. An empty variable counts as not set.
///
/// errors: invalid_input for every value that its row refuses, all together
tl::expected<OptionValues, Errors> resolve(OptionTable table, const OptionSources& sources);

/// Names in the .env file that look like slips of an option's: they would be ignored silently.
std::vector<std::string> env_file_warnings(OptionTable table, const EnvFile& env_file);

/// One line for each option: NAME=value and its origin; secrets as ***, also logins in URLs.
std::string shown(OptionTable table, const OptionValues& values);

}  // namespace partwise::config
