#include "http/exchange.h"

#include "base/text.h"

namespace partwise::http {

bool Request::may_repeat() const {
  return repeatable || method == "GET" || method == "HEAD" || method == "PUT" || method == "DELETE";
}

std::vector<std::string_view> Reply::all(std::string_view name) const {
  std::vector<std::string_view> values;
  const auto wanted = lowered(name);
  for (const auto& header : headers) {
    if (lowered(header.name) == wanted) values.emplace_back(header.value);
  }
  return values;
}

std::string_view Reply::header(std::string_view name) const {
  const auto values = all(name);
  return values.empty() ? std::string_view() : values.front();
}

}  // namespace partwise::http
