#include "credentials/secret_paths.h"

#include <gtest/gtest.h>

namespace partwise::credentials {
namespace {

TEST(SecretPath, HasANameAndPerhapsARegion) {
  const auto whole = secret_path_from(
      R"({"region_name": "us-east-1", "secret_name": "a/b c", "more": []})", "PATH", "");
  ASSERT_TRUE(whole);
  EXPECT_EQ(whole->region_name + "|" + whole->secret_name, "us-east-1|a/b c");
  EXPECT_EQ(secret_path_from(R"({"secret_name": "a"})", "PATH", "")->region_name, "");
  EXPECT_EQ(
      secret_path_from(R"({"region_name": null, "secret_name": "a"})", "PATH", "")->region_name,
      "");
}

TEST(SecretPath, IsRefusedWithoutAName) {
  for (const auto* text : {"", "a", "[]", "{}", R"({"secret_name": " "})", R"({"secret_name": 7})",
                           R"({"region_name": 7, "secret_name": "a"})"}) {
    const auto wrong = secret_path_from(text, "PATH", "here");
    ASSERT_FALSE(wrong) << text;
    EXPECT_EQ(wrong.error().kind, ErrorKind::invalid_input);
    EXPECT_TRUE(wrong.error().message.starts_with("PATH ")) << wrong.error().message;
    EXPECT_EQ(wrong.error().from, "here");
  }
}

TEST(SecretPaths, AreAnArrayOrOneAlone) {
  const auto two = secret_paths_from(
      R"([{"region_name": "us-east-1", "secret_name": "a"}, {"secret_name": "a"}])", "PATHS", "");
  ASSERT_TRUE(two);
  ASSERT_EQ(two->size(), 2U);
  EXPECT_EQ((*two)[1].secret_name, "a");
  EXPECT_EQ(secret_paths_from(R"({"secret_name": "a"})", "PATHS", "")->size(), 1U);
}

TEST(SecretPaths, NameEachEntryThatIsWrong) {
  const auto wrong = secret_paths_from(
      R"([{"secret_name": "a"}, 7, {"secret_name": "a"}, {"region_name": "r"}])", "PATHS", "here");
  ASSERT_FALSE(wrong);
  ASSERT_EQ(wrong.error().size(), 3U);
  EXPECT_EQ(wrong.error()[0].message, "PATHS entry 2: is not an object");
  EXPECT_EQ(wrong.error()[1].message, "PATHS entry 3: is the same secret as an earlier one");
  EXPECT_EQ(wrong.error()[2].message, "PATHS entry 4: has no secret_name");
  EXPECT_EQ(secret_paths_from("[]", "PATHS", "").error()[0].message,
            "PATHS is not an array with a secret in it");
  EXPECT_EQ(secret_paths_from("[{", "PATHS", "").error()[0].message,
            "PATHS is not valid JSON: unexpected end of input at character 3");
}

}  // namespace
}  // namespace partwise::credentials
