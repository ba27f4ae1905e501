#include "kafka/reach_error.h"

#include <gtest/gtest.h>
#include <openssl/x509_vfy.h>

namespace partwise::kafka {
namespace {

// Reasons as librdkafka 2.8.0 gives them, asked of Apache Kafka 4.3.1 brokers.
ReachTrouble trouble(rd_kafka_resp_err_t code, const std::string& reason) {
  ReachTrouble told;
  told.servers = "b:9093";
  told.code = code;
  told.reason = plain_reason(reason);
  return told;
}

Error error_for(rd_kafka_resp_err_t code, const std::string& reason) {
  return reach_error(trouble(code, reason), ", tried for 1.0 s");
}

void expect(const Error& error, ErrorKind kind, const std::string& message) {
  EXPECT_EQ(error.message, message);
  EXPECT_EQ(error.kind, kind) << message;
  EXPECT_FALSE(error.hint.empty()) << message;
}

TEST(PlainReason, HasNeitherWhereNorWhen) {
  EXPECT_EQ(plain_reason("ssl://h:1/bootstrap: SSL handshake failed: Disconnected (after 3ms in "
                         "state SSL_HANDSHAKE, 1 identical error(s) suppressed)"),
            "SSL handshake failed: Disconnected");
  EXPECT_EQ(plain_reason("127.0.0.1:41723/1: Disconnected (after 1ms in state UP)"),
            "Disconnected");
  EXPECT_EQ(plain_reason("ssl://h:1/bootstrap: Disconnected (after 1ms in state SSL_HANDSHAKE)"),
            "Disconnected in state SSL_HANDSHAKE");
  EXPECT_EQ(plain_reason("Failed to acquire SASL OAUTHBEARER token: no / here: x"),
            "Failed to acquire SASL OAUTHBEARER token: no / here: x");
}

TEST(ReachError, TellsRefusedPasswordsFromRefusedTokens) {
  expect(error_for(RD_KAFKA_RESP_ERR__AUTHENTICATION,
                   "sasl_ssl://b:9093/bootstrap: SASL authentication error: Authentication failed: "
                   "Invalid username or password (after 303ms in state AUTH_REQ)"),
         ErrorKind::unauthorized,
         "b:9093 refused the credentials: Authentication failed: Invalid "
         "username or password");
  expect(error_for(RD_KAFKA_RESP_ERR__AUTHENTICATION,
                   "sasl_ssl://b:9093/bootstrap: SASL authentication error: "
                   "{\"status\":\"invalid_token\"} (after 315ms in state AUTH_REQ)"),
         ErrorKind::unauthorized, "b:9093 refused the token: {\"status\":\"invalid_token\"}");
}

TEST(RefusesTheLogin, OnlyWhereTheLoginItselfIsRefused) {
  ReachTrouble trouble;
  EXPECT_FALSE(refuses_the_login(trouble));
  trouble.code = RD_KAFKA_RESP_ERR__TRANSPORT;
  EXPECT_FALSE(refuses_the_login(trouble));
  trouble.code = RD_KAFKA_RESP_ERR__AUTHENTICATION;
  trouble.reason = "SASL authentication error: Authentication failed";
  EXPECT_TRUE(refuses_the_login(trouble));
  trouble.certificate.emplace();
  EXPECT_FALSE(refuses_the_login(trouble));
  trouble.certificate.reset();
  trouble.reason = "SASL PLAIN mechanism handshake failed: Broker: Unsupported SASL mechanism";
  EXPECT_FALSE(refuses_the_login(trouble));
}

TEST(ReachError, NamesTheMechanismsThatAreOffered) {
  expect(
      error_for(RD_KAFKA_RESP_ERR__AUTHENTICATION,
                "sasl_plaintext://b:9093/bootstrap: SASL OAUTHBEARER mechanism handshake failed: "
                "Broker: Unsupported SASL mechanism: broker's supported mechanisms: "
                "PLAIN,SCRAM-SHA-512 (after 305ms in state AUTH_HANDSHAKE)"),
      ErrorKind::unauthorized,
      "b:9093 does not offer this sasl.mechanism, but PLAIN,SCRAM-SHA-512");
}

TEST(ReachError, TellsAListenerWithoutLogin) {
  expect(
      error_for(RD_KAFKA_RESP_ERR__AUTHENTICATION,
                "sasl_ssl://b:9093/bootstrap: SASL PLAIN mechanism handshake failed: Broker: "
                "Request not valid in current SASL state: broker's supported mechanisms:  (after "
                "6ms in state AUTH_HANDSHAKE)"),
      ErrorKind::unavailable, "b:9093 takes no login");
}

TEST(ReachError, TellsWhatIsWrongWithATokenEndpoint) {
  const std::string prefix = "Failed to acquire SASL OAUTHBEARER token: ";
  expect(error_for(RD_KAFKA_RESP_ERR__AUTHENTICATION, prefix + "{\"error\": \"invalid_client\"}"),
         ErrorKind::unauthorized,
         "the token endpoint refused the client: {\"error\": \"invalid_client\"}");
  expect(
      error_for(RD_KAFKA_RESP_ERR__AUTHENTICATION,
                prefix + "SSL certificate problem: self-signed certificate in certificate chain"),
      ErrorKind::unauthorized,
      "the token endpoint is not trusted: SSL certificate problem: self-signed certificate in "
      "certificate chain");
  expect(error_for(RD_KAFKA_RESP_ERR__AUTHENTICATION,
                   prefix + "Failed to connect to 127.0.0.1 port 1 after 0 ms: Couldn't connect to "
                            "server"),
         ErrorKind::unavailable,
         "there is no token: Failed to connect to 127.0.0.1 port 1 after 0 ms: Couldn't connect to "
         "server");
}

TEST(ReachError, TellsAMissingClientCertificateFromARefusedOne) {
  auto told = trouble(RD_KAFKA_RESP_ERR__TRANSPORT,
                      "ssl://b:9093/bootstrap: Receive failed: error:0A000412:SSL "
                      "routines::sslv3 alert bad certificate: SSL alert number 42 (after 0ms in "
                      "state APIVERSION_QUERY)");
  expect(reach_error(told, {}), ErrorKind::unauthorized,
         "b:9093 wants a client certificate, and none is given");
  told.has_client_certificate = true;
  expect(reach_error(told, {}), ErrorKind::unauthorized,
         "b:9093 refused the client certificate: bad certificate");
}

TEST(ReachError, TakesOnlySomeAlertsForAWordOnTheClientsCertificate) {
  // RFC 8446, B.2
  for (const auto* number : {"42", "43", "44", "45", "46", "48", "49", "116"}) {
    EXPECT_EQ(error_for(RD_KAFKA_RESP_ERR__SSL, std::string("x: SSL alert number ") + number).kind,
              ErrorKind::unauthorized)
        << number;
  }
  for (const auto* number : {"40", "47", "50", "70", "80", "4", "4200000000000", "no"}) {
    EXPECT_EQ(error_for(RD_KAFKA_RESP_ERR__SSL, std::string("x: SSL alert number ") + number).kind,
              ErrorKind::unavailable)
        << number;
  }
}

TEST(ReachError, LetsAnUntrustedCertificateSayMoreThanLibrdkafkaDoes) {
  auto told = trouble(RD_KAFKA_RESP_ERR__TRANSPORT,
                      "ssl://b:9093/bootstrap: error:0A000086:SSL routines::certificate verify "
                      "failed (after 26ms in state SSL_HANDSHAKE)");
  told.certificate = RefusedCertificate{"b:9093", X509_V_ERR_CERT_HAS_EXPIRED, {}, {}, {}, "then"};
  expect(reach_error(told, ", tried for 1.0 s"), ErrorKind::unauthorized,
         "b:9093 is not trusted: its certificate expired on then");
}

TEST(ReachError, TellsTlsSpokenPlainAndTheOtherWayRound) {
  expect(error_for(RD_KAFKA_RESP_ERR__TRANSPORT,
                   "b:9093/bootstrap: Disconnected while requesting ApiVersion: might be caused by "
                   "incorrect security.protocol configuration (connecting to a SSL listener?) or "
                   "broker version is < 0.10 (see api.version.request) (after 1ms in state "
                   "APIVERSION_QUERY)"),
         ErrorKind::unavailable,
         "cannot reach b:9093 (what answers there is not Kafka, or wants TLS, tried for 1.0 s)");
  expect(error_for(RD_KAFKA_RESP_ERR__TRANSPORT,
                   "ssl://b:9093/bootstrap: SSL handshake failed: Disconnected: connecting to a "
                   "PLAINTEXT broker listener? (after 13ms in state SSL_HANDSHAKE)"),
         ErrorKind::unavailable, "cannot reach b:9093 (the port speaks no TLS, tried for 1.0 s)");
  expect(error_for(RD_KAFKA_RESP_ERR__TRANSPORT,
                   "ssl://b:9093/bootstrap: Disconnected (after 1ms in state SSL_HANDSHAKE)"),
         ErrorKind::unavailable, "cannot reach b:9093 (the port speaks no TLS, tried for 1.0 s)");
  expect(error_for(RD_KAFKA_RESP_ERR__TRANSPORT,
                   "b:9093/bootstrap: Disconnected (after 1ms in state APIVERSION_QUERY)"),
         ErrorKind::unavailable, "cannot reach b:9093 (it hangs up, tried for 1.0 s)");
  expect(error_for(RD_KAFKA_RESP_ERR__TRANSPORT,
                   "ssl://b:9093/bootstrap: Disconnected: verify that security.protocol is "
                   "correctly configured, broker might require SASL authentication (after 4ms in "
                   "state UP)"),
         ErrorKind::unavailable,
         "cannot reach b:9093 (it hangs up; it may want a login, tried for 1.0 s)");
}

TEST(ReachError, TellsASilentServer) {
  expect(error_for(RD_KAFKA_RESP_ERR_NO_ERROR, ""), ErrorKind::timeout,
         "cannot reach b:9093 (no answer, tried for 1.0 s)");
}

TEST(ReachError, ShowsUnknownReasonsWithoutTheirControlCharacters) {
  expect(error_for(RD_KAFKA_RESP_ERR__TRANSPORT, "b:9093/1: it\x1b[2J went\nwrong"),
         ErrorKind::unavailable, "cannot reach b:9093 (it?[2J went wrong, tried for 1.0 s)");
}

}  // namespace
}  // namespace partwise::kafka
