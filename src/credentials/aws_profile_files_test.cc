#include "credentials/aws_profile_files.h"

#include <gtest/gtest.h>

#include "credentials/aws_home_fake.h"

namespace partwise::credentials {
namespace {

AwsSections sections(std::string_view text) { return *aws_sections_from_text(text, "config"); }

TEST(AwsSections, ReadNamesAndValues) {
  const auto read = sections(
      "\xEF\xBB\xBF# first\r\n[default]\r\nRegion=eu-west-1\r\naws_secret_access_key = a=b:c/+ \n\n"
      "[ profile  dev ] ; mine\noutput : json\n[profile \"two  words\"]\nregion = x\n");
  EXPECT_EQ(text_of(read.at("default"), "region"), "eu-west-1");
  EXPECT_EQ(text_of(read.at("default"), "aws_secret_access_key"), "a=b:c/+");
  EXPECT_EQ(text_of(read.at("profile dev"), "output"), "json");
  EXPECT_EQ(text_of(read.at("profile two  words"), "region"), "x");
  EXPECT_EQ(read.at("default").at("region").from, "config line 3");
}

TEST(AwsSections, LeaveOutComments) {
  const auto read =
      sections("[default]\n  ; no = setting\na = 1 # one\nb = 2#3;4\n#[x]\nc = # 5\n");
  EXPECT_EQ(text_of(read.at("default"), "a"), "1");
  EXPECT_EQ(text_of(read.at("default"), "b"), "2#3;4");
  EXPECT_EQ(text_of(read.at("default"), "c"), "");
  EXPECT_EQ(read.at("default").size(), 3U);
  EXPECT_EQ(read.size(), 1U);
}

TEST(AwsSections, NestSettingsBelowAnEmptyOne) {
  const auto read = sections(
      "[services local]\nsecrets_manager =\n  endpoint_url = http://a:1\n  other = 2\nsts =\n"
      "  endpoint_url = http://b\nregion = x\n");
  const auto& local = read.at("services local");
  EXPECT_EQ(text_of(local, "secrets_manager.endpoint_url"), "http://a:1");
  EXPECT_EQ(text_of(local, "secrets_manager.other"), "2");
  EXPECT_EQ(text_of(local, "sts.endpoint_url"), "http://b");
  EXPECT_EQ(text_of(local, "region"), "x");
  EXPECT_EQ(text_of(local, "endpoint_url"), "");
}

TEST(AwsSections, ContinueAValueOnLinesFurtherIn) {
  const auto read = sections("[default]\na = 1\n  2\nb = 3\n");
  EXPECT_EQ(text_of(read.at("default"), "a"), "1\n2");
  EXPECT_EQ(text_of(read.at("default"), "b"), "3");
}

TEST(AwsSections, MayBeIndentedAsAWhole) {
  const auto read = sections("[default]\n  a = 1\n  b = 2\n  [profile x]\n  c = 3\n");
  EXPECT_EQ(text_of(read.at("default"), "a"), "1");
  EXPECT_EQ(text_of(read.at("default"), "b"), "2");
  EXPECT_EQ(text_of(read.at("profile x"), "c"), "3");
}

TEST(AwsSections, TakeTheLastOfTwo) {
  const auto read = sections("[a]\nx = 1\ny = 1\n[b]\n[a]\nx = 2\nx = 3\n");
  EXPECT_EQ(text_of(read.at("a"), "x"), "3");
  EXPECT_EQ(text_of(read.at("a"), "y"), "1");
}

TEST(AwsSections, TellFileAndLineOfABadOneAndNotWhatItSays) {
  for (const auto* line : {"hunter2", "= hunter2", "[hunter2", "[hunter2] x", "[]"}) {
    const auto wrong =
        aws_sections_from_text(std::string("[a]\nx = 1\n") + line + "\n", "/h/config");
    ASSERT_FALSE(wrong) << line;
    EXPECT_EQ(wrong.error().from, "/h/config line 3") << line;
    EXPECT_EQ(wrong.error().kind, ErrorKind::invalid_input);
    EXPECT_EQ((wrong.error().message + wrong.error().hint).find("hunter2"), std::string::npos);
  }
  EXPECT_EQ(aws_sections_from_text("x = 1", "f").error().from, "f line 1");
}

TEST(AwsProfileFiles, NameProfilesInTwoWays) {
  const FakeHome home;
  home.credentials("[default]\nk = 1\n[dev]\nk = 2\nregion = creds\n[profile odd]\nk = 3\n");
  home.config("[default]\nr = 1\n[profile dev]\nregion = conf\nr = 2\n[stray]\nr = 3\n");
  const auto files = *aws_profile_files(home.environment(), home.folder());
  EXPECT_EQ(text_of(files.profile("default"), "k"), "1");
  EXPECT_EQ(text_of(files.profile("default"), "r"), "1");
  EXPECT_EQ(text_of(files.profile("dev"), "region"), "creds");
  EXPECT_EQ(text_of(files.profile("dev"), "r"), "2");
  EXPECT_EQ(text_of(files.in_config("dev"), "region"), "conf");
  EXPECT_TRUE(files.has("dev"));
  EXPECT_FALSE(files.has("stray"));
  EXPECT_FALSE(files.has("odd"));
  EXPECT_EQ(files.not_there("stray").hint,
            "write [profile stray] instead of [stray] in " + home.folder() + "/.aws/config");
  EXPECT_EQ(files.not_there("odd").hint,
            "write [odd] instead of [profile odd] in " + home.folder() + "/.aws/credentials");
  EXPECT_EQ(files.not_there("defualt").hint, "did you mean default?");
}

TEST(AwsProfileFiles, AreWhereTheEnvironmentSays) {
  FakeHome home;
  home.variables["AWS_SHARED_CREDENTIALS_FILE"] = home.file("mine", "[default]\nk = 1\n");
  (void)home.file("conf", "[profile default]\nr = 2\n[default]\nr = 3\n");
  home.variables["AWS_CONFIG_FILE"] = "~/conf";
  const auto files = *aws_profile_files(home.environment(), home.folder());
  EXPECT_TRUE(files.credentials.there);
  EXPECT_EQ(text_of(files.profile("default"), "k"), "1");
  EXPECT_EQ(text_of(files.profile("default"), "r"), "2");
}

TEST(AwsProfileFiles, AreEmptyWhereTheyAreMissing) {
  FakeHome home;
  const auto files = *aws_profile_files(home.environment(), home.folder());
  EXPECT_FALSE(files.credentials.there);
  EXPECT_FALSE(files.has("default"));
  home.variables["AWS_CONFIG_FILE"] = home.folder();
  const auto wrong = aws_profile_files(home.environment(), home.folder());
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().from, "AWS_CONFIG_FILE");
}

TEST(AwsProfileFiles, KnowTheServicesOfAProfile) {
  const FakeHome home;
  home.config(
      "[profile dev]\nservices = local\n[services local]\nsts =\n  endpoint_url = http://b\n");
  const auto files = *aws_profile_files(home.environment(), home.folder());
  EXPECT_EQ(text_of(files.services_of("dev"), "sts.endpoint_url"), "http://b");
  EXPECT_TRUE(files.services_of("default").empty());
}

TEST(AwsProfileName, IsTheFirstThatIsSaid) {
  FakeHome home;
  EXPECT_EQ(aws_profile_name(home.environment(), ""), "default");
  home.variables["AWS_PROFILE"] = "a";
  EXPECT_EQ(aws_profile_name(home.environment(), ""), "a");
  home.variables["AWS_DEFAULT_PROFILE"] = "b";
  EXPECT_EQ(aws_profile_name(home.environment(), ""), "b");
  EXPECT_EQ(aws_profile_name(home.environment(), "c"), "c");
}

}  // namespace
}  // namespace partwise::credentials
