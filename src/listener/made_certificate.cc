#include <algorithm>
#include <cctype>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <openssl/rand.h>

#include "listener/openssl_handle.h"
#include "listener/tls.h"

namespace partwise::listener {
namespace {

constexpr long a_day = 24L * 3'600;

tl::unexpected<Error> no_certificate() {
  return fail(ErrorKind::unavailable,
              fmt::format("a certificate cannot be made: {}", openssl_reason()));
}

// What stays of a step of OpenSSL that answers 1 when it worked.
Result<> worked(int result) {
  if (result == 1) return {};
  return no_certificate();
}

bool is_name(std::string_view host) {
  constexpr std::size_t longest = 253;  // RFC 1035, 2.3.4, as text
  return !host.empty() && host.size() <= longest && std::ranges::all_of(host, [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '-' || c == '.' || c == '_';
  });
}

Result<> add_host(GENERAL_NAMES* names, const std::string& host) {
  GENERAL_NAME* name = GENERAL_NAME_new();
  if (name == nullptr || sk_GENERAL_NAME_push(names, name) == 0) return no_certificate();
  if (Address address{a2i_IPADDRESS(host.c_str())}) {
    GENERAL_NAME_set0_value(name, GEN_IPADD, address.release());
    return {};
  }
  ERR_clear_error();
  if (!is_name(host)) {
    return fail(ErrorKind::invalid_input, fmt::format("\"{}\" is no host for a certificate", host),
                "give a name or an address, without a port");
  }
  auto* text = ASN1_IA5STRING_new();
  if (ASN1_STRING_set(text, host.data(), static_cast<int>(host.size())) != 1) {
    return no_certificate();
  }
  GENERAL_NAME_set0_value(name, GEN_DNS, text);
  return {};
}

Result<> add_hosts(X509* certificate, std::span<const std::string> hosts) {
  std::vector<std::string> all = {"localhost", "127.0.0.1", "::1"};
  for (const auto& host : hosts) {
    if (std::ranges::find(all, host) == all.end()) all.push_back(host);
  }
  const Names names(GENERAL_NAMES_new());
  for (const auto& host : all) TRY(add_host(names.get(), host));
  return worked(
      X509_add1_ext_i2d(certificate, NID_subject_alt_name, names.get(), 0, X509V3_ADD_DEFAULT));
}

Result<> add_extension(X509* certificate, X509* issuer, int nid, const char* value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  const Extension extension(X509V3_EXT_conf_nid(nullptr, &context, nid, value));
  if (!extension) return no_certificate();
  return worked(X509_add_ext(certificate, extension.get(), -1));
}

Result<> set_serial(X509* certificate) {
  std::array<unsigned char, 16> bytes{};
  TRY(worked(RAND_bytes(bytes.data(), static_cast<int>(bytes.size()))));
  BIGNUM* number = BN_bin2bn(bytes.data(), static_cast<int>(bytes.size()), nullptr);
  const bool set = number != nullptr &&
                   BN_to_ASN1_INTEGER(number, X509_get_serialNumber(certificate)) != nullptr;
  BN_free(number);
  return worked(set ? 1 : 0);
}

// Unsigned; its issuer is not set.
Result<Certificate> blank_certificate(const std::string& name, EVP_PKEY* key) {
  Certificate certificate(X509_new());
  if (!certificate) return no_certificate();
  TRY(worked(X509_set_version(certificate.get(), X509_VERSION_3)));
  TRY(set_serial(certificate.get()));
  // Clocks of clients may be behind.
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -a_day);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), 365 * a_day);
  TRY(worked(X509_set_pubkey(certificate.get(), key)));
  TRY(worked(
      X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate.get()), "CN", MBSTRING_UTF8,
                                 reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0)));
  return certificate;
}

Result<Certificate> authority(EVP_PKEY* key) {
  std::array<unsigned char, 4> mark{};  // tells the authorities of several runs apart
  TRY(worked(RAND_bytes(mark.data(), static_cast<int>(mark.size()))));
  auto ca = TRY(blank_certificate(fmt::format("partwise private CA {:02x}{:02x}{:02x}{:02x}",
                                              mark[0], mark[1], mark[2], mark[3]),
                                  key));
  TRY(worked(X509_set_issuer_name(ca.get(), X509_get_subject_name(ca.get()))));
  TRY(add_extension(ca.get(), ca.get(), NID_basic_constraints, "critical,CA:TRUE,pathlen:0"));
  TRY(add_extension(ca.get(), ca.get(), NID_key_usage, "critical,keyCertSign,cRLSign"));
  TRY(add_extension(ca.get(), ca.get(), NID_subject_key_identifier, "hash"));
  if (X509_sign(ca.get(), key, EVP_sha256()) == 0) return no_certificate();
  return ca;
}

Result<Certificate> signed_by(X509* ca, EVP_PKEY* ca_key, EVP_PKEY* key,
                              std::span<const std::string> hosts) {
  auto certificate = TRY(blank_certificate("partwise", key));
  auto* raw = certificate.get();
  TRY(worked(X509_set_issuer_name(raw, X509_get_subject_name(ca))));
  TRY(add_extension(raw, ca, NID_basic_constraints, "critical,CA:FALSE"));
  TRY(add_extension(raw, ca, NID_key_usage, "critical,digitalSignature"));
  TRY(add_extension(raw, ca, NID_ext_key_usage, "serverAuth"));
  TRY(add_extension(raw, ca, NID_subject_key_identifier, "hash"));
  TRY(add_extension(raw, ca, NID_authority_key_identifier, "keyid:always"));
  TRY(add_hosts(raw, hosts));
  if (X509_sign(raw, ca_key, EVP_sha256()) == 0) return no_certificate();
  return certificate;
}

template <class Write>
Result<std::string> pem_of(Write write) {
  const Bio bio(BIO_new(BIO_s_mem()));
  if (!bio) return no_certificate();
  TRY(worked(write(bio.get())));
  char* text = nullptr;
  const auto size = BIO_get_mem_data(bio.get(), &text);
  return std::string(text, static_cast<std::size_t>(size));
}

Result<std::string> pem_of(X509* certificate) {
  return pem_of([&](BIO* bio) { return PEM_write_bio_X509(bio, certificate); });
}

}  // namespace

Result<MadeCertificate> make_certificate(std::span<const std::string> hosts) {
  const Key ca_key(EVP_EC_gen("P-256"));
  const Key key(EVP_EC_gen("P-256"));
  if (!ca_key || !key) return no_certificate();
  const auto ca = TRY(authority(ca_key.get()));
  const auto certificate = TRY(signed_by(ca.get(), ca_key.get(), key.get(), hosts));
  MadeCertificate made;
  made.ca_pem = TRY(pem_of(ca.get()));
  made.certificate_pem = TRY(pem_of(certificate.get()));
  made.key_pem = TRY(pem_of([&](BIO* bio) {
    return PEM_write_bio_PKCS8PrivateKey(bio, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  }));
  return made;
}

}  // namespace partwise::listener
