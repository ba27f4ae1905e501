#include "app/embedded_cluster.h"

#include <chrono>

#include <gtest/gtest.h>

namespace partwise::app {
namespace {

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

}  // namespace
}  // namespace partwise::app
