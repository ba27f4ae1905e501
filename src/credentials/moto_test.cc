// Secrets Manager as moto has it, a stand-in for AWS: it checks signatures with botocore's signer
// and rights by IAM's policies. `./dev test aws` starts one.
#include <cstdlib>
#include <string>

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "credentials/aws_home_fake.h"
#include "credentials/aws_secrets_manager.h"
#include "credentials/aws_signature.h"
#include "http/curl_client.h"
#include "http/url.h"
#include "http/xml_text.h"

namespace partwise::credentials {
namespace {

using nlohmann::json;

class Moto : public testing::Test {
 protected:
  void SetUp() override {
    const char* url = std::getenv("PARTWISE_MOTO_URL");
    if (url == nullptr) GTEST_SKIP() << "PARTWISE_MOTO_URL is not set: ./dev test aws sets it";
    url_ = url;
    home_.variables["AWS_ENDPOINT_URL"] = url_;
    home_.variables["AWS_REGION"] = "us-east-1";
    ASSERT_EQ(plain("POST", "/moto-api/reset", "").status, 200);
    prepare();
  }

  http::Reply plain(const std::string& method, const std::string& path, const std::string& body) {
    http::Request request;
    request.method = method;
    request.url = url_ + path;
    request.body = body;
    return exchange_.send(request, {}).value();
  }

  // A call that is not checked, as no rights are there yet.
  json unchecked(const std::string& service, http::Request request) {
    request.method = "POST";
    request.url = url_ + "/";
    sign(request, {"setup", config::Secret("setup"), {}}, {"us-east-1", service}, clock_.now());
    const auto reply = exchange_.send(request, {}).value();
    EXPECT_EQ(reply.status, 200) << reply.body;
    return reply.body.starts_with('<') ? json(reply.body) : json::parse(reply.body);
  }

  void keep(const json& secret) {
    http::Request request;
    request.headers = {{"Content-Type", "application/x-amz-json-1.1"},
                       {"X-Amz-Target", "secretsmanager.CreateSecret"}};
    request.body = secret.dump();
    arn_ = unchecked("secretsmanager", request)["ARN"];
  }

  std::string iam(const std::string& form) {
    http::Request request;
    request.headers = {{"Content-Type", "application/x-www-form-urlencoded; charset=utf-8"}};
    request.body = form + "&Version=2010-05-08";
    return unchecked("iam", request).get<std::string>();
  }

  // Secrets, a user who may read them and assume a role, and one who may do nothing.
  void prepare() {
    const auto policy = [](const std::string& action) {
      return http::percent_encoded(
          json({{"Version", "2012-10-17"},
                {"Statement", {{{"Effect", "Allow"}, {"Action", action}, {"Resource", "*"}}}}})
              .dump());
    };
    ASSERT_EQ(plain("POST", "/moto-api/reset-auth", "10").status, 200);
    keep({{"Name", "blob"}, {"SecretBinary", "AP97ImEiOjF9"}});
    keep({{"Name", "prod/kafka  key"}, {"SecretString", "hunter2"}});
    iam("Action=CreateUser&UserName=none");
    outsider_ = iam("Action=CreateAccessKey&UserName=none");
    iam("Action=CreateUser&UserName=reader");
    reader_ = iam("Action=CreateAccessKey&UserName=reader");
    iam("Action=PutUserPolicy&UserName=reader&PolicyName=p&PolicyDocument=" + policy("*"));
    iam("Action=CreateRole&RoleName=r&AssumeRolePolicyDocument=" + policy("sts:AssumeRole"));
    iam("Action=PutRolePolicy&RoleName=r&PolicyName=p&PolicyDocument=" +
        policy("secretsmanager:GetSecretValue"));
    // The tenth, so that all that follow are checked.
    iam("Action=ListUsers");
    as(reader_);
  }

  void as(const std::string& keys) {
    home_.variables["AWS_ACCESS_KEY_ID"] = http::xml_text(keys, "AccessKeyId").value();
    home_.variables["AWS_SECRET_ACCESS_KEY"] = http::xml_text(keys, "SecretAccessKey").value();
  }

  Result<config::Secret> secret(const std::string& name, const std::string& profile = "") {
    AwsCredentialChain chain(
        AwsContext{home_.environment(), home_.folder(), profile, exchange_, clock_, waiter_});
    return SecretsManager(chain).secret({"", name}, {});
  }

  FakeHome home_;
  SystemClock clock_;
  http::SystemWaiter waiter_;
  http::CurlClient exchange_{http::CurlSettings{}};
  std::string url_;
  std::string arn_;
  std::string reader_;
  std::string outsider_;
};

TEST_F(Moto, GivesASecretForASoundSignature) {
  const auto text = secret("prod/kafka  key");
  ASSERT_TRUE(text) << text.error().message;
  EXPECT_EQ(text->reveal(), "hunter2");
  EXPECT_EQ(secret(arn_)->reveal(), "hunter2");
  EXPECT_EQ(secret("blob")->reveal(), std::string("\0\xff{\"a\":1}", 9));
}

TEST_F(Moto, RefusesAWrongKey) {
  home_.variables["AWS_SECRET_ACCESS_KEY"] += "x";
  const auto refused = secret("blob");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::unauthorized);
  EXPECT_NE(refused.error().message.find("SignatureDoesNotMatch"), std::string::npos)
      << refused.error().message;
}

TEST_F(Moto, RefusesWhoMayNotReadIt) {
  as(outsider_);
  const auto refused = secret("blob");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::unauthorized);
  EXPECT_NE(refused.error().hint.find("secretsmanager:GetSecretValue"), std::string::npos)
      << refused.error().message;
}

TEST_F(Moto, HasNoSecretOfAnotherName) {
  EXPECT_EQ(secret("prod/kafka key").error().kind, ErrorKind::not_found);
}

TEST_F(Moto, GivesARoleThatMayRead) {
  home_.config(
      "[profile app]\nrole_arn = arn:aws:iam::123456789012:role/r\nsource_profile = base\n");
  home_.credentials(fmt::format("[base]\naws_access_key_id = {}\naws_secret_access_key = {}\n",
                                home_.variables["AWS_ACCESS_KEY_ID"],
                                home_.variables["AWS_SECRET_ACCESS_KEY"]));
  const auto text = secret("prod/kafka  key", "app");
  ASSERT_TRUE(text) << text.error().message;
  EXPECT_EQ(text->reveal(), "hunter2");
}

}  // namespace
}  // namespace partwise::credentials
