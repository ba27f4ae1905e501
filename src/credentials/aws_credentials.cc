#include "credentials/aws_credentials.h"

#include <algorithm>
#include <array>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/text.h"
#include "config/file_text.h"
#include "credentials/aws_endpoint.h"
#include "credentials/aws_metadata.h"
#include "credentials/aws_profile_files.h"
#include "credentials/aws_sts.h"
#include "credentials/child_process.h"

namespace partwise::credentials {
namespace {

constexpr auto least_life = std::chrono::minutes(5);

AwsAnswer none(std::string why_not) { return {std::nullopt, std::move(why_not)}; }

/// Looks through the places once.
class Search {
 public:
  Search(const AwsContext& context, const AwsProfileFiles& files, const std::stop_token& stop)
      : context_(context), files_(files), stop_(stop) {}

  Result<AwsCredentials> run(const std::string& profile);

 private:
  using Answer = Result<AwsAnswer>;
  struct Place {
    const char* name;
    Answer (Search::*ask)(const std::string& profile);
  };

  Result<AwsCredentials> first_of(std::span<const Place> places, const std::string& profile);
  Result<AwsCredentials> source_profile(const std::string& profile);
  Result<AwsCredentials> credential_source(const std::string& source);

  Answer environment(const std::string& profile);
  Answer known_profile(const std::string& profile);
  Answer role(const std::string& profile);
  Answer web_identity(const std::string& profile);
  Answer identity_center(const std::string& profile);
  Answer credentials_file(const std::string& profile);
  Answer login(const std::string& profile);
  Answer process(const std::string& profile);
  Answer config_file(const std::string& profile);
  Answer container(const std::string& profile);
  Answer instance(const std::string& profile);

  static const std::array<Place, 11> all_places;
  // Those that a profile says: of a source profile, no others count.
  [[nodiscard]] static std::span<const Place> profile_places() {
    return std::span(all_places).subspan(3, 6);
  }

  [[nodiscard]] std::string setting(const std::string& profile, std::string_view name) const {
    return text_of(files_.profile(profile), name);
  }
  [[nodiscard]] AwsPlaces places(const std::string& profile) const {
    return {context_.environment, files_, profile};
  }
  // The profile of the whole search: its environment counts.
  [[nodiscard]] bool environment_counts() const {
    return context_.profile.empty() && roles_.empty();
  }
  static Answer keys_in(const AwsSettings& settings, const AwsFile& file,
                        const std::string& profile);

