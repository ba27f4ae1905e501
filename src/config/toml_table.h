// Settings read from TOML, so strictly that a slip is told instead of ignored.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "base/units.h"

namespace partwise::config {

/// One table of a TOML file. Fields are asked for by name and type; whatever is wrong is noted with
/// file, line, field, value and what is allowed, and the fallback is returned, so that one pass
/// finds everything. errors() also names the fields that nobody asked for.
///
/// A copy refers to the same table.
///
/// threads: one at a time
class TomlTable {
 public:
  /// The root table of `text`; `file` is for messages.
  ///
  /// errors: invalid_input: not TOML, with the line
  static Result<TomlTable> from(std::string_view text, std::string file);

  /// This table, with the fields that it has not taken from `defaults`, which is of the same file.
  [[nodiscard]] TomlTable over(const TomlTable& defaults) const;

  [[nodiscard]] bool has(std::string_view field) const;
  /// Whether the field is there and is text, so that it may be in more forms than one.
  [[nodiscard]] bool is_text(std::string_view field) const;
  [[nodiscard]] bool is_table(std::string_view field) const;

  [[nodiscard]] std::string text(std::string_view field, std::string_view fallback = {}) const;
  [[nodiscard]] std::string choice(std::string_view field,
                                   std::span<const std::string_view> choices,
                                   std::string_view fallback) const;
  [[nodiscard]] bool boolean(std::string_view field, bool fallback) const;
  [[nodiscard]] std::int64_t integer(std::string_view field, std::int64_t fallback,
                                     std::int64_t least, std::int64_t most) const;
  [[nodiscard]] double number(std::string_view field, double fallback, double least,
                              double most) const;
  /// "5min"; a bare number is seconds.
  [[nodiscard]] Millis duration(std::string_view field, Millis fallback, Millis least,
                                Millis most) const;
  /// "4KiB"; a bare number is bytes.
  [[nodiscard]] std::int64_t bytes(std::string_view field, std::int64_t fallback,
                                   std::int64_t least, std::int64_t most) const;
  /// "20MiB/s"; a bare number is bytes a second.
  [[nodiscard]] BytesPerSecond throughput(std::string_view field, BytesPerSecond fallback,
                                          BytesPerSecond least, BytesPerSecond most) const;
  /// 2026-03-04T05:06:07Z, as TOML's own date or as text; without an offset it is UTC.
  [[nodiscard]] std::optional<Instant> instant(std::string_view field) const;

  /// An empty table where there is none.
  [[nodiscard]] TomlTable table(std::string_view field) const;
  /// [[field]], or an array of inline tables; none where there is none.
  [[nodiscard]] std::vector<TomlTable> tables(std::string_view field) const;
  /// A table of any names with text; numbers and booleans are taken as they are written.
  [[nodiscard]] std::map<std::string, std::string> texts(std::string_view field) const;
  /// A table of any names with numbers.
  [[nodiscard]] std::map<std::string, double> numbers(std::string_view field) const;

  /// Notes that a field, which need not be there, is wrong for a reason of the caller's.
  void refuse(std::string_view field, std::string message, std::string hint) const;

  /// The line of a field, or of the table where it has no such field.
  [[nodiscard]] int line(std::string_view field = {}) const;

  /// Everything wrong in the whole file, by line: what was noted, and fields of tables that were
  /// looked at which nobody asked for.
  [[nodiscard]] Errors errors() const;

 private:
  struct Node;
  struct Document;
  class Builder;
  TomlTable(std::shared_ptr<Document> document, const Node* node, const Node* defaults);
  [[nodiscard]] const Node* find(std::string_view field) const;
  void wrong(const Node& node, std::string_view allowed) const;

  std::shared_ptr<Document> document_;
  const Node* node_;      // never null
  const Node* defaults_;  // may be null
};

}  // namespace partwise::config
