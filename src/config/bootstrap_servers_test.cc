#include "config/bootstrap_servers.h"

#include <gtest/gtest.h>

namespace partwise::config {
namespace {

TEST(BootstrapServers, TakeWhatLibrdkafkaTakes) {
  for (const auto* servers :
       {"localhost:9092", "a:1,b-2.example.org:65535", "broker", "h:1, h:2,", "10.0.0.1:9092",
        "[::1]:9092", "[fe80::1%eth0]:9092", "[::1]", "::1", "kafka_1:9092", "SASL_SSL://h:9092",
        "plaintext://h:9092/", "SSL://[2001:db8::1]:9093"}) {
    EXPECT_TRUE(bootstrap_errors(servers, "here").empty()) << servers;
  }
}

TEST(BootstrapServers, NameEachWrongEntry) {
  const auto errors = bootstrap_errors("localhost:99999,good:1,localhost:abc,5,h:", "--here");
  ASSERT_EQ(errors.size(), 4U);
  EXPECT_EQ(errors[0].message, "bootstrap servers: 'localhost:99999' has no port from 1 to 65535");
  EXPECT_EQ(errors[0].from, "--here");
  EXPECT_EQ(errors[1].message, "bootstrap servers: 'localhost:abc' has no port from 1 to 65535");
  EXPECT_EQ(errors[2].message, "bootstrap servers: '5' is not a host and port");
  EXPECT_EQ(errors[3].message, "bootstrap servers: 'h:' has no port from 1 to 65535");
  EXPECT_EQ(bootstrap_errors(",,", "here").front().message,
            "bootstrap servers: no broker is named");
}

TEST(BootstrapServers, RefuseWhatIsNoAddress) {
  for (const auto* servers :
       {":9092", "http://h:80", "://h:1", "h:1:2", "cafe:1:2", "h:0", "h:-1", "h:1 h:2", "[::1",
        "[::1]9092", "[h]:1", "h:1/x", "SSL://", "9092", "h:9092x"}) {
    EXPECT_EQ(bootstrap_errors(servers, "here").size(), 1U) << servers;
  }
}

TEST(BootstrapServers, ShowNothingThatMayBeACredential) {
  for (const auto& error : bootstrap_errors(R"([{"sasl.password": "hunter2"}],u:hunter2@h)", "x"))
    EXPECT_EQ(error.message.find("hunter2"), std::string::npos) << error.message;
}

}  // namespace
}  // namespace partwise::config