  const AwsContext& context_;
  const AwsProfileFiles& files_;
  const std::stop_token& stop_;
  std::vector<std::string> roles_;  // profiles whose roles wait for a source
};

const std::array<Search::Place, 11> Search::all_places = {{
    {"environment", &Search::environment},
    {"profile", &Search::known_profile},
    {"role", &Search::role},
    {"web identity", &Search::web_identity},
    {"IAM Identity Center", &Search::identity_center},
    {"credentials file", &Search::credentials_file},
    {"login", &Search::login},
    {"credential_process", &Search::process},
    {"config file", &Search::config_file},
    {"container", &Search::container},
    {"instance metadata", &Search::instance},
}};

Result<AwsCredentials> Search::run(const std::string& profile) {
  return first_of(std::span(all_places), profile);
}

Result<AwsCredentials> Search::first_of(std::span<const Place> places, const std::string& profile) {
  std::vector<std::string> said;
  for (const auto& place : places) {
    auto answer = (this->*place.ask)(profile);
    if (!answer) {
      auto error = answer.error();
      if (error.kind == ErrorKind::interrupted) return tl::unexpected(std::move(error));
      error.message = fmt::format("AWS credentials: {}: {}", place.name, error.message);
      if (!said.empty()) error.message += fmt::format(" (before: {})", joined(said, "; "));
      return tl::unexpected(std::move(error));
    }
    if (answer->credentials) return *std::move(answer->credentials);
    if (!answer->why_not.empty()) {
      said.push_back(fmt::format("{}: {}", place.name, answer->why_not));
    }
  }
  return fail(ErrorKind::not_found, fmt::format("no AWS credentials: {}", joined(said, "; ")),
              "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or name a profile by AWS_PROFILE");
}

Result<AwsAnswer> Search::environment(const std::string&) {
  // A role may still take its source from here.
  if (!context_.profile.empty() && roles_.empty()) {
    return none("left out, because a profile is named");
  }
  const auto id = variable(context_.environment, "AWS_ACCESS_KEY_ID");
  if (id.empty()) return none("AWS_ACCESS_KEY_ID is not set");
  AwsCredentials found;
  auto token = variable(context_.environment, "AWS_SESSION_TOKEN");
  if (token.empty()) token = variable(context_.environment, "AWS_SECURITY_TOKEN");
  found.keys = {id, config::Secret(variable(context_.environment, "AWS_SECRET_ACCESS_KEY")),
                config::Secret(std::move(token))};
  found.source = "environment";
  if (found.keys.secret_access_key.empty()) {
    return fail(ErrorKind::invalid_input, "AWS_ACCESS_KEY_ID is set, but no AWS_SECRET_ACCESS_KEY",
                "set both", "AWS_SECRET_ACCESS_KEY");
  }
  if (const auto fault = fault_of(found.keys); !fault.empty()) {
    return fail(ErrorKind::invalid_input, fmt::format("it {}", fault),
                "set the variables without blanks and line breaks", "AWS_ACCESS_KEY_ID");
  }
  if (const auto expiration = variable(context_.environment, "AWS_CREDENTIAL_EXPIRATION");
      !expiration.empty()) {
    found.expiration = TRY(expiration_from_text(expiration));
  }
  return AwsAnswer::with(std::move(found));
}

Result<AwsAnswer> Search::known_profile(const std::string& profile) {
  if (profile == "default" || files_.has(profile)) return none("");
  return tl::unexpected(files_.not_there(profile));
}

Result<AwsAnswer> Search::role(const std::string& profile) {
  const auto settings = files_.profile(profile);
  const auto arn = text_of(settings, "role_arn");
  if (arn.empty()) return none(fmt::format("the profile {} has no role_arn", profile));
  if (settings.contains("web_identity_token_file")) return none("the role is for a web identity");
  const auto& from = settings.at("role_arn").from;
  const auto source = text_of(settings, "source_profile");
  const auto place = text_of(settings, "credential_source");
  if (source.empty() == place.empty()) {
    return fail(ErrorKind::invalid_input,
                fmt::format("the profile {} has a role_arn and {}", profile,
                            source.empty() ? "neither source_profile nor credential_source"
                                           : "both source_profile and credential_source"),
                "write one of them: it says whose keys ask for the role", from);
  }
  if (settings.contains("mfa_serial")) {
    return fail(ErrorKind::invalid_input,
                fmt::format("the profile {} wants multi-factor authentication", profile),
                fmt::format("run `aws configure export-credentials --profile {} --format env` and "
                            "set what it prints",
                            profile),
                settings.at("mfa_serial").from);
  }
  roles_.push_back(profile);
  const auto keys = TRY(source.empty() ? credential_source(place) : source_profile(source));
  roles_.pop_back();
  const RoleRequest request = {arn, text_of(settings, "role_session_name"),
                               text_of(settings, "external_id"),
                               text_of(settings, "duration_seconds")};
  return assumed_role(context_, places(profile), request, keys, stop_).map(AwsAnswer::with);
}

Result<AwsCredentials> Search::source_profile(const std::string& profile) {
  if (!files_.has(profile)) return tl::unexpected(files_.not_there(profile));
  const auto settings = files_.profile(profile);
  if (settings.contains("aws_access_key_id") || !settings.contains("role_arn") ||
      settings.contains("web_identity_token_file")) {
    return first_of(profile_places(), profile);
  }
  if (std::find(roles_.begin(), roles_.end(), profile) != roles_.end()) {
    return fail(ErrorKind::invalid_input,
                fmt::format("source_profile goes round: {}, {}", joined(roles_, ", "), profile), "",
                settings.at("role_arn").from);
  }
  return role(profile).map([](AwsAnswer answer) { return *std::move(answer.credentials); });
}

Result<AwsCredentials> Search::credential_source(const std::string& source) {
  constexpr std::array<Place, 3> sources = {{{"Environment", &Search::environment},
                                             {"EcsContainer", &Search::container},
                                             {"Ec2InstanceMetadata", &Search::instance}}};
  for (const auto& [name, ask] : sources) {
    if (lowered(source) != lowered(name)) continue;
    auto answer = TRY((this->*ask)(roles_.back()));
    if (answer.credentials) return *std::move(answer.credentials);
    return fail(ErrorKind::not_found,
                fmt::format("credential_source {} has no keys: {}", name, answer.why_not));
  }
  return fail(ErrorKind::invalid_input,
              fmt::format("there is no credential_source {}", quotable(source)),
              "write Environment, EcsContainer or Ec2InstanceMetadata");
}

Result<AwsAnswer> Search::web_identity(const std::string& profile) {
  const auto said = [&](std::string_view variable_name, std::string_view name) {
    auto value = environment_counts() ? variable(context_.environment, variable_name) : "";
    return value.empty() ? setting(profile, name) : value;
  };
  const auto path = said("AWS_WEB_IDENTITY_TOKEN_FILE", "web_identity_token_file");
  if (path.empty()) return none("AWS_WEB_IDENTITY_TOKEN_FILE is not set");
  const RoleRequest request = {said("AWS_ROLE_ARN", "role_arn"),
                               said("AWS_ROLE_SESSION_NAME", "role_session_name"), "", ""};
  if (request.role_arn.empty()) {
    return fail(ErrorKind::invalid_input, "there is a token, but no role to ask for",
                "set AWS_ROLE_ARN", "AWS_WEB_IDENTITY_TOKEN_FILE");
  }
  auto text = config::file_text(path);
  if (!text) {
    return fail(ErrorKind::invalid_input, text.error().message,
                "the token's file is written by the platform, as Kubernetes",
                "AWS_WEB_IDENTITY_TOKEN_FILE");
  }
  const config::Secret token{std::string(trimmed(*text))};
  return web_identity_role(context_, places(profile), request, token, stop_).map(AwsAnswer::with);
}

tl::unexpected<Error> unsupported(const std::string& profile, const char* way,
                                  const AwsSetting& setting) {
  return fail(
      ErrorKind::invalid_input,
      fmt::format("the profile {} logs in by {}, which partwise does not", profile, way),
      fmt::format("run `aws configure export-credentials --profile {} --format env` and set "
                  "what it prints",
                  profile),
      setting.from);
}

Result<AwsAnswer> Search::identity_center(const std::string& profile) {
  const auto settings = files_.profile(profile);
  for (const auto* name : {"sso_session", "sso_start_url", "sso_account_id"}) {
    const auto found = settings.find(name);
    if (found != settings.end()) {
      return unsupported(profile, "IAM Identity Center (SSO)", found->second);
    }
  }
  return none("");
}

Result<AwsAnswer> Search::login(const std::string& profile) {
  const auto settings = files_.profile(profile);
  const auto found = settings.find("login_session");
  if (found != settings.end()) return unsupported(profile, "`aws login`", found->second);
  return none("");
}

Result<AwsAnswer> Search::keys_in(const AwsSettings& settings, const AwsFile& file,
                                  const std::string& profile) {
  if (!file.there) return none(fmt::format("there is no {}", file.path));
  const auto id = settings.find("aws_access_key_id");
  if (id == settings.end()) {
    return none(fmt::format("the profile {} has no aws_access_key_id in {}", profile, file.path));
  }
  auto token = text_of(settings, "aws_session_token");
  if (token.empty()) token = text_of(settings, "aws_security_token");
  AwsCredentials found;
  found.keys = {id->second.value.reveal(),
                config::Secret(text_of(settings, "aws_secret_access_key")),
                config::Secret(std::move(token))};
  found.source = fmt::format("profile {} in {}", profile, file.path);
  if (const auto fault = fault_of(found.keys); !fault.empty()) {
    return fail(ErrorKind::invalid_input, fmt::format("the profile {} {}", profile, fault),
                "write aws_access_key_id and aws_secret_access_key, each on one line",
                id->second.from);
  }
  return AwsAnswer::with(std::move(found));
}

Result<AwsAnswer> Search::credentials_file(const std::string& profile) {
  return keys_in(files_.in_credentials(profile), files_.credentials, profile);
}

Result<AwsAnswer> Search::config_file(const std::string& profile) {
  return keys_in(files_.in_config(profile), files_.config, profile);
}

Result<AwsAnswer> Search::process(const std::string& profile) {
  const auto settings = files_.profile(profile);
  const auto found = settings.find("credential_process");
  if (found == settings.end()) {
    return none(fmt::format("the profile {} has no credential_process", profile));
  }
  const auto& from = found->second.from;
  auto output = command_words(found->second.value.reveal()).and_then([&](const auto& command) {
    return output_of(command, context_.process_limit, context_.clock, stop_);
  });
  if (!output) {
    auto error = output.error();
    error.from = from;
    return tl::unexpected(std::move(error));
  }
  const config::Secret json(std::move(output->out));
  if (output->status != 0) {
    return fail(ErrorKind::unauthorized,
                fmt::format("it ended with status {}: {}", output->status, quotable(output->err)),
                "run it by hand", from);
  }
  auto credentials = credentials_from_process(json.reveal());
  if (!credentials) {
    auto error = credentials.error();
    error.from = from;
    return tl::unexpected(std::move(error));
  }
  return AwsAnswer::with(*std::move(credentials));
}

Result<AwsAnswer> Search::container(const std::string&) {
  return container_credentials(context_, stop_);
}

Result<AwsAnswer> Search::instance(const std::string& profile) {
  return instance_credentials(context_, files_.profile(profile), stop_);
}

}  // namespace

Result<AwsCredentials> found_credentials(const AwsContext& context, const std::stop_token& stop) {
  const auto files = TRY(aws_profile_files(context.environment, context.home));
  return Search(context, files, stop).run(aws_profile_name(context.environment, context.profile));
}

Result<AwsCredentials> AwsCredentialChain::credentials(const std::stop_token& stop) {
  const std::scoped_lock lock(mutex_);
  const auto still_good = [this](const AwsCredentials& found) {
    return !found.expiration || *found.expiration - context_.clock.now() > least_life;
  };
  if (kept_ && still_good(*kept_)) return *kept_;
  kept_ = TRY(found_credentials(context_, stop));
  return *kept_;
}

void AwsCredentialChain::forget() {
  const std::scoped_lock lock(mutex_);
  kept_.reset();
}

}  // namespace partwise::credentials
