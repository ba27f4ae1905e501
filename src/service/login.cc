#include "service/login.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace partwise::service {
namespace {

using protocol::ErrorCode;

bool equal_in_constant_time(std::string_view a, std::string_view b) {
  unsigned char different = a.size() == b.size() ? 0 : 1;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const char other = b.empty() ? '\0' : b[i % b.size()];
    different = static_cast<unsigned char>(different | (a[i] ^ other));
  }
  return different == 0;
}

}  // namespace

const std::vector<std::string>& Logins::mechanisms() {
  static const std::vector<std::string> offered = {"PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"};
  return offered;
}

std::shared_ptr<Login> Logins::begin() const {
  if (!asked_) return nullptr;
  return std::make_shared<Login>(users_);
}

void Logins::set(const std::string& user, config::Secret password) {
  users_.insert_or_assign(user, std::move(password));
}

bool Logins::remove(const std::string& user) { return users_.erase(user) > 0; }

ErrorCode Login::choose(std::string_view mechanism) {
  const auto& offered = Logins::mechanisms();
  if (chosen()) return ErrorCode::illegal_sasl_state;
  if (std::find(offered.begin(), offered.end(), mechanism) == offered.end())
    return ErrorCode::unsupported_sasl_mechanism;
  mechanism_ = mechanism;
  return ErrorCode::none;
}

Login::Step Login::step(std::string_view message) {
  if (!chosen() || done_) {
    return {ErrorCode::illegal_sasl_state, "SaslHandshake comes first, and once", {}};
  }
  return mechanism_ == "PLAIN" ? plain(message) : scram(message);
}

// The same words for a wrong name and a wrong password.
Login::Step Login::refused() const {
  if (mechanism_ == "PLAIN") {
    return {ErrorCode::sasl_authentication_failed,
            "Authentication failed: Invalid username or password",
            {}};
  }
  return {ErrorCode::sasl_authentication_failed,
          fmt::format("Authentication failed during authentication due to invalid credentials with "
                      "SASL mechanism {}",
                      mechanism_),
          {}};
}

Login::Step Login::plain(std::string_view message) {
  const auto given = protocol::plain_login(message);
  if (!given) return refused();
  const auto known = users_.find(given->user);
  if (known == users_.end() || !equal_in_constant_time(given->password, known->second.reveal())) {
    return refused();
  }
  user_ = given->user;
  done_ = true;
  return {};
}

Login::Step Login::scram(std::string_view message) {
  if (!scram_) {
    auto nonce = protocol::fresh_nonce();
    auto salt = protocol::fresh_nonce();
    if (!nonce || !salt) return refused();
    scram_.emplace(
        mechanism_ == "SCRAM-SHA-512" ? protocol::ScramHash::sha512 : protocol::ScramHash::sha256,
        std::move(*nonce), std::move(*salt));
    const auto user = scram_->user_of(message);
    if (!user) return refused();
    user_ = *user;
    return {ErrorCode::none, {}, scram_->challenge()};
  }
  const auto known = users_.find(user_);
  if (known == users_.end()) return refused();
  const auto verdict = scram_->verdict(message, known->second.reveal());
  if (!verdict) return refused();
  done_ = true;
  return {ErrorCode::none, {}, *verdict};
}

}  // namespace partwise::service
