#include "kafka/certificate_error.h"

#include <arpa/inet.h>

#include <array>
#include <ctime>
#include <memory>
#include <utility>

#include <fmt/format.h>
#include <openssl/x509v3.h>

#include "base/release.h"
#include "kafka/foreign_text.h"

namespace partwise::kafka {
namespace {

using Names = std::unique_ptr<GENERAL_NAMES, Release<GENERAL_NAMES_free>>;

std::string text_of(const ASN1_STRING* text) {
  return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(text)),
          static_cast<std::size_t>(ASN1_STRING_length(text))};
}

std::string address_of(const ASN1_STRING* address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  const int family = ASN1_STRING_length(address) == 4 ? AF_INET : AF_INET6;
  if (family == AF_INET6 && ASN1_STRING_length(address) != 16) return {};
  const auto* shown = inet_ntop(family, ASN1_STRING_get0_data(address), text.data(), text.size());
  return shown == nullptr ? std::string() : shown;
}

std::string hosts_of(const X509* certificate) {
  const Names names(static_cast<GENERAL_NAMES*>(
      X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
  std::string hosts;
  for (int i = 0; i < sk_GENERAL_NAME_num(names.get()); ++i) {
    const auto* name = sk_GENERAL_NAME_value(names.get(), i);
    std::string host;
    if (name->type == GEN_DNS) host = text_of(name->d.dNSName);
    if (name->type == GEN_IPADD) host = address_of(name->d.iPAddress);
    if (!host.empty()) hosts += (hosts.empty() ? "" : ", ") + host;
  }
  return hosts;
}

std::string common_name(const X509_NAME* name) {
  const int at = X509_NAME_get_index_by_NID(name, NID_commonName, -1);
  if (at < 0) return {};
  return text_of(X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, at)));
}

std::string minute_of(const ASN1_TIME* time) {
  std::tm utc{};
  if (ASN1_TIME_to_tm(time, &utc) != 1) return "an unreadable time";
  return fmt::format("{:04}-{:02}-{:02} {:02}:{:02} UTC", utc.tm_year + 1900, utc.tm_mon + 1,
                     utc.tm_mday, utc.tm_hour, utc.tm_min);
}

struct Words {
  std::string what;
  std::string hint;
};

Words for_another_host(const RefusedCertificate& refused) {
  const auto host = refused.address.substr(0, refused.address.rfind(':'));
  return {
      refused.names.empty()
          ? fmt::format("its certificate is not for the host name {}", host)
          : fmt::format("its certificate is for {}, not for {}", refused.names, host),
      "ask for a name that is in the certificate: in bootstrap.servers, and in what the brokers "
      "advertise; ssl.endpoint.identification.algorithm=none is for tests only"};
}

Words by_an_unknown_authority(const RefusedCertificate& refused) {
  const auto by = refused.issuer.empty() ? "" : fmt::format(" ('{}')", refused.issuer);
  return {fmt::format("its certificate is not signed by an authority that is trusted here{}", by),
          "ssl.ca.location must name the file of the cluster's authority (--config)"};
}

Words words_for(const RefusedCertificate& refused) {
  switch (refused.verdict) {
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
      return for_another_host(refused);
    case X509_V_ERR_CERT_HAS_EXPIRED:
      return {fmt::format("its certificate expired on {}", refused.valid_until),
              "the cluster needs a new one; if the date is to come, set this machine's clock"};
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return {fmt::format("its certificate is not valid before {}", refused.valid_from),
              "set this machine's clock, if the date has passed"};
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
      return by_an_unknown_authority(refused);
    default:
      return {fmt::format("its certificate is refused: {}",
                          X509_verify_cert_error_string(refused.verdict)),
              "check the certificate, and ssl.* in --config"};
  }
}

}  // namespace

RefusedCertificate refused_certificate(std::string address, int verdict, const X509* certificate) {
  RefusedCertificate refused{std::move(address), verdict, {}, {}, {}, {}};
  if (certificate == nullptr) return refused;
  auto hosts = hosts_of(certificate);
  if (hosts.empty()) hosts = common_name(X509_get_subject_name(certificate));
  refused.names = shown_foreign(hosts);
  refused.issuer = shown_foreign(common_name(X509_get_issuer_name(certificate)));
  refused.valid_from = minute_of(X509_get0_notBefore(certificate));
  refused.valid_until = minute_of(X509_get0_notAfter(certificate));
  return refused;
}

Error error_of(const RefusedCertificate& refused) {
  auto [what, hint] = words_for(refused);
  return {ErrorKind::unauthorized,
          fmt::format("{} is not trusted: {}", refused.address, what),
          std::move(hint),
          {}};
}

}  // namespace partwise::kafka
