// TOML read strictly: every slip is told, with its line.
#include "config/toml_table.h"

#include <array>

#include <gtest/gtest.h>

namespace partwise::config {
namespace {

using std::chrono::hours;

TomlTable parsed(std::string_view text) {
  auto table = TomlTable::from(text, "f.toml");
  EXPECT_TRUE(table.has_value()) << (table ? "" : table.error().message);
  return *table;
}

std::vector<std::string> told(const TomlTable& table) {
  std::vector<std::string> texts;
  for (const auto& error : table.errors()) {
    texts.push_back(error.from + ": " + error.message + "; " + error.hint);
  }
  return texts;
}

using Texts = std::vector<std::string>;

TEST(TomlTable, ReadsEveryType) {
  const auto t = parsed(R"(
    name = "x"
    codec = "lz4"
    yes = true
    n = 7
    share = 0.25
    whole = 3
    wait = "5min"
    seconds = 90
    size = "4KiB"
    speed = "2MiB/s"
    at = 2026-03-04T05:06:07Z
    offset = 2026-03-04T05:06:07.250+02:00
    local = 2026-03-04T05:06:07
    day = 2026-03-04
    quoted = "2026-03-04T05:06:07Z"
  )");
  constexpr std::array<std::string_view, 2> codecs = {"none", "lz4"};
  EXPECT_EQ(t.text("name"), "x");
  EXPECT_EQ(t.choice("codec", codecs, "none"), "lz4");
  EXPECT_TRUE(t.boolean("yes", false));
  EXPECT_EQ(t.integer("n", 1, 0, 10), 7);
  EXPECT_EQ(t.number("share", 0, 0, 1), 0.25);
  EXPECT_EQ(t.number("whole", 0, 0, 10), 3);
  EXPECT_EQ(t.duration("wait", Millis{0}, Millis{0}, hours(1)), std::chrono::minutes(5));
  EXPECT_EQ(t.duration("seconds", Millis{0}, Millis{0}, hours(1)), std::chrono::seconds(90));
  EXPECT_EQ(t.bytes("size", 0, 0, 10'000), 4096);
  EXPECT_EQ(t.throughput("speed", {0}, {0}, {1e9}).value, 2 * mib);
  // date -u -d '2026-03-04 05:06:07' +%s
  const Instant at{Millis{1'772'600'767'000}};
  EXPECT_EQ(t.instant("at"), at);
  EXPECT_EQ(t.instant("offset"), at - hours(2) + Millis{250});
  EXPECT_EQ(t.instant("local"), at);
  EXPECT_EQ(t.instant("day"), at - hours(5) - Millis{367'000});
  EXPECT_EQ(t.instant("quoted"), at);
  EXPECT_EQ(told(t), Texts{});
}

TEST(TomlTable, FallsBackWhereAFieldIsNotGiven) {
  const auto t = parsed("");
  EXPECT_EQ(t.text("name", "none"), "none");
  EXPECT_EQ(t.integer("n", 4, 0, 10), 4);
  EXPECT_EQ(t.instant("at"), std::nullopt);
  EXPECT_TRUE(t.tables("topic").empty());
  EXPECT_EQ(t.table("inner").integer("n", 5, 0, 10), 5);
  EXPECT_TRUE(t.texts("configs").empty());
  EXPECT_EQ(told(t), Texts{});
}

TEST(TomlTable, TellsValuesThatAreNotAllowedWithLineAndRange) {
  const auto t = parsed(
      "n = 11\nshare = \"x\"\nwait = \"5 parsecs\"\nsize = \"2MB\"\nyes = 1\n"
      "codec = \"lz5\"\nat = \"noon\"\nname = [1]\n");
  constexpr std::array<std::string_view, 2> codecs = {"none", "lz4"};
  EXPECT_EQ(t.integer("n", 1, 0, 10), 1);
  (void)t.number("share", 0, 0, 1);
  (void)t.duration("wait", Millis{0}, Millis{500}, hours(48));
  (void)t.bytes("size", 0, 1, 1000);
  (void)t.boolean("yes", false);
  (void)t.choice("codec", codecs, "none");
  (void)t.instant("at");
  (void)t.text("name");
  EXPECT_EQ(
      told(t),
      (Texts{"f.toml line 1: n is 11; allowed: 0 to 10",
             "f.toml line 2: share is 'x'; allowed: 0 to 1",
             "f.toml line 3: wait is '5 parsecs'; allowed: 500ms to 2d, with ms, s, min, h or d",
             "f.toml line 4: size is '2MB'; allowed: 1B to 1000B, with B, kB, MB, GB or KiB, "
             "MiB, GiB",
             "f.toml line 5: yes is 1; allowed: true or false",
             "f.toml line 6: codec is 'lz5'; allowed: none, lz4; did you mean 'lz4'?",
             "f.toml line 7: at is 'noon'; allowed: a time as 2026-03-04T05:06:07Z",
             "f.toml line 8: name is a list; allowed: text in quotes"}));
}

TEST(TomlTable, TellsUnknownFieldsWithTheNearestOne) {
  const auto t = parsed("[[topic]]\npartitons = 3\nname = \"a\"\n[extra]\nx = 1\n");
  for (const auto& topic : t.tables("topic")) {
    (void)topic.text("name");
    (void)topic.integer("partitions", 1, 1, 10);
  }
  EXPECT_EQ(told(t), (Texts{"f.toml line 2: there is no field topic.partitons; did you mean "
                            "'partitions'? allowed: name, partitions",
                            "f.toml line 4: there is no field extra; allowed: topic"}));
}

TEST(TomlTable, TakesFromDefaultsWhatItHasNot) {
  const auto t = parsed("[defaults]\nn = 3\nm = 99\ntypo = 1\n[[topic]]\nn = 4\n[[topic]]\n");
  const auto defaults = t.table("defaults");
  std::vector<std::int64_t> values;
  for (const auto& topic : t.tables("topic")) {
    const auto both = topic.over(defaults);
    values.push_back(both.integer("n", 1, 1, 10));
    values.push_back(both.integer("m", 1, 1, 10));
  }
  EXPECT_EQ(values, (std::vector<std::int64_t>{4, 1, 3, 1}));
  // What is wrong in the defaults is told once.
  EXPECT_EQ(told(t), (Texts{"f.toml line 3: defaults.m is 99; allowed: 1 to 10",
                            "f.toml line 4: there is no field defaults.typo; allowed: m, n"}));
}

TEST(TomlTable, ReadsTablesOfAnyNames) {
  const auto t = parsed(
      "[configs]\n\"cleanup.policy\" = \"compact\"\nn = 5\nb = true\n"
      "[hot]\nx = 0.5\ny = \"a\"\n");
  EXPECT_EQ(t.texts("configs"), (std::map<std::string, std::string>{
                                    {"cleanup.policy", "compact"}, {"n", "5"}, {"b", "true"}}));
  EXPECT_EQ(t.numbers("hot").at("x"), 0.5);
  ASSERT_EQ(told(t).size(), 1U);
  EXPECT_TRUE(told(t)[0].starts_with("f.toml line 7: hot.y is 'a'"));
}

TEST(TomlTable, TellsWhereItIsNotToml) {
  const auto table = TomlTable::from("a = 1\nb = = 2\n", "f.toml");
  ASSERT_FALSE(table.has_value());
  EXPECT_EQ(table.error().from, "f.toml line 2");
  EXPECT_EQ(table.error().message.substr(0, 9), "not TOML:");
}

TEST(TomlTable, NotesWhatItsReaderRefuses) {
  const auto t = parsed("[topic]\nname = \"a b\"\n").table("topic");
  t.refuse("name", "'a b' cannot be a name", "no blanks");
  t.refuse("demand", "there is none", "give some");
  (void)t.text("name");
  EXPECT_EQ(t.line("name"), 2);
  EXPECT_EQ(told(t)[0], "f.toml line 1: there is none; give some");
  EXPECT_EQ(told(t)[1], "f.toml line 2: 'a b' cannot be a name; no blanks");
}

}  // namespace
}  // namespace partwise::config
