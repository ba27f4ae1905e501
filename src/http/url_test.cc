#include "http/url.h"

#include <array>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace partwise::http {
namespace {

std::optional<std::string> value_in(const std::string& url, std::string_view name) {
  const auto value = query_value(url, name);
  EXPECT_TRUE(value) << url << ": " << value.error().message;
  return value ? *value : std::nullopt;
}

std::string origin_text(const std::string& url) {
  const auto origin = origin_of(url);
  if (!origin) return "none";
  return origin->scheme + " " + origin->address();
}

TEST(PercentEncoded, LeavesUnreservedBytesAlone) {
  EXPECT_EQ(percent_encoded("AZaz09-._~"), "AZaz09-._~");
  EXPECT_EQ(percent_encoded("a b&c=d+e/f?g#h%"), "a%20b%26c%3Dd%2Be%2Ff%3Fg%23h%25");
  EXPECT_EQ(percent_encoded("\xC3\xA9\n"), "%C3%A9%0A");  // é
}

TEST(UrlOf, PutsOneSlashBetweenBaseAndPath) {
  for (const auto* base : {"https://api.example.com", "https://api.example.com/"}) {
    for (const auto* path : {"v2/clusters", "/v2/clusters"}) {
      EXPECT_EQ(url_of(base, path), "https://api.example.com/v2/clusters");
    }
  }
}

TEST(UrlOf, EncodesTheQuery) {
  const std::array<QueryParameter, 2> query = {{{"page_token", "dyJp="}, {"q[0]", "a&b"}}};
  EXPECT_EQ(url_of("http://localhost:9090/prom", "api/v1/query", query),
            "http://localhost:9090/prom/api/v1/query?page_token=dyJp%3D&q%5B0%5D=a%26b");
}

TEST(QueryValue, IsReadWhateverItsPosition) {
  const std::string token_first =
      "https://api.confluent.cloud/cmk/v2/clusters?page_token=dyJp%3D&environment=env-1";
  EXPECT_EQ(value_in(token_first, "page_token"), "dyJp=");
  EXPECT_EQ(value_in(token_first, "environment"), "env-1");
  EXPECT_EQ(value_in("https://a.example/?x=1&page_token=t#page_token=no", "page_token"), "t");
}

TEST(QueryValue, TellsAnEmptyOneFromNone) {
  EXPECT_EQ(value_in("https://a.example/?token=", "token"), "");
  EXPECT_EQ(value_in("https://a.example/?token", "token"), "");
  EXPECT_EQ(value_in("https://a.example/?mytoken=1&tokens=2", "token"), std::nullopt);
  EXPECT_EQ(value_in("https://a.example/token=1", "token"), std::nullopt);
  EXPECT_EQ(value_in("https://a.example/?&&", "token"), std::nullopt);
}

TEST(QueryValue, IsDecodedAndBrokenPercentSignsStay) {
  EXPECT_EQ(value_in("https://a.example/?%74oken=a%2Bb+c%26", "token"), "a+b c&");
  EXPECT_EQ(value_in("https://a.example/?t=%zz%4", "t"), "%zz%4");
  EXPECT_EQ(value_in("https://a.example/?t=%+1%-1", "t"), "% 1%-1");
  EXPECT_EQ(value_in("https://a.example/?t=a=b=", "t"), "a=b=");
  EXPECT_EQ(value_in("https://a.example/?t=%00x", "t"), std::string("\0x", 2));
}

TEST(QueryValue, IsNoneOfAUrlThatIsNone) {
  for (const auto* url : {"", "/v2?t=1", "a.example?t=1", "https://?t=1", "https://a b/?t=1"}) {
    const auto value = query_value(url, "t");
    ASSERT_FALSE(value) << url;
    EXPECT_EQ(value.error().kind, ErrorKind::invalid_input);
  }
}

TEST(OriginOf, HasTheHostInLowerCaseAndTheDefaultPort) {
  EXPECT_EQ(origin_text("HTTPS://API.Confluent.Cloud/x?y"), "https api.confluent.cloud:443");
  EXPECT_EQ(origin_text("http://a.example"), "http a.example:80");
  EXPECT_EQ(origin_text("https://a.example:8443#f"), "https a.example:8443");
  EXPECT_EQ(origin_text("http://[::1]:9090/"), "http [::1]:9090");
}

TEST(OriginOf, IsNoneForOtherSchemesAndBrokenUrls) {
  for (const auto* url :
       {"ftp://a.example/", "file:///etc/passwd", "a.example", "//a.example/", "https://",
        "https://a.example:0/", "https://a.example:65536/", "https://a.example:x/",
        "https://a.example\\@b.example/", "https://a\nb/", "javascript:alert(1)"}) {
    EXPECT_EQ(origin_text(url), "none") << url;
  }
  EXPECT_EQ(origin_text(std::string("https://a.example\0.b.example/", 29)), "none");
}

TEST(OriginOf, RefusesAUserBeforeTheHostAndDoesNotRepeatIt) {
  for (const auto* url :
       {"https://zeus:thunder@a.example/", "https://thunder@a.example/",
        "https://api.confluent.cloud:thunder@b.example/", "https://zeus:thu?nder@a.example/"}) {
    const auto origin = origin_of(url);
    ASSERT_FALSE(origin) << url;
    EXPECT_EQ(origin.error().kind, ErrorKind::invalid_input);
    EXPECT_EQ((origin.error().message + origin.error().hint).find("thu"), std::string::npos);
  }
}

TEST(ServiceOrigin, IsOfAnAddressAndAPathAlone) {
  EXPECT_EQ(service_origin("https://API.example:8443/path/")->address(), "api.example:8443");
  for (const auto* url : {"https://a.example/?key=thu", "https://a.example/#thu", "/relative?thu",
                          "https://user:thu@a.example/"}) {
    const auto origin = service_origin(url);
    ASSERT_FALSE(origin) << url;
    EXPECT_EQ(origin.error().kind, ErrorKind::invalid_input);
    EXPECT_EQ((origin.error().message + origin.error().hint).find("thu"), std::string::npos);
  }
}

TEST(LinkLocal, IsWhereMetadataServicesAre) {
  for (const auto* url :
       {"http://169.254.170.2/", "http://169.254.170.23/", "http://169.254.169.254/",
        "http://[fd00:ec2::254]/", "http://[fd00:ec2::23]/", "http://[fe80::1]/"}) {
    EXPECT_TRUE(origin_of(url).value().is_link_local()) << url;
  }
  for (const auto* url : {"http://169.253.169.254/", "http://169.254.169.254.b.example/",
                          "http://127.0.0.1/", "http://[fd00:ec3::254]/", "http://[fc80::1]/"}) {
    EXPECT_FALSE(origin_of(url).value().is_link_local()) << url;
  }
}

TEST(Loopback, IsThisMachineHoweverItIsWritten) {
  for (const auto* url :
       {"http://localhost/", "http://LOCALHOST:1/", "http://127.0.0.1/", "http://127.255.3.4/",
        "http://127.1/", "http://0x7f000001/", "http://[::1]/", "http://[0:0:0:0:0:0:0:1]/"}) {
    EXPECT_TRUE(origin_of(url).value().is_loopback()) << url;
  }
  for (const auto* url :
       {"http://128.0.0.1/", "http://127.0.0.1.b.example/", "http://localhost.b.example/",
        "http://169.254.169.254/", "http://[::2]/", "http://0.0.0.0/", "http://1.127.0.0/"}) {
    EXPECT_FALSE(origin_of(url).value().is_loopback()) << url;
  }
}

RC_GTEST_PROP(UrlOf, GivesValuesThatAreReadBack,
              (const std::string& name, const std::string& value)) {
  const std::array<QueryParameter, 3> query = {{{"before", "1"}, {"x" + name, value}, {"c", "2"}}};
  const auto url = url_of("https://a.example", "p", query);
  RC_ASSERT(query_value(url, "x" + name).value() == value);
}

}  // namespace
}  // namespace partwise::http
