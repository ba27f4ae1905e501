#include "credentials/aws_secrets_manager.h"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <openssl/evp.h>

#include "base/text.h"
#include "credentials/aws_answer.h"
#include "credentials/aws_call.h"
#include "credentials/aws_endpoint.h"
#include "credentials/aws_profile_files.h"

namespace partwise::credentials {
namespace {

using nlohmann::json;

constexpr std::size_t longest_name = 2048;

struct Question {
  http::Request request;
  AwsScope scope;
  std::string what;  // for messages: "the secret kafka in eu-west-1"
};

Result<Question> question_for(const AwsContext& context, const SecretName& name) {
  const auto shown = quotable(name.secret_name);
  if (name.secret_name.empty() || name.secret_name.size() > longest_name) {
    return fail(ErrorKind::invalid_input,
                fmt::format("the name of a secret has 1 to {} characters, not {}", longest_name,
                            name.secret_name.size()),
                "write its name or its ARN");
  }
  const auto files = TRY(aws_profile_files(context.environment, context.home));
  const AwsPlaces places = {context.environment, files,
                            aws_profile_name(context.environment, context.profile)};
  const auto region = TRY(aws_region(name.region_name, name.secret_name, places));
  if (region.empty()) {
    return fail(ErrorKind::invalid_input,
                fmt::format("the AWS region of the secret {} is not known", shown),
                "write region_name, or set AWS_REGION");
  }
  Question question;
  question.scope = {region, std::string(secrets_manager.host)};
  question.what = fmt::format("the secret {} in {}", shown, region);
  auto& request = question.request;
  request.method = "POST";
  request.url = TRY(aws_endpoint(secrets_manager, region, places));
  request.headers = {{"Content-Type", "application/x-amz-json-1.1"},
                     {"X-Amz-Target", "secretsmanager.GetSecretValue"}};
  request.body =
      json({{"SecretId", name.secret_name}}).dump(-1, ' ', false, json::error_handler_t::replace);
  return question;
}

std::string hint_for(const AwsRefusal& refusal, const AwsScope& scope) {
  const auto message = lowered(refusal.message);
  const auto says = [&message](std::string_view words) {
    return message.find(words) != std::string::npos;
  };
  if (refusal.code == "ResourceNotFoundException") {
    return fmt::format(
        "check the name, and that it is in {} and in the account of these credentials; "
        "for another account's, write the whole ARN",
        scope.region);
  }
  if (refusal.code == "DecryptionFailure" ||
      (refusal.code.starts_with("AccessDenied") && says("kms"))) {
    return "allow kms:Decrypt on the secret's key to these credentials";
  }
  if (refusal.code.starts_with("AccessDenied")) {
    return "allow secretsmanager:GetSecretValue on this secret to these credentials";
  }
  if (refusal.code == "InvalidRequestException" && says("deletion")) {
    return "`aws secretsmanager restore-secret` brings it back until it is gone for good";
  }
  return {};
}

Error refused(const http::Reply& reply, const Question& question) {
  const auto refusal = refusal_of(reply);
  auto error = error_of(reply, refusal, question.what);
  if (auto hint = hint_for(refusal, question.scope); !hint.empty()) error.hint = std::move(hint);
  if (refusal.code.empty() && error.hint.empty()) {
    error.hint = fmt::format("is {} Secrets Manager?", question.request.url);
  }
  return error;
}

std::optional<std::string> from_base64(std::string_view text) {
  const auto padding =
      std::min<std::size_t>(2, text.size() - std::min(text.find('='), text.size()));
  const auto letters = text.substr(0, text.size() - padding);
  const bool sound = text.size() % 4 == 0 &&
                     std::all_of(text.end() - static_cast<std::ptrdiff_t>(padding), text.end(),
                                 [](char c) { return c == '='; }) &&
                     letters.find('=') == std::string_view::npos;
  if (!sound) return std::nullopt;
  std::string bytes(text.size() / 4 * 3, '\0');
  const int size = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()),
                                   reinterpret_cast<const unsigned char*>(text.data()),
                                   static_cast<int>(text.size()));
  if (size < 0) return std::nullopt;
  bytes.resize(static_cast<std::size_t>(size) - padding);
  return bytes;
}

Result<config::Secret> value_in(const http::Reply& reply, const Question& question) {
  const auto corrupt = [&question](const char* what) {
    return fail(ErrorKind::corrupt, fmt::format("{}: the answer {}", question.what, what),
                fmt::format("is {} Secrets Manager?", question.request.url));
  };
  const auto document = json::parse(reply.body, nullptr, false);
  if (!document.is_object()) return corrupt("is not JSON");
  const auto text = document.find("SecretString");
  if (text != document.end() && text->is_string()) {
    return config::Secret(text->get<std::string>());
  }
  const auto binary = document.find("SecretBinary");
  if (binary == document.end() || !binary->is_string()) {
    return corrupt("has neither SecretString nor SecretBinary");
  }
  auto bytes = from_base64(binary->get_ref<const std::string&>());
  if (!bytes) return corrupt("has a SecretBinary that is not base64");
  return config::Secret(*std::move(bytes));
}

}  // namespace

Result<config::Secret> SecretsManager::secret(const SecretName& name, const std::stop_token& stop) {
  const auto question = TRY(question_for(chain_.context(), name));
  for (bool again = false;; again = true) {
    const auto credentials = TRY(chain_.credentials(stop));
    const auto reply =
        aws_reply(chain_.context(), question.request, &credentials.keys, question.scope, stop);
    if (!reply) {
      auto error = reply.error();
      if (error.kind != ErrorKind::interrupted) {
        error.message = fmt::format("{}: {}", question.what, error.message);
      }
      return tl::unexpected(std::move(error));
    }
    if (reply->ok()) return value_in(*reply, question);
    if (!again && expired_token(refusal_of(*reply))) {
      chain_.forget();
      continue;
    }
    auto error = refused(*reply, question);
    error.message += fmt::format(" (credentials: {})", credentials.source);
    return tl::unexpected(std::move(error));
  }
}

}  // namespace partwise::credentials
