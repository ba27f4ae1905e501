// Why a cluster could not be reached: one message for each way in which a first contact goes wrong.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <librdkafka/rdkafka.h>

#include "base/result.h"
#include "kafka/certificate_error.h"

namespace partwise::kafka {

/// What librdkafka told of a trouble, and what of the settings explains it.
struct ReachTrouble {
  std::string servers;  ///< as they were asked for
  rd_kafka_resp_err_t code = RD_KAFKA_RESP_ERR_NO_ERROR;
  std::string reason;  ///< see plain_reason()
  std::optional<RefusedCertificate> certificate;
  bool has_client_certificate = false;

  [[nodiscard]] bool any() const { return certificate || code != RD_KAFKA_RESP_ERR_NO_ERROR; }
};

/// librdkafka's reason without where ("ssl://host:9092/1: ") and when ("(after 3ms in state ...)"),
/// but for the state of a connection that was closed in the TLS handshake.
std::string plain_reason(std::string reason);

/// Whether a broker refused the login itself, user name and password, say, and neither of us the
/// other's certificate, or the way to log in.
bool refuses_the_login(const ReachTrouble& trouble);

/// kinds: unauthorized for a refused login, token or client certificate, and for a server that is
/// not trusted; unavailable; timeout where there was no answer and no reason
/// tried: behind the reason, as ", tried for 3.0 s"; may be empty
Error reach_error(const ReachTrouble& trouble, std::string_view tried);

}  // namespace partwise::kafka
