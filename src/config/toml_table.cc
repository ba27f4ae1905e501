#include "config/toml_table.h"

#include <toml++/toml.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <tuple>
#include <utility>
#include <variant>

#include <fmt/format.h>

#include "base/check.h"
#include "base/text.h"

namespace partwise::config {

/// toml++'s tree in our own words, so that its header stays here.
struct TomlTable::Node {
  using Members = std::map<std::string, Node, std::less<>>;
  using Value = std::variant<std::monostate, std::string, std::int64_t, double, bool, Instant,
                             std::vector<Node>, Members>;

  std::string path;  // "topic.demand.rate"
  int line = 0;
  Value value;

  template <class T>
  [[nodiscard]] const T* as() const {
    return std::get_if<T>(&value);
  }
};

struct TomlTable::Document {
  std::string file;
  Node root;
  Node nothing{{}, 0, Node::Members{}};
  std::map<const Node*, std::set<std::string, std::less<>>> asked;
  std::vector<std::pair<int, Error>> errors;

  [[nodiscard]] Error error(int line, std::string message, std::string hint) const {
    return {ErrorKind::invalid_input, std::move(message), std::move(hint),
            fmt::format("{} line {}", file, line)};
  }
};

namespace {

template <class... F>
struct Overloaded : F... {
  using F::operator()...;
};

Instant instant_of(const toml::date& date, const toml::time& time, int offset_minutes) {
  const std::chrono::year_month_day day{std::chrono::year{date.year},
                                        std::chrono::month{date.month}, std::chrono::day{date.day}};
  return Instant{std::chrono::sys_days{day}} + std::chrono::hours(time.hour) +
         std::chrono::minutes(time.minute - offset_minutes) + std::chrono::seconds(time.second) +
         Millis{time.nanosecond / 1'000'000};
}

std::string range_text(const std::string& least, const std::string& most) {
  return fmt::format("{} to {}", least, most);
}

std::string exact_duration_text(Millis d) {
  constexpr Millis day = std::chrono::hours(24);
  if (d % day == Millis{0} && d != Millis{0}) return fmt::format("{}d", d / day);
  if (d % Millis{1000} == Millis{0}) return fmt::format("{}s", d.count() / 1000);
  return fmt::format("{}ms", d.count());
}

}  // namespace

class TomlTable::Builder {
 public:
  static Node built(const toml::node& from, std::string path) {
    Node node{std::move(path), static_cast<int>(from.source().begin.line), {}};
    node.value = value_of(from, node.path);
    return node;
  }

