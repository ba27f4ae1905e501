#include "metrics/confluent_refusal.h"

#include <initializer_list>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/text.h"

namespace partwise::metrics {
namespace {

using nlohmann::json;

std::string first_text(const json& object, std::initializer_list<const char*> names) {
  if (!object.is_object()) return {};
  for (const auto* name : names) {
    const auto found = object.find(name);
    if (found != object.end() && found->is_string()) return found->get<std::string>();
  }
  return {};
}

std::string words_of(const http::Reply& reply) {
  if (trimmed(reply.body).starts_with('<')) return "a web page";
  const auto document = json::parse(reply.body, nullptr, false);
  std::vector<std::string> parts;
  if (document.is_object() && document.contains("errors") && document["errors"].is_array()) {
    for (const auto& error : document["errors"]) {
      const auto words = first_text(error, {"detail", "title", "code"});
      if (!words.empty()) parts.push_back(words);
    }
  }
  if (parts.empty()) parts.push_back(first_text(document, {"message", "detail", "error"}));
  return quotable(joined(parts, "; "));
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
          "check the Cloud API key and its secret: a key of a Kafka cluster does not work here"};
    case 403:
      return {ErrorKind::unauthorized,
              "the owner of the Cloud API key needs the role MetricsViewer for this cluster"};
    case 404:
      return {ErrorKind::not_found, "check the cluster's id, and the address of the Metrics API"};
    case 408:
      return {ErrorKind::timeout, "try again later"};
    case 429:
      return {ErrorKind::limit, "too many requests from this address: try again in a minute"};
    default:
      break;
  }
  if (status >= 500) return {ErrorKind::unavailable, "try again later"};
  if (status >= 400) return {ErrorKind::invalid_input, ""};
  return {ErrorKind::corrupt, "is this the address of the Confluent Cloud Metrics API?"};
}

}  // namespace

Error confluent_refusal(const http::Reply& reply, const std::string& what) {
  auto message = fmt::format("{}: HTTP status {}", what, reply.status);
  if (const auto words = words_of(reply); !words.empty()) message += fmt::format(": {}", words);
  const auto [kind, hint] = meaning_of(reply.status);
  return {kind, std::move(message), hint, ""};
}

}  // namespace partwise::metrics
