#include "credentials/aws_metadata.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "base/text.h"
#include "config/file_text.h"
#include "credentials/aws_answer.h"
#include "credentials/url.h"
#include "http/url.h"

namespace partwise::credentials {
namespace {

constexpr auto container_timeout = Millis(2000);
constexpr int container_tries = 3;
constexpr auto instance_timeout = Millis(1000);
constexpr const char* token_lifetime_seconds = "21600";
constexpr const char* container = "the container's endpoint";
constexpr const char* instance = "instance metadata";

bool allowed_container(const Url& url) {
  constexpr std::array<std::string_view, 5> hosts = {"localhost", "::1", "169.254.170.2",
                                                     "169.254.170.23", "fd00:ec2::23"};
  if (url.scheme == "https" || std::find(hosts.begin(), hosts.end(), url.host) != hosts.end()) {
    return true;
  }
  // 127.0.0.0/8, and not a name that only begins so.
  return url.host.starts_with("127.") &&
         url.host.find_first_not_of("0123456789.") == std::string::npos;
}

Result<std::string> container_url(const AwsContext& context) {
  const auto relative = variable(context.environment, "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI");
  const std::string name = relative.empty() ? "AWS_CONTAINER_CREDENTIALS_FULL_URI"
                                            : "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI";
  if (!relative.empty() && !relative.starts_with('/')) {
    return fail(ErrorKind::invalid_input, "it does not begin with a slash", "", name);
  }
  auto text = relative.empty() ? variable(context.environment, name)
                               : fmt::format("http://169.254.170.2{}", relative);
  const auto url = url_from_text(text);
  if (!url || text.find_first_of(" \r\n\t") != std::string::npos) {
    return fail(ErrorKind::invalid_input, "it is not a URL", "", name);
  }
  if (!allowed_container(*url)) {
    return fail(ErrorKind::invalid_input,
                fmt::format("credentials are not asked for at {} without TLS", url->host),
                "use https, or an address of this machine, of ECS or of EKS", name);
  }
  return text;
}

Result<std::string> container_token(const AwsContext& context) {
  const std::string file_variable = "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE";
  const auto path = variable(context.environment, file_variable);
  std::string name = "AWS_CONTAINER_AUTHORIZATION_TOKEN";
  auto token = variable(context.environment, name);
  if (!path.empty()) {
    name = file_variable;
    auto text = config::file_text(path);
    if (!text) {
      return fail(ErrorKind::invalid_input, text.error().message, "", name);
    }
    token = *std::move(text);
  }
  if (token.find_first_of("\r\n") != std::string::npos) {
    return fail(ErrorKind::invalid_input, "the token has a line break in it",
                "write it on one line", name);
  }
  return token;
}

Result<http::Reply> container_reply(const AwsContext& context, const http::Request& request,
                                    const std::stop_token& stop) {
  for (int left = container_tries - 1;; --left) {
    auto reply = context.exchange.send(request, stop);
    const bool final = reply ? reply->status < 500 : reply.error().kind == ErrorKind::interrupted;
    if (left == 0 || final) return reply;
  }
}

/// The metadata service of one instance.
class InstanceMetadata {
 public:
  InstanceMetadata(const AwsContext& context, std::string endpoint, bool v1_allowed,
                   const std::stop_token& stop)
      : context_(context), endpoint_(std::move(endpoint)), v1_allowed_(v1_allowed), stop_(stop) {}

  Result<AwsAnswer> credentials() {
    if (auto why_not = TRY(log_in()); !why_not.empty()) return AwsAnswer{{}, std::move(why_not)};
    constexpr std::string_view folder = "/latest/meta-data/iam/security-credentials/";
    const auto roles = TRY(ask("GET", folder));
    if (!roles || !roles->ok()) {
      return AwsAnswer{{},
                       roles && roles->status == 404 ? "the instance has no role" : told(roles)};
    }
    const auto role = trimmed(std::string_view(roles->body).substr(0, roles->body.find('\n')));
    if (role.empty()) return AwsAnswer{{}, "the instance has no role"};
    const auto keys = TRY(ask("GET", fmt::format("{}{}", folder, http::percent_encoded(role))));
    if (!keys || !keys->ok()) return AwsAnswer{{}, told(keys)};
    return credentials_from_json(keys->body, "Token", instance).map(AwsAnswer::with);
  }

