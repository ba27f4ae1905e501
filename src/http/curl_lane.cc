#include "http/curl_lane.h"

#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "base/check.h"
#include "base/text.h"
#include "http/curl_error.h"
#include "http/header_lines.h"
#include "http/parsed_url.h"

namespace partwise::http {
namespace {

// libcurl 7.88 limits one line only.
constexpr std::size_t headers_max = 262'144;
// A stop wakes the wait, and libcurl shortens it for its own timers.
constexpr int longest_wait_ms = 60'000;

// What has come of a reply.
struct Incoming {
  Reply reply;
  std::size_t body_max = 0;
  std::size_t header_bytes = 0;
  std::string over;  ///< what was too large; empty: nothing

  static std::size_t take_header(const char* data, std::size_t one, std::size_t size, void* self);
  static std::size_t take_body(const char* data, std::size_t one, std::size_t size, void* self);
};

std::size_t Incoming::take_header(const char* data, std::size_t, std::size_t size, void* self) {
  auto& incoming = *static_cast<Incoming*>(self);
  const std::string_view line(data, size);
  incoming.header_bytes += size;
  if (incoming.header_bytes > headers_max) {
    incoming.over = fmt::format("headers of more than {} bytes", headers_max);
    return 0;
  }
  // Of several replies, as 100 or 103 and then the true one, the last counts.
  if (line.starts_with("HTTP/")) incoming.reply.headers.clear();
  const auto colon = line.find(':');
  if (colon == std::string_view::npos) return size;
  incoming.reply.headers.push_back(
      {std::string(trimmed(line.substr(0, colon))), std::string(trimmed(line.substr(colon + 1)))});
  return size;
}

std::size_t Incoming::take_body(const char* data, std::size_t, std::size_t size, void* self) {
  auto& incoming = *static_cast<Incoming*>(self);
  if (size > incoming.body_max - incoming.reply.body.size()) {
    incoming.over = fmt::format("a body of more than {} bytes", incoming.body_max);
    return 0;
  }
  incoming.reply.body.append(data, size);
  return size;
}

template <class T>
void set(CURL* easy, CURLoption option, T value) {
  CHECK(curl_easy_setopt(easy, option, value) == CURLE_OK);
}

template <class T>
T info(CURL* easy, CURLINFO what) {
  T value{};
  curl_easy_getinfo(easy, what, &value);
  return value;
}

Result<> allowed(const Origin& origin, const CurlSettings& settings) {
  if (origin.scheme == "https" || settings.http_anywhere || origin.is_loopback()) return {};
  return fail(ErrorKind::invalid_input,
              fmt::format("{} would be asked without TLS, where all can read along; http is for "
                          "this machine only",
                          origin.address()),
              "use https");
}

// libcurl takes what there is in a method for a part of the request's first line.
Result<> sound(const Request& request) {
  if (!request.method.empty() &&
      request.method.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ") == std::string::npos) {
    return {};
  }
  return fail(ErrorKind::invalid_input, "a request's method is not of capital letters");
}

// While it lives, the multi handle drives the easy one.
class Attached {
 public:
  Attached(CURLM* multi, CURL* easy) : multi_(multi), easy_(easy) {
    CHECK(curl_multi_add_handle(multi, easy) == CURLM_OK);
  }
  ~Attached() { curl_multi_remove_handle(multi_, easy_); }
  Attached(const Attached&) = delete;
  Attached& operator=(const Attached&) = delete;

