// A Schema Registry: where schemas get their ids, and how a record says which is its.
#pragma once

#include <cstdint>
#include <stop_token>
#include <string>
#include <string_view>

#include "base/result.h"
#include "http/exchange.h"
#include "registry/settings.h"

namespace partwise::registry {

/// Talks to one registry with Confluent's interface.
///
/// threads: any; the exchange must outlive it
class SchemaRegistry {
 public:
  SchemaRegistry(RegistrySettings settings, http::Exchange& exchange);

  /// Registers a JSON Schema as the subject's newest version, where it is not there yet, and
  /// returns its id: the same one for the same schema, however often it is asked for.
  ///
  /// subject: any text, not encoded
  /// errors: invalid_input (incompatible with the subject's versions, no valid schema, no registry
  /// at that URL), unauthorized, unavailable, corrupt (an answer without an id); those of the
  /// exchange
  Result<std::int32_t> register_schema(const std::string& subject, const std::string& schema,
                                       const std::stop_token& stop);

 private:
  [[nodiscard]] Error refusal(const http::Reply& reply, const std::string& subject) const;

  RegistrySettings settings_;
  http::Exchange& exchange_;
};

/// The subjects that clients look in by default (Confluent's TopicNameStrategy).
inline std::string key_subject(const std::string& topic) { return topic + "-key"; }
inline std::string value_subject(const std::string& topic) { return topic + "-value"; }

/// A key or a value as clients of a registry expect it: a zero, the schema's id in four bytes with
/// the highest first, the payload.
///
/// source: Confluent's wire format
std::string framed(std::int32_t id, std::string_view payload);

}  // namespace partwise::registry
