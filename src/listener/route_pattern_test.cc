#include "listener/route_pattern.h"

#include <gtest/gtest.h>

namespace partwise::listener {
namespace {

using Names = std::map<std::string, std::string>;

TEST(RoutePattern, NamesStandForPartsOfThePath) {
  EXPECT_EQ(matched("/topics/{name}/partitions/{index}", "/topics/a.b/partitions/3"),
            (Names{{"name", "a.b"}, {"index", "3"}}));
  EXPECT_EQ(matched("/topics", "/topics"), Names{});
  EXPECT_EQ(matched("/", "/"), Names{});
}

TEST(RoutePattern, AllOfThePathMustMatch) {
  for (const auto* path : {"/topics", "/topics/", "/topics/a/", "/topics/a/b", "/topic/a",
                           "topics/a", "/", "", "//topics/a", "/topics//a"}) {
    EXPECT_EQ(matched("/topics/{name}", path), std::nullopt) << path;
  }
  EXPECT_EQ(matched("/a.c", "/abc"), std::nullopt);
}

TEST(OwnHost, IsAnAddressLocalhostOrTheNameThatWasBound) {
  for (const auto* host : {"localhost", "LOCALHOST:8080", "127.0.0.1", "127.0.0.1:80", "[::1]",
                           "[2001:db8::1]:80", "10.1.2.3:8080", "kafka.example:80"}) {
    EXPECT_TRUE(is_own_host(host, "Kafka.example")) << host;
  }
  for (const auto* host : {"", ":80", "evil.example", "evil.example:80", "localhost.evil.example",
                           "127.0.0.1.evil.example", "[::1", "[evil]:80", "1.2.3"}) {
    EXPECT_FALSE(is_own_host(host, "kafka.example")) << host;
  }
}

}  // namespace
}  // namespace partwise::listener
