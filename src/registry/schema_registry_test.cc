#include "registry/schema_registry.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "http/exchange_fake.h"

namespace partwise::registry {
namespace {

using nlohmann::json;

constexpr const char* schema = R"({"type":"object","title":"a \"title\""})";

http::Reply reply(int status, std::string body) { return {status, {}, std::move(body)}; }

class SchemaRegistryTest : public ::testing::Test {
 protected:
  Result<std::int32_t> registered(const std::string& subject = "results-value") {
    SchemaRegistry registry(settings, exchange);
    return registry.register_schema(subject, schema, {});
  }
  Error refused(int status, const std::string& body) {
    answer = reply(status, body);
    const auto id = registered();
    EXPECT_FALSE(id);
    return id ? Error{} : id.error();
  }

  Result<http::Reply> answer = reply(200, R"({"id":77})");
  http::FakeExchange exchange{[this](const http::Request&) { return answer; }};
  RegistrySettings settings = *registry_settings("http://registry:8081", {});
};

TEST_F(SchemaRegistryTest, AsksInTheWordsOfConfluentsInterface) {
  EXPECT_EQ(registered(), 77);
  ASSERT_EQ(exchange.requests().size(), 1U);
  const auto& request = exchange.requests()[0];
  EXPECT_EQ(request.method, "POST");
  EXPECT_EQ(request.url, "http://registry:8081/subjects/results-value/versions");
  EXPECT_EQ(request.headers.at(0).name, "Content-Type");
  EXPECT_EQ(request.headers.at(0).value, "application/vnd.schemaregistry.v1+json");
  EXPECT_TRUE(request.may_repeat());
  EXPECT_FALSE(request.login);
  const auto body = json::parse(request.body);
  EXPECT_EQ(body.at("schemaType"), "JSON");
  EXPECT_EQ(body.at("schema"), schema) << "as text, not as an object";
}

TEST_F(SchemaRegistryTest, KeepsThePathOfTheUrlAndEncodesTheSubject) {
  settings = *registry_settings(" https://host/apis/ccompat/v7/ ", {});
  ASSERT_TRUE(registered("a/b?c %-value"));
  EXPECT_EQ(exchange.requests()[0].url,
            "https://host/apis/ccompat/v7/subjects/a%2Fb%3Fc%20%25-value/versions");
}

TEST_F(SchemaRegistryTest, LogsInWithWhatIsBehindTheFirstColonAsPassword) {
  settings = *registry_settings("https://host", config::Secret("user:pass:word"));
  ASSERT_TRUE(registered());
  ASSERT_TRUE(exchange.requests()[0].login);
  EXPECT_EQ(exchange.requests()[0].login->user, "user");
  EXPECT_EQ(exchange.requests()[0].login->password.reveal(), "pass:word");
}

TEST_F(SchemaRegistryTest, AnIncompatibleSchemaIsToldInTheRegistrysWords) {
  const auto error = refused(
      409, R"({"error_code":409,"message":"Schema being registered is incompatible\nPROPERTY_X"})");
  EXPECT_EQ(error.kind, ErrorKind::invalid_input);
  EXPECT_EQ(error.message,
            "the Schema Registry finds the schema incompatible with that of results-value: Schema "
            "being registered is incompatible PROPERTY_X");
  EXPECT_NE(error.hint.find("KAFKA_WRITER_TOPIC_NAME"), std::string::npos);
}

TEST_F(SchemaRegistryTest, TellsWhatARefusalMeans) {
  EXPECT_EQ(refused(401, R"({"message":"Unauthorized"})").kind, ErrorKind::unauthorized);
  EXPECT_NE(refused(401, "").hint.find("set SCHEMA_REGISTRY_BASIC"), std::string::npos);
  settings.login = http::Login{"user", config::Secret("hidden")};
  const auto wrong_password = refused(401, "");
  EXPECT_NE(wrong_password.hint.find("check SCHEMA_REGISTRY_BASIC"), std::string::npos);
  EXPECT_EQ((wrong_password.message + wrong_password.hint).find("hidden"), std::string::npos);
  EXPECT_EQ(refused(403, "").kind, ErrorKind::unauthorized);
  const auto invalid = refused(422, R"({"error_code":42201,"message":"Invalid schema"})");
  EXPECT_EQ(invalid.kind, ErrorKind::invalid_input);
  EXPECT_NE(invalid.message.find("Invalid schema"), std::string::npos);
  EXPECT_EQ(refused(500, "<html>").kind, ErrorKind::unavailable);
  EXPECT_NE(refused(500, "<html>").message.find("HTTP status 500"), std::string::npos);
  // Whether it would take the schema is not known then.
  EXPECT_TRUE(refused(503, "").message.starts_with("the Schema Registry did not take the schema"));
  EXPECT_TRUE(invalid.message.starts_with("the Schema Registry refuses the schema"));
  EXPECT_EQ(refused(429, "").kind, ErrorKind::unavailable);
  EXPECT_NE(refused(404, "<html>").hint.find("SCHEMA_REGISTRY_URL"), std::string::npos);
}

TEST_F(SchemaRegistryTest, AnAnswerWithoutAnIdIsNone) {
  for (const auto* body : {"", "[]", "{}", R"({"id":"1"})", R"({"id":1.5})", R"({"id":-1})",
                           R"({"id":2147483648})", "<html></html>"}) {
    EXPECT_EQ(refused(200, body).kind, ErrorKind::corrupt) << body;
  }
}

TEST_F(SchemaRegistryTest, ARegistryOutOfReachIsToldWithTheSubject) {
  answer = fail(ErrorKind::unavailable, "registry:8081 refused the connection", "does it run?");
  const auto id = registered();
  ASSERT_FALSE(id);
  EXPECT_EQ(id.error().kind, ErrorKind::unavailable);
  EXPECT_EQ(id.error().message,
            "cannot register the schema of results-value: registry:8081 refused the connection");
  EXPECT_EQ(id.error().hint, "does it run?");
}

// Bytes by hand: 1 is 00 00 00 01, 2,063,597,579 is 7B 00 00 0B.
TEST(Framed, HasAZeroAndTheIdWithItsHighestByteFirst) {
  EXPECT_EQ(framed(1, "{}"), std::string("\0\0\0\0\1{}", 7));
  EXPECT_EQ(framed(2'063'597'579, ""), std::string("\0\x7b\0\0\x0b", 5));
}

TEST(Subjects, AreTheTopicsNameWithKeyOrValueBehindIt) {
  EXPECT_EQ(key_subject("a.b"), "a.b-key");
  EXPECT_EQ(value_subject("a.b"), "a.b-value");
}

}  // namespace
}  // namespace partwise::registry
