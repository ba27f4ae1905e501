#include "keys/scan_message.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "keys/byte_form.h"

namespace partwise::keys {
namespace {

constexpr std::uint8_t version = 1;
constexpr std::size_t settings_max = 100;
constexpr auto last_kind = ErrorKind::interrupted;
constexpr double us_in_s = 1e6;

void write(ByteWriter& out, const std::optional<Instant>& time) {
  out.byte(time ? 1 : 0);
  if (time) out.signed_number(time->time_since_epoch().count());
}

std::optional<Instant> read_time(ByteReader& in) {
  if (in.byte() == 0) return std::nullopt;
  return Instant{Instant::duration{in.signed_number()}};
}

void write(ByteWriter& out, const std::optional<Error>& error) {
  out.byte(error ? 1 : 0);
  if (!error) return;
  out.byte(static_cast<std::uint8_t>(error->kind));
  out.text(error->message);
  out.text(error->hint);
}

std::optional<Error> read_error(ByteReader& in) {
  if (in.byte() == 0) return std::nullopt;
  const auto kind = in.byte();
  if (kind > static_cast<std::uint8_t>(last_kind)) in.reject("has an error that cannot be");
  const auto message = in.text();
  const auto hint = in.text();
  if (in.failed()) return std::nullopt;
  return Error{static_cast<ErrorKind>(kind), std::string(message), std::string(hint), {}};
}

PartStretch read_stretch(ByteReader& in) {
  PartStretch found;
  const auto partition = in.count();
  if (partition >= ScanSummary::partitions_max) in.reject("has a partition that cannot be");
  found.partition = in.failed() ? 0 : static_cast<int>(partition);
  found.stretch.from = in.count();
  found.stretch.to = in.count();
  if (found.stretch.to < found.stretch.from) in.reject("has a stretch that ends before it begins");
  found.stretch.error = read_error(in);
  return found;
}

const SharedSetting* found_in(const ScanGreeting& greeting, std::string_view name) {
  const auto at = std::find_if(greeting.settings.begin(), greeting.settings.end(),
                               [&](const auto& each) { return each.name == name; });
  return at == greeting.settings.end() ? nullptr : &*at;
}

bool lacks(const ScanGreeting& greeting, const SharedSetting& setting) {
  const auto* found = found_in(greeting, setting.name);
  return found == nullptr || found->value != setting.value;
}

}  // namespace

std::optional<std::string> difference(const ScanGreeting& one, const ScanGreeting& other) {
  for (const auto& setting : one.settings) {
    if (lacks(other, setting)) return setting.name;
  }
  for (const auto& setting : other.settings) {
    if (lacks(one, setting)) return setting.name;
  }
  return std::nullopt;
}

std::string value_of(const ScanGreeting& greeting, std::string_view name) {
  const auto* found = found_in(greeting, name);
  return found == nullptr || found->value.empty() ? "nothing" : found->value;
}

std::string to_bytes(const ScanGreeting& greeting) {
  ByteWriter out(SketchKind::scan_greeting, version);
  out.number(greeting.settings.size());
  for (const auto& [name, value] : greeting.settings) {
    out.text(name);
    out.text(value);
  }
  write(out, greeting.from);
  write(out, greeting.to);
  return out.taken();
}

Result<ScanGreeting> greeting_from_bytes(std::string_view bytes) {
  ByteReader in(bytes, SketchKind::scan_greeting, version);
  ScanGreeting greeting;
  greeting.settings.resize(in.size(settings_max));
  for (auto& [name, value] : greeting.settings) {
    name = in.text();
    value = in.text();
  }
  greeting.from = read_time(in);
  greeting.to = read_time(in);
  TRY(in.finished());
  return greeting;
}

std::string to_bytes(const ScanPart& part) {
  ByteWriter out(SketchKind::scan_part, version);
  out.number(part.stretches.size());
  for (const auto& [partition, stretch] : part.stretches) {
    out.number(static_cast<std::uint64_t>(partition));
    out.number(static_cast<std::uint64_t>(stretch.from));
    out.number(static_cast<std::uint64_t>(stretch.to));
    write(out, stretch.error);
  }
  out.number(static_cast<std::uint64_t>(std::llround(part.read_s * us_in_s)));
  out.text(part.summary.to_bytes());
  return out.taken();
}

Result<ScanPart> part_from_bytes(std::string_view bytes, std::size_t memory) {
  ByteReader in(bytes, SketchKind::scan_part, version);
  std::vector<PartStretch> stretches(in.size(ScanSummary::partitions_max));
  for (auto& stretch : stretches) stretch = read_stretch(in);
  const auto read_us = in.count();
  const auto summary_bytes = in.text();
  TRY(in.finished());
  auto summary = TRY(ScanSummary::from_bytes(summary_bytes, memory));
  return ScanPart{std::move(stretches), static_cast<double>(read_us) / us_in_s, std::move(summary)};
}

}  // namespace partwise::keys
