#include "kafka/wire_sasl.h"

#include <array>
#include <charconv>
#include <map>
#include <utility>
#include <vector>

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "base/text.h"

namespace partwise::kafka {
namespace {

using Bytes = std::vector<unsigned char>;

const EVP_MD* digest(bool sha512) { return sha512 ? EVP_sha512() : EVP_sha256(); }

Bytes hmac(bool sha512, const Bytes& key, std::string_view text) {
  Bytes mac(EVP_MAX_MD_SIZE);
  unsigned size = 0;
  HMAC(digest(sha512), key.data(), static_cast<int>(key.size()),
       reinterpret_cast<const unsigned char*>(text.data()), text.size(), mac.data(), &size);
  mac.resize(size);
  return mac;
}

Bytes hash(bool sha512, const Bytes& bytes) {
  Bytes hashed(EVP_MAX_MD_SIZE);
  unsigned size = 0;
  EVP_Digest(bytes.data(), bytes.size(), hashed.data(), &size, digest(sha512), nullptr);
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

}  // namespace

std::string plain_message(std::string_view user, std::string_view password) {
  std::string message(1, '\0');
  message += user;
  message += '\0';
  message += password;
  return message;
}

ScramClient::ScramClient(bool sha512, std::string user, std::string password, std::string nonce)
    : sha512_(sha512),
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
  Bytes salted(static_cast<std::size_t>(EVP_MD_size(digest(sha512_))));
  PKCS5_PBKDF2_HMAC(password_.data(), static_cast<int>(password_.size()), salt.data(),
                    static_cast<int>(salt.size()), rounds, digest(sha512_),
                    static_cast<int>(salted.size()), salted.data());

  const auto without_proof = "c=biws,r=" + given['r'];
  const auto signed_text =
      first_message().substr(3) + "," + std::string(server_first) + "," + without_proof;
  auto proof = hmac(sha512_, salted, "Client Key");
  const auto signature = hmac(sha512_, hash(sha512_, proof), signed_text);
  for (std::size_t i = 0; i < proof.size(); ++i) {
    proof[i] = static_cast<unsigned char>(proof[i] ^ signature[i]);
  }
  server_signature_ = base64(hmac(sha512_, hmac(sha512_, salted, "Server Key"), signed_text));
  return without_proof + ",p=" + base64(proof);
}

bool ScramClient::verifies(std::string_view server_final) const {
  return attributes(server_final)['v'] == server_signature_;
}

}  // namespace partwise::kafka
