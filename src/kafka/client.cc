#include "kafka/client.h"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/text.h"
#include "kafka/error.h"

namespace partwise::kafka {
namespace {

constexpr std::int16_t api_fetch = 1;
constexpr std::int16_t api_list_offsets = 2;

// ---- C callbacks: no exception may pass through them ----

rd_kafka_resp_err_t count_response(rd_kafka_t*, int, const char*, std::int32_t,
                                   std::int16_t api_key, std::int16_t, std::int32_t,
                                   std::size_t size, std::int64_t rtt_us, rd_kafka_resp_err_t,
                                   void* opaque) {
  auto& traffic = *static_cast<TrafficCounters*>(opaque);
  const auto bytes = static_cast<std::int64_t>(size);
  traffic.bytes_received += bytes;
  if (api_key == api_fetch) traffic.bytes_fetched += bytes;
  if (api_key == api_list_offsets && rtt_us > 0) traffic.list_offsets_us += rtt_us;
  return RD_KAFKA_RESP_ERR_NO_ERROR;
}

rd_kafka_resp_err_t count_request(rd_kafka_t*, int, const char*, std::int32_t, std::int16_t api_key,
                                  std::int16_t, std::int32_t, std::size_t, void* opaque) {
  auto& traffic = *static_cast<TrafficCounters*>(opaque);
  ++traffic.requests;
  if (api_key == api_fetch) ++traffic.fetch_requests;
  if (api_key == api_list_offsets) ++traffic.list_offsets_requests;
  return RD_KAFKA_RESP_ERR_NO_ERROR;
}

rd_kafka_resp_err_t intercept(rd_kafka_t* client, const rd_kafka_conf_t*, void* opaque, char*,
                              std::size_t) {
  rd_kafka_interceptor_add_on_request_sent(client, "partwise", count_request, opaque);
  return rd_kafka_interceptor_add_on_response_received(client, "partwise", count_response, opaque);
}

void on_error(rd_kafka_t*, int code, const char* reason, void* opaque) {
  static_cast<Client*>(opaque)->note_error(static_cast<rd_kafka_resp_err_t>(code), reason);
}

void drop_log(const rd_kafka_t*, int, const char*, const char*) {}

// ---- configuration ----

struct Setting {
  const char* name;
  const char* value;
};

// What keeps it read-only and quick to answer, whatever the user's properties say.
constexpr std::array<Setting, 8> always = {{
    {"enable.auto.commit", "false"},
    {"enable.metrics.push",
     "false"},  // no telemetry to the brokers, nor a second lost in ending it
    {"allow.auto.create.topics", "false"},
    {"auto.offset.reset", "error"},  // a vanished offset is an answer, not a reason to jump
    {"isolation.level", "read_uncommitted"},  // aborted records are carried, too
    {"enable.partition.eof", "true"},
    {"check.crcs", "false"},
    {"log.connection.close", "false"},
}};

// A few records at many places: a response of about one batch, and nothing read ahead. Twice Java's
// default batch.size: where batches do not fit, a response has one, and the other partitions of the
// request cost the broker a look into their logs for nothing.
constexpr std::array<Setting, 6> for_sampling = {{
    {"fetch.message.max.bytes", "32768"},
    {"fetch.wait.max.ms", "5"},
    {"queued.min.messages", "1"},
    {"queued.max.messages.kbytes", "1024"},
    {"fetch.error.backoff.ms", "50"},
    {"fetch.queue.backoff.ms", "1"},
}};

// Everything: large responses, and enough of them on the way.
constexpr std::array<Setting, 6> for_bulk = {{
    {"fetch.message.max.bytes", "2097152"},
    {"fetch.wait.max.ms", "20"},
    {"queued.min.messages", "1000000"},
    {"queued.max.messages.kbytes", "65536"},
    {"fetch.error.backoff.ms", "50"},
    {"fetch.queue.backoff.ms", "5"},
}};

// Records are seen when a response is complete: one of all partitions' 2 MB each would look like
// silence over a slow link. Whoever sets one of these has made them fit together.
constexpr Setting bulk_response = {"fetch.max.bytes", "4194304"};
constexpr std::array<const char*, 3> response_limits = {
    {"fetch.max.bytes", "message.max.bytes", "receive.message.max.bytes"}};

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

bool limits_responses(const config::ClientProperties& properties) {
  return std::any_of(response_limits.begin(), response_limits.end(), [&](const char* name) {
    return config::find_property(properties, name) != nullptr;
  });
}

// Where a client cannot be made, librdkafka up to 2.12 frees the interceptors of a configuration
// that it leaves to the caller (its issue 4142): freed again, the program would crash. So it is
// kept.
void keep_for_ever(ConfHandle conf) {
  static std::mutex mutex;
  static auto* const kept = new std::vector<rd_kafka_conf_t*>;  // not freed at the program's end
  const std::lock_guard lock(mutex);
  kept->push_back(conf.release());
}

// librdkafka's reason without where ("ssl://host:9092/1: ") and when ("(after 3ms in state ...)").
std::string plain_reason(std::string reason) {
  if (const auto when = reason.rfind(" (after "); when != std::string::npos) reason.erase(when);
  if (const auto where = reason.find("://"); where != std::string::npos) {
    const auto end = reason.find(": ", where);
    if (end != std::string::npos) reason.erase(0, end + 2);
  }
  return reason;
}

bool says(const std::string& reason, std::string_view words) {
  return lowered(reason).find(words) != std::string::npos;
}

}  // namespace

Result<std::unique_ptr<Client>> Client::create(const ClientSettings& settings,
                                               TrafficCounters& traffic) {
  std::unique_ptr<Client> client(new Client);
  client->timeout_ = settings.timeout;
  ConfHandle conf(rd_kafka_conf_new());
  TRY(set(conf.get(), "client.id", "partwise", {}));
  for (const auto& property : settings.properties) {
    TRY(set(conf.get(), property.name, property.value.reveal(), property.from));
    if (property.name == "bootstrap.servers") client->bootstrap_servers_ = property.value.reveal();
  }
  for (const auto& [name, value] : always) TRY(set(conf.get(), name, value, {}));
  for (const auto& [name, value] : settings.bulk ? for_bulk : for_sampling) {
    TRY(set(conf.get(), name, value, {}));
  }
  if (settings.bulk && !limits_responses(settings.properties)) {
    TRY(set(conf.get(), bulk_response.name, bulk_response.value, {}));
  }
  rd_kafka_conf_set_opaque(conf.get(), client.get());
  rd_kafka_conf_set_error_cb(conf.get(), on_error);
  rd_kafka_conf_set_log_cb(conf.get(), drop_log);
  rd_kafka_conf_interceptor_add_on_new(conf.get(), "partwise", intercept, &traffic);

  std::array<char, 512> why{};
  client->handle_.reset(rd_kafka_new(RD_KAFKA_CONSUMER, conf.get(), why.data(), why.size()));
  if (!client->handle_) {
    keep_for_ever(std::move(conf));
    return fail(ErrorKind::invalid_input,
                fmt::format("the client settings do not fit together: {}", why.data()),
                "check security.protocol, sasl.* and ssl.*");
  }
  [[maybe_unused]] const auto* owned_by_the_client = conf.release();
  return client;
}

void Client::note_error(rd_kafka_resp_err_t code, const char* reason) {
  const std::lock_guard lock(mutex_);
  if (code == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN) {
    all_down_ = true;
    return;
  }
  // What the first broker said tells more than what followed from it.
  if (kind_of(trouble_) == ErrorKind::unauthorized && trouble_ != RD_KAFKA_RESP_ERR_NO_ERROR)
    return;
  trouble_ = code;
  trouble_reason_ = plain_reason(reason);
}

std::optional<Error> Client::last_trouble() const {
  const std::lock_guard lock(mutex_);
  if (trouble_ == RD_KAFKA_RESP_ERR_NO_ERROR) return std::nullopt;
  return error_of(trouble_, "reach " + bootstrap_servers_, trouble_reason_);
}

// One message for each way in which a first contact goes wrong.
Error Client::cannot_reach(double waited_s) const {
  const std::lock_guard lock(mutex_);
  const auto what = [&](std::string_view why) {
    return fmt::format("cannot reach {} ({}, tried for {:.1f} s)", bootstrap_servers_, why,
                       waited_s);
  };
  if (kind_of(trouble_) == ErrorKind::unauthorized && trouble_ != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return {ErrorKind::unauthorized,
            fmt::format("{} refused the credentials: {}", bootstrap_servers_, trouble_reason_),
            "check the user name, the password and sasl.mechanism",
            {}};
  }
  if (trouble_ == RD_KAFKA_RESP_ERR__RESOLVE || says(trouble_reason_, "failed to resolve")) {
    return {ErrorKind::unavailable,
            what("the host name is not known"),
            "check the spelling of --bootstrap-servers",
            {}};
  }
  if (says(trouble_reason_, "invalid response size") ||
      says(trouble_reason_, "receive.message.max.bytes")) {
    return {ErrorKind::unavailable,
            what("what answers there is not Kafka, or wants TLS"),
            "check the port, and security.protocol in --config",
            {}};
  }
  if (says(trouble_reason_, "connection refused")) {
    return {ErrorKind::unavailable,
            what("connection refused"),
            "check that the broker runs and listens there",
            {}};
  }
  if (trouble_ == RD_KAFKA_RESP_ERR__SSL || says(trouble_reason_, "ssl handshake failed")) {
    return {ErrorKind::unavailable,
            what(trouble_reason_),
            says(trouble_reason_, "plaintext")
                ? "the port speaks no TLS: check the port, and security.protocol"
                : "check ssl.ca.location, the host name and security.protocol",
            {}};
  }
  if (trouble_ != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return {ErrorKind::unavailable,
            what(trouble_reason_),
            "check the port, security.protocol and the network",
            {}};
  }
  return {ErrorKind::timeout,
          what("no answer"),
          "check that it is a Kafka port, and security.protocol; a longer --timeout may help",
          {}};
}

bool Client::hopeless() const {
  const std::lock_guard lock(mutex_);
  if (trouble_ == RD_KAFKA_RESP_ERR_NO_ERROR) return false;
  return all_down_ || kind_of(trouble_) == ErrorKind::unauthorized;
}

Result<std::string> Client::connect(const std::stop_token& stop) {
  constexpr int slice_ms = 50;
  const auto start = std::chrono::steady_clock::now();
  while (true) {
    if (char* id = rd_kafka_clusterid(handle_.get(), slice_ms); id != nullptr) {
      std::string copy = id;
      rd_kafka_mem_free(handle_.get(), id);
      return copy;
    }
    rd_kafka_poll(handle_.get(), 0);
    const auto waited = std::chrono::steady_clock::now() - start;
    if (stop.stop_requested()) {
      return fail(ErrorKind::interrupted, "interrupted while connecting to " + bootstrap_servers_);
    }
    if (hopeless() || waited >= timeout_) return tl::unexpected(cannot_reach(seconds(waited)));
  }
}

}  // namespace partwise::kafka
