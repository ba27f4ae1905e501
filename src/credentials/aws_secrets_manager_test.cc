#include "credentials/aws_secrets_manager.h"

#include <functional>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "credentials/aws_home_fake.h"
#include "credentials/aws_signature.h"
#include "http/exchange_fake.h"
#include "http/waiter_fake.h"

namespace partwise::credentials {
namespace {

using nlohmann::json;

class Secrets : public testing::Test {
 protected:
  Secrets() {
    home_.variables["AWS_ACCESS_KEY_ID"] = "AK";
    home_.variables["AWS_SECRET_ACCESS_KEY"] = "sk";
  }

  Result<config::Secret> secret(const SecretName& name = {"eu-west-1", "kafka"}) {
    return SecretsManager(chain_).secret(name, {});
  }
  void refuse(int status, const std::string& body) {
    answer_ = [status, body](const auto&) { return http::Reply{status, {}, body}; };
  }

  FakeHome home_;
  http::FakeTime clock_;
  std::function<Result<http::Reply>(const http::Request&)> answer_ = [](const auto&) {
    return http::Reply{200, {}, R"({"Name":"kafka","SecretString":"hunter2"})"};
  };
  http::FakeExchange exchange_{[this](const http::Request& request) { return answer_(request); }};
  AwsCredentialChain chain_{
      AwsContext{home_.environment(), home_.folder(), "", exchange_, clock_, clock_}};
};

TEST_F(Secrets, AreGivenUpWhenThePatienceEnds) {
  AwsContext context{home_.environment(), home_.folder(), "", exchange_, clock_, clock_};
  context.patience = Millis(1'000);
  AwsCredentialChain hurried(context);
  const auto begin = clock_.steady_now();
  answer_ = [this](const http::Request& request) -> Result<http::Reply> {
    clock_.wait_until(clock_.steady_now() + Millis(600), {});
    EXPECT_LE(request.timeout, Millis(1'000));
    return fail(ErrorKind::unavailable, "nobody answers");
  };
  EXPECT_EQ(SecretsManager(hurried).secret({"eu-west-1", "kafka"}, {}).error().kind,
            ErrorKind::unavailable);
  ASSERT_EQ(exchange_.requests().size(), 2U);
  EXPECT_EQ(exchange_.requests()[1].timeout, Millis(100));  // behind 600 and a pause of 300
  EXPECT_LE(clock_.steady_now() - begin, Millis(1'500));
}

TEST_F(Secrets, AreAskedForByNameOrArn) {
  const std::string arn = "arn:aws:secretsmanager:ap-south-1:1:secret:a/b c-AbCdEf";
  EXPECT_EQ(secret({"", arn})->reveal(), "hunter2");
  auto request = exchange_.requests().at(0);
  EXPECT_EQ(request.method + " " + request.url,
            "POST https://secretsmanager.ap-south-1.amazonaws.com/");
  EXPECT_EQ(json::parse(request.body), json({{"SecretId", arn}}));
  http::Reply sent;
  sent.headers = request.headers;
  EXPECT_EQ(sent.header("X-Amz-Target"), "secretsmanager.GetSecretValue");
  EXPECT_EQ(sent.header("Content-Type"), "application/x-amz-json-1.1");
  EXPECT_NE(sent.header("Authorization")
                .find("/ap-south-1/secretsmanager/aws4_request, "
                      "SignedHeaders=content-type;host;x-amz-date;x-amz-target, "),
            std::string_view::npos);
  EXPECT_TRUE(secret({"eu-west-1", R"(prod/kafka "key" \ é)"}));
  EXPECT_EQ(json::parse(exchange_.requests().at(1).body)["SecretId"], R"(prod/kafka "key" \ é)");
}

TEST_F(Secrets, NeedARegionAndAName) {
  EXPECT_EQ(secret({"", "kafka"}).error().hint, "write region_name, or set AWS_REGION");
  EXPECT_FALSE(secret({"eu-west-1", ""}));
  EXPECT_FALSE(secret({"eu-west-1", std::string(2049, 'a')}));
  EXPECT_TRUE(exchange_.requests().empty());
  home_.variables["AWS_REGION"] = "eu-west-3";
  EXPECT_TRUE(secret({"", "kafka"}));
}

TEST_F(Secrets, MayBeBinary) {
  // printf '\0\377{"a":1}' | base64, and shorter ones for each kind of padding.
  const std::vector<std::pair<std::string, std::string>> known = {
      {"AP97ImEiOjF9", std::string("\0\xff{\"a\":1}", 9)}, {"eA==", "x"}, {"eHk=", "xy"}, {"", ""}};
  for (const auto& [encoded, bytes] : known) {
    refuse(200, json({{"SecretBinary", encoded}}).dump());
    EXPECT_EQ(secret()->reveal(), bytes) << encoded;
  }
  for (const auto* wrong : {"e", "eA=", "e===", "====", "e=A=", "e$==", "eA==eA=="}) {
    refuse(200, json({{"SecretBinary", wrong}}).dump());
    EXPECT_EQ(secret().error().kind, ErrorKind::corrupt) << wrong;
  }
}

TEST_F(Secrets, AnswerThatIsNoneIsToldWithoutIt) {
  for (const auto* body : {"hunter2", R"({"SecretString":["hunter2"]})", R"("hunter2")",
                           R"({"SecretBinary":"hunter2"})", "{}", "<html>hunter2</html>"}) {
    refuse(200, body);
    const auto wrong = secret();
    ASSERT_FALSE(wrong) << body;
    EXPECT_EQ(wrong.error().kind, ErrorKind::corrupt);
    EXPECT_EQ((wrong.error().message + wrong.error().hint).find("hunter2"), std::string::npos);
  }
}

TEST_F(Secrets, RefusalsSayWhatToDo) {
  struct Case {
    int status;
    const char* body;
    ErrorKind kind;
    const char* message;
    const char* hint;
  };
  for (const auto& each : std::vector<Case>{
           {400, R"({"__type":"ResourceNotFoundException","Message":"can't find it"})",
            ErrorKind::not_found,
            "the secret kafka in eu-west-1: ResourceNotFoundException: can't find it (credentials: "
            "environment)",
            "eu-west-1"},
           {400, R"({"__type":"AccessDeniedException","Message":"no"})", ErrorKind::unauthorized,
            "AccessDenied", "secretsmanager:GetSecretValue"},
           {400, R"({"__type":"AccessDeniedException","Message":"Access to KMS is not allowed"})",
            ErrorKind::unauthorized, "KMS", "kms:Decrypt"},
           {400, R"({"__type":"DecryptionFailure"})", ErrorKind::invalid_input, "Decryption",
            "kms:Decrypt"},
           {400, R"({"__type":"InvalidRequestException","Message":"it was marked for deletion"})",
            ErrorKind::invalid_input, "marked for deletion", "restore-secret"},
           {400, R"({"__type":"InvalidSignatureException","message":"no"})",
            ErrorKind::unauthorized, "InvalidSignature", "clock"},
           {403,
            "<ErrorResponse><Errors><Error><Code>SignatureDoesNotMatch</Code><Message>no</Message>"
            "</Error></Errors></ErrorResponse>",
            ErrorKind::unauthorized, "SignatureDoesNotMatch: no", "clock"},
           {404, "<html><head><title>404 Not Found</title></head></html>", ErrorKind::invalid_input,
            "HTTP status 404: a web page with the title \"404 Not Found\"",
            "https://secretsmanager.eu-west-1.amazonaws.com/"},
       }) {
    refuse(each.status, each.body);
    const auto wrong = secret();
    ASSERT_FALSE(wrong) << each.body;
    EXPECT_EQ(wrong.error().kind, each.kind) << each.body;
    EXPECT_NE(wrong.error().message.find(each.message), std::string::npos) << wrong.error().message;
    EXPECT_NE(wrong.error().hint.find(each.hint), std::string::npos) << wrong.error().hint;
  }
}

TEST_F(Secrets, AreAskedForAgainWhereThatMayHelp) {
  int left = 2;
  answer_ = [&left](const auto&) -> Result<http::Reply> {
    if (left-- == 2) return fail(ErrorKind::unavailable, "no connection");
    return left == 0 ? http::Reply{400, {}, R"({"__type":"ThrottlingException"})"}
                     : http::Reply{200, {}, R"({"SecretString":"x"})"};
  };
  EXPECT_TRUE(secret());
  EXPECT_EQ(exchange_.requests().size(), 3U);
  EXPECT_EQ(clock_.waits(), (std::vector<Millis>{Millis(300), Millis(600)}));
  refuse(500, R"({"__type":"InternalServiceError"})");
  EXPECT_EQ(secret().error().kind, ErrorKind::unavailable);
  EXPECT_EQ(exchange_.requests().size(), 6U);
  refuse(400, R"({"__type":"AccessDeniedException"})");
  EXPECT_FALSE(secret());
  EXPECT_EQ(exchange_.requests().size(), 7U);
  answer_ = [](const auto&) { return fail(ErrorKind::timeout, "no answer"); };
  EXPECT_EQ(secret().error().message, "the secret kafka in eu-west-1: no answer");
}

TEST_F(Secrets, ExpiredCredentialsAreLookedForOnceMore) {
  answer_ = [this](const http::Request& request) {
    home_.variables["AWS_ACCESS_KEY_ID"] = "NEW";
    for (const auto& header : request.headers) {
      if (header.value.find("Credential=NEW/") != std::string::npos) {
        return http::Reply{200, {}, R"({"SecretString":"x"})"};
      }
    }
    return http::Reply{400, {}, R"({"__type":"ExpiredTokenException"})"};
  };
  EXPECT_TRUE(secret());
  EXPECT_EQ(exchange_.requests().size(), 2U);
  refuse(400, R"({"__type":"ExpiredTokenException"})");
  EXPECT_EQ(secret().error().hint, "the temporary credentials have expired: log in again");
  EXPECT_EQ(exchange_.requests().size(), 4U);
}

}  // namespace
}  // namespace partwise::credentials
