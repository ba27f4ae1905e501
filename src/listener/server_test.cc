#include "listener/server.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/resource.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <optional>

#include <gtest/gtest.h>

#include "listener/running_server_fake.h"

namespace partwise::listener {
namespace {

std::string body(const std::string& framed_request) { return framed_request.substr(4); }

TEST(Server, AnswersPipelinedRequestsInOrder) {
  RunningServer running;
  const Client client(running.port());
  std::vector<std::string> sent;
  std::string all;
  for (int i = 0; i < 500; ++i) {
    sent.push_back(request(i % 50 == 7 ? "later" : "echo", std::to_string(i)));
    all += sent.back();
  }
  ASSERT_TRUE(client.send(all));
  for (const auto& each : sent) ASSERT_EQ(client.read_frame(), body(each));
  EXPECT_EQ(running.server->counts().requests, 500);
  EXPECT_EQ(running.server->counts().bytes_in, static_cast<std::int64_t>(all.size()));
}

TEST(Server, AWaitingReplyHoldsUpItsOwnConnectionOnly) {
  RunningServer running;
  const Client waiting(running.port());
  const Client other(running.port());
  ASSERT_TRUE(waiting.send(request("hold", "x") + request("echo", "behind")));
  ASSERT_TRUE(eventually([&] { return running.conversations.requests().size() == 1; }));
  ASSERT_TRUE(other.send(request("echo", "other")));
  EXPECT_EQ(other.read_frame(), "echo    other");
  EXPECT_EQ(running.conversations.requests(),
            (std::vector<std::string>{"hold    x", "echo    other"}));
  running.release("x");
  EXPECT_EQ(waiting.read_frame(), "hold    x");
  EXPECT_EQ(waiting.read_frame(), "echo    behind");
}

TEST(Server, TellsAtOnceThatAClientIsGoneWhoseReplyIsDue) {
  for (const bool reset : {false, true}) {
    RunningServer running;
    Client client(running.port());
    ASSERT_TRUE(client.send(request("hold", "x") + request("echo", "behind")));
    ASSERT_TRUE(eventually([&] { return running.conversations.requests().size() == 1; }));
    EXPECT_EQ(running.conversations.closed, 0);
    if (reset) {
      client.reset();
    } else {
      client.hang_up();
    }
    EXPECT_TRUE(eventually([&] { return running.conversations.closed == 1; }));
    EXPECT_TRUE(eventually([&] { return running.server->counts().connections == 0; }));
    running.release("x");  // too late, and harmless
    const Client next(running.port());
    ASSERT_TRUE(next.send(request("echo", "next")));
    EXPECT_EQ(next.read_frame(), "echo    next");
    EXPECT_EQ(running.log(), std::vector<std::string>{});
  }
}

TEST(Server, AnswersWhatAClientSentBeforeItHungUp) {
  RunningServer running;
  Client client(running.port());
  std::string all;
  for (int i = 0; i < 300; ++i) all += request("none", std::to_string(i));
  ASSERT_TRUE(client.send(all));
  client.hang_up();
  EXPECT_TRUE(eventually([&] { return running.conversations.closed == 1; }));
  EXPECT_EQ(running.conversations.requests().size(), 300U);
}

TEST(Server, AnswersAClientThatOnlySaysThatItSendsNoMore) {
  RunningServer running;
  const Client client(running.port());
  ASSERT_TRUE(client.send(request("pieces", "20000") + request("echo", "last")));
  shutdown(client.socket, SHUT_WR);
  EXPECT_EQ(client.read_frame().size(), 20'000'000U);
  EXPECT_EQ(client.read_frame(), "echo    last");
  EXPECT_TRUE(client.ended());
}

TEST(Server, ClosesAConnectionThatSendsNoRequestOfKafkaAndSaysWhy) {
  struct Case {
    std::string bytes;
    std::string why;
  };
  const std::string zeros(3, '\0');
  for (const auto& [bytes, why] : {
           Case{"\x7f\xff\xff\xff", "a request of 2,147,483,647 bytes"},
           Case{"\xff\xff\xff\xff", "a request with a size of -1 bytes"},
           Case{zeros + "\x07", "a request of 7 bytes is too short"},
           Case{"GET / HTTP/1.1\r\n\r\n", "is it HTTP?"},
       }) {
    RunningServer running;
    const Client client(running.port());
    const Client other(running.port());
    ASSERT_TRUE(client.send(request("echo", "fine") + bytes));
    EXPECT_EQ(client.read_frame(), "echo    fine");
    EXPECT_TRUE(client.ended());
    EXPECT_TRUE(running.logs(why)) << why;
    ASSERT_EQ(running.log().size(), 1U);
    EXPECT_EQ(running.log()[0].find(running.conversations.peers()[0] + ": closed: "), 0U)
        << running.log()[0];
    ASSERT_TRUE(other.send(request("echo", "other")));
    EXPECT_EQ(other.read_frame(), "echo    other");
  }
}

TEST(Server, HandsOverNoHalfRequest) {
  RunningServer running;
  Client client(running.port());
  ASSERT_TRUE(client.send(request("echo", "whole") + request("echo", "half").substr(0, 12)));
  EXPECT_EQ(client.read_frame(), "echo    whole");
  client.hang_up();
  EXPECT_TRUE(eventually([&] { return running.conversations.closed == 1; }));
  EXPECT_EQ(running.conversations.requests().size(), 1U);
}

TEST(Server, TakesRequestsByteByByte) {
  RunningServer running;
  const Client client(running.port());
  const auto all = request("echo", "one") + request("later", "two");
  for (const char c : all) ASSERT_TRUE(client.send({&c, 1}));
  EXPECT_EQ(client.read_frame(), "echo    one");
  EXPECT_EQ(client.read_frame(), "later   two");
}

TEST(Server, TakesARequestOfManyMegabytes) {
  RunningServer running;
  const Client client(running.port());
  std::string large(30U << 20U, 'x');
  for (std::size_t i = 0; i < large.size(); i += 1'000) large[i] = static_cast<char>(i / 1'000);
  ASSERT_TRUE(client.send(request("echo", large)));
  EXPECT_TRUE(client.read_frame() == "echo    " + large);
}

TEST(Server, ReadsOnlySoFarAheadOfARequestThatWaits) {
  RunningServer running;
  const Client client(running.port());
  ASSERT_TRUE(client.send(request("hold", "x")));
  fcntl(client.socket, F_SETFL, O_NONBLOCK);
  const auto more = request("none", std::string(100'000, 'x'));
  constexpr std::int64_t read_ahead = 1 << 20;
  // Until the server reads no further and the sockets' own buffers are full, too.
  pollfd entry{client.socket, POLLOUT, 0};
  std::size_t sent = 0;
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (sent < (200U << 20U) && std::chrono::steady_clock::now() < deadline) {
    const bool room = poll(&entry, 1, 300) == 1;
    if (!room && running.server->counts().bytes_in >= read_ahead) break;
    const auto n = send(client.socket, more.data() + sent % more.size(),
                        more.size() - sent % more.size(), MSG_NOSIGNAL);
    if (n > 0) sent += static_cast<std::size_t>(n);
  }
  constexpr std::int64_t one_read = 128 * 1024;
  EXPECT_GE(running.server->counts().bytes_in, read_ahead);
  const auto two_requests = static_cast<std::int64_t>(request("hold", "x").size() + more.size());
  EXPECT_LE(running.server->counts().bytes_in, two_requests + read_ahead + one_read);
  EXPECT_EQ(client.read(4).size(), 0U);  // would block: the first has no reply yet
  running.release("x");
  EXPECT_TRUE(eventually([&] { return running.conversations.requests().size() > sent / 100'100; }));
}

TEST(Server, SendsAReplyOfManyPieces) {
  RunningServer running;
  const Client client(running.port());
  ASSERT_TRUE(client.send(request("pieces", "30000") + request("echo", "behind")));
  std::string expected;
  for (int i = 0; i < 30'000; ++i) expected += std::string(1'000, static_cast<char>('a' + i % 26));
  EXPECT_TRUE(client.read_frame() == expected);
  EXPECT_EQ(client.read_frame(), "echo    behind");
  EXPECT_TRUE(
      eventually([&] { return running.server->counts().bytes_out == 30'000'000 + 4 + 4 + 14; }));
}

TEST(Server, CutsAReplyWhereItIsTold) {
  RunningServer running;
  for (const std::size_t at : {0, 1, 4, 9}) {
    const Client client(running.port());
    const auto sent = request("cut", std::to_string(at));
    ASSERT_TRUE(client.send(sent));
    EXPECT_EQ(client.read(1'000), sent.substr(0, at));
  }
  EXPECT_TRUE(eventually([&] { return running.conversations.closed == 4; }));
}

TEST(Server, TheLastReplyReachesAClientThatGoesOnSending) {
  RunningServer running;
  const Client client(running.port());
  const auto last = request("close", std::string(500'000, 'x'));
  ASSERT_TRUE(client.send(last + std::string(300'000, 'y')));
  EXPECT_TRUE(client.read(1'000'000) == last);
  EXPECT_EQ(running.conversations.requests().size(), 1U);
  EXPECT_TRUE(eventually([&] { return running.server->counts().connections == 0; }));
}

TEST(Server, SaysWhyAConversationClosed) {
  RunningServer running;
  const Client client(running.port());
  ASSERT_TRUE(client.send(request("refuse", "")));
  EXPECT_TRUE(client.ended());
  EXPECT_TRUE(running.logs(": closed: not liked"));
}

TEST(Server, SurvivesClientsThatDoNotReadTheirReplies) {
  RunningServer running;
  for (int i = 0; i < 20; ++i) {
    Client client(running.port());
    ASSERT_TRUE(client.send(request("pieces", "10000") + request("pieces", "10000")));
    ASSERT_GT(client.read(4).size(), 0U);
    client.reset();
  }
  EXPECT_TRUE(eventually([&] { return running.conversations.closed == 20; }));
  EXPECT_TRUE(eventually([&] { return running.server->counts().connections == 0; }));
}

TEST(Server, TakesNoMoreConnectionsThanItMayAndSaysSoOnce) {
  ServerSettings settings;
  settings.connections_max = 3;
  RunningServer running(settings);
  std::vector<Client> clients;
  for (int i = 0; i < 3; ++i) {
    clients.emplace_back(running.port());
    ASSERT_TRUE(clients.back().send(request("echo", "x")));
    ASSERT_EQ(clients.back().read_frame(), "echo    x");
  }
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(Client(running.port()).ended());
  EXPECT_TRUE(running.logs("closed: 3 connections are open, and no more are taken"));
  EXPECT_EQ(running.log().size(), 1U);
  EXPECT_EQ(running.server->counts().refused, 5);
  EXPECT_EQ(running.server->counts().connections, 3);
  clients.clear();
  EXPECT_TRUE(eventually([&] { return running.server->counts().connections == 0; }));
  const Client next(running.port());
  ASSERT_TRUE(next.send(request("echo", "x")));
  EXPECT_EQ(next.read_frame(), "echo    x");
}

TEST(Server, ClosesIdleConnectionsAndNoneThatWaitsForAReply) {
  ServerSettings settings;
  settings.idle_max = Millis{40};
  RunningServer running(settings);
  const Client waiting(running.port());
  ASSERT_TRUE(waiting.send(request("hold", "x")));
  ASSERT_TRUE(eventually([&] { return running.conversations.requests().size() == 1; }));
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(Client(running.port()).ended());
  running.release("x");
  EXPECT_EQ(waiting.read_frame(), "hold    x");
  EXPECT_TRUE(waiting.ended());
}

TEST(Server, KnowsWhichBrokerWasCalled) {
  ServerSettings settings;
  settings.brokers = {Endpoint{}, Endpoint{"localhost", 0}, Endpoint{}};
  RunningServer running(settings);
  const auto ports = running.server->ports();
  ASSERT_EQ(ports.size(), 3U);
  for (std::size_t i = 0; i < ports.size(); ++i) {
    const Client client(ports[i]);
    ASSERT_TRUE(client.send(request("echo", "x")));
    ASSERT_EQ(client.read_frame(), "echo    x");
    EXPECT_EQ(running.conversations.last_broker, i);
  }
}

TEST(Server, ServesBothFamiliesOfLocalhostOnOnePort) {
  ServerSettings settings;
  settings.brokers = {Endpoint{"localhost", 0}};
  RunningServer running(settings);
  int served = 0;
  for (const auto* host : {"127.0.0.1", "::1"}) {
    const Client client(running.port(), host);
    if (!client.connected) continue;  // a machine without IPv6
    ASSERT_TRUE(client.send(request("echo", "x")));
    EXPECT_EQ(client.read_frame(), "echo    x");
    ++served;
  }
  EXPECT_GE(served, 1);
  for (const auto& peer : running.conversations.peers()) {
    EXPECT_TRUE(peer.starts_with("127.0.0.1:") || peer.starts_with("[::1]:")) << peer;
  }
}

Error error_of(const ServerSettings& settings) {
  broker::Agenda agenda;
  FakeConversations conversations(agenda);
  const auto server = Server::open(settings, conversations, agenda, [](const std::string&) {});
  EXPECT_FALSE(server);
  return server ? Error{} : server.error();
}

TEST(Server, SaysWhoHoldsAPort) {
  const RunningServer running;
  ServerSettings settings;
  settings.brokers = {Endpoint{"127.0.0.1", running.port()}};
  const auto error = error_of(settings);
  EXPECT_EQ(error.message, "port " + std::to_string(running.port()) +
                               " is taken by listener_test (process " + std::to_string(getpid()) +
                               ")");
  EXPECT_EQ(error.hint, "--port 0 takes any free port");
}

TEST(Server, SaysWhichHostIsNotItsOwn) {
  ServerSettings settings;
  settings.brokers = {Endpoint{"192.0.2.1", 0}};  // of a network for documentation: RFC 5737
  EXPECT_EQ(error_of(settings).message,
            "cannot listen on 192.0.2.1:0: Cannot assign requested address");
  settings.brokers = {Endpoint{"no such host", 0}};
  EXPECT_EQ(error_of(settings).message.find("cannot resolve no such host"), 0U);
}

TEST(Server, AStopWakesItAndEndsItsConversations) {
  RunningServer running;
  const Client client(running.port());
  ASSERT_TRUE(client.send(request("hold", "x")));
  ASSERT_TRUE(eventually([&] { return running.conversations.requests().size() == 1; }));
  const auto before = std::chrono::steady_clock::now();
  running.stop();
  EXPECT_LT(std::chrono::steady_clock::now() - before, std::chrono::seconds(2));
  EXPECT_EQ(running.conversations.closed, 1);
  EXPECT_TRUE(client.ended());
  EXPECT_FALSE(Client(running.port()).connected);
}

TEST(Server, RunsInItsThreadWhatOthersPost) {
  RunningServer running;
  constexpr int each = 1'000;
  std::vector<std::thread::id> ran_in;  // of the loop alone, until it is stopped
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([&] {
        for (int n = 0; n < each; ++n) {
          running.server->post([&] { ran_in.push_back(std::this_thread::get_id()); });
        }
      });
    }
  }
  running.stop();
  ASSERT_EQ(ran_in.size(), 4U * each);
  EXPECT_NE(ran_in.front(), std::this_thread::get_id());
  EXPECT_EQ(std::ranges::count(ran_in, ran_in.front()), 4 * each);
}

std::ptrdiff_t open_files() {
  const std::filesystem::directory_iterator all("/proc/self/fd");
  return std::distance(begin(all), end(all));
}

rlim_t raise_open_files() {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
  return limit.rlim_cur;
}

TEST(Server, TwoThousandConnectionsLeaveNoFilesBehind) {
  RunningServer running;
  const auto both_ends = std::min<rlim_t>(raise_open_files() - 200, 4'000);
  ASSERT_TRUE(eventually([&] { return running.server->counts().connections == 0; }));
  const auto before = open_files();
  {
    std::vector<Client> clients;
    for (rlim_t i = 0; i < both_ends / 2; ++i) {
      clients.emplace_back(running.port());
      ASSERT_TRUE(clients.back().connected) << i;
    }
    for (const auto& client : clients) ASSERT_TRUE(client.send(request("echo", "x")));
    for (const auto& client : clients) ASSERT_EQ(client.read_frame(), "echo    x");
    EXPECT_EQ(running.server->counts().connections, static_cast<std::int64_t>(both_ends / 2));
  }
  EXPECT_TRUE(eventually([&] { return running.server->counts().connections == 0; }));
  EXPECT_TRUE(eventually([&] { return open_files() == before; }));
}

TEST(Server, GoesOnWhenFilesRanOut) {
  RunningServer running;
  rlimit normal{};
  getrlimit(RLIMIT_NOFILE, &normal);
  auto few = normal;
  few.rlim_cur = static_cast<rlim_t>(open_files()) + 20;
  std::vector<Client> clients;
  setrlimit(RLIMIT_NOFILE, &few);
  for (int i = 0; i < 30; ++i) clients.emplace_back(running.port());
  EXPECT_TRUE(running.logs("a connection cannot be accepted: Too many open files"));
  clients.clear();
  setrlimit(RLIMIT_NOFILE, &normal);
  const Client client(running.port());
  ASSERT_TRUE(client.send(request("echo", "x")));
  EXPECT_EQ(client.read_frame(), "echo    x");
}

}  // namespace
}  // namespace partwise::listener
