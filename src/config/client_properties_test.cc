#include "config/client_properties.h"

#include <gtest/gtest.h>

namespace partwise::config {
namespace {

std::string value(const ClientProperties& properties, std::string_view name) {
  const auto* property = find_property(properties, name);
  return property == nullptr ? "(none)" : property->value.reveal();
}

ClientProperties parsed(std::string_view text) {
  auto properties = client_properties_from_text(text, "client.properties");
  EXPECT_TRUE(properties) << properties.error()[0].message;
  return properties ? properties->properties : ClientProperties{};
}

TEST(ClientProperties, ReadsTheFileThatKafkasToolsRead) {
  const auto properties = parsed(R"(# For SASL_SSL
security.protocol=SASL_SSL
sasl.mechanism=PLAIN
sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required \
  username="KEY" \
  password="a=b;c\\"d";
ssl.endpoint.identification.algorithm=https
)");
  EXPECT_EQ(value(properties, "security.protocol"), "SASL_SSL");
  EXPECT_EQ(value(properties, "sasl.username"), "KEY");
  EXPECT_EQ(value(properties, "sasl.password"), "a=b;c\"d");
  EXPECT_EQ(value(properties, "ssl.endpoint.identification.algorithm"), "https");
  EXPECT_EQ(value(properties, "sasl.jaas.config"), "(none)");
}

TEST(ClientProperties, TranslatesNamesThatDiffer) {
  const auto properties = parsed(
      "request.timeout.ms : 5000\n"
      "ssl.endpoint.identification.algorithm=\n"
      "ssl.truststore.type=PEM\nssl.truststore.location=/ca.pem\n"
      "ssl.keystore.type=PKCS12\nssl.keystore.location=/me.p12\nssl.keystore.password=pw\n"
      "sasl.login.callback.handler.class=org.apache.kafka.common.security.oauthbearer."
      "OAuthBearerLoginCallbackHandler\n");
  EXPECT_EQ(value(properties, "socket.timeout.ms"), "5000");
  EXPECT_EQ(value(properties, "ssl.endpoint.identification.algorithm"), "none");
  EXPECT_EQ(value(properties, "ssl.ca.location"), "/ca.pem");
  EXPECT_EQ(value(properties, "ssl.keystore.location"), "/me.p12");
  EXPECT_EQ(value(properties, "ssl.keystore.password"), "pw");
  EXPECT_EQ(value(properties, "sasl.oauthbearer.method"), "oidc");
}

TEST(ClientProperties, TakesAKeyStoreForPkcs12ByItsName) {
  EXPECT_EQ(value(parsed("ssl.keystore.location=/me.p12"), "ssl.keystore.location"), "/me.p12");
  EXPECT_EQ(
      value(parsed("ssl.keystore.location=/me.pem\nssl.keystore.type=PEM"), "ssl.key.location"),
      "/me.pem");
}

TEST(ClientProperties, HaveOneNameForASettingOfTwo) {
  const auto properties = parsed("sasl.mechanisms=PLAIN\nmetadata.broker.list=a:1\n");
  EXPECT_EQ(value(properties, "sasl.mechanism"), "PLAIN");
  EXPECT_EQ(value(properties, "bootstrap.servers"), "a:1");
  EXPECT_EQ(properties.size(), 2U);
}

// KIP-768: Java 3.1 and later.
TEST(ClientProperties, TakeClientCredentialsFromALoginModule) {
  const auto properties = parsed(
      "sasl.login.callback.handler.class=org.apache.kafka.common.security.oauthbearer.secured."
      "OAuthBearerLoginCallbackHandler\n"
      "sasl.oauthbearer.token.endpoint.url=https://idp/token\n"
      "sasl.login.connect.timeout.ms=1000\n"
      "sasl.jaas.config=org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule "
      "required clientId='me' clientSecret='pw' scope='kafka' extension_logicalCluster='lkc-1' "
      "extension_identityPoolId='pool-1';\n");
  EXPECT_EQ(value(properties, "sasl.oauthbearer.method"), "oidc");
  EXPECT_EQ(value(properties, "sasl.oauthbearer.token.endpoint.url"), "https://idp/token");
  EXPECT_EQ(value(properties, "sasl.oauthbearer.client.id"), "me");
  EXPECT_EQ(value(properties, "sasl.oauthbearer.client.secret"), "pw");
  EXPECT_EQ(value(properties, "sasl.oauthbearer.scope"), "kafka");
  EXPECT_EQ(value(properties, "sasl.oauthbearer.extensions"),
            "identityPoolId=pool-1,logicalCluster=lkc-1");
  EXPECT_EQ(properties.size(), 6U);
}

// KIP-1139: Java 4.1 and later.
TEST(ClientProperties, TakeClientCredentialsFromPropertiesOfTheirOwn) {
  const auto properties = parsed(
      "sasl.oauthbearer.jwt.retriever.class=org.apache.kafka.common.security.oauthbearer."
      "ClientCredentialsJwtRetriever\n"
      "sasl.jaas.config=org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule "
      "required;\n"
      "sasl.oauthbearer.client.credentials.client.id=me\n"
      "sasl.oauthbearer.client.credentials.client.secret=pw\n"
      "sasl.oauthbearer.scope=kafka\nsasl.oauthbearer.header.urlencode=false\n");
  EXPECT_EQ(value(properties, "sasl.oauthbearer.method"), "oidc");
  EXPECT_EQ(value(properties, "sasl.oauthbearer.client.id"), "me");
  EXPECT_EQ(value(properties, "sasl.oauthbearer.client.secret"), "pw");
  EXPECT_EQ(value(properties, "sasl.oauthbearer.scope"), "kafka");
  EXPECT_EQ(properties.size(), 4U);
}

TEST(ClientProperties, TakeAClientIdForTheWishForAToken) {
  EXPECT_EQ(value(parsed("sasl.oauthbearer.client.id=me"), "sasl.oauthbearer.method"), "oidc");
}

TEST(ClientProperties, RefuseTokensThatComeByOtherWays) {
  for (const auto* line :
       {"sasl.oauthbearer.jwt.retriever.class=org.example.JwtBearerJwtRetriever",
        "sasl.login.callback.handler.class=com.example.Handler",
        "sasl.oauthbearer.token.endpoint.url=file:///token",
        "sasl.oauthbearer.header.urlencode=true",
        "sasl.jaas.config=x.OAuthBearerLoginModule required unsecuredLoginStringClaim_sub='a';"}) {
    const auto properties = client_properties_from_text(line, "f");
    ASSERT_FALSE(properties) << line;
    ASSERT_EQ(properties.error().size(), 1U);
    EXPECT_NE(properties.error()[0].message.find("cannot be honoured"), std::string::npos);
    EXPECT_EQ(properties.error()[0].message.find("file:///"), std::string::npos);
  }
}

TEST(ClientProperties, TakesLibrdkafkasNamesAsTheyAre) {
  EXPECT_EQ(value(parsed("ssl.ca.location=/ca.pem"), "ssl.ca.location"), "/ca.pem");
}

TEST(ClientProperties, RefusesWhatItCannotHonourAllAtOnce) {
  const auto properties = client_properties_from_text(
      "group.id=g\nssl.truststore.location=/t.jks\n"
      "sasl.jaas.config=com.sun.security.auth.module.Krb5LoginModule required useKeyTab=true;\n"
      "security.protocol=SSL\nisolation.level=read_committed\n",
      "client.properties");
  ASSERT_FALSE(properties);
  ASSERT_EQ(properties.error().size(), 4U);
  EXPECT_EQ(properties.error()[0].message,
            "property group.id cannot be honoured: measuring sets it itself");
  EXPECT_EQ(properties.error()[0].from, "client.properties line 1");
  EXPECT_NE(properties.error()[1].message.find("Krb5LoginModule"), std::string::npos);
  EXPECT_EQ(properties.error()[2].from, "client.properties line 5");
  EXPECT_NE(properties.error()[3].message.find("JKS"), std::string::npos);
}

TEST(ClientProperties, WarnsOfWhatBelongsToOtherClients) {
  // As Confluent Cloud's console writes it for Java.
  const auto taken = client_properties_from_text(
      "security.protocol=SASL_SSL\n"
      "sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required "
      "username='u' password='p';\n"
      "sasl.mechanism=PLAIN\nclient.dns.lookup=use_all_dns_ips\nsession.timeout.ms=45000\n"
      "acks=all\nclient.id=c\nschema.registry.url=https://registry\n"
      "basic.auth.credentials.source=USER_INFO\nbasic.auth.user.info=hunter2:x\n",
      "f");
  ASSERT_TRUE(taken);
  EXPECT_EQ(find_property(taken->properties, "acks"), nullptr);
  EXPECT_EQ(find_property(taken->properties, "sasl.username")->value.reveal(), "u");
  ASSERT_EQ(taken->warnings.size(), 5U);
  EXPECT_EQ(taken->warnings[0], "f line 5: property session.timeout.ms has no effect here");
  EXPECT_EQ(taken->warnings[1], "f line 6: property acks has no effect here");
  for (const auto& warning : taken->warnings) EXPECT_EQ(warning.find("hunter2"), std::string::npos);
}

TEST(ClientProperties, RefusesWhatWouldBeOverridden) {
  const auto properties = client_properties_from_text(
      "check.crcs=true\nallow.auto.create.topics=true\nmax.partition.fetch.bytes=1\n", "f");
  ASSERT_FALSE(properties);
  ASSERT_EQ(properties.error().size(), 3U);
  EXPECT_EQ(properties.error()[1].message,
            "property allow.auto.create.topics cannot be honoured: measuring sets it itself");
}

TEST(ClientProperties, LeaveASlipInAStoresNameToTheLibraryThatKnowsItNot) {
  const auto properties = parsed("ssl.truststore.locaton=/ca.pem\nssl.key.password=pw\n");
  EXPECT_EQ(value(properties, "ssl.truststore.locaton"), "/ca.pem");
  EXPECT_EQ(value(properties, "ssl.key.password"), "pw");
}

TEST(ClientProperties, SaysWhereAJaasConfigIsWrongWithoutItsSecrets) {
  const auto properties = client_properties_from_text(
      R"(sasl.jaas.config=PlainLoginModule required username="u" password="hunter2)", "f");
  ASSERT_FALSE(properties);
  EXPECT_NE(properties.error()[0].message.find("a quote is not closed"), std::string::npos);
  EXPECT_EQ(properties.error()[0].message.find("hunter2"), std::string::npos);
}

TEST(ClientProperties, ShowsNoNameThatMayHoldAValue) {
  for (const auto* line : {"sasl.passwords3cretPW", "sasl.passwords3cretPW  ",
                           "sasl.passwordS3cret==", "sasl.password\\=s3cret"}) {
    const auto properties = client_properties_from_text(std::string("client.id=c\n") + line, "f");
    ASSERT_FALSE(properties) << line;
    ASSERT_EQ(properties.error().size(), 1U);
    EXPECT_EQ(properties.error()[0].message, "not a name=value line");
    EXPECT_EQ(properties.error()[0].from, "f line 2");
  }
  EXPECT_EQ(value(parsed("client.rack="), "client.rack"), "");
}

TEST(ClientProperties, ReadsEscapesAsJavaDoes) {
  const auto properties = parsed("client.id=a\\tb\\u0041\\\n   c\\=d\n! note\nclient.rack = r\n");
  EXPECT_EQ(value(properties, "client.id"), "a\tbAc=d");
  EXPECT_EQ(value(properties, "client.rack"), "r");
}

}  // namespace
}  // namespace partwise::config
