#include "kafka/login_probe.h"

#include "kafka/client.h"

namespace partwise::kafka {

Result<bool> login_works(const ClientSettings& settings, const std::stop_token& stop) {
  TrafficCounters traffic;
  const auto client = TRY(Client::create(settings, traffic));
  const auto id = client->connect(stop);
  if (id) return true;
  if (client->login_refused()) return false;
  return tl::unexpected(id.error());
}

}  // namespace partwise::kafka
