#include "kafka/client.h"

#include <algorithm>
#include <array>
#include <memory>
#include <utility>

#include <fmt/format.h>
#include <openssl/x509.h>

#include "base/release.h"
#include "kafka/client_config.h"
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

// OpenSSL's verdict stands: it is only noted, for librdkafka's own words are the same for each.
// NOLINTNEXTLINE(readability-non-const-parameter): the type is librdkafka's
int note_verdict(rd_kafka_t*, const char* address, std::int32_t broker, int* verdict, int,
                 const char* certificate, std::size_t size, char*, std::size_t, void* opaque) {
  if (*verdict == X509_V_OK) return 1;
  const auto* bytes = reinterpret_cast<const unsigned char*>(certificate);
  const std::unique_ptr<X509, Release<X509_free>> refused(
      d2i_X509(nullptr, &bytes, static_cast<long>(size)));
  static_cast<Client*>(opaque)->note_certificate(
      broker, refused_certificate(address, *verdict, refused.get()));
  return 0;
}

void drop_log(const rd_kafka_t*, int, const char*, const char*) {}

// ---- configuration ----

// What keeps it read-only and quick to answer, whatever the user's properties say.
constexpr std::array<Setting, 7> always = {{
    {"enable.auto.commit", "false"},
    {"enable.metrics.push",
     "false"},  // no telemetry to the brokers, nor a second lost in ending it
    {"allow.auto.create.topics", "false"},
    {"auto.offset.reset", "error"},  // a vanished offset is an answer, not a reason to jump
    {"isolation.level", "read_uncommitted"},  // aborted records are carried, too
    {"enable.partition.eof", "true"},
    {"check.crcs", "false"},
}};

// Each record once, in order, and on all replicas.
constexpr std::array<Setting, 5> always_in_producing = {{
    {"enable.idempotence", "true"},
    {"acks", "all"},
    {"max.in.flight.requests.per.connection", "5"},  // more cannot be kept in order
    {"linger.ms", "20"},
    {"enable.metrics.push", "false"},
}};

constexpr std::array<Setting, 3> always_in_a_group = {{
    {"group.protocol", "classic"},  // any broker speaks it
    {"partition.assignment.strategy", "range"},
    {"max.poll.interval.ms", "300000"},
}};

