// Why a broker's certificate is refused, in words that tell what to do.
#pragma once

#include <string>

#include <openssl/types.h>

#include "base/result.h"

namespace partwise::kafka {

/// A certificate that OpenSSL refused, with what it says of itself.
struct RefusedCertificate {
  std::string address;     ///< host:port that was asked
  int verdict = 0;         ///< X509_V_ERR_*
  std::string names;       ///< hosts that it is for, with ", " between; empty: none, or not known
  std::string issuer;      ///< its authority's name; empty: not known
  std::string valid_from;  ///< "2026-11-21 21:13 UTC"
  std::string valid_until;
};

/// The facts of `certificate`, which may be null. What it says is somebody else's text: it is cut
/// short and has no control characters.
RefusedCertificate refused_certificate(std::string address, int verdict, const X509* certificate);

/// kind: unauthorized, as everywhere where the other side cannot prove who it is
Error error_of(const RefusedCertificate& refused);

}  // namespace partwise::kafka
