#include "credentials/aws_keys.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "base/units.h"
#include "http/json_path.h"

namespace partwise::credentials {
namespace {

using nlohmann::json;

bool printable(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c <= '~'; });
}

}  // namespace

std::string fault_of(const AwsKeys& keys) {
  if (keys.access_key_id.empty()) return "has no access key id";
  if (keys.secret_access_key.empty()) return "has no secret access key";
  const bool usable = printable(keys.access_key_id) && printable(keys.secret_access_key.reveal()) &&
                      printable(keys.session_token.reveal());
  return usable ? "" : "has a key with a blank, a line break or an odd character in it";
}

Result<Instant> expiration_from_text(std::string_view text) {
  const auto sign = text.find_last_of("+-");
  // In "2026-03-04T05:06:07Z" the last sign is in front of the T.
  if (sign == std::string_view::npos || sign < text.find('T')) return instant_from_text(text);
  const std::string offset(text.substr(sign + 1));
  const char* const digits = offset.c_str();
  int hours = 0;
  int minutes = 0;
  const bool known = offset.size() == 5 && offset[2] == ':' &&
                     std::from_chars(digits, digits + 2, hours).ptr == digits + 2 &&
                     std::from_chars(digits + 3, digits + 5, minutes).ptr == digits + 5;
  if (!known) {
    return fail(ErrorKind::invalid_input, "an offset from UTC that is not hours and minutes");
  }
  const auto local = TRY(instant_from_text(fmt::format("{}Z", text.substr(0, sign))));
  const auto ahead = std::chrono::hours(hours) + std::chrono::minutes(minutes);
  return text[sign] == '+' ? local - ahead : local + ahead;
}

Result<AwsCredentials> credentials_from_json(std::string_view text, const char* token_name,
                                             const std::string& source) {
  const auto document = json::parse(text, nullptr, false);
  if (!document.is_object()) {
    return fail(ErrorKind::corrupt, fmt::format("{} gave no JSON object", source));
  }
  AwsCredentials credentials;
  credentials.source = source;
  credentials.keys = {http::text_at(document, {"AccessKeyId"}),
                      config::Secret(http::text_at(document, {"SecretAccessKey"})),
                      config::Secret(http::text_at(document, {token_name}))};
  const auto code = http::text_at(document, {"Code"});
  if (credentials.keys.access_key_id.empty() && !code.empty()) {
    return fail(ErrorKind::unauthorized,
                fmt::format("{} says {}: {}", source, quotable(code),
                            quotable(http::text_at(document, {"Message"}))));
  }
  if (const auto fault = fault_of(credentials.keys); !fault.empty()) {
    return fail(ErrorKind::corrupt, fmt::format("the JSON of {} {}", source, fault));
  }
  if (const auto expiration = http::text_at(document, {"Expiration"}); !expiration.empty()) {
    const auto instant = expiration_from_text(expiration);
    if (!instant) {
      return fail(ErrorKind::corrupt, fmt::format("{} gave an Expiration that is no time: {}",
                                                  source, quotable(expiration)));
    }
    credentials.expiration = *instant;
  }
  return credentials;
}

Result<AwsCredentials> credentials_from_process(std::string_view text) {
  const auto document = json::parse(text, nullptr, false);
  if (document.is_object() && document.value("Version", json()) != 1) {
    return fail(ErrorKind::corrupt, "credential_process gave JSON without \"Version\": 1");
  }
  return credentials_from_json(text, "SessionToken", "credential_process");
}

}  // namespace partwise::credentials
