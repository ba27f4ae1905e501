#include "credentials/secret_paths.h"

#include <cstddef>
#include <set>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "config/json_fault.h"

namespace partwise::credentials {
namespace {

using nlohmann::json;

constexpr const char* form_of_one =
    R"(one line, an object: {"region_name": "us-east-1", "secret_name": "my/secret"})";
constexpr const char* form_of_many =
    R"(one line, an array of objects: [{"region_name": "us-east-1", "secret_name": "my/secret"}])";

// What to say of a wrong text.
struct Place {
  std::string name;  // of the setting, or of an entry of it
  std::string from;
  const char* form;
};

Error malformed(const Place& place, const std::string& what) {
  return {ErrorKind::invalid_input, fmt::format("{} {}", place.name, what), place.form, place.from};
}

Result<json> document_from(std::string_view text, const Place& place) {
  if (const auto fault = config::json_fault(text)) {
    return tl::unexpected(malformed(place, "is not valid JSON: " + *fault));
  }
  return json::parse(text);
}

Result<SecretName> path_in(const json& entry, const Place& place) {
  if (!entry.is_object()) return tl::unexpected(malformed(place, "is not an object"));
  SecretName path;
  for (const auto& [field, target] :
       {std::pair("region_name", &path.region_name), std::pair("secret_name", &path.secret_name)}) {
    const auto found = entry.find(field);
    if (found == entry.end() || found->is_null()) continue;
    if (!found->is_string()) {
      return tl::unexpected(malformed(place, fmt::format("field {} is not a text", field)));
    }
    *target = trimmed(found->get_ref<const std::string&>());
  }
  if (path.secret_name.empty()) return tl::unexpected(malformed(place, "has no secret_name"));
  return path;
}

}  // namespace

Result<SecretName> secret_path_from(std::string_view text, const std::string& name,
                                    const std::string& from) {
  const Place place = {name, from, form_of_one};
  const auto document = TRY(document_from(text, place));
  return path_in(document, place);
}

tl::expected<std::vector<SecretName>, Errors> secret_paths_from(std::string_view text,
                                                                const std::string& name,
                                                                const std::string& from) {
  const Place whole = {name, from, form_of_many};
  auto document = document_from(text, whole);
  if (!document) return tl::unexpected(Errors{std::move(document).error()});
  if (document->is_object()) *document = json::array({*document});
  if (!document->is_array() || document->empty()) {
    return tl::unexpected(Errors{malformed(whole, "is not an array with a secret in it")});
  }
  std::vector<SecretName> paths;
  Errors errors;
  std::set<std::pair<std::string, std::string>> seen;
  for (std::size_t i = 0; i < document->size(); ++i) {
    const Place place = {fmt::format("{} entry {}:", name, i + 1), from, form_of_many};
    auto path = path_in((*document)[i], place);
    if (!path) {
      errors.push_back(std::move(path).error());
    } else if (!seen.emplace(path->region_name, path->secret_name).second) {
      errors.push_back(malformed(place, "is the same secret as an earlier one"));
    } else {
      paths.push_back(*std::move(path));
    }
  }
  if (!errors.empty()) return tl::unexpected(std::move(errors));
  return paths;
}

}  // namespace partwise::credentials
