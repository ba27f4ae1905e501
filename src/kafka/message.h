// Sizes of consumed messages.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <librdkafka/rdkafka.h>

namespace partwise::kafka {

/// Key, value, header names and header values, before compression.
std::int64_t record_bytes(const rd_kafka_message_t& message);

/// In milliseconds; below zero when the record has none.
std::int64_t record_timestamp(const rd_kafka_message_t& message);

/// The value of the last header of that name; empty where there is none.
std::string_view record_header(const rd_kafka_message_t& message, const std::string& name);

inline std::string_view record_value(const rd_kafka_message_t& message) {
  return {static_cast<const char*>(message.payload), message.len};
}

inline std::string_view record_key(const rd_kafka_message_t& message) {
  return {static_cast<const char*>(message.key), message.key_len};
}

}  // namespace partwise::kafka
