#include "registry/settings.h"

#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "http/json_path.h"
#include "http/url.h"

namespace partwise::registry {
namespace {

using nlohmann::json;

constexpr const char* url_name = "SCHEMA_REGISTRY_URL";
constexpr const char* user_info_name = "SCHEMA_REGISTRY_BASIC_AUTH_USER_INFO";
constexpr const char* credential_name = "SCHEMA_REGISTRY_CREDENTIAL";
constexpr const char* credential_form =
    R"(one line: {"env-1": {"url": "https://...", "basic.auth.user.info": "key:secret"}})";

tl::unexpected<Error> wrong_url(std::string_view why) {
  return fail(ErrorKind::invalid_input, fmt::format("{} {}", url_name, why),
              "write one address: https://HOST, https://HOST:PORT or https://HOST/PATH", url_name);
}

tl::unexpected<Error> wrong_credential(std::string_view why) {
  return fail(ErrorKind::invalid_input, fmt::format("{} {}", credential_name, why), credential_form,
              credential_name);
}

Result<http::Login> login_from(const std::string& user_info) {
  const auto colon = user_info.find(':');
  if (colon == 0 || colon == std::string::npos) {
    return fail(ErrorKind::invalid_input,
                fmt::format("{} is not of the form user:password", user_info_name),
                "write both, with a colon between", user_info_name);
  }
  return http::Login{user_info.substr(0, colon), config::Secret(user_info.substr(colon + 1))};
}

std::string user_info_in(const json& entry) {
  if (auto both = http::text_at(entry, {"basic.auth.user.info"}); !both.empty()) return both;
  const auto key = http::text_at(entry, {"api_key"});
  const auto secret = http::text_at(entry, {"api_secret"});
  return key.empty() || secret.empty() ? "" : fmt::format("{}:{}", key, secret);
}

Result<RegistrySettings> registry_in(const json& entry, const std::string& environment) {
  const auto where = environment.empty() ? std::string() : quotable(environment) + ": ";
  const auto url = http::text_at(entry, {"url"});
  if (url.empty()) return wrong_credential(fmt::format("{}has no url", where));
  auto settings = registry_settings(url, config::Secret(user_info_in(entry)));
  // The reason names a variable that is not given here.
  if (!settings) {
    return wrong_credential(where + (settings.error().from == url_name
                                         ? "its url is no address of a Schema Registry"
                                         : "its basic.auth.user.info is not key:secret"));
  }
  return settings;
}

}  // namespace

Result<RegistrySettings> registry_settings(std::string_view url, const config::Secret& user_info) {
  RegistrySettings settings;
  settings.url = trimmed(url);
  if (settings.url.find(',') != std::string::npos) return wrong_url("names more than one address");
  if (const auto origin = http::service_origin(settings.url); !origin) {
    return wrong_url(fmt::format("is no address to ask: {}", origin.error().message));
  }
  if (!user_info.empty()) settings.login = TRY(login_from(user_info.reveal()));
  return settings;
}

Result<std::map<std::string, RegistrySettings>> registries_from_json(std::string_view text) {
  const auto document = json::parse(text, nullptr, false);
  if (!document.is_object() || document.empty()) {
    return wrong_credential("is not a JSON object with a registry in it");
  }
  std::map<std::string, RegistrySettings> registries;
  if (!http::text_at(document, {"url"}).empty()) {
    registries[""] = TRY(registry_in(document, ""));
    return registries;
  }
  for (const auto& [environment, entry] : document.items()) {
    registries[environment] = TRY(registry_in(entry, environment));
  }
  return registries;
}

}  // namespace partwise::registry
