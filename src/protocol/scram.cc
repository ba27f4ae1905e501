#include "protocol/scram.h"

#include <array>
#include <charconv>
#include <map>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include "base/text.h"

namespace partwise::protocol {
namespace {

using Bytes = std::vector<unsigned char>;

// Kafka's least for a user's credentials.
constexpr int server_rounds = 4096;

const EVP_MD* digest(ScramHash hash) {
  return hash == ScramHash::sha512 ? EVP_sha512() : EVP_sha256();
}

Bytes hmac(ScramHash kind, const Bytes& key, std::string_view text) {
  Bytes mac(EVP_MAX_MD_SIZE);
  unsigned size = 0;
  HMAC(digest(kind), key.data(), static_cast<int>(key.size()),
       reinterpret_cast<const unsigned char*>(text.data()), text.size(), mac.data(), &size);
  mac.resize(size);
  return mac;
}

Bytes hash(ScramHash kind, const Bytes& bytes) {
  Bytes hashed(EVP_MAX_MD_SIZE);
  unsigned size = 0;
  EVP_Digest(bytes.data(), bytes.size(), hashed.data(), &size, digest(kind), nullptr);
  hashed.resize(size);
  return hashed;
}

std::string base64(const Bytes& bytes) {
  std::string text(4 * ((bytes.size() + 2) / 3) + 1, '\0');
  const int size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()), bytes.data(),
                                   static_cast<int>(bytes.size()));
  text.resize(static_cast<std::size_t>(size));
  return text;
}

Bytes from_base64(std::string_view text) {
  Bytes bytes(text.size() / 4 * 3 + 3);
  const int size =
      EVP_DecodeBlock(bytes.data(), reinterpret_cast<const unsigned char*>(text.data()),
                      static_cast<int>(text.size()));
  if (size < 0) return {};
  std::size_t padding = 0;
  while (padding < text.size() && text[text.size() - 1 - padding] == '=') ++padding;
  bytes.resize(static_cast<std::size_t>(size) - std::min<std::size_t>(padding, 2));
  return bytes;
}

// "r=...,s=...,i=...": the first letter names the attribute.
std::map<char, std::string> attributes(std::string_view message) {
  std::map<char, std::string> found;
  for (const auto& part : listed(message)) {
    if (part.size() >= 2 && part[1] == '=') found[part[0]] = part.substr(2);
  }
  return found;
}

std::string escaped_name(std::string_view user) {
  std::string name;
  for (const char c : user) {
    if (c == '=') {
      name += "=3D";
    } else if (c == ',') {
      name += "=2C";
    } else {
      name += c;
    }
  }
  return name;
}

std::string without_escapes(std::string_view name) {
  std::string user;
  for (std::size_t i = 0; i < name.size(); ++i) {
    const auto escape = name.substr(i, 3);
    if (escape == "=3D" || escape == "=2C") {
      user += escape == "=3D" ? '=' : ',';
      i += 2;
    } else {
      user += name[i];
    }
  }
  return user;
}

Bytes salted_password(ScramHash kind, const std::string& password, const Bytes& salt, int rounds) {
  Bytes salted(static_cast<std::size_t>(EVP_MD_size(digest(kind))));
  PKCS5_PBKDF2_HMAC(password.data(), static_cast<int>(password.size()), salt.data(),
                    static_cast<int>(salt.size()), rounds, digest(kind),
                    static_cast<int>(salted.size()), salted.data());
  return salted;
}

/// What both sides compute from the password and all that was said before the proof.
struct Proofs {
  std::string client;
  std::string server;
};

Proofs proofs(ScramHash kind, const Bytes& salted, const std::string& said) {
  auto proof = hmac(kind, salted, "Client Key");
  const auto signature = hmac(kind, hash(kind, proof), said);
  for (std::size_t i = 0; i < proof.size(); ++i) {
    proof[i] = static_cast<unsigned char>(proof[i] ^ signature[i]);
  }
  return {base64(proof), base64(hmac(kind, hmac(kind, salted, "Server Key"), said))};
}

}  // namespace

