#include "kafka/log_dirs.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <thread>

#include <gtest/gtest.h>

namespace partwise::kafka {
namespace {

constexpr Millis timeout{400};

/// Takes connections and never says a word.
class SilentBroker {
 public:
  SilentBroker() {
    address_.sin_family = AF_INET;
    address_.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address_;
    auto* address = reinterpret_cast<sockaddr*>(&address_);
    EXPECT_EQ(bind(socket_, address, size), 0);
    EXPECT_EQ(listen(socket_, 8), 0);
    EXPECT_EQ(getsockname(socket_, address, &size), 0);
  }
  ~SilentBroker() { close(socket_); }
  SilentBroker(const SilentBroker&) = delete;
  SilentBroker& operator=(const SilentBroker&) = delete;

  [[nodiscard]] int port() const { return ntohs(address_.sin_port); }

 private:
  int socket_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address_{};
};

/// Six silent brokers, each of which leads a partition.
class SilentBrokers : public testing::Test {
 protected:
  SilentBrokers() {
    for (int i = 0; i < 6; ++i) {
      brokers_.push_back({i, "127.0.0.1", silent_[i].port()});
      topics_.front().leaders.push_back(i);
    }
    settings_.timeout = timeout;
  }

  Result<std::vector<std::optional<std::int64_t>>> ask() {
    const auto start = std::chrono::steady_clock::now();
    auto result = stored_bytes_of(brokers_, settings_, topics_, stop_.get_token());
    took_ = std::chrono::steady_clock::now() - start;
    return result;
  }

  SilentBroker silent_[6];
  std::vector<BrokerAddress> brokers_;
  std::vector<TopicLeaders> topics_{{"orders", {}}};
  ClientSettings settings_;
  std::stop_source stop_;
  std::chrono::steady_clock::duration took_{};
};

TEST_F(SilentBrokers, AreWaitedForTogether) {
  const auto result = ask();
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, ErrorKind::timeout);
  EXPECT_GE(took_, timeout);
  EXPECT_LT(took_, 3 * timeout);
}

TEST_F(SilentBrokers, AreNotWaitedForOnceStopIsAskedFor) {
  settings_.timeout = Millis{30'000};
  std::jthread user([this] {
    std::this_thread::sleep_for(Millis{50});
    stop_.request_stop();
  });
  const auto result = ask();
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, ErrorKind::interrupted);
  EXPECT_LT(took_, Millis{2'000});
}

TEST_F(SilentBrokers, AreNotAskedWhatTheyDoNotLead) {
  topics_.front().leaders = {7, 8};
  const auto result = ask();
  ASSERT_FALSE(result);
  EXPECT_LT(took_, timeout);
}

}  // namespace
}  // namespace partwise::kafka