 private:
  CURLM* multi_;
  CURL* easy_;
};

}  // namespace

CurlLane::CurlLane(const CurlSettings& settings)
    : settings_(&settings), multi_(curl_multi_init()), easy_(curl_easy_init()) {
  CHECK(multi_ && easy_);
}

void CurlLane::set_connection(const Origin& origin, Millis timeout) {
  auto* easy = easy_.get();
  set(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  // One request at a time on a connection: HTTP/2 would have nothing to add.
  set(easy, CURLOPT_HTTP_VERSION, long{CURL_HTTP_VERSION_1_1});
  set(easy, CURLOPT_NOSIGNAL, 1L);
  // A stop must not wait for a thread that looks up a name.
  set(easy, CURLOPT_QUICK_EXIT, 1L);
  set(easy, CURLOPT_TIMEOUT_MS, static_cast<long>(timeout.count()));
  set(easy, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(settings_->connect_timeout.count()));
  set(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  // A proxy would answer with its own credentials, or none, where metadata of this machine are
  // meant.
  if (origin.is_loopback() || origin.is_link_local()) set(easy, CURLOPT_PROXY, "");
  if (!settings_->ca_file.empty()) {
    set(easy, CURLOPT_CAINFO, settings_->ca_file.c_str());
    set(easy, CURLOPT_CAPATH, static_cast<const char*>(nullptr));
  }
  words_[0] = '\0';
  set(easy, CURLOPT_ERRORBUFFER, words_.data());
}

void CurlLane::set_request(const Request& request) {
  auto* easy = easy_.get();
  // Where a kept connection ends without a reply, libcurl would send anything once more.
  if (!request.may_repeat()) set(easy, CURLOPT_FRESH_CONNECT, 1L);
  set(easy, CURLOPT_USERAGENT, settings_->user_agent.c_str());
  set(easy, CURLOPT_ACCEPT_ENCODING, "");
  if (request.method == "HEAD") {
    set(easy, CURLOPT_NOBODY, 1L);
  } else if (request.method != "GET" || !request.body.empty()) {
    // Also without a body, so that its length of 0 is told.
    if (!request.body.empty() || request.method != "DELETE") {
      set(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
      set(easy, CURLOPT_POSTFIELDS, request.body.data());
    }
    set(easy, CURLOPT_CUSTOMREQUEST, request.method.c_str());
  }
}

Result<LaneReply> CurlLane::carry(const Request& request, const std::string& url, Millis timeout,
                                  const std::stop_token& stop) {
  TRY(sound(request));
  const auto origin = TRY(origin_of(url));
  TRY(allowed(origin, *settings_));
  const auto parsed = TRY(parsed_url(url));
  const auto lines = TRY(header_lines(request));
  auto list = linked(lines);
  Incoming incoming;
  incoming.body_max = static_cast<std::size_t>(settings_->body_max);

  auto* easy = easy_.get();
  // At the end the handle forgets its pointers to what goes here; its connections stay.
  const std::unique_ptr<CURL, Release<curl_easy_reset>> settled(easy);
  set_connection(origin, timeout);
  set_request(request);
  set(easy, CURLOPT_CURLU, parsed.get());
  set(easy, CURLOPT_HTTPHEADER, list.data());
  set(easy, CURLOPT_HEADERFUNCTION, &Incoming::take_header);
  set(easy, CURLOPT_HEADERDATA, &incoming);
  set(easy, CURLOPT_WRITEFUNCTION, &Incoming::take_body);
  set(easy, CURLOPT_WRITEDATA, &incoming);

  const auto code = TRY(run(origin, stop));
  if (!incoming.over.empty()) {
    return fail(ErrorKind::limit, fmt::format("{} sent {}", origin.address(), incoming.over));
  }
  if (code != CURLE_OK) return tl::make_unexpected(failure(code, origin, timeout));
  incoming.reply.status = static_cast<int>(info<long>(easy, CURLINFO_RESPONSE_CODE));
  const auto* redirect = info<const char*>(easy, CURLINFO_REDIRECT_URL);
  return LaneReply{std::move(incoming.reply), redirect == nullptr ? "" : redirect};
}

Result<CURLcode> CurlLane::run(const Origin& origin, const std::stop_token& stop) {
  auto* multi = multi_.get();
  const Attached attached(multi, easy_.get());
  const std::stop_callback wake(stop, [multi] { curl_multi_wakeup(multi); });
  for (;;) {
    int running = 0;
    CHECK(curl_multi_perform(multi, &running) == CURLM_OK);
    if (running == 0) break;
    if (stop.stop_requested()) {
      return fail(ErrorKind::interrupted,
                  fmt::format("interrupted while {} was asked", origin.address()));
    }
    CHECK(curl_multi_poll(multi, nullptr, 0, longest_wait_ms, nullptr) == CURLM_OK);
  }
  int left = 0;
  const auto* message = curl_multi_info_read(multi, &left);
  CHECK(message != nullptr && message->msg == CURLMSG_DONE);
  return message->data.result;
}

Error CurlLane::failure(CURLcode code, const Origin& origin, Millis timeout) const {
  auto* easy = easy_.get();
  CurlFailure failure;
  failure.code = code;
  failure.address = origin.address();
  failure.detail = words_.data();
  failure.os_error = static_cast<int>(info<long>(easy, CURLINFO_OS_ERRNO));
  failure.verified = info<long>(easy, CURLINFO_SSL_VERIFYRESULT);
  failure.connected = info<curl_off_t>(easy, CURLINFO_PRETRANSFER_TIME_T) > 0;
  failure.timeout = timeout;
  failure.connect_timeout = settings_->connect_timeout;
  failure.ca_file = settings_->ca_file;
  return error_of(failure);
}

}  // namespace partwise::http
