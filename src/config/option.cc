#include "config/option.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <utility>

#include <fmt/format.h>

#include "base/check.h"
#include "base/text.h"
#include "config/secret.h"

namespace partwise::config {

std::optional<bool> boolean_from_text(std::string_view text) {
  constexpr std::array<std::string_view, 6> yes = {"true", "yes", "on", "1", "t", "y"};
  constexpr std::array<std::string_view, 6> no = {"false", "no", "off", "0", "f", "n"};
  const auto lower = lowered(trimmed(text));
  if (std::find(yes.begin(), yes.end(), lower) != yes.end()) return true;
  if (std::find(no.begin(), no.end(), lower) != no.end()) return false;
  return std::nullopt;
}

namespace {

std::optional<double> number_from_text(std::string_view text) {
  text = trimmed(text);
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size() || !std::isfinite(number)) {
    return std::nullopt;
  }
  return number;
}

Result<double> amount_of(const Option& option, std::string_view text) {
  switch (option.type) {
    case OptionType::bytes:
      return static_cast<double>(TRY(bytes_from_text(text)));
    case OptionType::rate:
      return TRY(rate_from_text(text)).value;
    case OptionType::duration:
      return std::chrono::duration<double>(TRY(duration_from_text(text))).count();
    default:
      break;
  }
  const auto number = number_from_text(text);
  if (!number) {
    return fail(ErrorKind::invalid_input, fmt::format("'{}' is not a number", text),
                "a number such as " + std::string(option.fallback.empty() ? "1" : option.fallback));
  }
  if (option.type == OptionType::integer && *number != std::floor(*number)) {
    return fail(ErrorKind::invalid_input, fmt::format("'{}' is not a whole number", text));
  }
  return *number;
}

std::string limits_text(const Option& option) {
  const auto shown_limit = [&](double limit) {
    switch (option.type) {
      case OptionType::bytes:
        return bytes_text(limit);
      case OptionType::rate:
        return rate_text({limit});
      case OptionType::duration:
        return number_text(limit) + " s";
      default:
        return number_text(limit);
    }
  };
  if (option.most >= 1e18) return fmt::format("{} or more", shown_limit(option.least));
  return fmt::format("from {} to {}", shown_limit(option.least), shown_limit(option.most));
}

Result<> checked_choice(const Option& option, std::string_view text) {
  const auto choices = listed(option.choices, '|');
  if (std::find(choices.begin(), choices.end(), lowered(text)) != choices.end()) return {};
  const auto close = nearest(text, choices);
  return fail(ErrorKind::invalid_input, fmt::format("'{}' is not one of {}", text, option.choices),
              close ? *close : "one of " + joined(choices, ", "));
}

// What the row says about a value, without where it came from.
Result<> checked(const Option& option, std::string_view text) {
  if (option.type == OptionType::text) return {};
  if (option.type == OptionType::choice) return checked_choice(option, text);
  if (option.type == OptionType::boolean) {
    if (boolean_from_text(text)) return {};
    return fail(ErrorKind::invalid_input, fmt::format("'{}' is neither True nor False", text),
                "True or False");
  }
  const double amount = TRY(amount_of(option, text));
  if (amount >= option.least && amount <= option.most) return {};
  const double allowed = std::clamp(amount, option.least, option.most);
  return fail(ErrorKind::invalid_input,
              fmt::format("{} is out of range ({})", text, limits_text(option)),
              "the nearest allowed is " +
                  (option.type == OptionType::bytes ? bytes_text(allowed) : number_text(allowed)));
}

// A login in a URL is as secret as any, even where it is not allowed there.
std::string without_login(const Option& option, const std::string& text) {
  const auto scheme = text.find("://");
  const bool url = scheme != std::string::npos || option.value_name == "URL";
  const auto at = text.rfind('@');
  if (option.type != OptionType::text || !url || at == std::string::npos) return text;
  const auto begin = scheme == std::string::npos ? 0 : scheme + 3;
  return at < begin ? text : text.substr(0, begin) + Secret::shown() + text.substr(at);
}

}  // namespace

std::string flag_of(const Option& option) {
  std::string flag = "--" + std::string(option.name);
  std::replace(flag.begin(), flag.end(), '_', '-');
  return flag;
}

class Resolver {
 public:
  explicit Resolver(const OptionSources& sources) : sources_(sources) {}

  tl::expected<OptionValues, Errors> resolve(OptionTable table) {
    for (const auto& option : table) add(option);
    if (!errors_.empty()) return tl::unexpected(std::move(errors_));
    return std::move(values_);
  }

