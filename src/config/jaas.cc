#include "config/jaas.h"

#include <cctype>
#include <optional>
#include <vector>

#include <fmt/format.h>

#include "base/text.h"

namespace partwise::config {
namespace {

constexpr const char* form =
    "org.apache.kafka.common.security.plain.PlainLoginModule required username=\"...\" "
    "password=\"...\";";

tl::unexpected<Error> malformed(std::size_t at, std::string_view what) {
  return fail(ErrorKind::invalid_input,
              fmt::format("sasl.jaas.config: {} at character {}", what, at + 1), form);
}

class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  [[nodiscard]] std::size_t at() const { return at_; }
  [[nodiscard]] bool done() const { return at_ >= text_.size(); }
  [[nodiscard]] char peek() const { return done() ? '\0' : text_[at_]; }
  void step() { ++at_; }

  void skip_blanks() {
    while (!done() && std::isspace(static_cast<unsigned char>(peek())) != 0) ++at_;
  }

  std::string word() {
    const auto start = at_;
    while (!done() && std::string_view(" \t\r\n=;\"'").find(peek()) == std::string_view::npos)
      ++at_;
    return std::string(text_.substr(start, at_ - start));
  }

  // A quoted or bare value; nothing when the quote does not end.
  std::optional<std::string> value() {
    if (peek() != '"' && peek() != '\'') return word();
    const char quote = peek();
    std::string value;
    for (step(); !done(); step()) {
      if (peek() == quote) {
        step();
        return value;
      }
      if (peek() == '\\' && at_ + 1 < text_.size()) step();
      value += peek();
    }
    return std::nullopt;
  }

 private:
  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace

Result<JaasConfig> jaas_from_text(std::string_view text) {
  Reader reader(trimmed(text));
  JaasConfig config;
  config.module = reader.word();
  config.module = config.module.substr(config.module.rfind('.') + 1);
  reader.skip_blanks();
  const auto control = lowered(reader.word());
  if (control != "required" && control != "requisite" && control != "sufficient" &&
      control != "optional") {
    return malformed(reader.at(), "'required' is missing");
  }
  for (reader.skip_blanks(); !reader.done() && reader.peek() != ';'; reader.skip_blanks()) {
    const auto name = reader.word();
    reader.skip_blanks();
    if (name.empty() || reader.peek() != '=')
      return malformed(reader.at(), "name=value is expected");
    reader.step();
    reader.skip_blanks();
    const auto start = reader.at();
    auto value = reader.value();
    if (!value) return malformed(start, "a quote is not closed");
    config.options[name] = std::move(*value);
  }
  if (reader.done()) return malformed(reader.at(), "the closing ';' is missing");
  return config;
}

}  // namespace partwise::config
