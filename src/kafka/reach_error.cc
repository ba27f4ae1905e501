#include "kafka/reach_error.h"

#include <array>
#include <cctype>
#include <utility>

#include <fmt/format.h>

#include "base/text.h"
#include "kafka/error.h"
#include "kafka/foreign_text.h"

namespace partwise::kafka {
namespace {

constexpr std::string_view no_token = "Failed to acquire SASL OAUTHBEARER token: ";
constexpr std::string_view refused_login = "SASL authentication error: ";
constexpr std::string_view no_handshake = "mechanism handshake failed: ";
constexpr std::string_view in_handshake = "disconnected in state ssl_handshake";
constexpr std::string_view offered = "broker's supported mechanisms: ";

bool says(std::string_view reason, std::string_view words) {
  return lowered(reason).find(words) != std::string::npos;
}

// What is behind the words; empty where they are not there.
std::string_view behind(std::string_view text, std::string_view words) {
  const auto at = text.find(words);
  return at == std::string_view::npos ? std::string_view() : text.substr(at + words.size());
}

// The alerts of TLS by which a server tells that it does not like the client's certificate.
//
// source: RFC 8446, 6.2
bool is_about_our_certificate(std::string_view reason) {
  const auto number = behind(reason, "SSL alert number ");
  int alert = 0;
  for (const char c : number) {
    if (std::isdigit(static_cast<unsigned char>(c)) == 0 || alert > 255) break;
    alert = alert * 10 + (c - '0');
  }
  constexpr int bad_certificate = 42;
  constexpr int access_denied = 49;  // between them: unsupported, revoked, expired, unknown
  constexpr int certificate_required = 116;
  return (alert >= bad_certificate && alert <= access_denied && alert != 47) ||
         alert == certificate_required;
}

Error refused(std::string message, std::string hint) {
  return {ErrorKind::unauthorized, std::move(message), std::move(hint), {}};
}

Error token_error(std::string_view reason) {
  const auto words = shown_foreign(reason);
  if (reason.starts_with('{')) {
    return refused(fmt::format("the token endpoint refused the client: {}", words),
                   "check sasl.oauthbearer.client.id, .client.secret and .scope");
  }
  if (says(reason, "certificate")) {
    return refused(fmt::format("the token endpoint is not trusted: {}", words),
                   "its authority must be one of this system's: ssl.ca.location is for brokers");
  }
  return {ErrorKind::unavailable,
          fmt::format("there is no token: {}", words),
          "check sasl.oauthbearer.token.endpoint.url, and that it answers",
          {}};
}

Error mechanism_error(const ReachTrouble& trouble) {
  const auto mechanisms = shown_foreign(behind(trouble.reason, offered));
  if (says(trouble.reason, "sasl state")) {
    return {ErrorKind::unavailable,
            fmt::format("{} takes no login", trouble.servers),
            "check the port; or set security.protocol to SSL (or PLAINTEXT)",
            {}};
  }
  return refused(fmt::format("{} does not offer this sasl.mechanism{}", trouble.servers,
                             mechanisms.empty() ? "" : ", but " + mechanisms),
                 "set sasl.mechanism to one that it offers");
}

Error client_certificate_error(const ReachTrouble& trouble) {
  if (!trouble.has_client_certificate) {
    return refused(fmt::format("{} wants a client certificate, and none is given", trouble.servers),
                   "give ssl.certificate.location and ssl.key.location, or ssl.keystore.location "
                   "(--config)");
  }
  const auto alert = behind(trouble.reason, " alert ");
  return refused(fmt::format("{} refused the client certificate: {}", trouble.servers,
                             shown_foreign(alert.substr(0, alert.find(':')))),
                 "it must be valid today and signed by an authority that the cluster trusts");
}

Error login_error(const ReachTrouble& trouble) {
  const auto words = behind(trouble.reason, refused_login);
  if (words.starts_with('{')) {
    return refused(fmt::format("{} refused the token: {}", trouble.servers, shown_foreign(words)),
                   "its issuer, audience and scope must be those that the brokers expect");
  }
  return refused(fmt::format("{} refused the credentials: {}", trouble.servers,
                             shown_foreign(words.empty() ? trouble.reason : words)),
                 "check the user name, the password and sasl.mechanism");
}

// What a reason of librdkafka's means. The first row whose words are in it counts.
struct Meaning {
  std::string_view words;
  std::string_view why;
  const char* hint;
};

constexpr auto meanings = std::to_array<Meaning>({
    {"failed to resolve", "the host name is not known",
     "check the spelling of --bootstrap-servers"},
    {"invalid response size", "what answers there is not Kafka, or wants TLS",
     "check the port, and security.protocol in --config"},
    {"receive.message.max.bytes", "what answers there is not Kafka, or wants TLS",
     "check the port, and security.protocol in --config"},
    {"connecting to a ssl listener", "what answers there is not Kafka, or wants TLS",
     "check the port, and security.protocol in --config: SSL or SASL_SSL"},
    {"connection refused", "connection refused", "check that the broker runs and listens there"},
    {"plaintext broker listener", "the port speaks no TLS",
     "check the port, and security.protocol"},
    {in_handshake, "the port speaks no TLS", "check the port, and security.protocol"},
    {"wrong version number", "the port speaks no TLS", "check the port, and security.protocol"},
    {"might require sasl", "it hangs up; it may want a login",
     "check security.protocol (SASL_SSL, SASL_PLAINTEXT) and sasl.*"},
    {"disconnected", "it hangs up", "check the port, and security.protocol in --config"},
});

Error unavailable(const ReachTrouble& trouble, std::string_view tried) {
  const auto what = [&](std::string_view why) {
    return fmt::format("cannot reach {} ({}{})", trouble.servers, why, tried);
  };
  for (const auto& meaning : meanings) {
    if (says(trouble.reason, meaning.words)) {
      return {ErrorKind::unavailable, what(meaning.why), meaning.hint, {}};
    }
  }
  if (trouble.code == RD_KAFKA_RESP_ERR__RESOLVE) {
    return {ErrorKind::unavailable, what(meanings.front().why), meanings.front().hint, {}};
  }
  if (trouble.code == RD_KAFKA_RESP_ERR_NO_ERROR) {
    return {ErrorKind::timeout,
            what("no answer"),
            "check that it is a Kafka port, and security.protocol; a longer --timeout may help",
            {}};
  }
  return {ErrorKind::unavailable,
          what(shown_foreign(trouble.reason)),
          says(trouble.reason, "ssl") ? "check ssl.*, the host name and security.protocol"
                                      : "check the port, security.protocol and the network",
          {}};
}

}  // namespace

std::string plain_reason(std::string reason) {
  const bool shaking = reason.find(" in state SSL_HANDSHAKE") != std::string::npos;
  if (const auto when = reason.rfind(" (after "); when != std::string::npos) reason.erase(when);
  // The name of a broker has a '/' before its first ": ", and no blank.
  const auto end = reason.find(": ");
  const auto where = std::string_view(reason).substr(0, end);
  if (end != std::string::npos && where.find('/') != std::string_view::npos &&
      where.find(' ') == std::string_view::npos) {
    reason.erase(0, end + 2);
  }
  // Where it was is all that tells this one from others.
  if (shaking && reason == "Disconnected") reason += " in state SSL_HANDSHAKE";
  return reason;
}

bool refuses_the_login(const ReachTrouble& trouble) {
  return !trouble.certificate && !trouble.reason.starts_with(no_token) &&
         !says(trouble.reason, no_handshake) && trouble.code != RD_KAFKA_RESP_ERR_NO_ERROR &&
         kind_of(trouble.code) == ErrorKind::unauthorized;
}

Error reach_error(const ReachTrouble& trouble, std::string_view tried) {
  if (trouble.certificate) return error_of(*trouble.certificate);
  if (trouble.reason.starts_with(no_token)) return token_error(behind(trouble.reason, no_token));
  if (says(trouble.reason, no_handshake)) return mechanism_error(trouble);
  if (refuses_the_login(trouble)) return login_error(trouble);
  if (is_about_our_certificate(trouble.reason)) return client_certificate_error(trouble);
  return unavailable(trouble, tried);
}

}  // namespace partwise::kafka
