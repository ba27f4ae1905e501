#include "credentials/aws_endpoint.h"

#include <gtest/gtest.h>

#include "credentials/aws_home_fake.h"

namespace partwise::credentials {
namespace {

constexpr const char* arn = "arn:aws:secretsmanager:ap-south-1:123456789012:secret:kafka-AbCdEf";

class AwsEndpoint : public testing::Test {
 protected:
  Result<std::string> region(const std::string& given, std::string_view name) {
    read();
    return aws_region(given, name, {environment_, files_, profile_});
  }
  Result<std::string> endpoint(std::string_view region_name = "eu-west-1",
                               const AwsService& service = secrets_manager) {
    read();
    return aws_endpoint(service, region_name, {environment_, files_, profile_});
  }
  void read() { files_ = *aws_profile_files(environment_, home_.folder()); }

  FakeHome home_;
  config::Environment environment_ = home_.environment();
  AwsProfileFiles files_;
  std::string profile_ = "default";
};

TEST_F(AwsEndpoint, RegionIsTheFirstThatIsSaid) {
  EXPECT_EQ(region("", "kafka").value(), "");
  home_.config("[default]\nregion = a-1\n");
  EXPECT_EQ(region("", "kafka").value(), "a-1");
  home_.variables["AWS_DEFAULT_REGION"] = "b-1";
  EXPECT_EQ(region("", "kafka").value(), "b-1");
  home_.variables["AWS_REGION"] = "c-1";
  EXPECT_EQ(region("", "kafka").value(), "c-1");
  EXPECT_EQ(region("", arn).value(), "ap-south-1");
  EXPECT_EQ(region("d-1", arn).value(), "d-1");
}

TEST_F(AwsEndpoint, RegionCannotBeAPieceOfAHost) {
  home_.variables["AWS_REGION"] = "evil.example/";
  EXPECT_EQ(region("", "").error().from, "AWS_REGION");
  EXPECT_FALSE(region("eu-west-1\n", ""));
  EXPECT_FALSE(region(std::string(64, 'a'), ""));
}

TEST_F(AwsEndpoint, ArnHasARegionOrNot) {
  EXPECT_EQ(region_of_arn("arn:aws-cn:secretsmanager:cn-north-1:1:secret:x"), "cn-north-1");
  EXPECT_EQ(region_of_arn("arn:aws:iam::1:role/x"), "");
  EXPECT_EQ(region_of_arn("arn:aws"), "");
  EXPECT_EQ(region_of_arn("my:arn:aws:x:y"), "");
}

TEST_F(AwsEndpoint, IsAwsOwnWhereNothingElseIsSaid) {
  EXPECT_EQ(endpoint().value(), "https://secretsmanager.eu-west-1.amazonaws.com/");
  EXPECT_EQ(endpoint("cn-north-1").value(), "https://secretsmanager.cn-north-1.amazonaws.com.cn/");
  EXPECT_EQ(endpoint("us-isob-east-1", security_tokens).value(),
            "https://sts.us-isob-east-1.sc2s.sgov.gov/");
  home_.variables["AWS_USE_FIPS_ENDPOINT"] = "TRUE";
  EXPECT_EQ(endpoint("us-gov-west-1").value(),
            "https://secretsmanager-fips.us-gov-west-1.amazonaws.com/");
}

TEST_F(AwsEndpoint, IsTheFirstThatIsConfigured) {
  profile_ = "dev";
  home_.config("[profile dev]\nendpoint_url = http://d\n");
  EXPECT_EQ(endpoint().value(), "http://d/");
  home_.config(
      "[profile dev]\nendpoint_url = http://d\nservices = s\n[services s]\n"
      "secrets_manager =\n  endpoint_url = http://c:5000\n");
  EXPECT_EQ(endpoint().value(), "http://c:5000/");
  EXPECT_EQ(endpoint("eu-west-1", security_tokens).value(), "http://d/");
  home_.variables["AWS_ENDPOINT_URL"] = "http://b:80/base";
  EXPECT_EQ(endpoint().value(), "http://b/base");
  home_.variables["AWS_ENDPOINT_URL_SECRETS_MANAGER"] = "HTTPS://A:444";
  EXPECT_EQ(endpoint().value(), "https://a:444/");
  EXPECT_EQ(endpoint("eu-west-1", security_tokens).value(), "http://b/base");
  home_.variables["AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"] = "true";
  EXPECT_EQ(endpoint().value(), "https://secretsmanager.eu-west-1.amazonaws.com/");
}

TEST_F(AwsEndpoint, RefusesAConfiguredOneThatIsNoneWithoutShowingIt) {
  for (const auto* url :
       {"localhost:5000", "ftp://hunter2", "http://me:hunter2@host", "http://host/?key=hunter2"}) {
    home_.variables["AWS_ENDPOINT_URL"] = url;
    const auto wrong = endpoint();
    ASSERT_FALSE(wrong) << url;
    EXPECT_EQ(wrong.error().from, "AWS_ENDPOINT_URL");
    EXPECT_EQ(wrong.error().message.find("hunter2"), std::string::npos);
  }
  home_.variables.clear();
  home_.config("[default]\nregion = x\nendpoint_url = nonsense\n");
  EXPECT_TRUE(endpoint().error().from.ends_with("/.aws/config line 3"));
}

TEST_F(AwsEndpoint, DoesNotGoAroundFips) {
  home_.variables["AWS_USE_FIPS_ENDPOINT"] = "true";
  home_.variables["AWS_ENDPOINT_URL"] = "http://b";
  EXPECT_EQ(endpoint().error().from, "AWS_ENDPOINT_URL");
}

}  // namespace
}  // namespace partwise::credentials
