#include "kafka/client_config.h"

#include <array>
#include <mutex>
#include <utility>
#include <vector>

#include <fmt/format.h>

namespace partwise::kafka {
namespace {

// Where a client cannot be made, librdkafka up to 2.12 frees the interceptors of a configuration
// that it leaves to the caller (its issue 4142): freed again, the program would crash. So it is
// kept.
void keep_for_ever(ConfHandle conf) {
  static std::mutex mutex;
  static auto* const kept = new std::vector<rd_kafka_conf_t*>;  // not freed at the program's end
  const std::scoped_lock lock(mutex);
  kept->push_back(conf.release());
}

}  // namespace

Result<> set(rd_kafka_conf_t* conf, const std::string& name, const std::string& value,
             const std::string& from) {
  std::array<char, 512> why{};
  const auto result = rd_kafka_conf_set(conf, name.c_str(), value.c_str(), why.data(), why.size());
  if (result == RD_KAFKA_CONF_OK) return {};
  if (result == RD_KAFKA_CONF_UNKNOWN) {
    return fail(ErrorKind::invalid_input, fmt::format("property {} is not known", name),
                "remove it, or look up its name in librdkafka's CONFIGURATION.md", from);
  }
  // librdkafka's reason may quote the value, which may be a secret.
  return fail(ErrorKind::invalid_input,
              fmt::format("property {} has a value that is refused", name),
              "see its range in librdkafka's CONFIGURATION.md", from);
}

Result<ConfHandle> configuration_of(const config::ClientProperties& properties,
                                    std::span<const Setting> always) {
  ConfHandle conf(rd_kafka_conf_new());
  TRY(set(conf.get(), "client.id", "partwise", {}));
  for (const auto& property : properties) {
    TRY(set(conf.get(), property.name, property.value.reveal(), property.from));
  }
  for (const auto& [name, value] : always) TRY(set(conf.get(), name, value, {}));
  return conf;
}

Result<ClientHandle> new_client(rd_kafka_type_t type, ConfHandle conf) {
  std::array<char, 512> why{};
  ClientHandle client(rd_kafka_new(type, conf.get(), why.data(), why.size()));
  if (!client) {
    keep_for_ever(std::move(conf));
    return fail(ErrorKind::invalid_input,
                fmt::format("the client settings do not fit together: {}", why.data()),
                "check security.protocol, sasl.* and ssl.*");
  }
  [[maybe_unused]] const auto* owned_by_the_client = conf.release();
  return client;
}

}  // namespace partwise::kafka