 private:
  [[nodiscard]] std::optional<Given> given(const Option& option) const {
    if (const auto flag = sources_.flags.find(std::string(option.name));
        flag != sources_.flags.end()) {
      return flag->second;
    }
    const std::array names = {option.env, option.also_env};
    for (const auto name : names) {
      if (auto value = in_environment(name)) return value;
    }
    for (const auto name : names) {
      if (auto value = in_file(name)) return value;
    }
    return std::nullopt;
  }

  [[nodiscard]] std::optional<Given> in_environment(std::string_view name) const {
    if (name.empty()) return std::nullopt;
    const auto value = sources_.environment(name);
    if (!value || trimmed(*value).empty()) return std::nullopt;
    return Given{*value, std::string(name)};
  }

  [[nodiscard]] std::optional<Given> in_file(std::string_view name) const {
    const auto entry = sources_.env_file.find(std::string(name));
    if (name.empty() || entry == sources_.env_file.end()) return std::nullopt;
    if (trimmed(entry->second.value).empty()) return std::nullopt;
    return Given{entry->second.value, entry->second.from};
  }

  void add(const Option& option) {
    auto value = given(option);
    if (!value) {
      if (option.fallback.empty()) return;
      value = Given{std::string(option.fallback), "default"};
    }
    if (auto result = checked(option, value->text); !result) {
      auto error = std::move(result).error();
      error.message = fmt::format("{}: {}", name_at(option, *value), error.message);
      error.from = value->from;
      errors_.push_back(std::move(error));
      return;
    }
    values_.values_.emplace(option.name, std::move(*value));
  }

  static std::string name_at(const Option& option, const Given& given) {
    if (given.from.starts_with('?')) return std::string(option.name);
    return given.from.starts_with("--") ? flag_of(option) : std::string(option.env);
  }

  const OptionSources& sources_;
  OptionValues values_;
  Errors errors_;
};

tl::expected<OptionValues, Errors> resolve(OptionTable table, const OptionSources& sources) {
  return Resolver(sources).resolve(table);
}

bool OptionValues::has(std::string_view name) const { return values_.contains(name); }

bool OptionValues::given(std::string_view name) const {
  return has(name) && entry(name).from != "default";
}

bool OptionValues::typed(std::string_view name) const {
  return has(name) && entry(name).from.starts_with("--");
}

const Given& OptionValues::entry(std::string_view name) const {
  const auto found = values_.find(name);
  CHECK(found != values_.end());
  return found->second;
}

bool OptionValues::boolean(std::string_view name) const {
  return has(name) && *boolean_from_text(entry(name).text);
}

std::int64_t OptionValues::integer(std::string_view name) const {
  return std::llround(*number_from_text(entry(name).text));
}

double OptionValues::number(std::string_view name) const {
  return *number_from_text(entry(name).text);
}

std::int64_t OptionValues::bytes(std::string_view name) const {
  return *bytes_from_text(entry(name).text);
}

BytesPerSecond OptionValues::rate(std::string_view name) const {
  return *rate_from_text(entry(name).text);
}

Millis OptionValues::duration(std::string_view name) const {
  return *duration_from_text(entry(name).text);
}

std::string OptionValues::text(std::string_view name) const {
  return has(name) ? std::string(trimmed(entry(name).text)) : std::string();
}

std::vector<std::string> env_file_warnings(OptionTable table, const EnvFile& env_file) {
  std::vector<std::string> known;
  for (const auto& option : table) {
    known.emplace_back(option.env);
    if (!option.also_env.empty()) known.emplace_back(option.also_env);
  }
  std::vector<std::string> warnings;
  for (const auto& [name, entry] : env_file) {
    if (std::find(known.begin(), known.end(), name) != known.end()) continue;
    // Other programs' variables may stand in the same file; only near misses are worth a word.
    const auto close = nearest(name, known);
    if (close && name.size() > 4) {
      warnings.push_back(
          fmt::format("{}: {} is not a setting; is {} meant?", entry.from, name, *close));
    }
  }
  return warnings;
}

std::string shown(OptionTable table, const OptionValues& values) {
  std::string text;
  for (const auto& option : table) {
    const auto name = option.env.empty() ? flag_of(option) : std::string(option.env);
    if (!values.has(option.name)) {
      text += fmt::format("{}=  # not set\n", name);
      continue;
    }
    const auto& entry = values.entry(option.name);
    text += fmt::format("{}={}  # {}\n", name,
                        option.secret ? Secret::shown() : without_login(option, entry.text),
                        entry.from);
  }
  return text;
}

}  // namespace partwise::config
