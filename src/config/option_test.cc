#include "config/option.h"

#include <array>

#include <gtest/gtest.h>

namespace partwise::config {
namespace {

constexpr std::array<Option, 7> table = {{
    {"sampling_days", "SAMPLING_DAYS", OptionType::number, "measuring", "DAYS", "7", "", 0.01,
     3650},
    {"full_scan", "FULL_SCAN", OptionType::boolean, "measuring", "", "False", ""},
    {"model", "SIZING_MODEL", OptionType::choice, "sizing", "MODEL", "capacity", "", 0, 0,
     "capacity|ratio"},
    {"rate", "RATE", OptionType::rate, "sizing", "RATE", "10MiB/s", "", 1},
    {"token", "TOKEN", OptionType::text, "cluster", "TEXT", "", "", 0, 0, {}, true},
    {"url", "THE_URL", OptionType::text, "cluster", "URL", "", ""},
    {"timeout", "TIMEOUT", OptionType::duration, "cluster", "TIME", "10s", "", 0.1, 3600},
}};

OptionSources sources(std::map<std::string, std::string> environment = {},
                      std::string_view env_file = "") {
  OptionSources all;
  all.environment = [environment](std::string_view name) -> std::optional<std::string> {
    const auto found = environment.find(std::string(name));
    if (found == environment.end()) return std::nullopt;
    return found->second;
  };
  all.env_file = *env_file_from_text(env_file, ".env");
  return all;
}

TEST(Options, LayerFlagOverEnvironmentOverFileOverDefault) {
  auto all = sources({{"SAMPLING_DAYS", "3"}}, "SAMPLING_DAYS=2\nSIZING_MODEL=ratio");
  EXPECT_EQ(resolve(table, all)->number("sampling_days"), 3);
  all.flags["sampling_days"] = {"1", "--sampling-days"};
  const auto values = *resolve(table, all);
  EXPECT_EQ(values.number("sampling_days"), 1);
  EXPECT_EQ(values.text("model"), "ratio");
  EXPECT_EQ(values.entry("model").from, ".env line 2");
  EXPECT_DOUBLE_EQ(values.rate("rate").value, 10 * mib);
  EXPECT_FALSE(values.given("rate"));
  EXPECT_FALSE(values.has("token"));
}

TEST(Options, AVariableMayHaveAnotherName) {
  constexpr std::array<Option, 1> renamed = {
      {{"new_name", "NEW_NAME", OptionType::text, "", "", "", "", 0, 0, {}, false, "OLD_NAME"}}};
  const auto resolved = [&](std::map<std::string, std::string> environment, std::string_view file) {
    const auto values = *resolve(renamed, sources(std::move(environment), file));
    return values.has("new_name") ? values.entry("new_name").from : std::string();
  };
  EXPECT_EQ(resolved({{"OLD_NAME", "1"}}, ""), "OLD_NAME");
  EXPECT_EQ(resolved({{"OLD_NAME", "1"}, {"NEW_NAME", "2"}}, ""), "NEW_NAME");
  EXPECT_EQ(resolved({{"OLD_NAME", "1"}}, "NEW_NAME=2"), "OLD_NAME");
  EXPECT_EQ(resolved({}, "OLD_NAME=2"), ".env line 1");
  EXPECT_EQ(resolved({}, ""), "");
  EXPECT_TRUE(env_file_warnings(renamed, *env_file_from_text("OLD_NAME=1", ".env")).empty());
}

TEST(Options, AnEmptyVariableIsNotSet) {
  EXPECT_EQ(
      resolve(table, sources({{"SAMPLING_DAYS", ""}}, "SAMPLING_DAYS=2"))->number("sampling_days"),
      2);
}

TEST(Options, BooleansAreTakenInEveryUsualSpelling) {
  for (const auto* text : {"True", "true", "YES", "1", "on"}) {
    EXPECT_TRUE(resolve(table, sources({{"FULL_SCAN", text}}))->boolean("full_scan")) << text;
  }
  for (const auto* text : {"False", "no", "0", "OFF"}) {
    EXPECT_FALSE(resolve(table, sources({{"FULL_SCAN", text}}))->boolean("full_scan")) << text;
  }
}

TEST(Options, ReportEveryWrongValueTogetherWithTheNearestRightOne) {
  auto all = sources({{"SAMPLING_DAYS", "-5"}, {"TIMEOUT", "soon"}}, "FULL_SCAN=perhaps\n");
  all.flags["model"] = {"capcity", "--model"};
  const auto values = resolve(table, all);
  ASSERT_FALSE(values);
  const auto& errors = values.error();
  ASSERT_EQ(errors.size(), 4U);
  EXPECT_EQ(errors[0].message, "SAMPLING_DAYS: -5 is out of range (from 0.01 to 3650)");
  EXPECT_EQ(errors[0].hint, "the nearest allowed is 0.01");
  EXPECT_EQ(errors[1].message, "FULL_SCAN: 'perhaps' is neither True nor False");
  EXPECT_EQ(errors[1].from, ".env line 1");
  EXPECT_EQ(errors[2].message, "--model: 'capcity' is not one of capacity|ratio");
  EXPECT_EQ(errors[2].hint, "capacity");
  EXPECT_EQ(errors[3].message, "TIMEOUT: 'soon' is not a duration");
}

TEST(Options, AreShownWithTheirOriginAndWithoutSecrets) {
  auto all = sources({{"TOKEN", "hunter2"}});
  const auto text = shown(table, *resolve(table, all));
  EXPECT_NE(text.find("TOKEN=***  # TOKEN\n"), std::string::npos);
  EXPECT_EQ(text.find("hunter2"), std::string::npos);
  EXPECT_NE(text.find("SAMPLING_DAYS=7  # default\n"), std::string::npos);
}

TEST(Options, AreShownWithoutLoginsInUrls) {
  const auto shown_as = [](const std::string& url) {
    const auto text = shown(table, *resolve(table, sources({{"THE_URL", url}})));
    const auto begin = text.find("THE_URL=") + 8;
    return text.substr(begin, text.find("  #", begin) - begin);
  };
  EXPECT_EQ(shown_as("https://user:hunter2@host:1/p"), "https://***@host:1/p");
  EXPECT_EQ(shown_as("https://user:hun/t@er2@host"), "https://***@host");
  EXPECT_EQ(shown_as("user:hunter2@host"), "***@host");
  EXPECT_EQ(shown_as("https://host:1/p"), "https://host:1/p");
}

TEST(Options, ASlipInTheFileIsPointedAt) {
  const auto file = *env_file_from_text("SAMPLNG_DAYS=3\nOTHER_PROGRAM=x", ".env");
  const auto warnings = env_file_warnings(table, file);
  ASSERT_EQ(warnings.size(), 1U);
  EXPECT_EQ(warnings[0], ".env line 1: SAMPLNG_DAYS is not a setting; is SAMPLING_DAYS meant?");
}

}  // namespace
}  // namespace partwise::config
