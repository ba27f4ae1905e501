#include "credentials/aws_endpoint.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/text.h"
#include "credentials/url.h"

namespace partwise::credentials {
namespace {

struct Named {
  std::string value;
  std::string from;
};

Named from_variable(const AwsPlaces& places, const std::string& name) {
  return {variable(places.environment, name), name};
}

Named from_settings(const AwsSettings& settings, std::string_view name) {
  const auto found = settings.find(name);
  if (found == settings.end()) return {};
  return {found->second.value.reveal(), found->second.from};
}

Named first_of(std::vector<Named> candidates) {
  for (auto& candidate : candidates) {
    if (!candidate.value.empty()) return std::move(candidate);
  }
  return {};
}

bool switched_on(const AwsPlaces& places, const std::string& variable_name,
                 std::string_view setting) {
  const auto said = first_of({from_variable(places, variable_name),
                              from_settings(places.files.profile(places.profile), setting)});
  return lowered(said.value) == "true";
}

// By the beginning of a region's name.
//
// source: botocore's partitions.json
std::string_view domain_of(std::string_view region) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 6> domains = {{
      {"cn-", "amazonaws.com.cn"},
      {"eusc-", "amazonaws.eu"},
      {"us-iso-", "c2s.ic.gov"},
      {"us-isob-", "sc2s.sgov.gov"},
      {"eu-isoe-", "cloud.adc-e.uk"},
      {"us-isof-", "csp.hci.ic.gov"},
  }};
  for (const auto& [begin, domain] : domains) {
    if (region.starts_with(begin)) return domain;
  }
  return "amazonaws.com";
}

Named configured_endpoint(const AwsService& service, const AwsPlaces& places) {
  if (switched_on(places, "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
                  "ignore_configured_endpoint_urls")) {
    return {};
  }
  return first_of({
      from_variable(places, fmt::format("AWS_ENDPOINT_URL_{}", service.variable)),
      from_variable(places, "AWS_ENDPOINT_URL"),
      from_settings(places.files.services_of(places.profile),
                    fmt::format("{}.endpoint_url", service.section)),
      from_settings(places.files.profile(places.profile), "endpoint_url"),
  });
}

}  // namespace

std::string region_of_arn(std::string_view arn) {
  if (!arn.starts_with("arn:")) return {};
  for (int field = 0; field < 3; ++field) {
    const auto colon = arn.find(':');
    if (colon == std::string_view::npos) return {};
    arn.remove_prefix(colon + 1);
  }
  return std::string(arn.substr(0, arn.find(':')));
}

Result<std::string> aws_region(const std::string& given, std::string_view arn,
                               const AwsPlaces& places) {
  auto region = first_of({{given, ""},
                          {region_of_arn(arn), ""},
                          from_variable(places, "AWS_REGION"),
                          from_variable(places, "AWS_DEFAULT_REGION"),
                          from_settings(places.files.profile(places.profile), "region")});
  const bool usable = region.value.size() <= 63 &&
                      std::all_of(region.value.begin(), region.value.end(),
                                  [](unsigned char c) { return std::isalnum(c) != 0 || c == '-'; });
  if (!usable) {
    return fail(ErrorKind::invalid_input, fmt::format("{} is not an AWS region", region.value),
                "write its code, as eu-central-1", region.from);
  }
  return std::move(region.value);
}

Result<std::string> aws_endpoint(const AwsService& service, std::string_view region,
                                 const AwsPlaces& places) {
  const bool fips = switched_on(places, "AWS_USE_FIPS_ENDPOINT", "use_fips_endpoint");
  const auto configured = configured_endpoint(service, places);
  if (configured.value.empty()) {
    return fmt::format("https://{}{}.{}.{}/", service.host, fips ? "-fips" : "", region,
                       domain_of(region));
  }
  if (fips) {
    return fail(ErrorKind::invalid_input,
                "an endpoint is configured, and FIPS endpoints are asked for",
                "unset AWS_USE_FIPS_ENDPOINT, or the endpoint", configured.from);
  }
  const auto url = url_from_text(configured.value);
  if (!url || !url->query.empty()) {
    // Not shown: such a URL may have a password in it.
    return fail(ErrorKind::invalid_input, "the endpoint is not a URL of a server",
                "write http:// or https://, a host, and a port if it needs one", configured.from);
  }
  return fmt::format("{}://{}{}", url->scheme, url->authority(), url->path);
}

}  // namespace partwise::credentials
