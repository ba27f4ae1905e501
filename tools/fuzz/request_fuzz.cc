// Fuzzes what the embedded cluster makes of requests: any bytes are answered or close their
// connection, and nothing else happens.
#include <cstddef>
#include <cstdint>
#include <string>

#include "service/test_cluster_fake.h"

namespace {

using partwise::Millis;
using partwise::service::TestClient;
using partwise::service::TestCluster;

// The first byte tells how the rest is cut into requests on one connection: each at most so long.
void talk(TestCluster& cluster, std::string_view bytes) {
  TestClient client(cluster);
  const auto longest = static_cast<std::size_t>(static_cast<unsigned char>(bytes.front())) + 1;
  bytes.remove_prefix(1);
  while (!bytes.empty() && !client.closed()) {
    client.send(std::string(bytes.substr(0, longest)));
    bytes.remove_prefix(std::min(longest, bytes.size()));
    cluster.pass(Millis{1});
    // A request that waits keeps what comes behind it waiting, too.
    if (!client.reply) break;
  }
  client.hang_up();
  cluster.pass(Millis{1});
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  TestCluster cluster({.brokers = 2, .memory_max = 1'000'000, .partitions_max = 1'000});
  partwise::broker::NewTopic topic;
  topic.name = "t";
  topic.partitions = 2;
  (void)cluster.cluster.create_topic(topic, false);
  talk(cluster, {reinterpret_cast<const char*>(data), size});
  return 0;
}
