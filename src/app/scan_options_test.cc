// What is refused, and what is told to say nothing, before anything is reached.
#include "app/scan_options.h"

#include <map>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace partwise::app {
namespace {

using Flags = std::map<std::string, std::string>;

// Of `keys scan orders` with these flags.
tl::expected<ScanOptions, Errors> options(const Flags& flags) {
  config::OptionSources sources;
  sources.environment = [](std::string_view) { return std::nullopt; };
  sources.flags = {{"bootstrap_servers", {"b:9092", "--bootstrap-servers"}},
                   {"topic", {"orders", "--topic"}}};
  for (const auto& [name, text] : flags) sources.flags[name] = {text, "--" + name};
  const auto values = config::resolve(scan_option_table(), sources);
  if (!values) return tl::unexpected(values.error());
  return scan_options(*values, Instant{});
}

std::vector<std::string> warnings(const Flags& flags) { return options(flags).value().warnings; }

TEST(ScanOptions, TellWhatIsNotUsed) {
  EXPECT_TRUE(warnings({}).empty());
  for (const auto& [name, used_with] :
       std::map<std::string, Flags>{{"seed", {{"fraction", "0.5"}}},
                                    {"salt_ways", {{"strategy", "murmur2,salted"}}},
                                    {"target_cv", {{"partitions", "6"}}}}) {
    Flags unused = {{"strategy", "murmur2"}, {name, "3"}};
    const auto told = warnings(unused);
    ASSERT_EQ(told.size(), 1) << name;
    EXPECT_NE(told[0].find("is not used"), std::string::npos) << told[0];
    auto used = used_with;
    used[name] = "3";
    EXPECT_TRUE(warnings(used).empty()) << name;
  }
}

TEST(ScanOptions, RefuseANameThatNoTopicCanHave) {
  for (const auto* name : {"a b", "..", "orders/eu"}) {
    const auto read = options({{"topic", name}});
    ASSERT_FALSE(read) << name;
    ASSERT_EQ(read.error().size(), 1);
    EXPECT_NE(read.error()[0].message.find(name), std::string::npos) << read.error()[0].message;
  }
}

}  // namespace
}  // namespace partwise::app
