#include "kafka/wire.h"

#include <array>
#include <span>
#include <utility>

#include <fmt/format.h>
#include <openssl/rand.h>

#include "base/text.h"
#include "kafka/wire_sasl.h"

namespace partwise::kafka {
namespace {

constexpr std::int16_t api_sasl_handshake = 17;
constexpr std::int16_t api_sasl_authenticate = 36;
// 100,000 partitions of long names make some 20 MB; more is not a Kafka broker.
constexpr std::int32_t response_max = 512 * 1024 * 1024;

std::string property(const config::ClientProperties& properties, std::string_view name) {
  const auto* found = config::find_property(properties, name);
  return found == nullptr ? std::string() : found->value.reveal();
}

TlsSettings tls_settings(const config::ClientProperties& properties) {
  TlsSettings tls;
  tls.ca_location = property(properties, "ssl.ca.location");
  tls.ca_pem = property(properties, "ssl.ca.pem");
  tls.certificate = property(properties, "ssl.certificate.location");
  tls.key = property(properties, "ssl.key.location");
  tls.key_password = property(properties, "ssl.key.password");
  tls.verify_host_name = property(properties, "ssl.endpoint.identification.algorithm") != "none";
  tls.verify_certificate = property(properties, "enable.ssl.certificate.verification") != "false";
  return tls;
}

std::span<const std::byte> raw(std::string_view text) {
  return std::as_bytes(std::span(text.data(), text.size()));
}

Result<std::string> fresh_nonce() {
  std::array<unsigned char, 18> random{};
  if (RAND_bytes(random.data(), static_cast<int>(random.size())) != 1) {
    return fail(ErrorKind::unavailable, "no random numbers for the login");
  }
  std::string nonce;
  for (const auto byte : random) nonce += fmt::format("{:02x}", byte);
  return nonce;
}

}  // namespace

std::uint64_t WireReader::number(std::size_t size) {
  std::uint64_t x = 0;
  for (const char c : take(static_cast<std::int64_t>(size))) {
    x = (x << 8U) | static_cast<unsigned char>(c);
  }
  return x;
}

std::string_view WireReader::take(std::int64_t size) {
  if (size <= 0) return {};  // a null text or array is -1
  if (static_cast<std::size_t>(size) > bytes_.size()) {
    ok_ = false;
    bytes_ = {};
    return {};
  }
  const auto taken = bytes_.substr(0, static_cast<std::size_t>(size));
  bytes_.remove_prefix(static_cast<std::size_t>(size));
  return taken;
}

Result<WireConnection> WireConnection::open(const std::string& host, int port,
                                            const ClientSettings& settings,
                                            const std::stop_token& stop) {
  const WirePatience patience{std::chrono::steady_clock::now() + settings.timeout, stop};
  auto protocol = lowered(property(settings.properties, "security.protocol"));
  if (protocol.empty()) protocol = "plaintext";
  const bool tls = protocol == "ssl" || protocol == "sasl_ssl";
  auto stream = tls ? connect_tls(host, port, tls_settings(settings.properties), patience)
                    : connect_plain(host, port, patience);
  if (!stream) return tl::unexpected(std::move(stream).error());
  WireConnection connection(std::move(*stream));
  if (protocol.starts_with("sasl")) TRY(connection.log_in(settings.properties));
  return connection;
}

Result<std::string> WireConnection::ask(std::int16_t api_key, std::int16_t version,
                                        const std::string& body) {
  WireWriter header;
  header.int16(api_key);
  header.int16(version);
  header.int32(++correlation_);
  header.text("partwise");
  WireWriter frame;
  frame.int32(static_cast<std::int32_t>(header.get().size() + body.size()));
  TRY(stream_->write(raw(frame.get() + header.get() + body)));

  std::array<std::byte, 8> start{};
  TRY(stream_->read(start));
  WireReader reader({reinterpret_cast<const char*>(start.data()), start.size()});
  const auto size = reader.int32();
  const auto correlation = reader.int32();
  if (size < 4 || size > response_max || correlation != correlation_) {
    return fail(ErrorKind::corrupt, "the answer is not of Kafka's protocol");
  }
  std::string response(static_cast<std::size_t>(size - 4), '\0');
  TRY(stream_->read(std::as_writable_bytes(std::span(response.data(), response.size()))));
  return response;
}

Result<std::string> WireConnection::authenticate(std::string_view message) {
  WireWriter body;
  body.bytes(message);
  const auto response = TRY(ask(api_sasl_authenticate, 0, body.get()));
  WireReader reader(response);
  const auto code = reader.int16();
  reader.text();
  auto answer = std::string(reader.bytes());
  if (code == 0 && reader.ok()) return answer;
  return fail(ErrorKind::unauthorized, "the broker refused the credentials",
              "check the user name, the password and sasl.mechanism");
}

Result<> WireConnection::log_in(const config::ClientProperties& properties) {
  auto mechanism = property(properties, "sasl.mechanism");
  if (mechanism.empty()) mechanism = property(properties, "sasl.mechanisms");
  if (mechanism != "PLAIN" && !mechanism.starts_with("SCRAM-SHA-")) {
    return fail(ErrorKind::limit,
                fmt::format("sasl.mechanism {} is not spoken for this request", mechanism));
  }
  WireWriter handshake;
  handshake.text(mechanism);
  const auto response = TRY(ask(api_sasl_handshake, 1, handshake.get()));
  if (WireReader(response).int16() != 0) {
    return fail(ErrorKind::unauthorized, fmt::format("the broker does not offer {}", mechanism));
  }
  const auto user = property(properties, "sasl.username");
  const auto password = property(properties, "sasl.password");
  if (mechanism == "PLAIN") {
    TRY(authenticate(plain_message(user, password)));
    return {};
  }
  auto nonce = TRY(fresh_nonce());
  ScramClient scram(mechanism == "SCRAM-SHA-512", user, password, std::move(nonce));
  const auto challenge = TRY(authenticate(scram.first_message()));
  const auto proof = TRY(scram.final_message(challenge));
  const auto verdict = TRY(authenticate(proof));
  if (scram.verifies(verdict)) return {};
  return fail(ErrorKind::unauthorized, "the broker could not prove that it knows the password");
}

}  // namespace partwise::kafka
