// A small client for requests that librdkafka cannot send.
#pragma once

#include <cstdint>
#include <memory>
#include <stop_token>
#include <string>

#include "kafka/settings.h"
#include "kafka/wire_stream.h"

namespace partwise::kafka {

/// Builds a request body, big-endian, in the old (not flexible) encoding.
class WireWriter {
 public:
  void int16(std::int16_t x) { number(static_cast<std::uint16_t>(x), 2); }
  void int32(std::int32_t x) { number(static_cast<std::uint32_t>(x), 4); }
  void text(std::string_view x) {
    int16(static_cast<std::int16_t>(x.size()));
    bytes_ += x;
  }
  void bytes(std::string_view x) {
    int32(static_cast<std::int32_t>(x.size()));
    bytes_ += x;
  }
  void raw(std::string_view x) { bytes_ += x; }
  [[nodiscard]] const std::string& get() const { return bytes_; }

 private:
  void number(std::uint64_t x, int size) {
    for (int i = size - 1; i >= 0; --i) bytes_ += static_cast<char>(x >> (8 * i));
  }
  std::string bytes_;
};

/// Takes a response apart. Reading past the end yields zeros and clears ok().
class WireReader {
 public:
  explicit WireReader(std::string_view bytes) : bytes_(bytes) {}
  std::int8_t int8() { return static_cast<std::int8_t>(number(1)); }
  std::int16_t int16() { return static_cast<std::int16_t>(number(2)); }
  std::int32_t int32() { return static_cast<std::int32_t>(number(4)); }
  std::int64_t int64() { return static_cast<std::int64_t>(number(8)); }
  std::string_view text() { return take(int16()); }
  std::string_view bytes() { return take(int32()); }
  [[nodiscard]] bool ok() const { return ok_; }

 private:
  std::uint64_t number(std::size_t size);
  std::string_view take(std::int64_t size);
  std::string_view bytes_;
  bool ok_ = true;
};

/// One connection to one broker, logged in as the client's properties say.
///
/// threads: one at a time
class WireConnection {
 public:
  /// errors: unavailable, timeout, unauthorized, interrupted; limit for a security.protocol or
  /// sasl.mechanism
  ///         that it does not speak (PLAIN and SCRAM it does)
  static Result<WireConnection> open(const std::string& host, int port,
                                     const ClientSettings& settings, const std::stop_token& stop);

  /// The response's body, behind its header.
  Result<std::string> ask(std::int16_t api_key, std::int16_t version, const std::string& body);

 private:
  explicit WireConnection(std::unique_ptr<WireStream> stream) : stream_(std::move(stream)) {}
  Result<> log_in(const config::ClientProperties& properties);
  Result<std::string> authenticate(std::string_view message);

  std::unique_ptr<WireStream> stream_;
  std::int32_t correlation_ = 0;
};

}  // namespace partwise::kafka
