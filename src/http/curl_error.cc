#include "http/curl_error.h"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include <fmt/format.h>
#include <openssl/x509_vfy.h>

#include "base/text.h"

namespace partwise::http {
namespace {

constexpr const char* proxy_hint = "https_proxy, http_proxy, all_proxy and no_proxy say which";

Error untrusted(const CurlFailure& failure) {
  std::string what;
  std::string hint;
  switch (failure.verified) {
    // Unspecified: libcurl compares the name itself, before it asks for a verdict.
    case X509_V_ERR_UNSPECIFIED:
    case X509_V_OK:
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
      what = "its certificate is for another host name";
      hint = "check the host in the URL";
      break;
    case X509_V_ERR_CERT_HAS_EXPIRED:
      what = "its certificate has expired";
      hint = "check this machine's clock; else the server needs a new certificate";
      break;
    case X509_V_ERR_CERT_NOT_YET_VALID:
      what = "its certificate is not valid yet";
      hint = "check this machine's clock";
      break;
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
      what = "its certificate is by an unknown authority";
      hint = failure.ca_file.empty() ? "give a file of the authority's certificate"
                                     : fmt::format("{} does not have it", failure.ca_file);
      break;
    default:
      what = "its certificate is refused";
  }
  return {ErrorKind::unauthorized,
          fmt::format("{} is not trusted: {} ({})", failure.address, what, trimmed(failure.detail)),
          hint,
          {}};
}

Error late(const CurlFailure& failure) {
  if (failure.connected) {
    return {ErrorKind::timeout,
            fmt::format("{} sent no whole reply within {:.1f} s", failure.address,
                        seconds(failure.timeout)),
            "",
            {}};
  }
  return {ErrorKind::timeout,
          fmt::format("{} took no connection within {:.1f} s", failure.address,
                      seconds(std::min(failure.timeout, failure.connect_timeout))),
          "check the host, the port and what lies between: a firewall, a proxy",
          {}};
}

std::string unconnected(const CurlFailure& failure) {
  if (failure.os_error == ECONNREFUSED) return "the connection was refused";
  if (failure.os_error == 0) return "there is no connection";
  return fmt::format("there is no connection: {}", std::strerror(failure.os_error));
}

Error unavailable(const CurlFailure& failure, const std::string& what, const char* hint = "") {
  return {ErrorKind::unavailable, fmt::format("{}: {}", failure.address, what), hint, {}};
}

// Only where libcurl's words have no part of a request in them.
std::string with_detail(const CurlFailure& failure, const char* what) {
  const auto detail = trimmed(failure.detail);
  return detail.empty() ? what : fmt::format("{}: {}", what, detail);
}

bool was_reset(const CurlFailure& failure) {
  const auto detail = lowered(failure.detail);
  return detail.find("reset") != std::string::npos ||
         detail.find("broken pipe") != std::string::npos;
}

}  // namespace

Error error_of(const CurlFailure& failure) {
  switch (failure.code) {
    case CURLE_COULDNT_RESOLVE_HOST:
      return unavailable(failure, "the host is not found", "check its name, and DNS");
    case CURLE_COULDNT_RESOLVE_PROXY:
      return unavailable(failure, "the proxy's host is not found", proxy_hint);
    case CURLE_PROXY:
      return unavailable(failure, "the proxy refused", proxy_hint);
    case CURLE_COULDNT_CONNECT:
      return unavailable(failure, unconnected(failure));
    case CURLE_OPERATION_TIMEDOUT:
      return late(failure);
    case CURLE_PEER_FAILED_VERIFICATION:
      return untrusted(failure);
    case CURLE_SSL_CACERT_BADFILE:
      return {ErrorKind::invalid_input,
              fmt::format("{} cannot be read as a file of authorities", failure.ca_file),
              "give a file of certificates in PEM",
              {}};
    case CURLE_SSL_CONNECT_ERROR:
      return unavailable(failure, was_reset(failure)
                                      ? "the connection was reset in the TLS handshake"
                                      : with_detail(failure, "no TLS"));
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
      return unavailable(failure, was_reset(failure)
                                      ? "the connection was reset"
                                      : with_detail(failure, "the connection broke"));
    case CURLE_GOT_NOTHING:
      return unavailable(failure, "the connection was closed without a reply");
    case CURLE_PARTIAL_FILE:
      return unavailable(failure, "the reply is incomplete: the connection was closed inside it");
    case CURLE_BAD_CONTENT_ENCODING:
      return unavailable(failure, "the reply's compression is broken");
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_WEIRD_SERVER_REPLY:
      return unavailable(failure, "what came is no HTTP", "check the port, and http or https");
    default:
      return unavailable(failure, curl_easy_strerror(failure.code));
  }
}

}  // namespace partwise::http
