// Where a Schema Registry is, and how to log in there.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"
#include "config/secret.h"
#include "http/exchange.h"

namespace partwise::registry {

struct RegistrySettings {
  std::string url;                   ///< http or https; it may have a path, and no query
  std::optional<http::Login> login;  ///< none: the registry asks for none
  Millis timeout{10'000};            ///< for one try
  Millis patience{30'000};           ///< for all tries, of an Exchange that repeats requests
};

/// url: of SCHEMA_REGISTRY_URL
/// user_info: "user:password", of SCHEMA_REGISTRY_BASIC_AUTH_USER_INFO; empty: no login
/// errors: invalid_input, naming the variable; never with a value that may have a password in it
Result<RegistrySettings> registry_settings(std::string_view url, const config::Secret& user_info);

/// SCHEMA_REGISTRY_CREDENTIAL, the existing recommender's variable: a registry for each environment
/// of Confluent Cloud, {"env-1": {"url": "https://...", "basic.auth.user.info": "key:secret"}}, by
/// environment id. api_key and api_secret may stand in place of basic.auth.user.info. One registry
/// alone, {"url": ...}, has the id "".
///
/// errors: invalid_input, for malformed JSON too, and never with a value
Result<std::map<std::string, RegistrySettings>> registries_from_json(std::string_view text);

}  // namespace partwise::registry
