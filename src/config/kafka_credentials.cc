#include "config/kafka_credentials.h"

#include <algorithm>
#include <cctype>
#include <set>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "config/bootstrap_servers.h"

namespace partwise::config {
namespace {

using nlohmann::json;

constexpr const char* form =
    R"(one line, an array of objects: [{"kafka_cluster_id": "lkc-1", "bootstrap.servers": "host:9092", "sasl.username": "...", "sasl.password": "..."}])";

Error malformed(std::string what, const std::string& from) {
  return {ErrorKind::invalid_input, "KAFKA_CREDENTIALS " + std::move(what), form, from};
}

// nlohmann's own messages quote what they read, which may be a secret.
Error syntax_error(const json::parse_error& error, std::string_view text, const std::string& from) {
  const bool ended = error.byte > text.size();
  return malformed(fmt::format("is not valid JSON: {} at character {}",
                               ended ? "unexpected end of input" : "unexpected text",
                               std::min(error.byte, text.size() + 1)),
                   from);
}

// It becomes a part of file names.
bool usable_id(const std::string& id) {
  return !id.empty() && id.front() != '.' && id.size() <= 200 &&
         std::all_of(id.begin(), id.end(), [](unsigned char c) {
           return std::isalnum(c) != 0 || c == '-' || c == '_' || c == '.';
         });
}

std::string as_text(const json& value) {
  return value.is_string() ? value.get<std::string>() : value.dump();
}

struct Parsed {
  ClusterAccess access;
  Errors errors;
};

Parsed cluster_from(const json& object, std::size_t index, const std::string& from) {
  Parsed parsed;
  const auto wrong = [&](const std::string& what) {
    parsed.errors.push_back(malformed(fmt::format("entry {}: {}", index + 1, what), from));
  };
  if (!object.is_object()) {
    wrong("is not an object");
    return parsed;
  }
  ClientProperties fields;
  for (const auto& [name, value] : object.items()) {
    if (!value.is_primitive() || value.is_null()) {
      wrong(fmt::format("field {} is not a text", name));
    } else if (name == "kafka_cluster_id") {
      parsed.access.id = as_text(value);
    } else {
      set_property(fields, {name, Secret(as_text(value)), from});
    }
  }
  if (auto taken = translated(fields)) {
    parsed.access.properties = std::move(taken->properties);
    parsed.access.warnings = std::move(taken->warnings);
  } else {
    parsed.errors.insert(parsed.errors.end(), taken.error().begin(), taken.error().end());
  }
  if (!usable_id(parsed.access.id)) {
    wrong("kafka_cluster_id is missing or not of letters, digits, '-', '_' and '.'");
  }
  const auto* bootstrap = find_property(parsed.access.properties, "bootstrap.servers");
  if (bootstrap == nullptr || bootstrap->value.empty()) {
    wrong("bootstrap.servers is missing");
  } else {
    parsed.access.bootstrap_servers = bootstrap->value.reveal();
    for (const auto& error : bootstrap_errors(parsed.access.bootstrap_servers, from)) {
      wrong(error.message);
      parsed.errors.back().hint = error.hint;
    }
  }
  return parsed;
}

}  // namespace

void assume_confluent_defaults(ClientProperties& properties) {
  const auto* user = find_property(properties, "sasl.username");
  if (user == nullptr) return;
  const auto from = user->from;
  const auto has = [&](const char* name) { return find_property(properties, name) != nullptr; };
  if (!has("security.protocol")) {
    set_property(properties, {"security.protocol", Secret("SASL_SSL"), from});
  }
  // Java knows the first name, librdkafka both.
  if (!has("sasl.mechanism") && !has("sasl.mechanisms")) {
    set_property(properties, {"sasl.mechanism", Secret("PLAIN"), from});
  }
}

tl::expected<std::vector<ClusterAccess>, Errors> clusters_from_json(std::string_view text,
                                                                    const std::string& from) {
  json document;
  try {
    document = json::parse(text);
  } catch (const json::parse_error& error) {
    return tl::unexpected(Errors{syntax_error(error, text, from)});
  }
  if (document.is_object()) document = json::array({document});
  if (!document.is_array() || document.empty()) {
    return tl::unexpected(Errors{malformed("is not an array with a cluster in it", from)});
  }
  std::vector<ClusterAccess> clusters;
  Errors errors;
  std::set<std::string> ids;
  for (std::size_t i = 0; i < document.size(); ++i) {
    auto [access, wrong] = cluster_from(document[i], i, from);
    errors.insert(errors.end(), wrong.begin(), wrong.end());
    if (!access.id.empty() && !ids.insert(access.id).second) {
      errors.push_back(malformed(fmt::format("names kafka_cluster_id {} twice", access.id), from));
    }
    clusters.push_back(std::move(access));
  }
  if (!errors.empty()) return tl::unexpected(std::move(errors));
  return clusters;
}

}  // namespace partwise::config
