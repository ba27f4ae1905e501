#include "credentials/confluent_answer.h"

#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "credentials/json_path.h"
#include "credentials/xml_text.h"

namespace partwise::credentials {
namespace {

using nlohmann::json;

constexpr const char* address_hint = "is this the address of Confluent Cloud's control plane?";

std::string words_of(const json& failure) {
  std::vector<std::string> parts;
  for (const auto* name : {"title", "detail"}) {
    if (auto text = quotable(text_at(failure, {name})); !text.empty()) {
      parts.push_back(std::move(text));
    }
  }
  if (parts.empty()) return quotable(text_at(failure, {"code"}));
  return quotable(joined(parts, ": "));
}

std::string words_of(const http::Reply& reply) {
  const auto body = trimmed(reply.body);
  if (body.starts_with('<')) {
    const auto title = xml_text(body, "title");
    return title ? fmt::format("a web page with the title \"{}\"", quotable(*title)) : "a web page";
  }
  const auto document = json::parse(body, nullptr, false);
  const auto* failures = value_at(document, {"errors"});
  if (failures == nullptr || !failures->is_array() || failures->empty()) return {};
  return words_of(failures->front());
}

std::string with_request_id(std::string message, const http::Reply& reply) {
  const auto id = quotable(reply.header("X-Request-Id"));
  if (!id.empty()) message += fmt::format(" (request id {})", id);
  return message;
}

struct Meaning {
  ErrorKind kind;
  const char* hint;
};

Meaning meaning_of(int status) {
  switch (status) {
    case 401:
      return {
          ErrorKind::unauthorized,
          "check confluent_cloud_api_key / confluent_cloud_api_secret: a key of a Kafka cluster "
          "does not work here"};
    case 402:
      return {ErrorKind::limit,
              "a quota of the organization is used up: free some of it, such as API keys that "
              "nobody needs, or ask Confluent for more"};
    case 403:
      return {ErrorKind::unauthorized,
              "the owner of the Cloud API key needs a role that allows it"};
    case 404:
      return {ErrorKind::not_found, ""};
    case 429:
      return {ErrorKind::limit, "too many requests: try again later"};
    default:
      break;
  }
  if (status >= 500) return {ErrorKind::unavailable, "try again later"};
  if (status >= 400) return {ErrorKind::invalid_input, ""};
  return {ErrorKind::corrupt, address_hint};
}

}  // namespace

Error confluent_error(const http::Reply& reply, const std::string& what) {
  auto message = fmt::format("{}: HTTP status {}", what, reply.status);
  if (const auto words = words_of(reply); !words.empty()) message += fmt::format(": {}", words);
  const auto [kind, hint] = meaning_of(reply.status);
  return {kind, with_request_id(std::move(message), reply), hint, ""};
}

Error confluent_nonsense(const http::Reply& reply, const std::string& what,
                         const std::string& wrong) {
  return {ErrorKind::corrupt, with_request_id(fmt::format("{}: {}", what, wrong), reply),
          address_hint, ""};
}

}  // namespace partwise::credentials
