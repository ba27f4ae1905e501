#include "kafka/certificate_error.h"

#include <memory>

#include <gtest/gtest.h>
#include <openssl/x509v3.h>

#include "base/release.h"

namespace partwise::kafka {
namespace {

using Certificate = std::unique_ptr<X509, Release<X509_free>>;

void name(X509_NAME* part, const std::string& common) {
  X509_NAME_add_entry_by_txt(part, "CN", MBSTRING_UTF8,
                             reinterpret_cast<const unsigned char*>(common.c_str()), -1, -1, 0);
}

// Valid from 2001-09-09 01:46:40 to 2009-02-13 23:31:30 UTC: 1,000,000,000 and 1,234,567,890.
Certificate certificate_for(const std::string& common, const char* alternative_names) {
  Certificate certificate(X509_new());
  X509_set_version(certificate.get(), 2);
  ASN1_TIME_set(X509_getm_notBefore(certificate.get()), 1'000'000'000);
  ASN1_TIME_set(X509_getm_notAfter(certificate.get()), 1'234'567'890);
  name(X509_get_subject_name(certificate.get()), common);
  name(X509_get_issuer_name(certificate.get()), "Our CA");
  if (alternative_names != nullptr) {
    auto* names = X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, alternative_names);
    X509_add_ext(certificate.get(), names, -1);
    X509_EXTENSION_free(names);
  }
  return certificate;
}

Error told(int verdict, const X509* certificate) {
  return error_of(refused_certificate("b1.example:9093", verdict, certificate));
}

TEST(CertificateError, NamesTheHostsThatACertificateIsForAndTheOneAsked) {
  const auto certificate =
      certificate_for("ignored", "DNS:a.example,DNS:*.b.example,IP:10.0.0.1,IP:::1");
  const auto error = told(X509_V_ERR_HOSTNAME_MISMATCH, certificate.get());
  EXPECT_EQ(error.kind, ErrorKind::unauthorized);
  EXPECT_EQ(error.message,
            "b1.example:9093 is not trusted: its certificate is for a.example, *.b.example, "
            "10.0.0.1, ::1, not for b1.example");
  EXPECT_NE(error.hint.find("bootstrap.servers"), std::string::npos);
}

TEST(CertificateError, FallsBackToTheCommonName) {
  EXPECT_EQ(
      told(X509_V_ERR_IP_ADDRESS_MISMATCH, certificate_for("c.example", nullptr).get()).message,
      "b1.example:9093 is not trusted: its certificate is for c.example, not for b1.example");
}

TEST(CertificateError, NamesTheAuthorityThatIsNotKnown) {
  for (const auto verdict :
       {X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN, X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT,
        X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY, X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE}) {
    const auto error = told(verdict, certificate_for("c", nullptr).get());
    EXPECT_EQ(error.message,
              "b1.example:9093 is not trusted: its certificate is not signed by an authority that "
              "is trusted here ('Our CA')");
    EXPECT_NE(error.hint.find("ssl.ca.location"), std::string::npos);
  }
}

TEST(CertificateError, TellsWhenACertificateEndedOrBegins) {
  const auto certificate = certificate_for("c", nullptr);
  EXPECT_EQ(told(X509_V_ERR_CERT_HAS_EXPIRED, certificate.get()).message,
            "b1.example:9093 is not trusted: its certificate expired on 2009-02-13 23:31 UTC");
  EXPECT_EQ(told(X509_V_ERR_CERT_NOT_YET_VALID, certificate.get()).message,
            "b1.example:9093 is not trusted: its certificate is not valid before 2001-09-09 01:46 "
            "UTC");
}

TEST(CertificateError, LeavesOtherVerdictsToOpensslsWords) {
  EXPECT_EQ(told(X509_V_ERR_CERT_REVOKED, nullptr).message,
            "b1.example:9093 is not trusted: its certificate is refused: certificate revoked");
}

TEST(CertificateError, ShowsNoControlCharactersOfACertificate) {
  const auto error =
      told(X509_V_ERR_HOSTNAME_MISMATCH, certificate_for("a\x1b[31m\nb\xc3\xa9", nullptr).get());
  EXPECT_EQ(
      error.message,
      "b1.example:9093 is not trusted: its certificate is for a?[31m b??, not for b1.example");
}

}  // namespace
}  // namespace partwise::kafka