 private:
  static Node::Value value_of(const toml::node& from, const std::string& path) {
    if (const auto* table = from.as_table()) {
      Node::Members members;
      for (const auto& [key, value] : *table) {
        const std::string name(key.str());
        auto member = built(value, path.empty() ? name : fmt::format("{}.{}", path, name));
        member.line = static_cast<int>(key.source().begin.line);
        members.emplace(name, std::move(member));
      }
      return members;
    }
    if (const auto* array = from.as_array()) {
      std::vector<Node> items;
      for (const auto& item : *array) items.push_back(built(item, path));
      return items;
    }
    if (const auto* text = from.as_string()) return text->get();
    if (const auto* integer = from.as_integer()) return integer->get();
    if (const auto* number = from.as_floating_point()) return number->get();
    if (const auto* boolean = from.as_boolean()) return boolean->get();
    if (const auto* date = from.as_date()) return instant_of(date->get(), {}, 0);
    if (const auto* both = from.as_date_time()) {
      const auto& at = both->get();
      return instant_of(at.date, at.time, at.offset ? at.offset->minutes : 0);
    }
    return std::monostate{};
  }
};

Result<TomlTable> TomlTable::from(std::string_view text, std::string file) {
  auto document = std::make_shared<Document>();
  document->file = std::move(file);
  try {
    document->root = Builder::built(toml::parse(text), {});
  } catch (const toml::parse_error& error) {
    return tl::unexpected(document->error(static_cast<int>(error.source().begin.line),
                                          fmt::format("not TOML: {}", error.description()),
                                          "see https://toml.io for how it is written"));
  }
  const Node* root = &document->root;
  return TomlTable(std::move(document), root, nullptr);
}

TomlTable::TomlTable(std::shared_ptr<Document> document, const Node* node, const Node* defaults)
    : document_(std::move(document)), node_(node), defaults_(defaults) {
  document_->asked[node_];
  if (defaults_ != nullptr) document_->asked[defaults_];
}

TomlTable TomlTable::over(const TomlTable& defaults) const {
  CHECK(document_ == defaults.document_);
  return {document_, node_, defaults.node_};
}

const TomlTable::Node* TomlTable::find(std::string_view field) const {
  for (const auto* node : {node_, defaults_}) {
    if (node == nullptr) continue;
    document_->asked[node].emplace(field);
  }
  for (const auto* node : {node_, defaults_}) {
    if (node == nullptr) continue;
    const auto& members = *node->as<Node::Members>();
    const auto found = members.find(field);
    if (found != members.end()) return &found->second;
  }
  return nullptr;
}

namespace {

std::string shown_text(const auto& value) {
  return std::visit(Overloaded{[](std::monostate) { return std::string("a time of day"); },
                               [](const std::string& x) { return fmt::format("'{}'", x); },
                               [](std::int64_t x) { return std::to_string(x); },
                               [](double x) { return number_text(x); },
                               [](bool x) { return std::string(x ? "true" : "false"); },
                               [](Instant x) { return utc_text(x); },
                               [](const auto& x) {
                                 return std::string(requires { x.front(); } ? "a list" : "a table");
                               }},
                    value);
}

}  // namespace

void TomlTable::wrong(const Node& node, std::string_view allowed) const {
  document_->errors.emplace_back(
      node.line,
      document_->error(node.line, fmt::format("{} is {}", node.path, shown_text(node.value)),
                       fmt::format("allowed: {}", allowed)));
}

void TomlTable::refuse(std::string_view field, std::string message, std::string hint) const {
  const int at = line(field);
  document_->errors.emplace_back(at, document_->error(at, std::move(message), std::move(hint)));
}

int TomlTable::line(std::string_view field) const {
  const auto* node = field.empty() ? nullptr : find(field);
  return node != nullptr ? node->line : node_->line;
}

bool TomlTable::has(std::string_view field) const { return find(field) != nullptr; }

bool TomlTable::is_text(std::string_view field) const {
  const auto* node = find(field);
  return node != nullptr && node->as<std::string>() != nullptr;
}

bool TomlTable::is_table(std::string_view field) const {
  const auto* node = find(field);
  return node != nullptr && node->as<Node::Members>() != nullptr;
}

std::string TomlTable::text(std::string_view field, std::string_view fallback) const {
  const auto* node = find(field);
  if (node == nullptr) return std::string(fallback);
  if (const auto* text = node->as<std::string>()) return *text;
  wrong(*node, "text in quotes");
  return std::string(fallback);
}

std::string TomlTable::choice(std::string_view field, std::span<const std::string_view> choices,
                              std::string_view fallback) const {
  const auto* node = find(field);
  if (node == nullptr) return std::string(fallback);
  const auto* text = node->as<std::string>();
  if (text != nullptr && std::find(choices.begin(), choices.end(), *text) != choices.end()) {
    return *text;
  }
  const std::vector<std::string> names(choices.begin(), choices.end());
  const auto meant = text != nullptr ? nearest(*text, names) : std::nullopt;
  wrong(*node, joined(names, ", ") + (meant ? fmt::format("; did you mean '{}'?", *meant) : ""));
  return std::string(fallback);
}

bool TomlTable::boolean(std::string_view field, bool fallback) const {
  const auto* node = find(field);
  if (node == nullptr) return fallback;
  if (const auto* value = node->as<bool>()) return *value;
  wrong(*node, "true or false");
  return fallback;
}

std::int64_t TomlTable::integer(std::string_view field, std::int64_t fallback, std::int64_t least,
                                std::int64_t most) const {
  const auto* node = find(field);
  if (node == nullptr) return fallback;
  const auto* value = node->as<std::int64_t>();
  if (value != nullptr && *value >= least && *value <= most) return *value;
  wrong(*node, range_text(std::to_string(least), std::to_string(most)));
  return fallback;
}

double TomlTable::number(std::string_view field, double fallback, double least, double most) const {
  const auto* node = find(field);
  if (node == nullptr) return fallback;
  std::optional<double> value;
  if (const auto* whole = node->as<std::int64_t>()) value = static_cast<double>(*whole);
  if (const auto* real = node->as<double>()) value = *real;
  if (value && *value >= least && *value <= most) return *value;
  wrong(*node, range_text(number_text(least), number_text(most)));
  return fallback;
}

namespace {

// Quantities with a unit are text; without one they may be numbers as well.
std::optional<std::string> quantity_text(const auto& value) {
  return std::visit(
      Overloaded{[](const std::string& x) -> std::optional<std::string> { return x; },
                 [](std::int64_t x) -> std::optional<std::string> { return std::to_string(x); },
                 [](double x) -> std::optional<std::string> { return number_text(x); },
                 [](const auto&) -> std::optional<std::string> { return std::nullopt; }},
      value);
}

}  // namespace

Millis TomlTable::duration(std::string_view field, Millis fallback, Millis least,
                           Millis most) const {
  const auto* node = find(field);
  if (node == nullptr) return fallback;
  if (const auto text = quantity_text(node->value)) {
    const auto value = duration_from_text(*text);
    if (value && *value >= least && *value <= most) return *value;
  }
  wrong(*node, fmt::format("{}, with ms, s, min, h or d",
                           range_text(exact_duration_text(least), exact_duration_text(most))));
  return fallback;
}

std::int64_t TomlTable::bytes(std::string_view field, std::int64_t fallback, std::int64_t least,
                              std::int64_t most) const {
  const auto* node = find(field);
  if (node == nullptr) return fallback;
  if (const auto text = quantity_text(node->value)) {
    const auto value = bytes_from_text(*text);
    if (value && *value >= least && *value <= most) return *value;
  }
  wrong(*node, fmt::format("{}, with B, kB, MB, GB or KiB, MiB, GiB",
                           range_text(std::to_string(least) + "B", std::to_string(most) + "B")));
  return fallback;
}

BytesPerSecond TomlTable::throughput(std::string_view field, BytesPerSecond fallback,
                                     BytesPerSecond least, BytesPerSecond most) const {
  const auto* node = find(field);
  if (node == nullptr) return fallback;
  if (const auto text = quantity_text(node->value)) {
    const auto value = rate_from_text(*text);
    if (value && *value >= least && *value <= most) return *value;
  }
  wrong(*node, fmt::format("{}, with B/s, kB/s, MB/s or KiB/s, MiB/s",
                           range_text(rate_text(least), rate_text(most))));
  return fallback;
}

std::optional<Instant> TomlTable::instant(std::string_view field) const {
  const auto* node = find(field);
  if (node == nullptr) return std::nullopt;
  if (const auto* value = node->as<Instant>()) return *value;
  if (const auto* text = node->as<std::string>()) {
    // TOML's own dates have all that we want to read.
    try {
      const auto parsed = Builder::built(toml::parse("x = " + *text), {});
      const auto& members = *parsed.as<Node::Members>();
      const auto found = members.find("x");
      if (members.size() == 1 && found != members.end() && found->second.as<Instant>() != nullptr) {
        return *found->second.as<Instant>();
      }
    } catch (const toml::parse_error&) {
      wrong(*node, "a time as 2026-03-04T05:06:07Z");
      return std::nullopt;
    }
  }
  wrong(*node, "a time as 2026-03-04T05:06:07Z");
  return std::nullopt;
}

TomlTable TomlTable::table(std::string_view field) const {
  const auto* node = find(field);
  if (node != nullptr && node->as<Node::Members>() != nullptr) return {document_, node, nullptr};
  if (node != nullptr) wrong(*node, "a table, as { name = value }");
  return {document_, &document_->nothing, nullptr};
}

std::vector<TomlTable> TomlTable::tables(std::string_view field) const {
  const auto* node = find(field);
  if (node == nullptr) return {};
  const auto* items = node->as<std::vector<Node>>();
  if (items == nullptr || !std::all_of(items->begin(), items->end(), [](const Node& item) {
        return item.as<Node::Members>() != nullptr;
      })) {
    wrong(*node, fmt::format("a list of tables: [[{}]], or [{{ name = value }}, ...]", node->path));
    return {};
  }
  std::vector<TomlTable> tables;
  for (const auto& item : *items) tables.push_back(TomlTable(document_, &item, nullptr));
  return tables;
}

std::map<std::string, std::string> TomlTable::texts(std::string_view field) const {
  std::map<std::string, std::string> texts;
  const auto inner = table(field);
  for (const auto& [name, node] : *inner.node_->as<Node::Members>()) {
    document_->asked[inner.node_].insert(name);
    if (const auto* value = node.as<bool>()) {
      texts[name] = *value ? "true" : "false";
    } else if (const auto text = quantity_text(node.value)) {
      texts[name] = *text;
    } else {
      wrong(node, "text in quotes");
    }
  }
  return texts;
}

std::map<std::string, double> TomlTable::numbers(std::string_view field) const {
  std::map<std::string, double> numbers;
  const auto inner = table(field);
  for (const auto& [name, node] : *inner.node_->as<Node::Members>()) {
    numbers[name] = inner.number(name, 0, -1e300, 1e300);
  }
  return numbers;
}

Errors TomlTable::errors() const {
  auto all = document_->errors;
  for (const auto& [node, asked] : document_->asked) {
    const std::vector<std::string> allowed(asked.begin(), asked.end());
    for (const auto& [name, member] : *node->as<Node::Members>()) {
      if (asked.contains(name)) continue;
      const auto meant = nearest(name, allowed);
      all.emplace_back(
          member.line,
          document_->error(member.line, fmt::format("there is no field {}", member.path),
                           (meant ? fmt::format("did you mean '{}'? ", *meant) : std::string()) +
                               "allowed: " + joined(allowed, ", ")));
    }
  }
  std::stable_sort(all.begin(), all.end(),
                   [](const auto& x, const auto& y) { return x.first < y.first; });
  Errors errors;
  std::set<std::pair<std::string, std::string>> told;  // defaults are looked at again and again
  for (auto& [line, error] : all) {
    if (told.emplace(error.from, error.message).second) errors.push_back(std::move(error));
  }
  return errors;
}

}  // namespace partwise::config
