#include "credentials/aws_profile_files.h"

#include <algorithm>
#include <cstddef>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "base/lines.h"
#include "base/text.h"
#include "config/file_text.h"

namespace partwise::credentials {
namespace {

constexpr std::string_view blanks = " \t";

// "profile \"my  dev\"" as "profile my  dev": quotes keep the blanks of a name.
std::string section_name(std::string_view header) {
  header = trimmed(header);
  const auto word_end = std::min(header.find_first_of(blanks), header.size());
  auto name = trimmed(header.substr(word_end));
  const auto unquoted = [](std::string_view text) {
    const bool quoted = text.size() >= 2 && (text.front() == '"' || text.front() == '\'') &&
                        text.back() == text.front();
    return quoted ? text.substr(1, text.size() - 2) : text;
  };
  if (name.empty()) return std::string(unquoted(header));
  return fmt::format("{} {}", header.substr(0, word_end), unquoted(name));
}

class SectionParser {
 public:
  SectionParser(std::string_view text, const std::string& file) : text_(text), file_(file) {
    if (text_.starts_with("\xEF\xBB\xBF")) text_.remove_prefix(3);
  }

  Result<AwsSections> parse() {
    while (!text_.empty()) {
      ++line_;
      TRY(take(next_line(text_)));
    }
    return std::move(sections_);
  }

 private:
  [[nodiscard]] std::string here() const { return fmt::format("{} line {}", file_, line_); }

  [[nodiscard]] tl::unexpected<Error> wrong(std::string what, std::string hint) const {
    return fail(ErrorKind::invalid_input, std::move(what), std::move(hint), here());
  }

  static std::string_view without_comment(std::string_view line) {
    for (std::size_t i = 0; i < line.size(); ++i) {
      const bool begins = i == 0 || blanks.find(line[i - 1]) != std::string_view::npos;
      if (begins && (line[i] == '#' || line[i] == ';')) return line.substr(0, i);
    }
    return line;
  }

  Result<> take(std::string_view line) {
    line = without_comment(line);
    const auto text = trimmed(line);
    if (text.empty()) return {};
    if (text.front() == '[') return open(text);
    const auto indent = line.find_first_not_of(blanks);
    if (setting_ != nullptr && indent > indent_) return continued(text);
    indent_ = indent;
    if (section_ == nullptr) {
      return wrong("a setting before any section", "write [default] above it");
    }
    TRY(set(text, {}));
    return {};
  }

  Result<> open(std::string_view text) {
    const auto end = text.find(']');
    const auto name = section_name(text.substr(1, end == std::string_view::npos ? end : end - 1));
    if (end != text.size() - 1 || name.empty()) {
      return wrong("not a section", "write [NAME], and nothing behind it but a comment");
    }
    section_ = &sections_[name];
    setting_ = nullptr;
    return {};
  }

  Result<> continued(std::string_view text) {
    if (!nesting_ && !setting_->value.empty()) {
      setting_->value = config::Secret(fmt::format("{}\n{}", setting_->value.reveal(), text));
      return {};
    }
    nesting_ = true;
    auto* const outer = setting_;
    const auto outer_name = name_;
    TRY(set(text, fmt::format("{}.", outer_name)));
    setting_ = outer;
    name_ = outer_name;
    nesting_ = true;
    return {};
  }

  Result<> set(std::string_view text, const std::string& outer) {
    const auto separator = text.find_first_of("=:");
    const auto name = trimmed(text.substr(0, separator));
    if (separator == std::string_view::npos || name.empty()) {
      return wrong("neither a section nor a setting", "write NAME = VALUE, or # before a comment");
    }
    name_ = outer + lowered(name);
    setting_ = &(*section_)[name_];
    *setting_ = {config::Secret(std::string(trimmed(text.substr(separator + 1)))), here()};
    nesting_ = false;
    return {};
  }

