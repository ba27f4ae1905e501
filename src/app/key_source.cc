#include "app/key_source.h"

#include <cstdlib>

#include <fmt/format.h>

#include "base/text.h"

namespace partwise::app {
namespace {

using config::OptionValues;
using keys::Simulation;

// "acme=40%", "acme=0.4".
std::optional<keys::HotKeyShare> share_from(const std::string& text) {
  const auto equals = text.rfind('=');
  if (equals == std::string::npos || equals == 0) return std::nullopt;
  auto number = std::string(trimmed(std::string_view(text).substr(equals + 1)));
  const bool percent = number.ends_with('%');
  if (percent) number.pop_back();
  char* end = nullptr;
  const double share = std::strtod(number.c_str(), &end);
  if (number.empty() || *end != '\0') return std::nullopt;
  return keys::HotKeyShare{std::string(trimmed(std::string_view(text).substr(0, equals))),
                           percent ? share / 100 : share};
}

class SourceReader {
 public:
  SourceReader(const OptionValues& values, FoundErrors& found, std::vector<std::string>& warnings)
      : values_(values), found_(found), warnings_(warnings) {}

  KeySource read() {
    KeySource source;
    auto& spec = source.simulation;
    spec.patterns = listed(values_.text("key_pattern"));
    spec.simulation = *keys::simulation_from_text(lowered(values_.text("simulation")));
    spec.records = values_.integer("records");
    spec.keys = values_.integer("keys");
    spec.exponent = values_.number("zipf_exponent");
    source.file = values_.text("keys_file");
    source.format = *keys::key_format_from_text(lowered(values_.text("keys_format")));
    if (values_.given("records")) source.records = spec.records;
    for (const auto& part : listed(values_.text("shares"))) {
      if (const auto share = share_from(part)) {
        spec.shares.push_back(*share);
      } else {
        found_.wrong(fmt::format("'{}' is no share", part), "a list as acme=40%,globex=0.1",
                     values_.entry("shares").from);
      }
    }
    if (source.file.empty()) check_simulation(spec);
    note_unused(source);
    return source;
  }

 private:
  void check_simulation(const keys::SimulationSpec& spec) {
    if (spec.patterns.empty()) {
      found_.wrong("no key pattern is given", "a list such as tenant_id-,user_id-",
                   values_.entry("key_pattern").from);
    }
    if (spec.simulation == Simulation::shares && !values_.given("shares")) {
      found_.wrong("--simulation shares needs --shares", "--shares acme=40%,globex=10%",
                   "--simulation");
    }
  }

  // What was typed for this run and says nothing in it.
  void note_unused(const KeySource& source) {
    const auto unused = [&](std::string_view name, bool used, std::string_view why) {
      note_if_unused(values_, name, used, why, warnings_);
    };
    const auto simulation = source.simulation.simulation;
    const bool file = !source.file.empty();
    unused("simulation", !file, "the keys are those of the file");
    unused("key_pattern", !file, "the keys are those of the file");
    unused("keys_format", file, "no --keys-file is given");
    unused("keys",
           !file && (simulation == Simulation::uniform || simulation == Simulation::zipf ||
                     simulation == Simulation::shares),
           "only uniform, zipf and shares have a number of keys");
    unused("zipf_exponent", !file && simulation == Simulation::zipf, "the simulation is not zipf");
    unused("shares", !file && simulation == Simulation::shares, "the simulation is not shares");
  }

  const OptionValues& values_;
  FoundErrors& found_;
  std::vector<std::string>& warnings_;
};

}  // namespace

void note_if_unused(const OptionValues& values, std::string_view name, bool used,
                    std::string_view why, std::vector<std::string>& warnings) {
  if (used || !values.typed(name)) return;
  warnings.push_back(fmt::format("{} is not used: {}", values.entry(name).from, why));
}

KeySource key_source(const OptionValues& values, FoundErrors& found,
                     std::vector<std::string>& warnings) {
  return SourceReader(values, found, warnings).read();
}

}  // namespace partwise::app
