#include "app/embedded_cluster.h"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <chrono>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "app/fleet_file.h"

namespace partwise::app {
namespace {

// The whole answer of a server on loopback, with its head.
std::string answered(int port, const std::string& line) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
  if (socket < 0) return {};
  EXPECT_EQ(connect(socket, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  const auto request = line + " HTTP/1.1\r\nHost: localhost\r\n\r\n";
  EXPECT_EQ(send(socket, request.data(), request.size(), 0), std::ssize(request));
  std::string all;
  std::array<char, 4'096> part{};
  for (ssize_t n = 0; (n = recv(socket, part.data(), part.size(), 0)) > 0;) {
    all.append(part.data(), static_cast<std::size_t>(n));
  }
  close(socket);
  return all;
}

TEST(EmbeddedCluster, TellsItsStateWithoutWaitingOnceItHasStopped) {
  EmbeddedSettings settings;
  settings.port = 0;
  const auto cluster = EmbeddedCluster::open(settings, [](const std::string&) {});
  ASSERT_TRUE(cluster);
  std::stop_source stop;
  stop.request_stop();
  (*cluster)->run(stop.get_token());
  const auto start = std::chrono::steady_clock::now();
  EXPECT_EQ((*cluster)->state().traffic.connections, 0);
  // A running cluster has 5 s to come to a question.
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(4));
}

TEST(EmbeddedCluster, TellsTheTruthBySettingsOfItsOwnUnlessAskedOtherwise) {
  const Instant now{std::chrono::days(20'000)};
  EmbeddedSettings settings;
  settings.port = 0;
  settings.control = listener::Endpoint{"127.0.0.1", 0};
  settings.now = now;
  settings.fleet = *fleet_from_toml("[[topic]]\nname = \"a\"\n", "fleet.toml", now);
  settings.truth.sizing.min_partitions = 2;
  const auto cluster = EmbeddedCluster::open(settings, [](const std::string&) {});
  ASSERT_TRUE(cluster);
  const auto address = (*cluster)->control_address();
  const int port = std::stoi(address.substr(address.find(':') + 1));
  const auto partitions = [&](const std::string& query) {
    const auto all = answered(port, "GET /truth" + query);
    const auto json = nlohmann::json::parse(all.substr(all.find("\r\n\r\n") + 4));
    return json.at("topics").at(0).at("recommendation").at("partitions").get<int>();
  };
  // Its peak is below the threshold: the least count.
  EXPECT_EQ(partitions(""), 2);
  EXPECT_EQ(partitions("?min_recommended_partitions=4"), 4);
}

}  // namespace
}  // namespace partwise::app
