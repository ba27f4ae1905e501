#include "listener/control.h"

#include <latch>
#include <mutex>

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "listener/running_server_fake.h"

namespace partwise::listener {
namespace {

struct Answer {
  int status = 0;
  std::string head;
  std::string body;
  [[nodiscard]] std::string error() const { return nlohmann::json::parse(body).at("error"); }
  [[nodiscard]] std::string hint() const { return nlohmann::json::parse(body).at("hint"); }
};

Answer sent(int port, const std::string& text) {
  const Client client(port);
  EXPECT_TRUE(client.send(text));
  const auto all = client.read(1'000'000);  // to its end
  const auto blank = all.find("\r\n\r\n");
  if (!all.starts_with("HTTP/1.1 ") || blank == std::string::npos) return {0, all, ""};
  return {std::stoi(all.substr(9, 3)), all.substr(0, blank), all.substr(blank + 4)};
}

std::string text_of(const std::string& line, const std::string& headers = "Host: localhost\r\n",
                    const std::string& body = "") {
  const auto length = body.empty() ? "" : fmt::format("Content-Length: {}\r\n", body.size());
  return fmt::format("{} HTTP/1.1\r\n{}{}\r\n{}", line, headers, length, body);
}

class ControlTest : public ::testing::Test {
 protected:
  static std::unique_ptr<ControlServer> opened(const ControlSettings& settings,
                                               std::vector<Route> routes) {
    auto control = ControlServer::open(settings, std::move(routes));
    EXPECT_TRUE(control) << control.error().message;
    return std::move(*control);
  }

  HttpAnswer noted(const HttpRequest& request) {
    const std::scoped_lock lock(mutex);
    requests.push_back(request);
    return {201, "noted", "text/plain"};
  }
  Route route(const std::string& method, const std::string& pattern, const std::string& help) {
    return {method, pattern, help, [this](const HttpRequest& request) { return noted(request); }};
  }