 private:
  // Gets a token, where there are tokens; or says why it is no use to go on.
  Result<std::string> log_in() {
    const auto reply = TRY(ask("PUT", "/latest/api/token"));
    if (reply && reply->ok()) {
      token_ = trimmed(reply->body);
      if (!token_.empty() && token_.find_first_of("\r\n") == std::string::npos) return "";
      return fail(ErrorKind::corrupt, "instance metadata gave no token");
    }
    if (reply && reply->status == 400) return told(reply);
    const bool only_v1 = reply
                             ? reply->status == 403 || reply->status == 404 || reply->status == 405
                             : last_failure_ == ErrorKind::timeout;
    if (!only_v1) return told(reply);
    if (!v1_allowed_) {
      return fmt::format("{}; version 1 is disabled (AWS_EC2_METADATA_V1_DISABLED)", told(reply));
    }
    return "";
  }

  // None where nobody answers.
  Result<std::optional<http::Reply>> ask(std::string method, std::string_view path) {
    http::Request request;
    request.method = std::move(method);
    request.url = endpoint_ + std::string(path);
    request.timeout = instance_timeout;
    if (request.method == "PUT") {
      request.headers.push_back({"x-aws-ec2-metadata-token-ttl-seconds", token_lifetime_seconds});
    } else if (!token_.empty()) {
      request.headers.push_back({"x-aws-ec2-metadata-token", token_});
    }
    auto reply = context_.exchange.send(request, stop_);
    if (reply) return *std::move(reply);
    if (reply.error().kind == ErrorKind::interrupted) return tl::unexpected(reply.error());
    last_failure_ = reply.error().kind;
    return std::nullopt;
  }

  [[nodiscard]] std::string told(const std::optional<http::Reply>& reply) const {
    return reply ? fmt::format("{} answers with HTTP status {}", endpoint_, reply->status)
                 : fmt::format("{} does not answer", endpoint_);
  }

  const AwsContext& context_;
  std::string endpoint_;
  bool v1_allowed_;
  const std::stop_token& stop_;
  std::string token_;
  ErrorKind last_failure_ = ErrorKind::unavailable;
};

std::string either(const AwsContext& context, std::string_view variable_name,
                   const AwsSettings& profile, std::string_view setting) {
  auto said = variable(context.environment, variable_name);
  return said.empty() ? text_of(profile, setting) : said;
}

}  // namespace

Result<AwsAnswer> container_credentials(const AwsContext& context, const std::stop_token& stop) {
  if (variable(context.environment, "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI").empty() &&
      variable(context.environment, "AWS_CONTAINER_CREDENTIALS_FULL_URI").empty()) {
    return AwsAnswer{{}, "AWS_CONTAINER_CREDENTIALS_FULL_URI is not set, nor ..._RELATIVE_URI"};
  }
  http::Request request;
  request.url = TRY(container_url(context));
  request.timeout = container_timeout;
  request.headers.push_back({"Accept", "application/json"});
  if (auto token = TRY(container_token(context)); !token.empty()) {
    request.headers.push_back({"Authorization", std::move(token)});
  }
  const auto reply = TRY(container_reply(context, request, stop));
  if (!reply.ok()) return tl::unexpected(error_of(reply, refusal_of(reply), container));
  return credentials_from_json(reply.body, "Token", container).map(AwsAnswer::with);
}

Result<AwsAnswer> instance_credentials(const AwsContext& context, const AwsSettings& profile,
                                       const std::stop_token& stop) {
  if (lowered(variable(context.environment, "AWS_EC2_METADATA_DISABLED")) == "true") {
    return AwsAnswer{{}, "AWS_EC2_METADATA_DISABLED is true"};
  }
  auto endpoint = either(context, "AWS_EC2_METADATA_SERVICE_ENDPOINT", profile,
                         "ec2_metadata_service_endpoint");
  if (endpoint.empty()) {
    const auto mode = lowered(either(context, "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE", profile,
                                     "ec2_metadata_service_endpoint_mode"));
    endpoint = mode == "ipv6" ? "http://[fd00:ec2::254]" : "http://169.254.169.254";
  }
  const auto url = url_from_text(endpoint);
  if (!url || !url->query.empty()) {
    return fail(ErrorKind::invalid_input, "the endpoint of instance metadata is not a URL", "",
                "AWS_EC2_METADATA_SERVICE_ENDPOINT");
  }
  auto path = url->path;
  while (path.ends_with('/')) path.pop_back();
  const bool v1_disabled = lowered(either(context, "AWS_EC2_METADATA_V1_DISABLED", profile,
                                          "ec2_metadata_v1_disabled")) == "true";
  return InstanceMetadata(context, fmt::format("{}://{}{}", url->scheme, url->authority(), path),
                          !v1_disabled, stop)
      .credentials();
}

}  // namespace partwise::credentials
