#include "registry/settings.h"

#include <gtest/gtest.h>

namespace partwise::registry {
namespace {

TEST(RegistrySettings, NeedOneAddress) {
  for (const auto* url : {"", "registry:8081", "ftp://registry", "http://a:8081,http://b:8081",
                          "https://user:hidden@registry", "https://registry/?key=hidden"}) {
    const auto settings = registry_settings(url, {});
    ASSERT_FALSE(settings) << url;
    EXPECT_EQ(settings.error().kind, ErrorKind::invalid_input);
    EXPECT_TRUE(settings.error().message.starts_with("SCHEMA_REGISTRY_URL ")) << url;
    EXPECT_EQ(settings.error().from, "SCHEMA_REGISTRY_URL");
    EXPECT_EQ(settings.error().message.find("hidden"), std::string::npos) << url;
  }
}

TEST(RegistrySettings, HaveALoginOfUserAndPasswordOrNone) {
  EXPECT_FALSE(registry_settings("https://registry", {})->login);
  const auto empty = registry_settings("https://registry", config::Secret("user:"));
  ASSERT_TRUE(empty);
  EXPECT_TRUE(empty->login->password.empty());
  for (const auto* info : {"hidden", ":hidden"}) {
    const auto settings = registry_settings("https://registry", config::Secret(info));
    ASSERT_FALSE(settings);
    EXPECT_EQ(settings.error().message,
              "SCHEMA_REGISTRY_BASIC_AUTH_USER_INFO is not of the form user:password");
  }
}

TEST(RegistriesFromJson, AreFoundByEnvironment) {
  const auto registries = registries_from_json(
      R"({"env-1": {"url": "https://one", "basic.auth.user.info": "k:s"},
          "env-2": {"url": "https://two", "api_key": "key", "api_secret": "secret"}})");
  ASSERT_TRUE(registries) << registries.error().message;
  ASSERT_EQ(registries->size(), 2U);
  EXPECT_EQ(registries->at("env-1").url, "https://one");
  EXPECT_EQ(registries->at("env-1").login->user, "k");
  EXPECT_EQ(registries->at("env-2").login->user, "key");
  EXPECT_EQ(registries->at("env-2").login->password.reveal(), "secret");
}

TEST(RegistriesFromJson, MayBeOneForAll) {
  const auto registries = registries_from_json(R"({"url": "http://localhost:8081"})");
  ASSERT_TRUE(registries);
  EXPECT_EQ(registries->at("").url, "http://localhost:8081");
  EXPECT_FALSE(registries->at("").login);
}

TEST(RegistriesFromJson, WhatIsWrongIsToldWithoutItsValues) {
  for (const auto* text :
       {"", "{", "{}", "[]", R"("hidden")", R"({"env-1": "hidden"})", R"({"env-1": {}})",
        R"({"env-1": {"url": 7}})", R"({"env-1": {"url": "hidden"}})",
        R"({"env-1": {"url": "https://a", "basic.auth.user.info": "hidden"}})"}) {
    const auto registries = registries_from_json(text);
    ASSERT_FALSE(registries) << text;
    EXPECT_TRUE(registries.error().message.starts_with("SCHEMA_REGISTRY_CREDENTIAL ")) << text;
    EXPECT_EQ(registries.error().message.find("hidden"), std::string::npos) << text;
  }
}

}  // namespace
}  // namespace partwise::registry
