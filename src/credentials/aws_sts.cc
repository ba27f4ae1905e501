#include "credentials/aws_sts.h"

#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "base/text.h"
#include "credentials/aws_answer.h"
#include "credentials/aws_call.h"
#include "http/url.h"
#include "http/xml_text.h"

namespace partwise::credentials {
namespace {

constexpr const char* api_version = "2011-06-15";

using Fields = std::vector<std::pair<std::string_view, std::string>>;

Fields fields_of(std::string_view action, const RoleRequest& role, const Clock& clock) {
  const auto now = std::chrono::floor<std::chrono::seconds>(clock.now()).time_since_epoch().count();
  Fields fields = {{"Action", std::string(action)},
                   {"Version", api_version},
                   {"RoleArn", role.role_arn},
                   {"RoleSessionName", role.session_name.empty() ? fmt::format("partwise-{}", now)
                                                                 : role.session_name}};
  if (!role.duration.empty()) fields.emplace_back("DurationSeconds", role.duration);
  return fields;
}

struct Service {
  http::Request request;
  AwsScope scope;
};

Result<Service> service_for(const Fields& fields, const AwsPlaces& places) {
  Service service;
  auto region = TRY(aws_region("", "", places));
  service.request.url = TRY(aws_endpoint(security_tokens, region, places));
  if (region.empty()) {
    region = "us-east-1";
    // Without a region, an endpoint that is not configured has a hole in its name.
    if (service.request.url.starts_with("https://sts..")) {
      service.request.url = "https://sts.amazonaws.com/";
    }
  }
  service.scope = {region, std::string(security_tokens.host)};
  service.request.method = "POST";
  service.request.headers = {{"Content-Type", "application/x-www-form-urlencoded; charset=utf-8"}};
  for (const auto& [name, value] : fields) {
    auto& body = service.request.body;
    if (!body.empty()) body += '&';
    body += fmt::format("{}={}", name, http::percent_encoded(value));
  }
  return service;
}

Result<AwsCredentials> credentials_from_xml(const std::string& body, const std::string& source) {
  const auto text = [&body](std::string_view element) {
    return http::xml_text(body, element).value_or("");
  };
  AwsCredentials credentials;
  credentials.source = source;
  credentials.keys = {text("AccessKeyId"), config::Secret(text("SecretAccessKey")),
                      config::Secret(text("SessionToken"))};
  auto fault = fault_of(credentials.keys);
  if (fault.empty() && credentials.keys.session_token.empty()) fault = "has no session token";
  if (!fault.empty()) {
    return fail(ErrorKind::corrupt, fmt::format("the answer of AWS STS {}", fault),
                "is there a proxy, or an endpoint that is not AWS's?");
  }
  const auto expiration = expiration_from_text(text("Expiration"));
  if (!expiration) return fail(ErrorKind::corrupt, "the answer of AWS STS has no Expiration");
  credentials.expiration = *expiration;
  return credentials;
}

Error refused(const http::Reply& reply, std::string_view action, const RoleRequest& role) {
  const auto refusal = refusal_of(reply);
  auto error = error_of(
      reply, refusal, fmt::format("AWS STS gives no keys of the role {}", quotable(role.role_arn)));
  if (refusal.code.starts_with("AccessDenied")) {
    error.hint = fmt::format(
        "allow sts:{} on this role to who asks, and let the role's trust policy name them", action);
  }
  if (refusal.code == "InvalidIdentityToken") {
    error.hint = "the role's account must trust the token's issuer (an IAM identity provider)";
  }
  return error;
}

Result<AwsCredentials> keys_of_role(const AwsContext& context, const AwsPlaces& places,
                                    const RoleRequest& role, const Fields& fields,
                                    const AwsKeys* keys, const std::stop_token& stop) {
  const auto service = TRY(service_for(fields, places));
  const auto reply = TRY(aws_reply(context, service.request, keys, service.scope, stop));
  if (!reply.ok()) return tl::unexpected(refused(reply, fields.front().second, role));
  return credentials_from_xml(reply.body, fmt::format("the role {}", role.role_arn));
}

}  // namespace

Result<AwsCredentials> assumed_role(const AwsContext& context, const AwsPlaces& places,
                                    const RoleRequest& role, const AwsCredentials& source,
                                    const std::stop_token& stop) {
  auto fields = fields_of("AssumeRole", role, context.clock);
  if (!role.external_id.empty()) fields.emplace_back("ExternalId", role.external_id);
  return keys_of_role(context, places, role, fields, &source.keys, stop);
}

Result<AwsCredentials> web_identity_role(const AwsContext& context, const AwsPlaces& places,
                                         const RoleRequest& role, const config::Secret& token,
                                         const std::stop_token& stop) {
  auto fields = fields_of("AssumeRoleWithWebIdentity", role, context.clock);
  fields.emplace_back("WebIdentityToken", token.reveal());
  return keys_of_role(context, places, role, fields, nullptr, stop);
}

}  // namespace partwise::credentials
