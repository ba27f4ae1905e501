#include "credentials/confluent_page.h"

#include <gtest/gtest.h>

#include "credentials/confluent_answer.h"
#include "http/exchange_fake.h"

namespace partwise::credentials {
namespace {

using nlohmann::json;

class Pages : public testing::Test {
 protected:
  Result<std::vector<json>> items(const std::stop_token& stop = {}) {
    return confluent_items(access_, {"listing things", "v1/things", {{"color", "r&b"}}}, stop);
  }
  // The second page has no link.
  void link_to_next(const json& metadata) {
    answer_ = [metadata, pages = 0](const auto&) mutable {
      json body = {{"data", {{{"id", "a"}}}}, {"metadata", metadata}};
      if (++pages > 1) body = {{"data", {{{"id", "b"}}}}};
      return http::Reply{200, {}, body.dump()};
    };
  }

  std::function<Result<http::Reply>(const http::Request&)> answer_;
  http::FakeExchange exchange_{[this](const auto& request) { return answer_(request); }};
  ConfluentAccess access_ = {exchange_, "https://api.example.com/", {"user", config::Secret("pw")}};
};

TEST_F(Pages, AreAskedForByTheTokenAloneWhereverItStands) {
  for (const auto* next :
       {"https://api.example.com/v1/things?page_token=T%2B1&color=blue",
        "https://api.example.com/v1/things?page_size=10&page_token=T%2B1",
        "http://evil.example.org:1/steal?page_token=T%2B1#x", "/v1/things?page_token=T%2B1",
        "https://user:pw@evil.example.org/?page_token=T%2B1"}) {
    link_to_next({{"next", next}});
    const auto before = exchange_.requests().size();
    ASSERT_EQ(items()->size(), 2U) << next;
    EXPECT_EQ(exchange_.requests()[before].url,
              "https://api.example.com/v1/things?color=r%26b&page_size=100");
    EXPECT_EQ(exchange_.requests()[before + 1].url,
              "https://api.example.com/v1/things?color=r%26b&page_size=100&page_token=T%2B1");
    EXPECT_EQ(exchange_.requests()[before + 1].login->user, "user");
  }
}

TEST_F(Pages, EndWhereThereIsNoLink) {
  for (const auto& metadata :
       std::vector<json>{nullptr,
                         json::object(),
                         {{"next", nullptr}},
                         {{"next", ""}},
                         {{"first", "https://api.example.com/?page_token=x"}}}) {
    link_to_next(metadata);
    EXPECT_EQ(items()->size(), 1U) << metadata;
  }
}

TEST_F(Pages, WithALinkThatLeadsNowhereAreAnErrorAndNoShortList) {
  for (const auto& metadata : std::vector<json>{{{"next", 7}},
                                                {{"next", "https://api.example.com/?page_size=1"}},
                                                {{"next", "nonsense"}},
                                                {{"next", "https://a/?page_token="}},
                                                "none",
                                                json::array()}) {
    link_to_next(metadata);
    const auto none = items();
    ASSERT_FALSE(none) << metadata;
    EXPECT_EQ(none.error().kind, ErrorKind::corrupt);
  }
}

TEST_F(Pages, EndWithAnErrorWhenATokenComesAgain) {
  answer_ = [pages = 0](const auto&) mutable {
    const auto* token = ++pages % 2 == 0 ? "EVEN" : "ODD";
    const json body = {{"data", json::array()},
                       {"metadata", {{"next", std::string("https://a/?page_token=") + token}}}};
    return http::Reply{200, {}, body.dump()};
  };
  const auto none = items();
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().kind, ErrorKind::corrupt);
  EXPECT_NE(none.error().message.find("ODD came twice"), std::string::npos) << none.error().message;
  EXPECT_EQ(exchange_.requests().size(), 3U);
}

TEST_F(Pages, HaveEachItemOnceAndNoneWithoutAnId) {
  answer_ = [](const auto&) {
    return http::Reply{200, {}, R"({"data":[{"id":"a"},{"id":"a"},{},7,null,{"id":8},{"id":""},
                                            {"id":"../x"},{"id":"b c"},{"id":"b"}]})"};
  };
  const auto found = items();
  ASSERT_TRUE(found);
  ASSERT_EQ(found->size(), 2U);
  EXPECT_EQ((*found)[1]["id"], "b");
}

