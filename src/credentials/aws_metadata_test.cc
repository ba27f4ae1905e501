#include "credentials/aws_metadata.h"

#include <functional>

#include <gtest/gtest.h>

#include "credentials/aws_home_fake.h"
#include "http/exchange_fake.h"
#include "http/waiter_fake.h"

namespace partwise::credentials {
namespace {

constexpr const char* keys =
    R"({"Code":"Success","AccessKeyId":"AK","SecretAccessKey":"sk","Token":"t","Expiration":"2099-03-04T05:06:07Z"})";

class AwsMetadata : public testing::Test {
 protected:
  Result<AwsAnswer> container() { return container_credentials(context_, {}); }
  Result<AwsAnswer> instance(const AwsSettings& profile = {}) {
    return instance_credentials(context_, profile, {});
  }
  std::string sent_header(std::size_t request, std::string_view name) {
    http::Reply as_reply;
    as_reply.headers = exchange_.requests().at(request).headers;
    return std::string(as_reply.header(name));
  }
  std::vector<std::string> asked() {
    std::vector<std::string> all;
    for (const auto& request : exchange_.requests())
      all.push_back(request.method + " " + request.url);
    return all;
  }

  FakeHome home_;
  http::FakeTime clock_;
  std::function<Result<http::Reply>(const http::Request&)> answer_ = [](const auto&) {
    return http::Reply{200, {}, keys};
  };
  http::FakeExchange exchange_{[this](const http::Request& request) { return answer_(request); }};
  AwsContext context_{home_.environment(), home_.folder(), "", exchange_, clock_, clock_};
};

class Container : public AwsMetadata {};
class Instance : public AwsMetadata {
 protected:
  // A metadata service of version 2, or of both.
  void serve(int token_status, bool token_wanted = true) {
    answer_ = [token_status, token_wanted](const http::Request& request) -> Result<http::Reply> {
      if (request.method == "PUT") {
        EXPECT_TRUE(request.url.ends_with("/latest/api/token"));
        return http::Reply{token_status, {}, token_status == 200 ? "tok" : ""};
      }
      http::Reply sent;
      sent.headers = request.headers;
      if (token_wanted && sent.header("x-aws-ec2-metadata-token") != "tok") {
        return http::Reply{401, {}, ""};
      }
      const std::string folder = "/latest/meta-data/iam/security-credentials/";
      if (request.url.ends_with(folder)) return http::Reply{200, {}, "my-role\n"};
      if (request.url.ends_with(folder + "my-role")) return http::Reply{200, {}, keys};
      return http::Reply{404, {}, ""};
    };
  }
};

TEST_F(Container, IsNotAskedWhereNoVariableSaysSo) {
  EXPECT_FALSE(container()->credentials);
  EXPECT_TRUE(exchange_.requests().empty());
}

TEST_F(Container, IsAskedAtARelativeAddressBeforeAFullOne) {
  home_.variables["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = "https://creds.example/x";
  EXPECT_EQ(container()->credentials->keys.session_token.reveal(), "t");
  home_.variables["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"] = "/v2/credentials/1";
  EXPECT_TRUE(container()->credentials);
  EXPECT_EQ(asked(), (std::vector<std::string>{"GET https://creds.example/x",
                                               "GET http://169.254.170.2/v2/credentials/1"}));
  EXPECT_EQ(exchange_.requests()[0].timeout, Millis(2000));
  EXPECT_EQ(sent_header(0, "Authorization"), "");
}

TEST_F(Container, IsAskedWithoutTlsOnlyAtKnownAddresses) {
  const auto allowed = [this](const char* url) {
    home_.variables["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = url;
    return container().has_value();
  };
  for (const auto* url : {"http://localhost:8080/x", "http://127.0.0.1/x", "http://127.1.2.3/x",
                          "http://[::1]/x", "http://169.254.170.2/x", "http://169.254.170.23/x",
                          "http://[fd00:ec2::23]/x", "https://anywhere.example/x"}) {
    EXPECT_TRUE(allowed(url)) << url;
  }
  const auto before = exchange_.requests().size();
  for (const auto* url :
       {"http://anywhere.example/x", "http://127.0.0.1.example/x", "http://localhost.example/x",
        "http://169.254.169.254/x", "http://localhost@anywhere.example/x", "ftp://localhost/x",
        "http://localhost/x\r\nEvil: y"}) {
    EXPECT_FALSE(allowed(url)) << url;
  }
  EXPECT_EQ(exchange_.requests().size(), before);
}

TEST_F(Container, RelativeAddressCannotMoveTheHost) {
  home_.variables["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"] = "@evil.example/";
  EXPECT_EQ(container().error().from, "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI");
  EXPECT_TRUE(exchange_.requests().empty());
}

TEST_F(Container, TokenOfTheFileGoesBeforeThatOfTheVariable) {
  home_.variables["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"] = "/x";
  home_.variables["AWS_CONTAINER_AUTHORIZATION_TOKEN"] = "one";
  EXPECT_TRUE(container());
  home_.variables["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"] = home_.file("token", "two");
  EXPECT_TRUE(container());
  EXPECT_EQ(sent_header(0, "authorization"), "one");
  EXPECT_EQ(sent_header(1, "authorization"), "two");
}

TEST_F(Container, TokenWithALineBreakIsRefusedAndNotShown) {
  home_.variables["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"] = "/x";
  for (const auto* token : {"hunter2\r\nX: y", "hunter2\n", "hun\rter2"}) {
    home_.variables["AWS_CONTAINER_AUTHORIZATION_TOKEN"] = token;
    const auto wrong = container();
    ASSERT_FALSE(wrong);
    EXPECT_EQ(wrong.error().message.find("hun"), std::string::npos);
  }
  home_.variables["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"] = home_.folder() + "/none";
  EXPECT_EQ(container().error().from, "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE");
  EXPECT_TRUE(exchange_.requests().empty());
}

TEST_F(Container, IsAskedThreeTimesWhereItFails) {
  home_.variables["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"] = "/x";
  int left = 2;
  answer_ = [&left](const auto&) -> Result<http::Reply> {
    if (left-- == 2) return fail(ErrorKind::timeout, "silent");
    return left == 0 ? http::Reply{500, {}, ""} : http::Reply{200, {}, keys};
  };
  EXPECT_TRUE(container());
  EXPECT_EQ(exchange_.requests().size(), 3U);
  answer_ = [](const auto&) { return http::Reply{500, {}, ""}; };
  EXPECT_FALSE(container());
  EXPECT_EQ(exchange_.requests().size(), 6U);
  answer_ = [](const auto&) { return http::Reply{403, {}, R"({"code":"No","message":"way"})"}; };
  EXPECT_NE(container().error().message.find("No: way"), std::string::npos);
  EXPECT_EQ(exchange_.requests().size(), 7U);
}

TEST_F(Instance, IsAskedWithAToken) {
  serve(200);
  const auto answer = instance();
  ASSERT_TRUE(answer && answer->credentials);
  EXPECT_EQ(answer->credentials->keys.access_key_id, "AK");
  const std::string folder = "http://169.254.169.254/latest/";
  EXPECT_EQ(asked(), (std::vector<std::string>{
                         "PUT " + folder + "api/token",
                         "GET " + folder + "meta-data/iam/security-credentials/",
                         "GET " + folder + "meta-data/iam/security-credentials/my-role"}));
  EXPECT_EQ(sent_header(0, "x-aws-ec2-metadata-token-ttl-seconds"), "21600");
  EXPECT_EQ(exchange_.requests()[0].timeout, Millis(1000));
}

TEST_F(Instance, OfVersionOneIsAskedWithoutOneUnlessForbidden) {
  for (const int status : {403, 404, 405}) {
    serve(status, false);
    EXPECT_TRUE(instance()->credentials) << status;
  }
  serve(400, false);
  EXPECT_FALSE(instance()->credentials);
  serve(404, false);
  home_.variables["AWS_EC2_METADATA_V1_DISABLED"] = "true";
  EXPECT_FALSE(instance()->credentials);
  EXPECT_NE(instance()->why_not.find("version 1 is disabled"), std::string::npos);
}

TEST_F(Instance, IsNotThereWhereNobodyAnswers) {
  answer_ = [](const auto&) { return fail(ErrorKind::unavailable, "no route"); };
  EXPECT_EQ(instance()->why_not, "http://169.254.169.254 does not answer");
  EXPECT_EQ(exchange_.requests().size(), 1U);
  answer_ = [](const auto&) { return fail(ErrorKind::interrupted, "interrupted"); };
  EXPECT_EQ(instance().error().kind, ErrorKind::interrupted);
}

TEST_F(Instance, ThatSwallowsTheTokenRequestIsOfVersionOne) {
  serve(404, false);
  answer_ = [served = answer_](const http::Request& request) -> Result<http::Reply> {
    if (request.method == "PUT") return fail(ErrorKind::timeout, "silent");
    return served(request);
  };
  EXPECT_TRUE(instance()->credentials);
}

TEST_F(Instance, IsWhereItIsSaidToBeOrNotAsked) {
  serve(200);
  home_.variables["AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE"] = "IPv6";
  EXPECT_TRUE(instance()->credentials);
  EXPECT_TRUE(asked()[0].starts_with("PUT http://[fd00:ec2::254]/latest"));
  EXPECT_TRUE(instance({{"ec2_metadata_service_endpoint", {config::Secret("http://p:1"), ""}}}));
  EXPECT_TRUE(asked()[3].starts_with("PUT http://p:1/latest"));
  home_.variables["AWS_EC2_METADATA_SERVICE_ENDPOINT"] = "http://127.0.0.1:1338/";
  EXPECT_TRUE(instance());
  EXPECT_TRUE(asked()[6].starts_with("PUT http://127.0.0.1:1338/latest"));
  home_.variables["AWS_EC2_METADATA_SERVICE_ENDPOINT"] = "nonsense";
  EXPECT_FALSE(instance());
  home_.variables["AWS_EC2_METADATA_DISABLED"] = "True";
  EXPECT_EQ(instance()->why_not, "AWS_EC2_METADATA_DISABLED is true");
  EXPECT_EQ(exchange_.requests().size(), 9U);
}

TEST_F(Instance, WithoutARoleSaysSo) {
  answer_ = [](const http::Request& request) {
    return request.method == "PUT" ? http::Reply{200, {}, "tok"} : http::Reply{404, {}, ""};
  };
  EXPECT_EQ(instance()->why_not, "the instance has no role");
}

TEST_F(Instance, MayRefuseWithStatus200) {
  serve(200);
  answer_ = [served = answer_](const http::Request& request) -> Result<http::Reply> {
    if (request.url.ends_with("my-role")) {
      return http::Reply{200, {}, R"({"Code":"AssumeRoleUnauthorizedAccess","Message":"m"})"};
    }
    return served(request);
  };
  EXPECT_EQ(instance().error().message, "instance metadata says AssumeRoleUnauthorizedAccess: m");
}

}  // namespace
}  // namespace partwise::credentials
