#include "credentials/aws_answer.h"

#include <gtest/gtest.h>

#include "base/text.h"
#include "base/units.h"
#include "credentials/aws_keys.h"

namespace partwise::credentials {
namespace {

http::Reply reply(int status, const std::string& body, std::vector<http::Header> headers = {}) {
  return {status, std::move(headers), body};
}

TEST(AwsRefusal, IsReadInEachSpelling) {
  for (const auto* body : {R"({"__type":"AccessDeniedException","Message":"no"})",
                           R"({"__type":"com.amazonaws.x#AccessDeniedException","message":"no"})",
                           R"({"code":"AccessDeniedException","message":"no"})",
                           "<ErrorResponse><Error><Type>Sender</Type>\n<Code>AccessDeniedException"
                           "</Code><Message>no</Message></Error></ErrorResponse>"}) {
    const auto refusal = refusal_of(reply(400, body));
    EXPECT_EQ(refusal.code, "AccessDeniedException") << body;
    EXPECT_EQ(refusal.message, "no") << body;
  }
  const auto header = refusal_of(
      reply(400, "{}", {{"X-Amzn-Errortype", "AccessDeniedException:http://internal/"}}));
  EXPECT_EQ(header.code, "AccessDeniedException");
}

TEST(AwsRefusal, OfAWebPageIsItsTitle) {
  const auto refusal = refusal_of(
      reply(502, "<!doctype html><html><head><title>Bad\n Gateway</title></head>hunter2</html>"));
  EXPECT_EQ(refusal.code, "");
  EXPECT_EQ(refusal.message, "a web page with the title \"Bad  Gateway\"");
}

TEST(AwsRefusal, OfAnythingElseSaysNothing) {
  for (const auto* body : {"", "{", "[1]", R"({"__type":7,"message":[]})", "plain"}) {
    const auto refusal = refusal_of(reply(500, body));
    EXPECT_EQ(refusal.code + refusal.message, "") << body;
  }
}

TEST(AwsError, HasAKindAndAHint) {
  const auto kind_of = [](int status, const std::string& code) {
    return error_of(reply(status, ""), {code, ""}, "x").kind;
  };
  EXPECT_EQ(kind_of(400, "AccessDeniedException"), ErrorKind::unauthorized);
  EXPECT_EQ(kind_of(400, "UnrecognizedClientException"), ErrorKind::unauthorized);
  EXPECT_EQ(kind_of(403, ""), ErrorKind::unauthorized);
  EXPECT_EQ(kind_of(400, "ResourceNotFoundException"), ErrorKind::not_found);
  EXPECT_EQ(kind_of(400, "ThrottlingException"), ErrorKind::unavailable);
  EXPECT_EQ(kind_of(503, ""), ErrorKind::unavailable);
  EXPECT_EQ(kind_of(400, "InvalidParameterException"), ErrorKind::invalid_input);
  for (const auto* code :
       {"InvalidSignatureException", "SignatureDoesNotMatch", "RequestExpired"}) {
    EXPECT_NE(error_of(reply(400, ""), {code, ""}, "x").hint.find("clock"), std::string::npos);
  }
  EXPECT_EQ(error_of(reply(404, ""), {"", "gone"}, "the secret a").message,
            "the secret a: HTTP status 404: gone");
}

TEST(Quotable, IsOneShortLine) {
  EXPECT_EQ(quotable(" a\r\nb\x1b[1m\t"), "a  b [1m");
  EXPECT_EQ(quotable(std::string(301, 'a')), std::string(300, 'a') + "...");
  EXPECT_EQ(quotable(std::string(299, 'a') + "\xE2\x82\xAC"), std::string(299, 'a') + "...");
}

TEST(Expiration, MayHaveAnOffset) {
  const auto at = instant_from_text("2026-03-04T05:06:07Z").value();
  EXPECT_EQ(expiration_from_text("2026-03-04T05:06:07Z").value(), at);
  EXPECT_EQ(expiration_from_text("2026-03-04T05:06:07+00:00").value(), at);
  EXPECT_EQ(expiration_from_text("2026-03-04T06:36:07+01:30").value(), at);
  EXPECT_EQ(expiration_from_text("2026-03-03T23:06:07-06:00").value(), at);
  for (const auto* text : {"", "soon", "2026-03-04T05:06:07+1", "2026-03-04T05:06:07+0a:00"}) {
    EXPECT_FALSE(expiration_from_text(text)) << text;
  }
}

TEST(CredentialsInJson, AreReadOrTheRefusalIsTold) {
  const auto found = credentials_from_json(
      R"({"AccessKeyId":"AK","SecretAccessKey":"sk","Token":"t","Expiration":"2026-03-04T05:06:07Z"})",
      "Token", "there");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->keys.access_key_id, "AK");
  EXPECT_EQ(found->keys.secret_access_key.reveal(), "sk");
  EXPECT_EQ(found->keys.session_token.reveal(), "t");
  EXPECT_EQ(found->expiration, instant_from_text("2026-03-04T05:06:07Z").value());
  EXPECT_EQ(credentials_from_json(R"({"Code":"Failed","Message":"no trust"})", "Token", "there")
                .error()
                .message,
            "there says Failed: no trust");
}

TEST(CredentialsInJson, AreRefusedWithoutShowingThem) {
  for (const auto* text :
       {"", "[]", "hunter2", R"({"AccessKeyId":"AK"})", R"({"SecretAccessKey":"hunter2"})",
        R"({"AccessKeyId":"AK","SecretAccessKey":"hunter2\r\nX: y"})",
        R"({"AccessKeyId":"AK","SecretAccessKey":"s","Token":"hunter2\n"})",
        R"({"AccessKeyId":"A K","SecretAccessKey":"hunter2"})",
        R"({"AccessKeyId":"AK","SecretAccessKey":"hunter2","Expiration":"soon"})"}) {
    const auto wrong = credentials_from_json(text, "Token", "there");
    ASSERT_FALSE(wrong) << text;
    EXPECT_EQ(wrong.error().kind, ErrorKind::corrupt);
    EXPECT_EQ(wrong.error().message.find("hunter2"), std::string::npos) << wrong.error().message;
  }
}

TEST(CredentialsOfAProcess, HaveVersionOne) {
  constexpr const char* keys = R"("AccessKeyId":"AK","SecretAccessKey":"sk","SessionToken":"t"})";
  const auto found = credentials_from_process(std::string(R"({"Version":1,)") + keys);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->keys.session_token.reveal(), "t");
  EXPECT_FALSE(found->expiration);
  EXPECT_FALSE(credentials_from_process(std::string(R"({"Version":2,)") + keys));
  EXPECT_FALSE(credentials_from_process(std::string("{") + keys));
}

}  // namespace
}  // namespace partwise::credentials
