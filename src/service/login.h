// Logins: who may enter, and one client's way in (SASL PLAIN and SCRAM).
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/secret.h"
#include "protocol/error_code.h"
#include "protocol/scram.h"

namespace partwise::service {

/// Passwords by user.
using Users = std::map<std::string, config::Secret, std::less<>>;

/// One client's login, from its choice of a mechanism to the last message.
///
/// threads: owner only
class Login {
 public:
  explicit Login(const Users& users) : users_(users) {}

  /// errors: unsupported_sasl_mechanism, illegal_sasl_state
  protocol::ErrorCode choose(std::string_view mechanism);

  struct Step {
    protocol::ErrorCode error = protocol::ErrorCode::none;
    std::string message;  ///< of an error
    std::string answer;   ///< the mechanism's next message
  };
  /// The client's next message.
  ///
  /// errors: sasl_authentication_failed, illegal_sasl_state
  Step step(std::string_view message);

  [[nodiscard]] bool done() const { return done_; }
  [[nodiscard]] bool chosen() const { return !mechanism_.empty(); }
  [[nodiscard]] const std::string& user() const { return user_; }

  /// Whether the client sends its messages bare, not in requests (SaslHandshake v0).
  bool bare = false;

 private:
  Step plain(std::string_view message);
  Step scram(std::string_view message);
  [[nodiscard]] Step refused() const;

  const Users& users_;
  std::string mechanism_;
  std::string user_;
  std::optional<protocol::ScramServer> scram_;
  bool done_ = false;
};

/// threads: owner only
class Logins {
 public:
  Logins() = default;
  /// No users: anyone may enter, now and later.
  explicit Logins(Users users) : asked_(!users.empty()), users_(std::move(users)) {}

  /// A new client's login; nullptr when none is asked for.
  [[nodiscard]] std::shared_ptr<Login> begin() const;
  static const std::vector<std::string>& mechanisms();

  /// Whether there is anyone who may enter, or was.
  [[nodiscard]] bool asked() const { return asked_; }
  /// A new user, or a new password. Whoever has entered stays in.
  void set(const std::string& user, config::Secret password);
  /// False: there is none of that name.
  bool remove(const std::string& user);

 private:
  bool asked_ = false;
  Users users_;
};

}  // namespace partwise::service
