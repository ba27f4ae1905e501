// Why a request of libcurl's failed, in our words.
#pragma once

#include <curl/curl.h>

#include <string>

#include "base/clock.h"
#include "base/result.h"

namespace partwise::http {

/// What is known when a request has failed.
struct CurlFailure {
  CURLcode code = CURLE_OK;
  std::string address;  ///< host and port
  std::string detail;   ///< libcurl's own words
  int os_error = 0;     ///< of the connection that could not be made
  long verified = 0;    ///< OpenSSL's verdict on the server's certificate
  bool connected = false;
  Millis timeout{0};  ///< of the request
  Millis connect_timeout{0};
  std::string ca_file;
};

Error error_of(const CurlFailure& failure);

}  // namespace partwise::http
