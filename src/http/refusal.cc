#include "http/refusal.h"

#include <utility>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "http/json_path.h"
#include "http/xml_text.h"

namespace partwise::http {
namespace {

using nlohmann::json;

std::string words_of(const json& failure) {
  std::vector<std::string> parts;
  for (const auto* name : {"title", "detail"}) {
    if (auto text = quotable(text_at(failure, {name})); !text.empty()) {
      parts.push_back(std::move(text));
    }
  }
  return parts.empty() ? text_at(failure, {"code"}) : joined(parts, ": ");
}

std::string with_request_id(std::string message, const Reply& reply) {
  const auto id = quotable(reply.header("X-Request-Id"));
  if (!id.empty()) message += fmt::format(" (request id {})", id);
  return message;
}

ErrorKind kind_of(int status) {
  switch (status) {
    case 401:
    case 403:
      return ErrorKind::unauthorized;
    case 402:
    case 429:
      return ErrorKind::limit;
    case 404:
      return ErrorKind::not_found;
    case 408:
      return ErrorKind::timeout;
    default:
      break;
  }
  if (status >= 500) return ErrorKind::unavailable;
  return status >= 400 ? ErrorKind::invalid_input : ErrorKind::corrupt;
}

std::string hint_of(int status) {
  if (status == 429) return "too many requests: try again in some minutes";
  return status == 408 || status >= 500 ? "try again later" : "";
}

}  // namespace

std::string page_words(const Reply& reply) {
  const auto body = trimmed(reply.body);
  if (!body.starts_with('<')) return {};
  const auto title = xml_text(body, "title");
  return title ? fmt::format("a web page with the title \"{}\"", quotable(*title)) : "a web page";
}

std::string refusal_words(const Reply& reply) {
  if (auto page = page_words(reply); !page.empty()) return page;
  const auto document = json::parse(reply.body, nullptr, false);
  std::vector<std::string> failures;
  if (const auto* list = value_at(document, {"errors"}); list != nullptr && list->is_array()) {
    for (const auto& failure : *list) {
      if (auto words = words_of(failure); !words.empty()) failures.push_back(std::move(words));
    }
  }
  if (failures.empty()) return quotable(first_text(document, {"message", "detail", "error"}));
  return quotable(joined(failures, "; "));
}

Error refusal(const Reply& reply, const std::string& what, const std::string& hint) {
  auto message = fmt::format("{}: HTTP status {}", what, reply.status);
  if (const auto words = refusal_words(reply); !words.empty()) {
    message += fmt::format(": {}", words);
  }
  return {kind_of(reply.status), with_request_id(std::move(message), reply),
          hint.empty() ? hint_of(reply.status) : hint, ""};
}

Error nonsense(const Reply& reply, const std::string& what, const std::string& wrong,
               const std::string& hint) {
  return {ErrorKind::corrupt, with_request_id(fmt::format("{}: {}", what, wrong), reply), hint, ""};
}

}  // namespace partwise::http
