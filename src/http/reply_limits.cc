#include "http/reply_limits.h"

#include <curl/curl.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <string>
#include <string_view>
#include <vector>

#include "base/text.h"

namespace partwise::http {
namespace {

// A longer wait is a moment by mistake, as seconds since 1970.
constexpr double longest_s = 86'400;

std::optional<double> number(std::string_view text) {
  double value = 0;
  const auto read = std::from_chars(text.begin(), text.end(), value, std::chars_format::fixed);
  if (read.ec != std::errc() || read.ptr != text.end() || !(value >= 0)) return std::nullopt;
  return value;
}

std::optional<Millis> wait_of(std::optional<double> wait_s) {
  if (!wait_s || *wait_s > longest_s) return std::nullopt;
  return Millis(static_cast<Millis::rep>(std::ceil(*wait_s * 1'000)));
}

std::optional<std::chrono::sys_seconds> date(std::string_view text) {
  const auto epoch_s = curl_getdate(std::string(text).c_str(), nullptr);
  if (epoch_s < 0) return std::nullopt;
  return std::chrono::sys_seconds(std::chrono::seconds(epoch_s));
}

// Of every header of that name; proxies may join two to one.
std::vector<std::optional<double>> numbers(const Reply& reply, std::string_view name) {
  std::vector<std::optional<double>> found;
  for (const auto value : reply.all(name)) {
    for (const auto& part : listed(value)) found.push_back(number(part));
  }
  return found;
}

// What the headers of one spelling say.
struct Resets {
  std::optional<Millis> exhausted;  ///< of limits with nothing remaining
  std::optional<Millis> any;
};

Resets resets(const Reply& reply, const std::string& prefix) {
  const auto reset = numbers(reply, prefix + "-reset");
  const auto remaining = numbers(reply, prefix + "-remaining");
  // The one belongs to the other by its place; where some are missing, nobody knows to which.
  const bool paired = reset.size() == remaining.size();
  const bool some = std::ranges::find(remaining, 0.0) != remaining.end();
  Resets found;
  for (std::size_t i = 0; i < reset.size(); ++i) {
    const auto wait = wait_of(reset[i]);
    found.any = std::max(found.any, wait);
    if (paired ? remaining[i] == 0.0 : some) found.exhausted = std::max(found.exhausted, wait);
  }
  return found;
}

}  // namespace

std::optional<Millis> retry_after(const Reply& reply, Instant now) {
  const auto text = reply.header("Retry-After");
  if (const auto wait_s = number(text)) return wait_of(wait_s);
  const auto until = date(text);
  if (!until) return std::nullopt;
  const auto from = date(reply.header("Date"));
  const auto wait = from ? Millis(*until - *from) : std::chrono::ceil<Millis>(*until - now);
  return wait_of(std::max(seconds(wait), 0.0));
}

std::optional<Millis> rate_limit_reset(const Reply& reply) {
  const auto plain = resets(reply, "ratelimit");
  const auto prefixed = resets(reply, "x-ratelimit");
  const auto exhausted = std::max(plain.exhausted, prefixed.exhausted);
  if (exhausted || reply.status != 429) return exhausted;
  return std::max(plain.any, prefixed.any);
}

}  // namespace partwise::http
