#include "credentials/confluent_page.h"

#include <algorithm>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "base/text.h"
#include "credentials/confluent_answer.h"
#include "http/json_path.h"

namespace partwise::credentials {
namespace {

using nlohmann::json;

constexpr const char* largest_page = "100";
constexpr int most_pages = 10'000;

struct Page {
  json items;
  std::string next;  // its page_token; empty: this is the last one
};

// Empty where there is none.
std::string token_in(const std::string& link) {
  // Before the query could stand another host; it is not even read.
  const auto query = std::min(link.find('?'), link.size());
  const auto token = http::query_value("https://unread/" + link.substr(query), "page_token");
  return token ? token->value_or("") : "";
}

Result<Page> page_in(const http::Reply& reply, const std::string& what) {
  const auto nonsense = [&](const char* wrong) {
    return tl::unexpected(confluent_nonsense(reply, what, wrong));
  };
  auto document = json::parse(reply.body, nullptr, false);
  if (!document.is_object()) return nonsense("the answer is not a JSON object");
  const auto data = document.find("data");
  if (data == document.end() || !data->is_array())
    return nonsense("the answer has no list of data");
  Page page;
  page.items = std::move(*data);
  const auto* metadata = http::value_at(document, {"metadata"});
  if (metadata == nullptr || metadata->is_null()) return page;
  if (!metadata->is_object()) return nonsense("the answer's metadata are not an object");
  const auto* next = http::value_at(*metadata, {"next"});
  if (next == nullptr || next->is_null()) return page;
  if (!next->is_string()) return nonsense("the answer's link to the next page is no text");
  const auto link = next->get<std::string>();
  if (link.empty()) return page;
  page.next = token_in(link);
  if (page.next.empty()) return nonsense("the answer's link to the next page has no page_token");
  return page;
}

Result<Page> page_at(const ConfluentAccess& access, const ConfluentRequest& list,
                     const std::string& token, const std::stop_token& stop) {
  auto request = list;
  request.query.push_back({"page_size", largest_page});
  if (!token.empty()) request.query.push_back({"page_token", token});
  const auto reply = TRY(confluent_reply(access, request, stop));
  if (!reply.ok()) return tl::unexpected(confluent_error(reply, list.what));
  return page_in(reply, list.what);
}

}  // namespace

Result<http::Reply> confluent_reply(const ConfluentAccess& access, const ConfluentRequest& request,
                                    const std::stop_token& stop) {
  http::Request sent;
  sent.method = request.method;
  sent.url = http::url_of(access.base_url, request.path, request.query);
  sent.headers.push_back({"Accept", "application/json"});
  if (!request.body.empty()) sent.headers.push_back({"Content-Type", "application/json"});
  sent.body = request.body;
  sent.login = access.login;
  sent.patience = request.patience;
  auto reply = access.exchange.send(sent, stop);
  if (!reply) reply.error().message = fmt::format("{}: {}", request.what, reply.error().message);
  return reply;
}

Result<std::vector<json>> confluent_items(const ConfluentAccess& access,
                                          const ConfluentRequest& list,
                                          const std::stop_token& stop) {
  std::vector<json> items;
  std::set<std::string> ids;
  std::set<std::string> tokens;
  std::string token;
  for (int pages = 0; pages < most_pages; ++pages) {
    auto page = TRY(page_at(access, list, token, stop));
    for (auto& item : page.items) {
      const auto id = http::text_at(item, {"id"});
      if (plain_name(id) && ids.insert(id).second) items.push_back(std::move(item));
    }
    if (page.next.empty()) return items;
    if (!tokens.insert(page.next).second) {
      return fail(ErrorKind::corrupt,
                  fmt::format("{}: the page_token {} came twice: the list has no end", list.what,
                              quotable(page.next)),
                  "try again; if it stays so, tell Confluent");
    }
    token = page.next;
  }
  return fail(ErrorKind::limit,
              fmt::format("{}: the list has more than {} pages", list.what, most_pages));
}

}  // namespace partwise::credentials
