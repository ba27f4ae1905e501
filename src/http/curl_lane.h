// One request at a time over libcurl, with the connections that it keeps.
#pragma once

#include <curl/curl.h>

#include <array>
#include <memory>
#include <stop_token>
#include <string>

#include "base/release.h"
#include "base/result.h"
#include "http/curl_client.h"
#include "http/url.h"

namespace partwise::http {

/// A reply, and where it sends whoever asked.
struct LaneReply {
  Reply reply;
  std::string redirect;  ///< absolute; empty: nowhere
};

/// An easy handle in a multi handle of its own: whoever asks drives its own transfer, wakes at once
/// for a stop, and waits for no other thread. What is shared by all is nothing but the settings.
///
/// threads: one at a time
class CurlLane {
 public:
  explicit CurlLane(const CurlSettings& settings);

  /// `request`, but to `url` and within `timeout`.
  ///
  /// errors: as of Exchange
  Result<LaneReply> carry(const Request& request, const std::string& url, Millis timeout,
                          const std::stop_token& stop);

 private:
  Result<CURLcode> run(const Origin& origin, const std::stop_token& stop);
  void set_connection(const Origin& origin, Millis timeout);
  void set_request(const Request& request);
  [[nodiscard]] Error failure(CURLcode code, const Origin& origin, Millis timeout) const;

  const CurlSettings* settings_;
  std::array<char, CURL_ERROR_SIZE> words_{};
  // The connections belong to the multi handle: it goes last.
  std::unique_ptr<CURLM, Release<curl_multi_cleanup>> multi_;
  std::unique_ptr<CURL, Release<curl_easy_cleanup>> easy_;
};

}  // namespace partwise::http
