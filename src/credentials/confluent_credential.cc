#include "credentials/confluent_credential.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "config/json_fault.h"

namespace partwise::credentials {
namespace {

using nlohmann::json;

constexpr const char* form =
    R"(one line, an object: {"confluent_cloud_api_key": "...", "confluent_cloud_api_secret": "..."})";

// A blank or a control character is a slip of copying, and ':' would end the user's name.
bool usable(std::string_view value) {
  return std::all_of(value.begin(), value.end(),
                     [](unsigned char c) { return c > 0x20 && c < 0x7F; });
}

}  // namespace

Result<http::Login> confluent_login_from(std::string_view text, const std::string& name,
                                         const std::string& from) {
  const auto wrong = [&](const std::string& what) {
    return fail(ErrorKind::invalid_input, fmt::format("{} {}", name, what), form, from);
  };
  if (const auto fault = config::json_fault(text)) return wrong("is not valid JSON: " + *fault);
  const auto document = json::parse(text);
  if (!document.is_object()) return wrong("is not an object");
  const auto field = [&](const char* field_name) -> Result<std::string> {
    const auto found = document.find(field_name);
    if (found == document.end()) return wrong(fmt::format("has no {}", field_name));
    if (!found->is_string()) return wrong(fmt::format("field {} is not a text", field_name));
    std::string value(trimmed(found->get_ref<const std::string&>()));
    if (value.empty()) return wrong(fmt::format("field {} is empty", field_name));
    if (!usable(value)) {
      return wrong(fmt::format("field {} has a blank or a character that no key has", field_name));
    }
    return value;
  };
  auto key = TRY(field("confluent_cloud_api_key"));
  auto secret = TRY(field("confluent_cloud_api_secret"));
  if (key.find(':') != std::string::npos) return wrong("field confluent_cloud_api_key has a ':'");
  return http::Login{std::move(key), config::Secret(std::move(secret))};
}

}  // namespace partwise::credentials