std::string plain_message(std::string_view user, std::string_view password) {
  std::string message(1, '\0');
  message += user;
  message += '\0';
  message += password;
  return message;
}

std::optional<PlainLogin> plain_login(std::string_view message) {
  const auto first = message.find('\0');
  if (first == std::string_view::npos) return std::nullopt;
  const auto second = message.find('\0', first + 1);
  if (second == std::string_view::npos || second == first + 1) return std::nullopt;
  return PlainLogin{std::string(message.substr(first + 1, second - first - 1)),
                    std::string(message.substr(second + 1))};
}

Result<std::string> fresh_nonce() {
  std::array<unsigned char, 18> random{};
  if (RAND_bytes(random.data(), static_cast<int>(random.size())) != 1) {
    return fail(ErrorKind::unavailable, "no random numbers for the login");
  }
  std::string nonce;
  for (const auto byte : random) nonce += fmt::format("{:02x}", byte);
  return nonce;
}

ScramClient::ScramClient(ScramHash hash, std::string user, std::string password, std::string nonce)
    : hash_(hash),
      user_(std::move(user)),
      password_(std::move(password)),
      nonce_(std::move(nonce)) {}

std::string ScramClient::first_message() const {
  return "n,,n=" + escaped_name(user_) + ",r=" + nonce_;
}

Result<std::string> ScramClient::final_message(std::string_view server_first) {
  auto given = attributes(server_first);
  int rounds = 0;
  const auto& count = given['i'];
  std::from_chars(count.data(), count.data() + count.size(), rounds);
  const auto salt = from_base64(given['s']);
  if (!given['r'].starts_with(nonce_) || given['r'].size() == nonce_.size() || salt.empty() ||
      rounds < 1) {
    return fail(ErrorKind::unauthorized, "the broker's SCRAM challenge is not an answer to ours");
  }
  const auto without_proof = "c=biws,r=" + given['r'];
  const auto said =
      first_message().substr(3) + "," + std::string(server_first) + "," + without_proof;
  auto both = proofs(hash_, salted_password(hash_, password_, salt, rounds), said);
  server_signature_ = std::move(both.server);
  return without_proof + ",p=" + both.client;
}

bool ScramClient::verifies(std::string_view server_final) const {
  return attributes(server_final)['v'] == server_signature_;
}

ScramServer::ScramServer(ScramHash hash, std::string nonce, std::string salt)
    : hash_(hash), nonce_(std::move(nonce)), salt_(std::move(salt)) {}

std::optional<std::string> ScramServer::user_of(std::string_view client_first) {
  // "n,,n=user,r=nonce": channel binding (none), authorization identity, then the bare message.
  const auto bare = client_first.find("n=");
  if (bare == std::string_view::npos || !client_first.starts_with("n,")) return std::nullopt;
  client_first_bare_ = client_first.substr(bare);
  auto given = attributes(client_first_bare_);
  if (given['n'].empty() || given['r'].empty()) return std::nullopt;
  const Bytes salt(salt_.begin(), salt_.end());
  server_first_ =
      "r=" + given['r'] + nonce_ + ",s=" + base64(salt) + fmt::format(",i={}", server_rounds);
  return without_escapes(given['n']);
}

std::optional<std::string> ScramServer::verdict(std::string_view client_final,
                                                const std::string& password) const {
  const auto proof = client_final.rfind(",p=");
  if (proof == std::string_view::npos) return std::nullopt;
  const auto without_proof = std::string(client_final.substr(0, proof));
  if (attributes(without_proof)['r'] != attributes(server_first_)['r']) return std::nullopt;
  const Bytes salt(salt_.begin(), salt_.end());
  const auto both = proofs(hash_, salted_password(hash_, password, salt, server_rounds),
                           client_first_bare_ + "," + server_first_ + "," + without_proof);
  const auto given = client_final.substr(proof + 3);
  if (given.size() != both.client.size() ||
      CRYPTO_memcmp(given.data(), both.client.data(), given.size()) != 0)
    return std::nullopt;
  return "v=" + both.server;
}

}  // namespace partwise::protocol