  std::string_view text_;
  const std::string& file_;
  int line_ = 0;
  AwsSections sections_;
  AwsSettings* section_ = nullptr;
  AwsSetting* setting_ = nullptr;  // the last one that is not nested
  std::string name_;               // its name
  std::size_t indent_ = 0;         // its blanks
  bool nesting_ = false;           // whether it has settings inside
};

AwsSettings section(const AwsSections& sections, std::string_view name) {
  const auto found = sections.find(name);
  return found == sections.end() ? AwsSettings() : found->second;
}

Result<AwsFile> read(const std::string& path, const std::string& variable_name) {
  AwsFile file;
  file.path = path;
  const auto text = config::file_text(path);
  if (!text) {
    if (text.error().kind == ErrorKind::not_found) return file;
    auto error = text.error();
    error.from = variable_name;
    return tl::unexpected(std::move(error));
  }
  file.there = true;
  file.sections = TRY(aws_sections_from_text(*text, path));
  return file;
}

std::string path_of(const config::Environment& environment, const std::string& home,
                    std::string_view name, std::string_view usual) {
  auto path = variable(environment, name);
  if (path.empty()) path = usual;
  return path.starts_with("~/") ? home + path.substr(1) : path;
}

// "profile dev" as "dev".
std::string without_word(const std::string& section_header) {
  constexpr std::string_view word = "profile ";
  return section_header.starts_with(word) ? section_header.substr(word.size()) : section_header;
}

}  // namespace

Result<AwsSections> aws_sections_from_text(std::string_view text, const std::string& file) {
  return SectionParser(text, file).parse();
}

std::string text_of(const AwsSettings& settings, std::string_view name) {
  const auto found = settings.find(name);
  return found == settings.end() ? std::string() : found->second.value.reveal();
}

AwsSettings AwsProfileFiles::in_credentials(std::string_view profile) const {
  return section(credentials.sections, profile);
}

AwsSettings AwsProfileFiles::in_config(std::string_view profile) const {
  auto settings = section(config.sections, fmt::format("profile {}", profile));
  if (profile == "default") settings.merge(section(config.sections, profile));
  return settings;
}

AwsSettings AwsProfileFiles::profile(std::string_view name) const {
  auto settings = in_credentials(name);
  settings.merge(in_config(name));
  return settings;
}

bool AwsProfileFiles::has(std::string_view profile) const {
  return credentials.sections.contains(profile) ||
         config.sections.contains(fmt::format("profile {}", profile)) ||
         (profile == "default" && config.sections.contains(profile));
}

AwsSettings AwsProfileFiles::services_of(std::string_view profile_name) const {
  const auto name = text_of(profile(profile_name), "services");
  return name.empty() ? AwsSettings() : section(config.sections, fmt::format("services {}", name));
}

Error AwsProfileFiles::not_there(const std::string& profile) const {
  Error error = {
      ErrorKind::not_found,
      fmt::format("there is no AWS profile {} in {} or {}", profile, credentials.path, config.path),
      "", ""};
  if (config.sections.contains(profile)) {
    error.hint =
        fmt::format("write [profile {}] instead of [{}] in {}", profile, profile, config.path);
    return error;
  }
  if (credentials.sections.contains(fmt::format("profile {}", profile))) {
    error.hint =
        fmt::format("write [{}] instead of [profile {}] in {}", profile, profile, credentials.path);
    return error;
  }
  std::set<std::string> names;
  for (const auto& [name, settings] : credentials.sections) names.insert(without_word(name));
  for (const auto& [name, settings] : config.sections) {
    if (name == "default" || name.starts_with("profile ")) names.insert(without_word(name));
  }
  const std::vector<std::string> known(names.begin(), names.end());
  if (const auto near = nearest(profile, known)) {
    error.hint = fmt::format("did you mean {}?", *near);
  } else if (!known.empty()) {
    error.hint = fmt::format("there are: {}", joined(known, ", "));
  } else {
    error.hint = "there are no profiles at all; AWS_PROFILE need not be set";
  }
  return error;
}

Result<AwsProfileFiles> aws_profile_files(const config::Environment& environment,
                                          const std::string& home) {
  AwsProfileFiles files;
  const std::string credentials = "AWS_SHARED_CREDENTIALS_FILE";
  files.credentials =
      TRY(read(path_of(environment, home, credentials, "~/.aws/credentials"), credentials));
  const std::string config = "AWS_CONFIG_FILE";
  files.config = TRY(read(path_of(environment, home, config, "~/.aws/config"), config));
  return files;
}

std::string aws_profile_name(const config::Environment& environment, const std::string& given) {
  if (!given.empty()) return given;
  for (const auto* name : {"AWS_DEFAULT_PROFILE", "AWS_PROFILE"}) {
    if (auto named = variable(environment, name); !named.empty()) return named;
  }
  return "default";
}

std::string variable(const config::Environment& environment, std::string_view name) {
  return environment(name).value_or("");
}

}  // namespace partwise::credentials
