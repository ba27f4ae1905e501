#include "protocol/scram.h"

#include <gtest/gtest.h>

namespace partwise::protocol {
namespace {

// The example of RFC 7677, section 3.
TEST(ScramClient, AnswersTheChallengeOfTheStandard) {
  ScramClient client(ScramHash::sha256, "user", "pencil", "rOprNGfwEbeRWgbNEkqO");
  EXPECT_EQ(client.first_message(), "n,,n=user,r=rOprNGfwEbeRWgbNEkqO");
  const auto answer = client.final_message(
      "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096");
  ASSERT_TRUE(answer);
  EXPECT_EQ(*answer,
            "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"
            "p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=");
  EXPECT_TRUE(client.verifies("v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4="));
  EXPECT_FALSE(client.verifies("v=AAAATRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4="));
}

TEST(ScramClient, RefusesAChallengeThatIsNotForIt) {
  ScramClient client(ScramHash::sha256, "user", "pencil", "mine");
  EXPECT_FALSE(client.final_message("r=other123,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096"));
  EXPECT_FALSE(client.final_message("r=mine,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096"));
  EXPECT_FALSE(client.final_message("r=mine123,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=0"));
  EXPECT_FALSE(client.final_message("e=unknown-user"));
}

TEST(ScramClient, EscapesNames) {
  EXPECT_EQ(ScramClient(ScramHash::sha512, "a=b,c", "p", "n").first_message(),
            "n,,n=a=3Db=2Cc,r=n");
}

// The server's side of the same example: salt and nonce are those of the RFC.
TEST(ScramServer, GivesTheStandardsChallengeAndVerdict) {
  const std::string salt("\x5b\x6d\x99\x68\x9d\x12\x35\x8e\xec\xa0\x4b\x14\x12\x36\xfa\x81", 16);
  ScramServer server(ScramHash::sha256, "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0", salt);
  EXPECT_EQ(server.user_of("n,,n=user,r=rOprNGfwEbeRWgbNEkqO"), "user");
  EXPECT_EQ(
      server.challenge(),
      "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096");
  const std::string proof =
      "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"
      "p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=";
  EXPECT_EQ(server.verdict(proof, "pencil"), "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=");
  EXPECT_EQ(server.verdict(proof, "crayon"), std::nullopt);
  EXPECT_EQ(
      server.verdict("c=biws,r=another,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=", "pencil"),
      std::nullopt);
  EXPECT_EQ(server.verdict("garbage", "pencil"), std::nullopt);
}

TEST(ScramServer, TakesNamesOutOfTheirEscapes) {
  ScramServer server(ScramHash::sha512, "nonce", "salt");
  EXPECT_EQ(server.user_of("n,,n=a=3Db=2Cc,r=n"), "a=b,c");
  EXPECT_EQ(server.user_of("what?"), std::nullopt);
  EXPECT_EQ(server.user_of("n,,n=,r=n"), std::nullopt);
}

// RFC 4616, section 4.
TEST(PlainMessage, IsUserAndPasswordBehindNuls) {
  EXPECT_EQ(plain_message("tim", "tanstaaftanstaaf"), std::string("\0tim\0tanstaaftanstaaf", 21));
}

TEST(PlainLogin, ReadsWhatAClientSends) {
  const auto login = plain_login(std::string("\0tim\0tanstaaftanstaaf", 21));
  ASSERT_TRUE(login);
  EXPECT_EQ(login->user, "tim");
  EXPECT_EQ(login->password, "tanstaaftanstaaf");
  EXPECT_FALSE(plain_login("tim"));
  EXPECT_FALSE(plain_login(std::string("\0\0x", 3)));
}

}  // namespace
}  // namespace partwise::protocol
