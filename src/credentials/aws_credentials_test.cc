#include "credentials/aws_credentials.h"

#include <functional>
#include <map>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "credentials/aws_home_fake.h"
#include "credentials/aws_signature.h"
#include "credentials/url.h"
#include "http/exchange_fake.h"
#include "http/url.h"
#include "http/waiter_fake.h"

namespace partwise::credentials {
namespace {

std::string sent_header(const http::Request& request, std::string_view name) {
  http::Reply as_reply;
  as_reply.headers = request.headers;
  return std::string(as_reply.header(name));
}

std::map<std::string, std::string> form_of(const std::string& body) {
  std::map<std::string, std::string> fields;
  const auto url = url_from_text("http://x/?" + body);
  std::string_view rest = url->query;
  while (!rest.empty()) {
    const auto end = std::min(rest.find('&'), rest.size());
    const auto field = rest.substr(0, end);
    const auto equals = field.find('=');
    fields[std::string(field.substr(0, equals))] = http::percent_decoded(field.substr(equals + 1));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return fields;
}

// As AWS's API reference shows it: the service's answer, with a namespace and other elements.
std::string sts_answer(const std::string& id) {
  return fmt::format(
      "<AssumeRoleResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">\n"
      "<AssumeRoleResult>\n<SourceIdentity>Alice</SourceIdentity>\n<AssumedRoleUser>\n"
      "<Arn>arn:aws:sts::1:assumed-role/demo/s</Arn></AssumedRoleUser>\n<Credentials>\n"
      "<AccessKeyId>{}</AccessKeyId>\n<SecretAccessKey>role-secret</SecretAccessKey>\n"
      "<SessionToken>\n role-token/+== \n</SessionToken>\n"
      "<Expiration>2024-10-05T01:00:00Z</Expiration>\n</Credentials>\n</AssumeRoleResult>\n"
      "<ResponseMetadata><RequestId>1</RequestId></ResponseMetadata></AssumeRoleResponse>",
      id);
}

class AwsCredentialsFound : public testing::Test {
 protected:
  AwsCredentialsFound() { home_.variables["AWS_EC2_METADATA_DISABLED"] = "true"; }

  Result<AwsCredentials> found(const std::string& profile = "") {
    return found_credentials(context(profile), {});
  }
  AwsContext context(const std::string& profile = "") {
    return {home_.environment(), home_.folder(), profile, exchange_, clock_, clock_};
  }
  std::string id(const std::string& profile = "") {
    const auto credentials = found(profile);
    return credentials ? credentials->keys.access_key_id : credentials.error().message;
  }

  FakeHome home_;
  http::FakeTime clock_;  // 2024-10-04T00:00:00Z
  std::function<Result<http::Reply>(const http::Request&)> answer_ = [](const auto&) {
    return http::Reply{200, {}, sts_answer("ROLE")};
  };
  http::FakeExchange exchange_{[this](const http::Request& request) { return answer_(request); }};
};

TEST_F(AwsCredentialsFound, TheFirstPlaceThatHasThemEndsTheSearch) {
  constexpr const char* process =
      R"(credential_process = printf '{"Version":1,"AccessKeyId":"PROCESS","SecretAccessKey":"s"}')";
  // Each line takes away the place that had them in the line before.
  home_.variables["AWS_ACCESS_KEY_ID"] = "ENV";
  home_.variables["AWS_SECRET_ACCESS_KEY"] = "s";
  home_.variables["AWS_WEB_IDENTITY_TOKEN_FILE"] = home_.file("token", "jwt\n");
  home_.variables["AWS_ROLE_ARN"] = "arn:aws:iam::1:role/web";
  home_.variables["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = "http://localhost/x";
  const std::string own = "aws_access_key_id = CONFIG\naws_secret_access_key = s\n";
  home_.config("[default]\nrole_arn = arn:aws:iam::1:role/r\nsource_profile = s\n" + own + process +
               "\n");
  home_.credentials(
      "[default]\naws_access_key_id = FILE\naws_secret_access_key = s\n"
      "[s]\naws_access_key_id = SOURCE\naws_secret_access_key = s\n");
  EXPECT_EQ(found()->source, "environment");
  home_.variables.erase("AWS_ACCESS_KEY_ID");
  EXPECT_EQ(found()->source, "the role arn:aws:iam::1:role/r");
  home_.config("[default]\n" + own + process + "\n");
  EXPECT_EQ(found()->source, "the role arn:aws:iam::1:role/web");
  home_.variables.erase("AWS_WEB_IDENTITY_TOKEN_FILE");
  EXPECT_EQ(id(), "FILE");
  home_.credentials("");
  EXPECT_EQ(id(), "PROCESS");
  home_.config("[default]\n" + own);
  EXPECT_EQ(id(), "CONFIG");
  home_.config("");
  answer_ = [](const auto&) {
    return http::Reply{200, {}, R"({"AccessKeyId":"CONTAINER","SecretAccessKey":"s"})"};
  };
  EXPECT_EQ(id(), "CONTAINER");
}

TEST_F(AwsCredentialsFound, NowhereTellsEachPlaceAndWhatItSaid) {
  const auto nothing = found();
  ASSERT_FALSE(nothing);
  EXPECT_EQ(nothing.error().kind, ErrorKind::not_found);
  const auto file = home_.folder() + "/.aws/";
  EXPECT_EQ(nothing.error().message,
            "no AWS credentials: environment: AWS_ACCESS_KEY_ID is not set; "
            "role: the profile default has no role_arn; "
            "web identity: AWS_WEB_IDENTITY_TOKEN_FILE is not set; "
            "credentials file: there is no " +
                file +
                "credentials; "
                "credential_process: the profile default has no credential_process; "
                "config file: there is no " +
                file +
                "config; "
                "container: AWS_CONTAINER_CREDENTIALS_FULL_URI is not set, nor ..._RELATIVE_URI; "
                "instance metadata: AWS_EC2_METADATA_DISABLED is true");
}

TEST_F(AwsCredentialsFound, APlaceThatFailsEndsTheSearchAndTellsThoseBefore) {
  home_.config("[default]\ncredential_process = sh -c 'echo no login >&2; exit 4'\n");
  const auto failed = found();
  ASSERT_FALSE(failed);
  EXPECT_TRUE(failed.error().message.starts_with(
      "AWS credentials: credential_process: it ended with status 4: no login (before: "
      "environment: AWS_ACCESS_KEY_ID is not set; role: "));
  EXPECT_TRUE(failed.error().from.ends_with("/.aws/config line 2"));
}

TEST_F(AwsCredentialsFound, InTheEnvironmentMustBeWhole) {
  home_.variables["AWS_ACCESS_KEY_ID"] = "ENV";
  EXPECT_EQ(found().error().from, "AWS_SECRET_ACCESS_KEY");
  home_.variables["AWS_SECRET_ACCESS_KEY"] = "hunter2\n";
  EXPECT_EQ(found().error().message.find("hunter2"), std::string::npos);
  home_.variables["AWS_SECRET_ACCESS_KEY"] = "s";
  home_.variables["AWS_SESSION_TOKEN"] = "t";
  home_.variables["AWS_CREDENTIAL_EXPIRATION"] = "2024-10-05T01:00:00Z";
  EXPECT_EQ(found()->keys.session_token.reveal(), "t");
  EXPECT_EQ(utc_text(*found()->expiration), "2024-10-05T01:00:00Z");
}

TEST_F(AwsCredentialsFound, NamedProfileGoesBeforeTheEnvironmentAndMustBeThere) {
  home_.credentials("[dev]\naws_access_key_id = DEV\naws_secret_access_key = s\n");
  home_.variables["AWS_ACCESS_KEY_ID"] = "ENV";
  home_.variables["AWS_SECRET_ACCESS_KEY"] = "s";
  EXPECT_EQ(id("dev"), "DEV");
  // A profile of the environment does not go before its keys.
  home_.variables["AWS_PROFILE"] = "dev";
  EXPECT_EQ(id(), "ENV");
  home_.variables.erase("AWS_ACCESS_KEY_ID");
  EXPECT_EQ(id(), "DEV");
  EXPECT_EQ(found("dve").error().hint, "did you mean dev?");
}

TEST_F(AwsCredentialsFound, RoleIsAskedForWithTheKeysOfItsSource) {
  home_.config(
      "[profile app]\nrole_arn = arn:aws:iam::1:role/a+b\nsource_profile = base\n"
      "external_id = x y\nrole_session_name = me\nduration_seconds = 900\nregion = eu-west-1\n"
      "[profile base]\nregion = us-west-2\n");
  home_.credentials(
      "[base]\naws_access_key_id = BASE\naws_secret_access_key = base-secret\n"
      "aws_session_token = base-token\n");
  const auto credentials = found("app");
  ASSERT_TRUE(credentials) << credentials.error().message;
  EXPECT_EQ(credentials->keys.access_key_id, "ROLE");
  EXPECT_EQ(credentials->keys.secret_access_key.reveal(), "role-secret");
  EXPECT_EQ(credentials->keys.session_token.reveal(), "role-token/+==");
  EXPECT_EQ(utc_text(*credentials->expiration), "2024-10-05T01:00:00Z");

  ASSERT_EQ(exchange_.requests().size(), 1U);
  auto request = exchange_.requests()[0];
  EXPECT_EQ(request.method + " " + request.url, "POST https://sts.eu-west-1.amazonaws.com/");
  EXPECT_EQ(form_of(request.body),
            (std::map<std::string, std::string>{{"Action", "AssumeRole"},
                                                {"Version", "2011-06-15"},
                                                {"RoleArn", "arn:aws:iam::1:role/a+b"},
                                                {"RoleSessionName", "me"},
                                                {"ExternalId", "x y"},
                                                {"DurationSeconds", "900"}}));
  // Signed anew from what arrived, as the service does.
  const auto authorization = sent_header(request, "Authorization");
  EXPECT_EQ(sent_header(request, "X-Amz-Security-Token"), "base-token");
  std::erase_if(request.headers, [](const auto& h) { return h.name != "Content-Type"; });
  sign(request, {"BASE", config::Secret("base-secret"), config::Secret("base-token")},
       {"eu-west-1", "sts"}, clock_.now());
  EXPECT_EQ(authorization, sent_header(request, "Authorization"));
}

TEST_F(AwsCredentialsFound, RolesMayStandOnRolesButNotInARing) {
  home_.config(
      "[profile a]\nrole_arn = A\nsource_profile = b\n[profile b]\nrole_arn = B\n"
      "source_profile = c\n[profile x]\nrole_arn = X\nsource_profile = y\n"
      "[profile y]\nrole_arn = Y\nsource_profile = x\n"
      "[profile self]\nrole_arn = S\nsource_profile = self\n");
  home_.credentials(
      "[c]\naws_access_key_id = C\naws_secret_access_key = s\n"
      "[self]\naws_access_key_id = SELF\naws_secret_access_key = s\n");
  answer_ = [](const http::Request& request) {
    return http::Reply{200, {}, sts_answer("of-" + form_of(request.body)["RoleArn"])};
  };
  EXPECT_EQ(id("a"), "of-A");
  ASSERT_EQ(exchange_.requests().size(), 2U);
  EXPECT_NE(sent_header(exchange_.requests()[0], "Authorization").find("Credential=C/"),
            std::string::npos);
  EXPECT_NE(sent_header(exchange_.requests()[1], "Authorization").find("Credential=of-B/"),
            std::string::npos);
  EXPECT_NE(found("x").error().message.find("source_profile goes round: x, y, x"),
            std::string::npos);
  EXPECT_EQ(id("self"), "of-S");
}

TEST_F(AwsCredentialsFound, RoleMayTakeKeysFromAPlace) {
  home_.config("[default]\nrole_arn = R\ncredential_source = Environment\n");
  home_.variables["AWS_PROFILE"] = "default";
  EXPECT_NE(found().error().message.find("credential_source Environment has no keys"),
            std::string::npos);
  home_.config("[default]\nrole_arn = R\ncredential_source = EcsContainer\n");
  home_.variables["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"] = "/x";
  answer_ = [](const http::Request& request) {
    return http::Reply{200,
                       {},
                       request.method == "POST"
                           ? sts_answer("ROLE")
                           : R"({"AccessKeyId":"CONTAINER","SecretAccessKey":"s"})"};
  };
  EXPECT_EQ(id(), "ROLE");
  EXPECT_NE(sent_header(exchange_.requests()[1], "Authorization").find("=CONTAINER/"),
            std::string::npos);
  EXPECT_EQ(exchange_.requests()[1].url, "https://sts.amazonaws.com/");
  // STS refuses fields that are there and empty.
  EXPECT_FALSE(form_of(exchange_.requests()[1].body).contains("ExternalId"));
  EXPECT_FALSE(form_of(exchange_.requests()[1].body).contains("DurationSeconds"));
  home_.config("[default]\nrole_arn = R\ncredential_source = Moon\n");
  EXPECT_NE(found().error().message.find("there is no credential_source Moon"), std::string::npos);
}

TEST_F(AwsCredentialsFound, RoleOfANamedProfileMayTakeKeysFromTheEnvironment) {
  home_.config("[profile app]\nrole_arn = R\ncredential_source = Environment\n");
  home_.variables["AWS_ACCESS_KEY_ID"] = "ENV";
  home_.variables["AWS_SECRET_ACCESS_KEY"] = "s";
  EXPECT_EQ(id("app"), "ROLE");
  EXPECT_NE(sent_header(exchange_.requests().at(0), "Authorization").find("=ENV/"),
            std::string::npos);
}

TEST_F(AwsCredentialsFound, RoleThatIsNotWholeIsAnError) {
  for (const auto* more : {"", "source_profile = a\ncredential_source = Environment\n"}) {
    home_.config(std::string("[default]\nrole_arn = R\n") + more);
    EXPECT_TRUE(found().error().from.ends_with("config line 2")) << more;
  }
  home_.config("[default]\nrole_arn = R\nsource_profile = gone\n");
  EXPECT_NE(found().error().message.find("there is no AWS profile gone"), std::string::npos);
  home_.config("[default]\nrole_arn = R\nsource_profile = a\nmfa_serial = M\n");
  EXPECT_NE(found().error().hint.find("export-credentials"), std::string::npos);
  EXPECT_TRUE(exchange_.requests().empty());
}

TEST_F(AwsCredentialsFound, WebIdentityIsProvedByItsTokenAndNotSigned) {
  home_.variables["AWS_WEB_IDENTITY_TOKEN_FILE"] = home_.file("token", "ey.J+/=\n");
  EXPECT_EQ(found().error().hint, "set AWS_ROLE_ARN");
  home_.variables["AWS_ROLE_ARN"] = "arn:aws:iam::1:role/web";
  home_.variables["AWS_REGION"] = "cn-north-1";
  EXPECT_EQ(id(), "ROLE");
  const auto& request = exchange_.requests()[0];
  EXPECT_EQ(request.url, "https://sts.cn-north-1.amazonaws.com.cn/");
  EXPECT_EQ(sent_header(request, "Authorization"), "");
  auto form = form_of(request.body);
  EXPECT_EQ(form["Action"], "AssumeRoleWithWebIdentity");
  EXPECT_EQ(form["WebIdentityToken"], "ey.J+/=");
  EXPECT_EQ(form["RoleArn"], "arn:aws:iam::1:role/web");
  EXPECT_EQ(form["RoleSessionName"], "partwise-1728000000");  // 480,000 hours after 1970
  // A named profile leaves the environment out.
  home_.credentials("[dev]\naws_access_key_id = DEV\naws_secret_access_key = s\n");
  EXPECT_EQ(id("dev"), "DEV");
}

TEST_F(AwsCredentialsFound, RefusalOfTheTokenServiceIsTold) {
  home_.variables["AWS_WEB_IDENTITY_TOKEN_FILE"] = home_.file("token", "hunter2");
  home_.variables["AWS_ROLE_ARN"] = "arn:aws:iam::1:role/web";
  answer_ = [](const auto&) {
    return http::Reply{403,
                       {},
                       "<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>"
                       "Not authorized</Message></Error></ErrorResponse>"};
  };
  const auto refused = found().error();
  EXPECT_EQ(refused.kind, ErrorKind::unauthorized);
  EXPECT_NE(refused.message.find("the role arn:aws:iam::1:role/web: AccessDenied: Not authorized"),
            std::string::npos);
  EXPECT_NE(refused.hint.find("sts:AssumeRoleWithWebIdentity"), std::string::npos);
  EXPECT_EQ(refused.message.find("hunter2"), std::string::npos);
  EXPECT_EQ(exchange_.requests().size(), 1U);
  answer_ = [](const auto&) { return http::Reply{200, {}, "<html>Log in here</html>"}; };
  EXPECT_EQ(found().error().kind, ErrorKind::corrupt);
}

TEST_F(AwsCredentialsFound, LoginsThatAreNotSupportedSayWhatToRun) {
  for (const auto* setting : {"sso_session = s", "sso_start_url = u", "login_session = l"}) {
    home_.config(std::string("[profile dev]\n") + setting + "\n");
    const auto wrong = found("dev");
    ASSERT_FALSE(wrong) << setting;
    EXPECT_NE(
        wrong.error().hint.find("aws configure export-credentials --profile dev --format env"),
        std::string::npos);
    EXPECT_TRUE(wrong.error().from.ends_with("config line 2"));
  }
  home_.variables["AWS_ACCESS_KEY_ID"] = "ENV";
  home_.variables["AWS_SECRET_ACCESS_KEY"] = "s";
  home_.variables["AWS_PROFILE"] = "dev";
  EXPECT_EQ(id(), "ENV");
}

TEST_F(AwsCredentialsFound, ProcessThatHangsIsEnded) {
  home_.config("[default]\ncredential_process = sleep 60\n");
  auto hurried = AwsContext{home_.environment(), home_.folder(), "", exchange_, clock_, clock_};
  hurried.process_limit = Millis(0);
  EXPECT_EQ(found_credentials(hurried, {}).error().kind, ErrorKind::timeout);
}

TEST_F(AwsCredentialsFound, AreKeptUntilFiveMinutesBeforeTheyExpire) {
  home_.variables["AWS_WEB_IDENTITY_TOKEN_FILE"] = home_.file("token", "jwt");
  home_.variables["AWS_ROLE_ARN"] = "R";
  AwsCredentialChain chain(context());
  EXPECT_TRUE(chain.credentials({}));  // they live for 25 hours
  clock_.advance(std::chrono::hours(25) - std::chrono::minutes(5) - Millis(1));
  EXPECT_TRUE(chain.credentials({}));
  EXPECT_EQ(exchange_.requests().size(), 1U);
  clock_.advance(Millis(1));
  EXPECT_TRUE(chain.credentials({}));
  EXPECT_EQ(exchange_.requests().size(), 2U);
  clock_.advance(-std::chrono::hours(24));
  chain.forget();
  EXPECT_TRUE(chain.credentials({}));
  EXPECT_EQ(exchange_.requests().size(), 3U);
}

}  // namespace
}  // namespace partwise::credentials
