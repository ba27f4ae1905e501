#include "http/curl_client.h"

#include <curl/curl.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <mutex>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/check.h"
#include "http/curl_lane.h"
#include "http/url.h"

namespace partwise::http {
namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr int redirects_max = 5;

// libcurl is never cleaned up as a whole: other threads may still use it when the program ends.
void start_libcurl() {
  static const bool started = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
  CHECK(started);
}

bool is_redirect(const LaneReply& answer) {
  constexpr std::array<int, 4> statuses = {301, 302, 307, 308};
  return !answer.redirect.empty() &&
         std::ranges::find(statuses, answer.reply.status) != statuses.end();
}

Result<> may_follow(const std::string& url, const std::string& target, int followed) {
  const auto from = TRY(origin_of(url));
  const auto to = origin_of(target);
  if (!to || from != *to) {
    return fail(
        ErrorKind::invalid_input,
        fmt::format("{} redirects to {}, which is not followed: logins and tokens stay with "
                    "their origin",
                    from.address(),
                    to ? fmt::format("{}://{}", to->scheme, to->address()) : "no usable URL"),
        "give the address that is meant");
  }
  if (followed < redirects_max) return {};
  return fail(ErrorKind::limit,
              fmt::format("{} redirects more than {} times", from.address(), redirects_max));
}

}  // namespace

// The lanes that nobody uses; the one that was used last is taken first, its connections are warm.
class CurlClient::Lanes {
 public:
  std::unique_ptr<CurlLane> take(const CurlSettings& settings) {
    {
      const std::scoped_lock lock(mutex_);
      if (!idle_.empty()) {
        auto lane = std::move(idle_.back());
        idle_.pop_back();
        return lane;
      }
    }
    return std::make_unique<CurlLane>(settings);
  }

  void give_back(std::unique_ptr<CurlLane> lane) {
    const std::scoped_lock lock(mutex_);
    idle_.push_back(std::move(lane));
  }

 private:
  std::mutex mutex_;
  std::vector<std::unique_ptr<CurlLane>> idle_;
};

CurlClient::CurlClient(CurlSettings settings)
    : settings_(std::move(settings)), lanes_(std::make_unique<Lanes>()) {
  start_libcurl();
}

CurlClient::~CurlClient() = default;

Result<Reply> CurlClient::send(const Request& request, const std::stop_token& stop) {
  const auto deadline = SteadyClock::now() + request.timeout;
  auto url = request.url;
  for (int followed = 0;; ++followed) {
    if (stop.stop_requested()) return fail(ErrorKind::interrupted, "interrupted before a request");
    const auto left = std::chrono::ceil<Millis>(deadline - SteadyClock::now());
    auto lane = lanes_->take(settings_);
    // libcurl takes 0 as no limit.
    auto answer = lane->carry(request, url, std::max(left, Millis(1)), stop);
    lanes_->give_back(std::move(lane));
    if (!answer) return tl::make_unexpected(std::move(answer).error());
    if (request.method != "GET" || !is_redirect(*answer)) return std::move(answer->reply);
    TRY(may_follow(url, answer->redirect, followed));
    url = std::move(answer->redirect);
  }
}

}  // namespace partwise::http
