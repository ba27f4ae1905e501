#include "registry/schema_registry.h"

#include <limits>
#include <optional>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "http/json_path.h"
#include "http/url.h"

namespace partwise::registry {
namespace {

using nlohmann::json;

constexpr const char* media_type = "application/vnd.schemaregistry.v1+json";
constexpr const char* url_hint = "check that SCHEMA_REGISTRY_URL leads to a Schema Registry";

std::optional<std::int32_t> id_in(const std::string& body) {
  const auto id = http::count_at(json::parse(body, nullptr, false), {"id"});
  if (!id || *id > std::numeric_limits<std::int32_t>::max()) return std::nullopt;
  return static_cast<std::int32_t>(*id);
}

// What the registry itself says, or, when something else answered, the status alone.
std::string words_of(const http::Reply& reply) {
  const auto message = http::text_at(json::parse(reply.body, nullptr, false), {"message"});
  return message.empty() ? fmt::format("HTTP status {}", reply.status) : quotable(message);
}

struct Meaning {
  ErrorKind kind;
  std::string hint;
};

Meaning meaning_of(int status, const std::string& subject, bool with_login) {
  switch (status) {
    case 401:
      return {ErrorKind::unauthorized, with_login ? "check SCHEMA_REGISTRY_BASIC_AUTH_USER_INFO"
                                                  : "set SCHEMA_REGISTRY_BASIC_AUTH_USER_INFO"};
    case 403:
      return {ErrorKind::unauthorized,
              fmt::format("allow this login to write the subject {}", subject)};
    case 404:
    case 405:
      return {ErrorKind::invalid_input, url_hint};
    case 409:
      return {ErrorKind::invalid_input,
              fmt::format("the subject {} has schemas of something else: set another "
                          "KAFKA_WRITER_TOPIC_NAME, or delete the subject",
                          subject)};
    case 429:
      return {ErrorKind::unavailable, "try again later"};
    default:
      break;
  }
  if (status >= 500) return {ErrorKind::unavailable, "try again later, or look into its log"};
  if (status >= 300 && status < 400) return {ErrorKind::invalid_input, url_hint};
  return {ErrorKind::invalid_input, "the registry has to take schemas of the type JSON"};
}

}  // namespace

SchemaRegistry::SchemaRegistry(RegistrySettings settings, http::Exchange& exchange)
    : settings_(std::move(settings)), exchange_(exchange) {}

Result<std::int32_t> SchemaRegistry::register_schema(const std::string& subject,
                                                     const std::string& schema,
                                                     const std::stop_token& stop) {
  http::Request request;
  request.method = "POST";
  request.url = http::url_of(settings_.url,
                             fmt::format("subjects/{}/versions", http::percent_encoded(subject)));
  request.headers = {{"Content-Type", media_type}, {"Accept", media_type}};
  request.body = json({{"schemaType", "JSON"}, {"schema", schema}})
                     .dump(-1, ' ', false, json::error_handler_t::replace);
  request.login = settings_.login;
  request.timeout = settings_.timeout;
  request.patience = settings_.patience;
  request.repeatable = true;  // the second time, the schema is there and has its id
  auto reply = exchange_.send(request, stop);
  if (!reply) {
    auto error = std::move(reply).error();
    error.message = fmt::format("cannot register the schema of {}: {}", subject, error.message);
    return tl::unexpected(std::move(error));
  }
  if (!reply->ok()) return tl::unexpected(refusal(*reply, subject));
  if (const auto id = id_in(reply->body)) return *id;
  return fail(ErrorKind::corrupt,
              fmt::format("cannot register the schema of {}: {} answered without an id", subject,
                          settings_.url),
              url_hint);
}

Error SchemaRegistry::refusal(const http::Reply& reply, const std::string& subject) const {
  const auto words = words_of(reply);
  auto [kind, hint] = meaning_of(reply.status, subject, settings_.login.has_value());
  const char* what = "the Schema Registry refuses the schema of";
  if (reply.status < 400 || reply.status >= 500) {
    what = "the Schema Registry did not take the schema of";
  }
  if (reply.status == 409) what = "the Schema Registry finds the schema incompatible with that of";
  return {kind, fmt::format("{} {}: {}", what, subject, words), std::move(hint), {}};
}

std::string framed(std::int32_t id, std::string_view payload) {
  std::string bytes(1, '\0');
  const auto number = static_cast<std::uint32_t>(id);
  for (const unsigned shift : {24U, 16U, 8U, 0U}) {
    bytes += static_cast<char>((number >> shift) & 0xFFU);
  }
  return bytes.append(payload);
}

}  // namespace partwise::registry
