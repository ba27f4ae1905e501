// SASL logins: the messages of PLAIN and SCRAM, the client's side and the server's.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace partwise::protocol {

/// RFC 4616: authorization identity (none), user and password, with NULs between.
std::string plain_message(std::string_view user, std::string_view password);

struct PlainLogin {
  std::string user;
  std::string password;
};

/// Nothing when the message is none of PLAIN's.
std::optional<PlainLogin> plain_login(std::string_view message);

/// "SCRAM-SHA-256" or "SCRAM-SHA-512".
enum class ScramHash { sha256, sha512 };

/// Fresh and random, of printable characters without ','.
///
/// errors: unavailable when there is no source of random numbers
Result<std::string> fresh_nonce();

/// RFC 5802, the client's side: three messages are sent in turn.
///
/// threads: one at a time
class ScramClient {
 public:
  ScramClient(ScramHash hash, std::string user, std::string password, std::string nonce);

  [[nodiscard]] std::string first_message() const;

  /// errors: unauthorized when the server's message is not a continuation of ours
  Result<std::string> final_message(std::string_view server_first);

  /// Whether the server knew the password, too.
  [[nodiscard]] bool verifies(std::string_view server_final) const;

 private:
  ScramHash hash_;
  std::string user_;
  std::string password_;
  std::string nonce_;
  std::string server_signature_;
};

/// RFC 5802, the server's side, for one login: user_of(), then challenge(), then verdict().
///
/// threads: one at a time
class ScramServer {
 public:
  /// `nonce` and `salt` are fresh and random.
  ScramServer(ScramHash hash, std::string nonce, std::string salt);

  /// Who wants to log in; nothing when the message is not a client's first.
  std::optional<std::string> user_of(std::string_view client_first);

  /// What the client's proof is asked for with.
  [[nodiscard]] std::string challenge() const { return server_first_; }

  /// The last message, when the client's proof shows that it knows `password`.
  [[nodiscard]] std::optional<std::string> verdict(std::string_view client_final,
                                                   const std::string& password) const;

 private:
  ScramHash hash_;
  std::string nonce_;
  std::string salt_;
  std::string client_first_bare_;
  std::string server_first_;
};

}  // namespace partwise::protocol