// A member that is silent for twenty seconds is gone: long for a pause of its machine, short for
// whoever waits for its part. The user's own properties come before these.
constexpr std::array<Setting, 2> usual_in_a_group = {{
    {"session.timeout.ms", "20000"},
    {"heartbeat.interval.ms", "3000"},
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

// Everything: large responses, and two of them ahead for each partition. More would not be faster:
// what lies ready is new memory each time, which costs more than it saves.
constexpr std::array<Setting, 6> for_bulk = {{
    {"fetch.message.max.bytes", "2097152"},
    {"fetch.wait.max.ms", "20"},
    {"queued.min.messages", "100000"},
    {"queued.max.messages.kbytes", "4096"},
    {"fetch.error.backoff.ms", "50"},
    {"fetch.queue.backoff.ms", "5"},
}};

// Records are seen when a response is complete: one of all partitions' 2 MB each would look like
// silence over a slow link. Whoever sets one of these has made them fit together.
constexpr Setting bulk_response = {"fetch.max.bytes", "4194304"};
constexpr std::array<const char*, 3> response_limits = {
    {"fetch.max.bytes", "message.max.bytes", "receive.message.max.bytes"}};

bool limits_responses(const config::ClientProperties& properties) {
  return std::any_of(response_limits.begin(), response_limits.end(), [&](const char* name) {
    return config::find_property(properties, name) != nullptr;
  });
}

bool verifies_certificates(const config::ClientProperties& properties) {
  const auto* set = config::find_property(properties, "enable.ssl.certificate.verification");
  return set == nullptr || set->value.reveal() != "false";
}

bool has_client_certificate(const config::ClientProperties& properties) {
  const auto has = [&](const char* name) {
    return config::find_property(properties, name) != nullptr;
  };
  return has("ssl.certificate.location") || has("ssl.certificate.pem") ||
         has("ssl.keystore.location");
}

// Whatever is assigned, nothing of it is taken: the group is told who has what, and no more.
void take_nothing(rd_kafka_t* client, rd_kafka_resp_err_t code, rd_kafka_topic_partition_list_t*,
                  void*) {
  if (code != RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS) {
    rd_kafka_assign(client, nullptr);
    return;
  }
  const PartitionListHandle nothing(rd_kafka_topic_partition_list_new(0));
  rd_kafka_assign(client, nothing.get());
}

}  // namespace

Result<std::unique_ptr<Client>> Client::create(const ClientSettings& settings,
                                               TrafficCounters& traffic) {
  auto conf = TRY(configuration_of(settings.properties, always));
  for (const auto& [name, value] : settings.bulk ? for_bulk : for_sampling) {
    TRY(set(conf.get(), name, value, {}));
  }
  if (settings.bulk && !limits_responses(settings.properties)) {
    TRY(set(conf.get(), bulk_response.name, bulk_response.value, {}));
  }
  return started(RD_KAFKA_CONSUMER, std::move(conf), settings, traffic);
}

Result<std::unique_ptr<Client>> Client::create_producer(const ClientSettings& settings,
                                                        TrafficCounters& traffic,
                                                        DeliveryReport on_delivery,
                                                        const Sending& sending) {
  auto conf = TRY(configuration_of(settings.properties, always_in_producing));
  TRY(set(conf.get(), "message.timeout.ms", fmt::format("{}", settings.timeout.count()), {}));
  TRY(set(conf.get(), "partitioner", sending.partitioner, {}));
  TRY(set(conf.get(), "compression.type", sending.compression, {}));
  rd_kafka_conf_set_dr_msg_cb(conf.get(), on_delivery);
  auto client = TRY(started(RD_KAFKA_PRODUCER, std::move(conf), settings, traffic));
  client->context_ = sending.context;
  return client;
}

Result<std::unique_ptr<Client>> Client::create_member(const ClientSettings& settings,
                                                      TrafficCounters& traffic,
                                                      const Membership& as) {
  auto properties = settings.properties;
  // One identity for all who have the file: each would throw the one before out.
  std::erase_if(properties, [](const auto& each) { return each.name == "group.instance.id"; });
  auto conf = TRY(configuration_of(properties, always));
  for (const auto& [name, value] : always_in_a_group) TRY(set(conf.get(), name, value, {}));
  for (const auto& [name, value] : usual_in_a_group) {
    if (config::find_property(properties, name) == nullptr) TRY(set(conf.get(), name, value, {}));
  }
  TRY(set(conf.get(), "group.id", as.group, {}));
  TRY(set(conf.get(), "client.id", as.client_id, {}));
  rd_kafka_conf_set_rebalance_cb(conf.get(), take_nothing);
  return started(RD_KAFKA_CONSUMER, std::move(conf), settings, traffic);
}

Result<std::unique_ptr<Client>> Client::started(rd_kafka_type_t type, ConfHandle conf,
                                                const ClientSettings& settings,
                                                TrafficCounters& traffic) {
  std::unique_ptr<Client> client(new Client);
  client->timeout_ = settings.timeout;
  if (const auto* servers = config::find_property(settings.properties, "bootstrap.servers")) {
    client->trouble_.servers = servers->value.reveal();
  }
  client->trouble_.has_client_certificate = has_client_certificate(settings.properties);
  rd_kafka_conf_set_opaque(conf.get(), client.get());
  rd_kafka_conf_set_error_cb(conf.get(), on_error);
  rd_kafka_conf_set_log_cb(conf.get(), drop_log);
  // Where nothing is verified there are verdicts, too, but they do not count.
  if (verifies_certificates(settings.properties)) {
    rd_kafka_conf_set_ssl_cert_verify_cb(conf.get(), note_verdict);
  }
  rd_kafka_conf_interceptor_add_on_new(conf.get(), "partwise", intercept, &traffic);
  client->handle_ = TRY(new_client(type, std::move(conf)));
  return client;
}

void Client::note_error(rd_kafka_resp_err_t code, const char* reason) {
  const std::scoped_lock lock(mutex_);
  if (code == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN) {
    all_down_ = true;
    return;
  }
  if (is_refusal()) return;
  auto plain = plain_reason(reason);
  // Later, a connection may be closed because nothing was asked on it.
  if (!connecting_ && plain.starts_with("Disconnected")) return;
  trouble_.code = code;
  trouble_.reason = std::move(plain);
}

void Client::note_certificate(int broker, RefusedCertificate refused) {
  const std::scoped_lock lock(mutex_);
  if (broker >= 0) untrusted_.insert_or_assign(broker, error_of(refused));
  if (!is_refusal()) trouble_.certificate = std::move(refused);
}

std::optional<Error> Client::untrusted(int broker) const {
  const std::scoped_lock lock(mutex_);
  const auto found = untrusted_.find(broker);
  return found == untrusted_.end() ? std::nullopt : std::optional(found->second);
}

// What was said first tells more than what followed from it. With the lock held.
bool Client::is_refusal() const {
  return reach_error(trouble_, {}).kind == ErrorKind::unauthorized;
}

std::optional<Error> Client::last_trouble() const {
  const std::scoped_lock lock(mutex_);
  if (!trouble_.any()) return std::nullopt;
  return reach_error(trouble_, {});
}

bool Client::login_refused() const {
  const std::scoped_lock lock(mutex_);
  return refuses_the_login(trouble_);
}

Error Client::cannot_reach(double waited_s) const {
  const std::scoped_lock lock(mutex_);
  return reach_error(trouble_, fmt::format(", tried for {:.1f} s", waited_s));
}

// A login that one broker refuses is refused by all; another may have a better certificate.
bool Client::hopeless() const {
  const std::scoped_lock lock(mutex_);
  if (!trouble_.any()) return false;
  return all_down_ || (!trouble_.certificate && kind_of(trouble_.code) == ErrorKind::unauthorized);
}

Result<std::string> Client::connect(const std::stop_token& stop) {
  connecting_ = true;
  auto id = cluster_id(stop);
  connecting_ = false;
  return id;
}

Result<std::string> Client::cluster_id(const std::stop_token& stop) {
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
      return fail(ErrorKind::interrupted, "interrupted while connecting to " + trouble_.servers);
    }
    if (hopeless() || waited >= timeout_) return tl::unexpected(cannot_reach(seconds(waited)));
  }
}

}  // namespace partwise::kafka
