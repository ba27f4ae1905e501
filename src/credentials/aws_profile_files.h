// The files in which AWS's own tools keep profiles: ~/.aws/credentials and ~/.aws/config.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "config/option.h"
#include "config/secret.h"

namespace partwise::credentials {

struct AwsSetting {
  config::Secret value;  ///< all values are kept as secrets: keys are among them
  std::string from;      ///< "~/.aws/config line 3", for messages
};

/// By name, in lower case; of nested settings "outer.inner".
using AwsSettings = std::map<std::string, AwsSetting, std::less<>>;
/// By what stands in the brackets, with single blanks and without quotes: "profile dev".
using AwsSections = std::map<std::string, AwsSettings, std::less<>>;

/// Reads the format of both files. Comments are lines that begin with # or ;, and what follows a
/// blank and one of these. A line further in than the setting before belongs to it: as a setting of
/// its own where that one has no value, else as more of its value. Of two settings with one name
/// the last holds; two sections with one name are one.
///
/// errors: invalid_input for the first bad line, naming it, without its text: it may be a secret
Result<AwsSections> aws_sections_from_text(std::string_view text, const std::string& file);

struct AwsFile {
  std::string path;
  bool there = false;
  AwsSections sections;
};

/// The value of a setting; empty where there is none.
std::string text_of(const AwsSettings& settings, std::string_view name);

struct AwsProfileFiles {
  AwsFile credentials;  ///< a profile is [NAME]
  AwsFile config;       ///< a profile is [profile NAME], but [default]

  /// A profile of one file; empty where it has none.
  [[nodiscard]] AwsSettings in_credentials(std::string_view profile) const;
  [[nodiscard]] AwsSettings in_config(std::string_view profile) const;
  /// Both, of which the credentials file's settings hold.
  [[nodiscard]] AwsSettings profile(std::string_view name) const;
  [[nodiscard]] bool has(std::string_view profile) const;
  /// [services NAME] of the config file, where a profile names it; empty where there is none.
  [[nodiscard]] AwsSettings services_of(std::string_view profile) const;

  /// Says that neither file has the profile, with the nearest that they have; or that it is there
  /// in the other file's way of writing.
  [[nodiscard]] Error not_there(const std::string& profile) const;
};

/// Reads both: AWS_SHARED_CREDENTIALS_FILE and AWS_CONFIG_FILE, or those in `home`. A file that is
/// missing is empty.
///
/// errors: invalid_input: a file that cannot be read, or a bad line in it
Result<AwsProfileFiles> aws_profile_files(const config::Environment& environment,
                                          const std::string& home);

/// `given`, else AWS_DEFAULT_PROFILE, AWS_PROFILE, "default".
std::string aws_profile_name(const config::Environment& environment, const std::string& given);

/// A variable that is set and not empty, else empty.
std::string variable(const config::Environment& environment, std::string_view name);

}  // namespace partwise::credentials