  std::mutex mutex;
  std::vector<HttpRequest> requests;
  std::unique_ptr<ControlServer> control = opened(
      {},
      {route("GET", "/topics/{name}", "shows a topic"), route("POST", "/faults", "adds a fault")});
  int port = control->port();
};

TEST_F(ControlTest, ListsItsRoutes) {
  const auto answer = sent(port, text_of("GET /"));
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body,
            "GET    /topics/{name}  shows a topic\n"
            "POST   /faults         adds a fault\n");
  EXPECT_NE(answer.head.find("text/plain"), std::string::npos);
}

TEST_F(ControlTest, HandsARequestToItsRoute) {
  const auto answer = sent(port, text_of("GET /topics/a%20b?x=1&y=%2F&x=2"));
  EXPECT_EQ(answer.status, 201);
  EXPECT_EQ(answer.body, "noted");
  ASSERT_EQ(requests.size(), 1U);
  EXPECT_EQ(requests[0].from_path.at("name"), "a b");
  EXPECT_EQ(requests[0].query, (std::map<std::string, std::string>{{"x", "1"}, {"y", "/"}}));
  sent(port, text_of("POST /faults", "Host: 127.0.0.1:80\r\n", "{\"a\": 1}"));
  ASSERT_EQ(requests.size(), 2U);
  EXPECT_EQ(requests[1].method, "POST");
  EXPECT_EQ(requests[1].body, "{\"a\": 1}");
}

TEST_F(ControlTest, AnswersHeadWithoutABody) {
  const auto answer = sent(port, text_of("HEAD /topics/a"));
  EXPECT_EQ(answer.status, 201);
  EXPECT_EQ(answer.body, "");
}

TEST_F(ControlTest, SaysWhatThereIsInsteadOfWhatThereIsNot) {
  const auto absent = sent(port, text_of("GET /nothing"));
  EXPECT_EQ(absent.status, 404);
  EXPECT_EQ(absent.error(), "there is no /nothing");
  EXPECT_EQ(absent.hint(), "GET / lists what there is");
  const auto refused = sent(port, text_of("DELETE /faults"));
  EXPECT_EQ(refused.status, 405);
  EXPECT_EQ(refused.error(), "/faults takes no DELETE");
  EXPECT_EQ(refused.hint(), "it takes POST");
}

TEST_F(ControlTest, SaysWhatThereIsAlsoToARequestWithoutABody) {
  for (const auto* method : {"POST", "PUT", "PATCH", "TRACE"}) {
    const auto refused = sent(port, text_of(fmt::format("{} /topics/a", method)));
    EXPECT_EQ(refused.status, 405) << method;
    EXPECT_EQ(refused.error(), fmt::format("/topics/a takes no {}", method));
    EXPECT_EQ(refused.hint(), "it takes GET");
    EXPECT_EQ(sent(port, text_of(fmt::format("{} /nothing", method))).status, 404) << method;
  }
  const auto bare = sent(port, text_of("POST /faults"));
  EXPECT_EQ(bare.status, 411);
  EXPECT_EQ(bare.error(), "the request has neither a body nor a Content-Length");
  EXPECT_EQ(sent(port, text_of("POST /topics/a", "Host: evil.example\r\n")).status, 403);
  EXPECT_TRUE(requests.empty());
}

TEST_F(ControlTest, RefusesHostsThatAWebPageCouldChoose) {
  EXPECT_EQ(sent(port, text_of("GET /", "Host: localhost:99\r\n")).status, 200);
  for (const auto* headers :
       {"Host: evil.example\r\n", "Host:\r\n", "", "Host: localhost\r\nHost: evil.example\r\n"}) {
    EXPECT_EQ(sent(port, text_of("POST /faults", headers, "x")).status, 403) << headers;
  }
  EXPECT_TRUE(requests.empty());
}

TEST_F(ControlTest, RefusesRequestsOfOtherSitesPages) {
  const std::string host = "Host: localhost:8080\r\n";
  for (const auto* origin : {"http://evil.example", "null", "https://localhost:8080",
                             "http://localhost:8081", "http://127.0.0.1:8080"}) {
    const auto headers = fmt::format("{}Origin: {}\r\n", host, origin);
    EXPECT_EQ(sent(port, text_of("POST /faults", headers, "x")).status, 403) << origin;
    EXPECT_EQ(sent(port, text_of("OPTIONS /faults", headers)).status, 403) << origin;
  }
  EXPECT_TRUE(requests.empty());
  const auto own = host + "Origin: http://localhost:8080\r\n";
  EXPECT_EQ(sent(port, text_of("POST /faults", own, "x")).status, 201);
}

TEST_F(ControlTest, TakesNoSecondRequestOutOfTheBodyOfARefusedOne) {
  const auto hidden = text_of("POST /faults", "Host: localhost\r\n", "x");
  const auto headers = "Host: localhost\r\nOrigin: http://evil.example\r\n";
  // httplib forgets what it has read of a body, 4,096 bytes at once: the rest is what may hurt.
  constexpr std::size_t one_read = 4'096;
  for (const auto& line : {std::string("POST /faults"), std::string("GET /topics/x"),
                           "GET /topics/" + std::string(2'000, 'x')}) {
    const auto head = text_of(line, headers, std::string(1'000, 'x')).size() - 1'000;
    const auto outer = text_of(line, headers, std::string(one_read - head, 'x') + hidden);
    ASSERT_EQ(outer.find(hidden), one_read);
    sent(port, outer);
  }
  EXPECT_EQ(sent(port, text_of("GET /")).status, 200);
  EXPECT_TRUE(requests.empty());
}

TEST_F(ControlTest, RefusesWhatIsTooLong) {
  ControlSettings settings;
  settings.body_max = 100;
  const auto small = opened(settings, {route("POST", "/faults", "")});
  const auto post = [&](std::size_t size) {
    return sent(small->port(),
                text_of("POST /faults", "Host: localhost\r\n", std::string(size, 'x')));
  };
  EXPECT_EQ(post(100).status, 201);
  const auto large = post(101);
  EXPECT_EQ(large.status, 413);
  EXPECT_EQ(large.error(), "the request's body is too large");
  // As long as httplib takes.
  EXPECT_EQ(sent(port, text_of("GET /" + std::string(8'000, 'x'))).status, 414);
  EXPECT_EQ(sent(port, "no HTTP at all\r\n\r\n").status, 400);
}

TEST_F(ControlTest, AnswersAsManyAtOnceAsItHasThreads) {
  constexpr int threads = 3;
  std::latch all_here(threads);
  ControlSettings settings;
  settings.threads = threads;
  const auto parallel = opened(settings, {{"GET", "/meet", "", [&](const HttpRequest&) {
                                             all_here.arrive_and_wait();
                                             return HttpAnswer{};
                                           }}});
  std::vector<std::jthread> callers;
  std::atomic<int> answered = 0;
  for (int i = 0; i < threads; ++i) {
    callers.emplace_back(
        [&] { answered += sent(parallel->port(), text_of("GET /meet")).status == 200 ? 1 : 0; });
  }
  callers.clear();
  EXPECT_EQ(answered, threads);
}

TEST_F(ControlTest, SaysWhoHoldsItsPort) {
  ControlSettings settings;
  settings.port = port;
  const auto second = ControlServer::open(settings, {});
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().message,
            fmt::format("port {} is taken by listener_test (process {})", port, getpid()));
  settings = {"no such host", 0};
  EXPECT_FALSE(ControlServer::open(settings, {}));
}

TEST_F(ControlTest, IsGoneOnceStopped) {
  const Client idle(port);  // must not hold it up for long
  ASSERT_EQ(sent(port, text_of("GET /")).status, 200);
  const auto before = std::chrono::steady_clock::now();
  control->stop();
  EXPECT_LT(std::chrono::steady_clock::now() - before, std::chrono::seconds(3));
  control->stop();
  ControlSettings settings;
  settings.port = port;
  EXPECT_EQ(opened(settings, {})->port(), port);
}

TEST(HttpError, IsJsonWhateverTheMessageHolds) {
  const auto answer = http_error(404, "no \"topic\" \xff", "look");
  const auto json = nlohmann::json::parse(answer.body);
  EXPECT_EQ(json.at("error"), "no \"topic\" \xef\xbf\xbd");
  EXPECT_EQ(json.at("hint"), "look");
  EXPECT_FALSE(nlohmann::json::parse(http_error(500, "x").body).contains("hint"));
}

}  // namespace
}  // namespace partwise::listener
