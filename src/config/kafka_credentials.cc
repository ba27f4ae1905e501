#include "config/kafka_credentials.h"

#include <set>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "config/bootstrap_servers.h"
#include "config/json_fault.h"

namespace partwise::config {
namespace {

using nlohmann::json;

constexpr const char* form =
    R"(one line, an array of objects: [{"kafka_cluster_id": "lkc-1", "bootstrap.servers": "host:9092", "sasl.username": "...", "sasl.password": "..."}])";

/// What the text is called, and where it came from.
struct Place {
  std::string name;
  std::string from;
};

Error malformed(const std::string& what, const Place& place) {
  return {ErrorKind::invalid_input, place.name + " " + what, form, place.from};
}

std::string as_text(const json& value) {
  return value.is_string() ? value.get<std::string>() : value.dump();
}

struct Parsed {
  ClusterAccess access;
  Errors errors;
};

Parsed cluster_from(const json& object, std::size_t index, const Place& place) {
  Parsed parsed;
  const auto wrong = [&](const std::string& what) {
    parsed.errors.push_back(malformed(fmt::format("entry {}: {}", index + 1, what), place));
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
    } else if (name == "environment_id") {
      parsed.access.environment = as_text(value);
    } else {
      set_property(fields, {name, Secret(as_text(value)), place.from});
    }
  }
  if (auto taken = translated(fields)) {
    parsed.access.properties = std::move(taken->properties);
    parsed.access.warnings = std::move(taken->warnings);
  } else {
    parsed.errors.insert(parsed.errors.end(), taken.error().begin(), taken.error().end());
  }
  // It becomes a part of file names.
  if (!plain_name(parsed.access.id)) {
    wrong("kafka_cluster_id is missing or not of letters, digits, '-', '_' and '.'");
  }
  const auto* bootstrap = find_property(parsed.access.properties, "bootstrap.servers");
  if (bootstrap == nullptr || bootstrap->value.empty()) {
    wrong("bootstrap.servers is missing");
  } else {
    parsed.access.bootstrap_servers = bootstrap->value.reveal();
    for (const auto& error : bootstrap_errors(parsed.access.bootstrap_servers, place.from)) {
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
  if (!has("sasl.mechanism")) {
    set_property(properties, {"sasl.mechanism", Secret("PLAIN"), from});
  }
}

tl::expected<std::vector<ClusterAccess>, Errors> clusters_from_json(std::string_view text,
                                                                    const std::string& from,
                                                                    const std::string& name) {
  const Place place{name, from};
  if (const auto fault = json_fault(text)) {
    return tl::unexpected(Errors{malformed("is not valid JSON: " + *fault, place)});
  }
  auto document = json::parse(text);
  if (document.is_object()) document = json::array({document});
  if (!document.is_array() || document.empty()) {
    return tl::unexpected(Errors{malformed("is not an array with a cluster in it", place)});
  }
  std::vector<ClusterAccess> clusters;
  Errors errors;
  std::set<std::string> ids;
  for (std::size_t i = 0; i < document.size(); ++i) {
    auto [access, wrong] = cluster_from(document[i], i, place);
    errors.insert(errors.end(), wrong.begin(), wrong.end());
    if (!access.id.empty() && !ids.insert(access.id).second) {
      errors.push_back(malformed(fmt::format("names kafka_cluster_id {} twice", access.id), place));
    }
    clusters.push_back(std::move(access));
  }
  if (!errors.empty()) return tl::unexpected(std::move(errors));
  return clusters;
}

}  // namespace partwise::config
