#include "http/curl_client.h"

#include <arpa/inet.h>

#include <algorithm>
#include <atomic>
#include <latch>
#include <set>

#include <gtest/gtest.h>

#include "http/local_server_fake.h"

namespace partwise::http {
namespace {

using SteadyClock = std::chrono::steady_clock;

Request get(const std::string& url) {
  Request request;
  request.url = url;
  return request;
}

class CurlClientTest : public ::testing::Test {
 protected:
  LocalServer& serving(const std::function<void(httplib::Server&)>& add_routes) {
    auto server = std::make_unique<httplib::Server>();
    add_routes(*server);
    servers.push_back(std::make_unique<LocalServer>(std::move(server)));
    return *servers.back();
  }

  Result<Reply> sent(const Request& request) { return client.send(request, stop.get_token()); }
  Error error_of(const Request& request) {
    const auto reply = sent(request);
    EXPECT_FALSE(reply);
    return reply ? Error{} : reply.error();
  }

  std::stop_source stop;
  // They wait for their connections' end: the client goes first.
  std::vector<std::unique_ptr<LocalServer>> servers;
  CurlClient client{{}};
};

TEST_F(CurlClientTest, BringsStatusHeadersAndBodyWhateverTheStatus) {
  const auto& server = serving([](auto& http) {
    http.Get("/missing", [](const auto&, auto& response) {
      response.status = 404;
      response.set_header("X-Request-Id", "abc");
      response.set_content("not here", "text/plain");
    });
  });
  const auto reply = sent(get(server.url("/missing")));
  ASSERT_TRUE(reply) << reply.error().message;
  EXPECT_EQ(reply->status, 404);
  EXPECT_EQ(reply->body, "not here");
  EXPECT_EQ(reply->header("x-request-ID"), "abc");
  EXPECT_FALSE(reply->ok());
}

TEST_F(CurlClientTest, SendsMethodHeadersAndBodyAsTheyAre) {
  const RawServer server([](int socket) {
    auto text = RawServer::request(socket);
    text += std::string(4, '\0');
    ::recv(socket, text.data() + text.size() - 4, 4, MSG_WAITALL);
    RawServer::write(socket, fmt::format("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n"
                                         "Connection: close\r\n\r\n{}",
                                         text.size(), text));
  });
  auto request = get(server.url() + "a/../b?z=1&a=%2F");
  request.method = "POST";
  request.headers = {{"X-One", "1"}, {"X-Empty", ""}, {"X-One", "2"}};
  request.body = std::string("a\0b\n", 4);
  const auto reply = sent(request);
  ASSERT_TRUE(reply) << reply.error().message;
  const auto& text = reply->body;
  EXPECT_TRUE(text.starts_with("POST /a/../b?z=1&a=%2F HTTP/1.1\r\n")) << text;
  for (const auto* line : {"\r\nX-One: 1\r\n", "\r\nX-One: 2\r\n", "\r\nX-Empty:\r\n",
                           "\r\nUser-Agent: partwise\r\n", "\r\nContent-Length: 4\r\n"}) {
    EXPECT_NE(text.find(line), std::string::npos) << line << text;
  }
  for (const auto* name : {"Content-Type", "Expect", "Authorization"}) {
    EXPECT_EQ(text.find(name), std::string::npos) << text;
  }
  EXPECT_TRUE(text.ends_with(std::string("\r\n\r\na\0b\n", 8)));
}

TEST_F(CurlClientTest, TellsALengthOfZeroForABodyThatIsEmpty) {
  std::string seen;
  const auto& server = serving([&](auto& http) {
    http.Put("/token", [&](const auto& request, auto&) {
      seen = request.get_header_value("Content-Length");
    });
  });
  auto request = get(server.url("/token"));
  request.method = "PUT";
  EXPECT_TRUE(sent(request));
  EXPECT_EQ(seen, "0");
}

TEST_F(CurlClientTest, WaitsForNoBodyOfAHead) {
  const RawServer server([](int socket) {
    RawServer::request(socket);
    RawServer::write(socket, "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n");
    RawServer::drain(socket);
  });
  auto request = get(server.url());
  request.method = "HEAD";
  request.timeout = Millis(5'000);
  const auto reply = sent(request);
  ASSERT_TRUE(reply) << reply.error().message;
  EXPECT_EQ(reply->body, "");
}

TEST_F(CurlClientTest, SendsALoginAsBasicAndATokenAsBearer) {
  std::string seen;
  const auto& server = serving([&](auto& http) {
    http.Get("/",
             [&](const auto& request, auto&) { seen = request.get_header_value("Authorization"); });
  });
  auto request = get(server.url("/"));
  // RFC 7617, 2.
  request.login = Login{"Aladdin", config::Secret("open sesame")};
  EXPECT_TRUE(sent(request));
  EXPECT_EQ(seen, "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
  // RFC 7617, 2.1: "test" and "123£" in UTF-8.
  request.login = Login{"test", config::Secret("123\xC2\xA3")};
  EXPECT_TRUE(sent(request));
  EXPECT_EQ(seen, "Basic dGVzdDoxMjPCow==");
  request.login.reset();
  request.bearer = config::Secret("mF_9.B5f-4.1JqM");  // RFC 6750, 2.1
  EXPECT_TRUE(sent(request));
  EXPECT_EQ(seen, "Bearer mF_9.B5f-4.1JqM");
  EXPECT_TRUE(sent(get(server.url("/"))));
  EXPECT_EQ(seen, "");
}

TEST_F(CurlClientTest, RefusesWhatWouldBreakOutOfAHeaderAndNamesNoSecret) {
  auto bad_value = get("http://127.0.0.1:1/");
  bad_value.headers = {{"X-One", "thunder\r\nX-Two: 2"}};
  auto bad_name = get("http://127.0.0.1:1/");
  bad_name.headers = {{"X-One: thunder\r\nX-Two", "2"}};
  auto bad_token = get("http://127.0.0.1:1/");
  bad_token.bearer = config::Secret("thunder\n");
  auto bad_user = get("http://127.0.0.1:1/");
  bad_user.login = Login{"thun:der", config::Secret("thunder")};
  auto bad_method = get("http://127.0.0.1:1/");
  bad_method.method = "GET /thunder HTTP/1.1\r\n";
  auto two_ways = get("http://127.0.0.1:1/");
  two_ways.login = Login{"zeus", config::Secret("thunder")};
  two_ways.bearer = config::Secret("thunder");
  for (const auto& request : {bad_value, bad_name, bad_token, bad_user, bad_method, two_ways}) {
    const auto error = error_of(request);
    EXPECT_EQ(error.kind, ErrorKind::invalid_input) << error.message;
    EXPECT_EQ((error.message + error.hint).find("thun"), std::string::npos) << error.message;
  }
}

TEST_F(CurlClientTest, KeepsHeadersThatComeTwiceAndDropsThoseOfAReplyBefore) {
  const RawServer server([](int socket) {
    RawServer::request(socket);
    RawServer::write(socket,
                     "HTTP/1.1 103 Early Hints\r\nrateLimit-reset: 99\r\n\r\n"
                     "HTTP/1.1 200 OK\r\nrateLimit-reset: 7\r\nRATELIMIT-RESET:  60 \r\n"
                     "Content-Length: 0\r\n\r\n");
  });
  const auto reply = sent(get(server.url()));
  ASSERT_TRUE(reply) << reply.error().message;
  EXPECT_EQ(reply->all("RateLimit-Reset"), (std::vector<std::string_view>{"7", "60"}));
}

TEST_F(CurlClientTest, DecodesGzip) {
  const std::string text(100'000, 'a');
  const auto& server = serving([&](auto& http) {
    http.Get("/", [&](const auto&, auto& response) { response.set_content(text, "text/plain"); });
  });
  const auto reply = sent(get(server.url("/")));
  ASSERT_TRUE(reply) << reply.error().message;
  EXPECT_FALSE(reply->header("Content-Encoding").empty());  // httplib packs for whoever accepts it
  EXPECT_EQ(reply->body, text);
}

TEST_F(CurlClientTest, EndsABodyOverTheLimitBothPlainAndPacked) {
  CurlSettings settings;
  settings.body_max = 100'000;
  CurlClient narrow(settings);
  const auto& server = serving([&](auto& http) {
    http.Get(R"(/(\d+)/(.*))", [&](const auto& request, auto& response) {
      response.set_content(std::string(std::stoul(request.matches[1]), 'a'),
                           request.matches[2].str());
    });
  });
  for (const auto* type : {"text/plain", "application/octet-stream"}) {  // packed and not
    EXPECT_TRUE(narrow.send(get(server.url(fmt::format("/100000/{}", type))), {}));
    const auto reply = narrow.send(get(server.url(fmt::format("/100001/{}", type))), {});
    ASSERT_FALSE(reply);
    EXPECT_EQ(reply.error().kind, ErrorKind::limit);
    EXPECT_NE(reply.error().message.find("100000 bytes"), std::string::npos);
  }
}

TEST_F(CurlClientTest, EndsHeadersWithoutEnd) {
  const RawServer server([](int socket) {
    RawServer::request(socket);
    RawServer::write(socket, "HTTP/1.1 200 OK\r\n");
    const auto line = "X-Long: " + std::string(1'000, 'a') + "\r\n";
    for (int i = 0; i < 2'000; ++i) {
      if (::send(socket, line.data(), line.size(), MSG_NOSIGNAL) < 0) return;
    }
  });
  EXPECT_EQ(error_of(get(server.url())).kind, ErrorKind::limit);
}

TEST_F(CurlClientTest, RefusesPlainHttpToOtherMachines) {
  for (const auto* url : {"http://169.254.169.254/latest", "http://127.0.0.1.b.example/"}) {
    const auto error = error_of(get(url));
    EXPECT_EQ(error.kind, ErrorKind::invalid_input);
    EXPECT_NE(error.message.find("without TLS"), std::string::npos);
  }
}

TEST_F(CurlClientTest, TakesPlainHttpAnywhereWhereItIsAllowedTo) {
  CurlSettings settings;
  settings.http_anywhere = true;
  CurlClient open(settings);
  auto request = get("http://host.invalid/");  // RFC 2606: there is none
  request.timeout = Millis(5'000);
  const auto reply = open.send(request, {});
  ASSERT_FALSE(reply);
  EXPECT_NE(reply.error().kind, ErrorKind::invalid_input) << reply.error().message;
}

TEST_F(CurlClientTest, AsksThisMachineWithoutProxy) {
  ::setenv("http_proxy", "http://127.0.0.1:1", 1);
  ::setenv("all_proxy", "http://127.0.0.1:1", 1);
  const auto& server = serving([](auto& http) { http.Get("/", [](const auto&, auto&) {}); });
  const auto reply = sent(get(server.url("/")));
  auto request = get("https://host.invalid/");
  const auto error = error_of(request);
  ::unsetenv("http_proxy");
  ::unsetenv("all_proxy");
  EXPECT_TRUE(reply) << reply.error().message;
  EXPECT_EQ(error.message, "host.invalid:443: the connection was refused");  // by the proxy
}

TEST_F(CurlClientTest, AsksLinkLocalAddressesWithoutProxy) {
  std::atomic<bool> asked = false;
  const RawServer proxy([&](int) { asked = true; });
  ::setenv("http_proxy", fmt::format("http://127.0.0.1:{}", proxy.port()).c_str(), 1);
  CurlSettings settings;
  settings.http_anywhere = true;
  CurlClient direct(settings);
  for (const auto* address : {"169.254.3.4", "[fd00:ec2::3:4]"}) {
    auto request = get(fmt::format("http://{}:1/", address));
    request.timeout = Millis(200);
    (void)direct.send(request, {});  // whoever may answer in this network
  }
  EXPECT_FALSE(asked);
  auto through = get("http://elsewhere.invalid/");
  EXPECT_FALSE(direct.send(through, {}));
  EXPECT_TRUE(asked);
  ::unsetenv("http_proxy");
}

TEST_F(CurlClientTest, TellsAHostThatIsNotFound) {
  const auto error = error_of(get("https://host.invalid/?token=thunder"));
  EXPECT_EQ(error.kind, ErrorKind::unavailable);
  EXPECT_EQ(error.message, "host.invalid:443: the host is not found");
}

TEST_F(CurlClientTest, TellsAConnectionThatIsRefused) {
  int port = 0;
  {
    port = RawServer([](int) {}).port();
  }
  const auto error = error_of(get(fmt::format("http://127.0.0.1:{}/?token=thunder", port)));
  EXPECT_EQ(error.kind, ErrorKind::unavailable);
  EXPECT_EQ(error.message, fmt::format("127.0.0.1:{}: the connection was refused", port));
}

TEST_F(CurlClientTest, TellsAResetAnEndAndAnIncompleteReply) {
  const auto error_with = [&](const std::string& reply, bool reset) {
    const RawServer server([&](int socket) {
      RawServer::request(socket);
      RawServer::write(socket, reply);
      if (reset) RawServer::reset_on_close(socket);
    });
    const auto error = error_of(get(server.url() + "?token=thunder"));
    EXPECT_EQ(error.kind, ErrorKind::unavailable);
    EXPECT_EQ(error.message.find("thunder"), std::string::npos);
    const auto address = fmt::format("127.0.0.1:{}: ", server.port());
    EXPECT_TRUE(error.message.starts_with(address)) << error.message;
    return error.message.substr(std::min(address.size(), error.message.size()));
  };
  EXPECT_EQ(error_with("", true), "the connection was reset");
  EXPECT_EQ(error_with("", false), "the connection was closed without a reply");
  const std::string incomplete = "the reply is incomplete: the connection was closed inside it";
  EXPECT_EQ(error_with("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc", false), incomplete);
  EXPECT_EQ(error_with("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabc", false),
            incomplete);
  EXPECT_EQ(error_with("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc",
                       false),
            "the reply's compression is broken");
  EXPECT_EQ(error_with("SSH-2.0-OpenSSH_9.2\r\n\r\n", false), "what came is no HTTP");
}

TEST_F(CurlClientTest, EndsAtTheTimeoutWhenAServerStalls) {
  for (const auto* text : {"", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc"}) {
    const RawServer server([&](int socket) {
      RawServer::request(socket);
      RawServer::write(socket, text);
      RawServer::drain(socket);
    });
    auto request = get(server.url());
    request.timeout = Millis(300);
    const auto start = SteadyClock::now();
    const auto error = error_of(request);
    const auto took = SteadyClock::now() - start;
    EXPECT_EQ(error.kind, ErrorKind::timeout);
    EXPECT_NE(error.message.find("no whole reply within 0.3 s"), std::string::npos)
        << error.message;
    EXPECT_GE(took, Millis(299));
    EXPECT_LT(took, Millis(2'000));  // some 310; the rest is for a busy machine
  }
}

TEST_F(CurlClientTest, EndsAtTheConnectTimeoutWhenNobodyTakesTheConnection) {
  // A queue of no connections that is full: Linux drops what comes next.
  const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
  const auto address = listening(socket, 0);
  const int first = ::socket(AF_INET, SOCK_STREAM, 0);
  ASSERT_EQ(::connect(first, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  CurlSettings settings;
  settings.connect_timeout = Millis(200);
  CurlClient hasty(settings);
  const auto start = SteadyClock::now();
  const auto reply =
      hasty.send(get(fmt::format("http://127.0.0.1:{}/", ntohs(address.sin_port))), {});
  const auto took = SteadyClock::now() - start;
  ::close(first);
  ::close(socket);
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().kind, ErrorKind::timeout);
  EXPECT_NE(reply.error().message.find("no connection within 0.2 s"), std::string::npos)
      << reply.error().message;
  EXPECT_LT(took, Millis(2'000));
}

TEST_F(CurlClientTest, HearsAStopWhileAServerStalls) {
  SteadyClock::time_point stopped;
  const RawServer server([&](int socket) {
    RawServer::request(socket);  // so the client waits for the reply
    stopped = SteadyClock::now();
    stop.request_stop();
    RawServer::drain(socket);
  });
  const auto error = error_of(get(server.url()));
  const auto took = SteadyClock::now() - stopped;
  EXPECT_EQ(error.kind, ErrorKind::interrupted);
  EXPECT_LT(took, Millis(100));
  EXPECT_EQ(error_of(get(server.url())).message, "interrupted before a request");
}

TEST_F(CurlClientTest, FollowsRedirectsOfItsOrigin) {
  int seen = 0;
  const auto& server = serving([&](auto& http) {
    http.Get(R"(/(\d+)/(\d+))", [&](const auto& request, auto& response) {
      const int left = std::stoi(request.matches[2]);
      response.set_redirect(left == 0 ? "/end" : fmt::format("{}", left - 1),
                            std::stoi(request.matches[1]));
    });
    http.Get("/end", [&](const auto& request, auto& response) {
      response.set_content(request.get_header_value("Authorization"), "text/plain");
    });
    http.Post("/301/0", [&](const auto&, auto& response) {
      ++seen;
      response.set_redirect("/end", 301);
    });
  });
  auto request = get("");
  request.bearer = config::Secret("token");
  for (const int status : {301, 302, 307, 308}) {
    request.url = server.url(fmt::format("/{}/4", status));
    const auto reply = sent(request);
    ASSERT_TRUE(reply) << reply.error().message;
    EXPECT_EQ(reply->status, 200);
    EXPECT_EQ(reply->body, "Bearer token");
  }
  request.url = server.url("/302/5");
  EXPECT_EQ(error_of(request).kind, ErrorKind::limit);
  request.url = server.url("/301/0");
  request.method = "POST";
  EXPECT_EQ(sent(request).value().status, 301);
  EXPECT_EQ(seen, 1);
}

TEST_F(CurlClientTest, NeverFollowsToAnotherOrigin) {
  std::atomic<int> reached = 0;
  const auto& other =
      serving([&](auto& http) { http.Get("/.*", [&](const auto&, auto&) { ++reached; }); });
  std::string target;
  const auto& server = serving([&](auto& http) {
    http.Get("/", [&](const auto&, auto& response) { response.set_redirect(target); });
  });
  auto request = get(server.url("/?token=thunder"));
  request.login = Login{"zeus", config::Secret("thunder")};
  for (const auto& place :
       {other.url("/?code=thunder"), server.url("/", "https"), server.url("/", "http", "localhost"),
        server.url("/", "http", "zeus:thunder@127.0.0.1"), std::string("file:///etc/passwd"),
        std::string("//127.0.0.1:1/")}) {
    target = place;
    const auto error = error_of(request);
    EXPECT_EQ(error.kind, ErrorKind::invalid_input) << place;
    EXPECT_NE(error.message.find("not followed"), std::string::npos) << error.message;
    EXPECT_EQ((error.message + error.hint).find("thunder"), std::string::npos) << error.message;
  }
  EXPECT_EQ(reached, 0);
}

TEST_F(CurlClientTest, UsesAConnectionAgain) {
  std::set<int> ports;
  const auto& server = serving([&](auto& http) {
    http.Get("/", [&](const auto& request, auto&) { ports.insert(request.remote_port); });
  });
  for (int i = 0; i < 4; ++i) ASSERT_TRUE(sent(get(server.url("/"))));
  EXPECT_EQ(ports.size(), 1U);
}

TEST_F(CurlClientTest, SendsWhatMayNotBeRepeatedOnlyOnce) {
  std::atomic<int> posts = 0;
  const RawServer server([&](int socket) {
    for (;;) {
      const auto text = RawServer::request(socket);
      if (text.starts_with("POST")) ++posts;
      if (!text.starts_with("GET")) return;  // without a reply
      RawServer::write(socket, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    }
  });
  EXPECT_TRUE(sent(get(server.url())));
  auto request = get(server.url());
  request.method = "POST";
  EXPECT_EQ(error_of(request).kind, ErrorKind::unavailable);
  EXPECT_EQ(posts, 1);
}

TEST_F(CurlClientTest, ServesTwentyThreadsAtOnce) {
  constexpr int threads = 20;
  std::latch all_there(threads);  // none is answered before all have asked
  std::set<int> ports;
  std::mutex mutex;
  const auto& server = serving([&](auto& http) {
    http.Get("/meet", [&](const auto&, auto&) { all_there.arrive_and_wait(); });
    http.Get(R"(/(\d+))", [&](const auto& request, auto& response) {
      const std::scoped_lock lock(mutex);
      ports.insert(request.remote_port);
      response.set_content(request.matches[1].str(), "text/plain");
    });
  });
  std::atomic<int> right = 0;
  {
    std::vector<std::jthread> running;
    for (int thread = 0; thread < threads; ++thread) {
      running.emplace_back([&, thread] {
        if (!sent(get(server.url("/meet")))) return;
        for (int i = 0; i < 50; ++i) {
          const auto number = std::to_string(thread * 100 + i);
          const auto reply = sent(get(server.url("/" + number)));
          if (reply && reply->body == number) ++right;
        }
      });
    }
  }
  EXPECT_EQ(right, threads * 50);
  EXPECT_LE(ports.size(), 20U * 50 / 4);  // httplib closes each connection after five requests
}

}  // namespace
}  // namespace partwise::http
