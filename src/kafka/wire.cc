#include "kafka/wire.h"

#include <array>
#include <span>
#include <utility>

#include <fmt/format.h>

#include "base/text.h"
#include "protocol/bytes.h"
#include "protocol/scram.h"

namespace partwise::kafka {
namespace {

using protocol::ApiKey;
using protocol::Reader;
using protocol::Writer;

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
  tls.certificate_pem = property(properties, "ssl.certificate.pem");
  tls.key = property(properties, "ssl.key.location");
  tls.key_pem = property(properties, "ssl.key.pem");
  tls.key_password = property(properties, "ssl.key.password");
  tls.key_store = property(properties, "ssl.keystore.location");
  tls.key_store_password = property(properties, "ssl.keystore.password");
  tls.verify_host_name = property(properties, "ssl.endpoint.identification.algorithm") != "none";
  tls.verify_certificate = property(properties, "enable.ssl.certificate.verification") != "false";
  return tls;
}

std::span<const std::byte> raw(std::string_view text) {
  return std::as_bytes(std::span(text.data(), text.size()));
}

}  // namespace

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

Result<std::string> WireConnection::ask(protocol::ApiKey api, std::int16_t version,
                                        const std::string& body) {
  Writer header;
  header.int16(static_cast<std::int16_t>(api));
  header.int16(version);
  header.int32(++correlation_);
  header.text("partwise");
  Writer frame;
  frame.int32(static_cast<std::int32_t>(header.own().size() + body.size()));
  TRY(stream_->write(raw(frame.own() + header.own() + body)));

  std::array<std::byte, 8> start{};
  TRY(stream_->read(start));
  Reader reader(std::string_view(reinterpret_cast<const char*>(start.data()), start.size()));
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
  Writer body;
  body.bytes(message);
  const auto response = TRY(ask(ApiKey::sasl_authenticate, 0, body.own()));
  Reader reader(response);
  const auto code = reader.int16();
  reader.text();
  auto answer = std::string(reader.bytes());
  if (code == 0 && reader.ok()) return answer;
  return fail(ErrorKind::unauthorized, "the broker refused the credentials",
              "check the user name, the password and sasl.mechanism");
}

Result<> WireConnection::log_in(const config::ClientProperties& properties) {
  const auto mechanism = property(properties, "sasl.mechanism");
  if (mechanism != "PLAIN" && !mechanism.starts_with("SCRAM-SHA-")) {
    return fail(ErrorKind::limit,
                fmt::format("sasl.mechanism {} is not spoken for this request", mechanism));
  }
  Writer handshake;
  handshake.text(mechanism);
  const auto response = TRY(ask(ApiKey::sasl_handshake, 1, handshake.own()));
  if (Reader(response).int16() != 0) {
    return fail(ErrorKind::unauthorized, fmt::format("the broker does not offer {}", mechanism));
  }
  const auto user = property(properties, "sasl.username");
  const auto password = property(properties, "sasl.password");
  if (mechanism == "PLAIN") {
    TRY(authenticate(protocol::plain_message(user, password)));
    return {};
  }
  auto nonce = TRY(protocol::fresh_nonce());
  const auto hash =
      mechanism == "SCRAM-SHA-512" ? protocol::ScramHash::sha512 : protocol::ScramHash::sha256;
  protocol::ScramClient scram(hash, user, password, std::move(nonce));
  const auto challenge = TRY(authenticate(scram.first_message()));
  const auto proof = TRY(scram.final_message(challenge));
  const auto verdict = TRY(authenticate(proof));
  if (scram.verifies(verdict)) return {};
  return fail(ErrorKind::unauthorized, "the broker could not prove that it knows the password");
}

}  // namespace partwise::kafka
