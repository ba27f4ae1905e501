#include "credentials/confluent_credential.h"

#include <gtest/gtest.h>

namespace partwise::credentials {
namespace {

Result<http::Login> login(std::string_view text) {
  return confluent_login_from(text, "CONFLUENT_CLOUD_CREDENTIAL", ".env line 3");
}

TEST(ConfluentCredential, IsAKeyAndItsSecret) {
  const auto found = login(
      R"({"confluent_cloud_api_key": " ABC ", "confluent_cloud_api_secret": "s+/:x\n", "note": 1})");
  ASSERT_TRUE(found) << found.error().message;
  EXPECT_EQ(found->user, "ABC");
  EXPECT_EQ(found->password.reveal(), "s+/:x");
}

TEST(ConfluentCredential, ErrorsNameTheFieldOrThePositionAndNoValue) {
  const std::vector<std::pair<const char*, const char*>> wrong = {
      {"", "is not valid JSON: unexpected end of input at character 1"},
      {R"({"confluent_cloud_api_key": hunter2})",
       "is not valid JSON: unexpected text at character 29"},
      {R"("hunter2")", "is not an object"},
      {R"(["hunter2"])", "is not an object"},
      {R"({"hunter2": "hunter2"})", "has no confluent_cloud_api_key"},
      {R"({"confluent_cloud_api_key": "hunter2"})", "has no confluent_cloud_api_secret"},
      {R"({"confluent_cloud_api_key": 7, "confluent_cloud_api_secret": "hunter2"})",
       "field confluent_cloud_api_key is not a text"},
      {R"({"confluent_cloud_api_key": "A", "confluent_cloud_api_secret": " "})",
       "field confluent_cloud_api_secret is empty"},
      {R"({"confluent_cloud_api_key": "A", "confluent_cloud_api_secret": "hunter2 x"})",
       "field confluent_cloud_api_secret has a blank or a character that no key has"},
      {R"({"confluent_cloud_api_key": "hunter2:x", "confluent_cloud_api_secret": "s"})",
       "field confluent_cloud_api_key has a ':'"}};
  for (const auto& [text, message] : wrong) {
    const auto none = login(text);
    ASSERT_FALSE(none) << text;
    EXPECT_EQ(none.error().kind, ErrorKind::invalid_input);
    EXPECT_EQ(none.error().message, std::string("CONFLUENT_CLOUD_CREDENTIAL ") + message);
    EXPECT_EQ(none.error().from, ".env line 3");
    EXPECT_EQ(none.error().hint.find("hunter2"), std::string::npos);
  }
}

}  // namespace
}  // namespace partwise::credentials
