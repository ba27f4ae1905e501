#include "credentials/aws_signature.h"

#include <fstream>
#include <string>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "base/units.h"
#include "credentials/url.h"

namespace partwise::credentials {
namespace {

using nlohmann::json;

// Where they are from: test/golden/aws-signatures/README.md.
json golden(const std::string& name) {
  return json::parse(std::ifstream(std::string(PARTWISE_GOLDEN) + "/aws-signatures/" + name));
}

http::Request request_of(const json& from, const std::string& url) {
  http::Request request;
  request.method = from["method"];
  request.url = url;
  request.body = from["body"];
  for (const auto& header : from["headers"]) request.headers.push_back({header[0], header[1]});
  return request;
}

std::string header_of(const http::Request& request, std::string_view name) {
  for (const auto& header : request.headers) {
    if (header.name == name) return header.value;
  }
  return {};
}

class Published : public testing::Test {
 protected:
  static AwsKeys keys(const json& of) {
    return {"AKIDEXAMPLE", config::Secret("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"),
            config::Secret(of["token"].get<std::string>())};
  }
  static std::string url(const json& of) {
    return "https://example.amazonaws.com" + of["path"].get<std::string>();
  }
  const Instant time_ = *instant_from_text("2015-08-30T12:36:00Z");
  const AwsScope scope_ = {"us-east-1", "service"};
  const json cases_ = golden("published.json");
};

TEST_F(Published, RequestsAreSignedAsInTheSuite) {
  ASSERT_EQ(cases_.size(), 30U);
  for (const auto& each : cases_) {
    SCOPED_TRACE(each["name"]);
    auto request = request_of(each, url(each));
    sign(request, keys(each), scope_, time_);
    const auto canonical = canonical_request(request);
    EXPECT_EQ(canonical, each["canonical_request"]);
    EXPECT_EQ(string_to_sign(canonical, scope_, time_), each["string_to_sign"]);
    EXPECT_EQ(header_of(request, "Authorization"), each["authorization"]);
    EXPECT_EQ(header_of(request, "X-Amz-Date"), "20150830T123600Z");
  }
}

TEST(AwsSignature, AgreesWithBotocoreOnWhatPartwiseSends) {
  const auto time = *instant_from_text("2026-03-04T05:06:07Z");
  const auto cases = golden("botocore.json");
  ASSERT_EQ(cases.size(), 7U);
  for (const auto& each : cases) {
    SCOPED_TRACE(each["name"]);
    const AwsKeys keys = {"AKIAIOSFODNN7EXAMPLE",
                          config::Secret("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"),
                          config::Secret(each["token"].get<std::string>())};
    const AwsScope scope = {each["region"], each["service"]};
    auto request = request_of(each, each["url"]);
    sign(request, keys, scope, time);
    EXPECT_EQ(header_of(request, "Authorization"), each["authorization"]);
  }
}

TEST(AwsSignature, LeavesOutHeadersThatChangeOnTheWay) {
  http::Request request;
  request.url = "https://example.amazonaws.com/";
  const auto without = canonical_request(request);
  request.headers = {{"User-Agent", "x"}, {"expect", ""}, {"Connection", "close"}};
  EXPECT_EQ(canonical_request(request), without);
}

TEST(AwsSignature, GoesUpOneFolderForEachPairOfDots) {
  // RFC 3986, 5.2.4: "/a/b/c/./../../g" is "/a/g".
  http::Request request;
  request.url = "https://example.amazonaws.com/a/b/c/./../../g";
  EXPECT_TRUE(canonical_request(request).starts_with("GET\n/a/g\n"));
}

TEST(AwsSignature, TakesAPlusInAQueryForAPlus) {
  http::Request plus;
  plus.url = "https://example.amazonaws.com/?a=b+c";
  http::Request encoded;
  encoded.url = "https://example.amazonaws.com/?a=b%2bc";
  EXPECT_EQ(canonical_request(plus), canonical_request(encoded));
}

TEST(Url, HasItsParts) {
  const auto url = url_from_text("HTTPS://Example.COM:8443/a%20b?c=d#e");
  ASSERT_TRUE(url);
  EXPECT_EQ(url->scheme, "https");
  EXPECT_EQ(url->authority(), "example.com:8443");
  EXPECT_EQ(url->path, "/a%20b");
  EXPECT_EQ(url->query, "c=d");
  EXPECT_EQ(url_from_text("http://[fd00:ec2::254]:80?x")->authority(), "[fd00:ec2::254]");
  EXPECT_EQ(url_from_text("http://[fd00:ec2::254]:80?x")->path, "/");
}

TEST(Url, IsNoneForWhatIsNoUrlOfHttp) {
  for (const auto* text :
       {"", "example.com", "ftp://example.com", "http://", "http://:80", "http://a:0", "http://a:b",
        "http://user@host", "http://a b", "http://[::1", "http://a:70000", "http://a\nb"}) {
    EXPECT_FALSE(url_from_text(text)) << text;
  }
}

}  // namespace
}  // namespace partwise::credentials
