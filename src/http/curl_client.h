// Requests over the network, by libcurl.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/clock.h"
#include "http/exchange.h"

namespace partwise::http {

struct CurlSettings {
  std::string user_agent = "partwise";
  std::string ca_file;  ///< PEM; these authorities and no others. Empty: the system's
  Millis connect_timeout = Millis(10'000);
  std::int64_t body_max = std::int64_t{64} << 20;  ///< decoded bytes
  /// Without TLS not only to this machine: for a private network, or a cloud's instance metadata.
  bool http_anywhere = false;
};

/// Speaks HTTP/1.1 over kept connections, one for each request that is under way; through the proxy
/// that https_proxy and its like name, but not to this machine or a link-local address.
///
/// Redirects (301, 302, 307, 308) are followed for GET, at most 5, and to the same origin alone, so
/// that no login or token can get elsewhere. What is compressed comes back decoded. A stop and a
/// timeout end a request at once, even one that waits for a name's address.
///
/// errors: as of Exchange; messages name host and port
/// threads: any; it must outlive its requests
class CurlClient final : public Exchange {
 public:
  explicit CurlClient(CurlSettings settings);
  ~CurlClient() override;
  CurlClient(const CurlClient&) = delete;
  CurlClient& operator=(const CurlClient&) = delete;

  Result<Reply> send(const Request& request, const std::stop_token& stop) override;

 private:
  class Lanes;

  CurlSettings settings_;
  std::unique_ptr<Lanes> lanes_;
};

}  // namespace partwise::http
