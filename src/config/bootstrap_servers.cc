#include "config/bootstrap_servers.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <utility>

#include <fmt/format.h>

#include "base/text.h"

namespace partwise::config {
namespace {

constexpr const char* form = "HOST:PORT,... as broker-1:9092,broker-2:9092";

constexpr std::array<std::string_view, 4> protocols = {"plaintext", "ssl", "sasl_plaintext",
                                                       "sasl_ssl"};

bool is_port(std::string_view text) {
  int port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  return error == std::errc{} && end == text.data() + text.size() && port >= 1 && port <= 65'535;
}

// Letters of any alphabet, for what resolvers take; at least one thing that is not a digit.
bool is_host(std::string_view text) {
  const auto digit = [](unsigned char c) { return std::isdigit(c) != 0; };
  return !std::all_of(text.begin(), text.end(), digit) &&
         std::all_of(text.begin(), text.end(), [](unsigned char c) {
           return std::isalnum(c) != 0 || c == '-' || c == '_' || c == '.' || c >= 0x80;
         });
}

// With an optional zone: fe80::1%eth0.
bool is_ipv6(std::string_view text) {
  const std::string address(text.substr(0, text.find('%')));
  in6_addr parsed{};
  return inet_pton(AF_INET6, address.c_str(), &parsed) == 1;
}

// The entry without its protocol, and without the path that may follow one; nothing where the
// protocol is not Kafka's.
std::string_view address_in(std::string_view entry) {
  const auto scheme = entry.find("://");
  if (scheme == std::string_view::npos) return entry;
  const auto protocol = lowered(entry.substr(0, scheme));
  if (std::find(protocols.begin(), protocols.end(), protocol) == protocols.end()) return {};
  const auto address = entry.substr(scheme + 3);
  return address.substr(0, address.find('/'));
}

struct Address {
  std::string_view host;
  std::string_view port;  ///< with its colon; empty: none
  bool host_is_good;
};

// As librdkafka splits it: two colons and no bracket are an IPv6 address without a port.
Address split(std::string_view address) {
  const auto bracket = address.rfind(']');
  if (address.starts_with("[") && bracket != std::string_view::npos) {
    const auto host = address.substr(1, bracket - 1);
    return {host, address.substr(bracket + 1), is_ipv6(host)};
  }
  if (is_ipv6(address)) return {address, {}, true};
  const auto colon = std::min(address.find(':'), address.size());
  const auto host = address.substr(0, colon);
  return {host, address.substr(colon), is_host(host)};
}

// An entry with other characters than addresses have is not shown: it may be a credential.
bool may_be_shown(std::string_view entry) {
  return std::all_of(entry.begin(), entry.end(), [](unsigned char c) {
    return std::isalnum(c) != 0 ||
           std::string_view("-_.:/[]%").find(static_cast<char>(c)) != std::string_view::npos;
  });
}

Result<> check(std::string_view entry, std::size_t number) {
  const auto name =
      may_be_shown(entry) ? fmt::format("'{}'", entry) : fmt::format("entry {}", number);
  const auto [host, port, host_is_good] = split(address_in(entry));
  if (!host_is_good) {
    return fail(ErrorKind::invalid_input,
                fmt::format("bootstrap servers: {} is not a host and port", name), form);
  }
  if (port.empty() || (port.front() == ':' && is_port(port.substr(1)))) return {};
  return fail(ErrorKind::invalid_input,
              fmt::format("bootstrap servers: {} has no port from 1 to 65535", name), form);
}

}  // namespace

Errors bootstrap_errors(std::string_view servers, const std::string& from) {
  const auto entries = listed(servers);
  if (entries.empty()) {
    return {{ErrorKind::invalid_input, "bootstrap servers: no broker is named", form, from}};
  }
  Errors errors;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    auto checked = check(entries[i], i + 1);
    if (checked) continue;
    checked.error().from = from;
    errors.push_back(std::move(checked).error());
  }
  return errors;
}

}  // namespace partwise::config
