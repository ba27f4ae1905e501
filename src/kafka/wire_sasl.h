// SASL logins of the small protocol client.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace partwise::kafka {

/// RFC 4616: authorization identity (none), user and password, with NULs between.
std::string plain_message(std::string_view user, std::string_view password);

/// RFC 5802 with SHA-256 or SHA-512, the client's side: three messages are sent in turn.
///
/// threads: one at a time
class ScramClient {
 public:
  /// `nonce` is fresh and random, of printable characters without ','.
  ScramClient(bool sha512, std::string user, std::string password, std::string nonce);

  [[nodiscard]] std::string first_message() const;

  /// errors: unauthorized when the server's message is not a continuation of ours
  Result<std::string> final_message(std::string_view server_first);

  /// Whether the server knew the password, too.
  [[nodiscard]] bool verifies(std::string_view server_final) const;

 private:
  bool sha512_;
  std::string user_;
  std::string password_;
  std::string nonce_;
  std::string server_signature_;
};

}  // namespace partwise::kafka
