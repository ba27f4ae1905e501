#include "credentials/aws_answer.h"

#include <algorithm>
#include <initializer_list>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "http/json_path.h"
#include "http/refusal.h"
#include "http/xml_text.h"

namespace partwise::credentials {
namespace {

using nlohmann::json;

bool one_of(std::string_view code, std::initializer_list<std::string_view> codes) {
  return std::find(codes.begin(), codes.end(), code) != codes.end();
}

// "com.amazonaws.secretsmanager#Name" and "Name:http://internal/" as "Name".
std::string without_namespace(std::string_view type) {
  type = type.substr(0, type.find(':'));
  return std::string(trimmed(type.substr(type.rfind('#') + 1)));
}

AwsRefusal json_refusal(const json& body) {
  return {without_namespace(http::first_text(body, {"__type", "code", "Code"})),
          quotable(http::first_text(body, {"Message", "message", "errorMessage"}))};
}

std::string hint_for(std::string_view code) {
  if (one_of(code, {"InvalidSignatureException", "SignatureDoesNotMatch"})) {
    return "check the secret access key, and that the clock of this machine is right";
  }
  if (one_of(code, {"RequestExpired", "RequestTimeTooSkewed"})) {
    return "check that the clock of this machine is right: AWS allows 5 minutes";
  }
  if (one_of(code, {"UnrecognizedClientException", "InvalidClientTokenId", "InvalidAccessKeyId"})) {
    return "AWS does not know these keys: check that they are whole, still active, with their "
           "session token if they are temporary, and of this partition of AWS";
  }
  if (one_of(code, {"ExpiredTokenException", "ExpiredToken"})) {
    return "the temporary credentials have expired: log in again";
  }
  if (one_of(code, {"MissingAuthenticationTokenException", "MissingAuthenticationToken"})) {
    return "something on the way took the signature off: check proxies and the endpoint";
  }
  return {};
}

ErrorKind kind_for(const http::Reply& reply, const AwsRefusal& refusal) {
  if (passing(reply, refusal)) return ErrorKind::unavailable;
  if (!hint_for(refusal.code).empty()) return ErrorKind::unauthorized;
  if (refusal.code.starts_with("AccessDenied") || reply.status == 401 || reply.status == 403) {
    return ErrorKind::unauthorized;
  }
  if (refusal.code == "ResourceNotFoundException") return ErrorKind::not_found;
  return ErrorKind::invalid_input;
}

}  // namespace

AwsRefusal refusal_of(const http::Reply& reply) {
  AwsRefusal refusal;
  const auto body = trimmed(reply.body);
  if (body.starts_with('{')) {
    const auto document = json::parse(body, nullptr, false);
    if (document.is_object()) refusal = json_refusal(document);
  } else if (body.starts_with('<')) {
    if (auto code = http::xml_text(body, "Code")) {
      refusal.code = quotable(*code);
      refusal.message = quotable(http::xml_text(body, "Message").value_or(""));
    } else {
      refusal.message = http::page_words(reply);
    }
  }
  refusal.code = quotable(refusal.code);
  if (refusal.code.empty()) {
    refusal.code = quotable(without_namespace(reply.header("x-amzn-ErrorType")));
  }
  return refusal;
}

bool passing(const http::Reply& reply, const AwsRefusal& refusal) {
  return reply.status >= 500 || reply.status == 429 ||
         one_of(refusal.code, {"ThrottlingException", "Throttling", "TooManyRequestsException",
                               "RequestLimitExceeded", "IDPCommunicationError"});
}

bool expired_token(const AwsRefusal& refusal) {
  return one_of(refusal.code, {"ExpiredTokenException", "ExpiredToken"});
}

Error error_of(const http::Reply& reply, const AwsRefusal& refusal, const std::string& what) {
  std::vector<std::string> parts = {what};
  parts.push_back(refusal.code.empty() ? fmt::format("HTTP status {}", reply.status)
                                       : refusal.code);
  if (!refusal.message.empty()) parts.push_back(refusal.message);
  return {kind_for(reply, refusal), joined(parts, ": "), hint_for(refusal.code), ""};
}

}  // namespace partwise::credentials