TEST_F(Pages, ThatAreNoListAreCorrupt) {
  for (const auto* body : {"", "[]", "<html></html>", "{}", R"({"data":{}})", R"({"data":null})"}) {
    answer_ = [body](const auto&) { return http::Reply{200, {{"x-request-id", "r7"}}, body}; };
    const auto none = items();
    ASSERT_FALSE(none) << body;
    EXPECT_EQ(none.error().kind, ErrorKind::corrupt);
    EXPECT_TRUE(none.error().message.ends_with("(request id r7)")) << none.error().message;
  }
}

TEST_F(Pages, TellWhatWasAskedWhenTheNetworkFails) {
  answer_ = [](const auto&) { return fail(ErrorKind::timeout, "no answer"); };
  EXPECT_EQ(items().error().message, "listing things: no answer");
  EXPECT_EQ(items().error().kind, ErrorKind::timeout);
}

Error error_for(int status, const std::string& body, std::vector<http::Header> headers = {}) {
  return confluent_error({status, std::move(headers), body}, "listing things");
}

TEST(ConfluentError, TellsTitleDetailAndRequest) {
  EXPECT_EQ(error_for(400,
                      R"({"errors":[{"id":"x","status":"400","code":"invalid_filter",
                          "title":"Invalid Filter","detail":"no 'doors'","source":{}}]})",
                      {{"x-request-id", "abc"}})
                .message,
            "listing things: HTTP status 400: Invalid Filter: no 'doors' (request id abc)");
}

TEST(ConfluentError, TakesEveryFieldForOptional) {
  EXPECT_EQ(error_for(401, R"({"errors":[{"status":"401","detail":"Unauthorized"}]})").message,
            "listing things: HTTP status 401: Unauthorized");
  EXPECT_EQ(error_for(403, R"({"errors":[{"code":"forbidden_access"}]})").message,
            "listing things: HTTP status 403: forbidden_access");
  for (const auto* body : {"", "{}", R"({"errors":[]})", R"({"errors":[7]})", R"({"errors":{}})",
                           R"({"errors":[{"detail":{},"title":1}]})", "plain", "{\"errors\":"}) {
    EXPECT_EQ(error_for(429, body).message, "listing things: HTTP status 429") << body;
  }
}

TEST(ConfluentError, ReadsTheTitleOfAWebPage) {
  EXPECT_EQ(error_for(401,
                      "<html>\n<head>\n<title>Error 401 Unauthorized</title>\n</head>"
                      "<body><h2>HTTP ERROR 401</h2></body></html>")
                .message,
            "listing things: HTTP status 401: a web page with the title \"Error 401 "
            "Unauthorized\"");
  EXPECT_EQ(error_for(502, "<html></html>").message, "listing things: HTTP status 502: a web page");
}

TEST(ConfluentError, IsOneShortLineWhateverTheServerSays) {
  const auto error = error_for(
      400, json({{"errors", {{{"detail", "a\n\x1b[2J" + std::string(5'000, 'b')}}}}}).dump(),
      {{"X-Request-Id", "c\x1b" + std::string(5'000, 'd')}});
  EXPECT_LT(error.message.size(), 700U);
  EXPECT_EQ(error.message.find('\x1b'), std::string::npos);
  EXPECT_EQ(error.message.find('\n'), std::string::npos);
}

TEST(ConfluentError, HasTheKindOfItsStatus) {
  const std::vector<std::pair<int, ErrorKind>> known = {
      {301, ErrorKind::corrupt},       {400, ErrorKind::invalid_input},
      {401, ErrorKind::unauthorized},  {402, ErrorKind::limit},
      {403, ErrorKind::unauthorized},  {404, ErrorKind::not_found},
      {409, ErrorKind::invalid_input}, {422, ErrorKind::invalid_input},
      {429, ErrorKind::limit},         {500, ErrorKind::unavailable},
      {503, ErrorKind::unavailable}};
  for (const auto& [status, kind] : known) EXPECT_EQ(error_for(status, "").kind, kind) << status;
  EXPECT_EQ(error_for(401, "").hint,
            "check confluent_cloud_api_key / confluent_cloud_api_secret: a key of a Kafka cluster "
            "does not work here");
  EXPECT_NE(error_for(402, "").hint.find("quota"), std::string::npos);
}

}  // namespace
}  // namespace partwise::credentials
