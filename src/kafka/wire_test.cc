#include "kafka/wire.h"

#include <gtest/gtest.h>

#include "kafka/wire_sasl.h"

namespace partwise::kafka {
namespace {

// The example of RFC 7677, section 3.
TEST(ScramClient, AnswersTheChallengeOfTheStandard) {
  ScramClient client(false, "user", "pencil", "rOprNGfwEbeRWgbNEkqO");
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
  ScramClient client(false, "user", "pencil", "mine");
  EXPECT_FALSE(client.final_message("r=other123,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096"));
  EXPECT_FALSE(client.final_message("r=mine,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096"));
  EXPECT_FALSE(client.final_message("r=mine123,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=0"));
  EXPECT_FALSE(client.final_message("e=unknown-user"));
}

TEST(ScramClient, EscapesNames) {
  EXPECT_EQ(ScramClient(true, "a=b,c", "p", "n").first_message(), "n,,n=a=3Db=2Cc,r=n");
}

// RFC 4616, section 4.
TEST(PlainMessage, IsUserAndPasswordBehindNuls) {
  EXPECT_EQ(plain_message("tim", "tanstaaftanstaaf"), std::string("\0tim\0tanstaaftanstaaf", 21));
}

TEST(WireWriter, IsBigEndian) {
  WireWriter writer;
  writer.int16(-2);
  writer.int32(258);
  writer.text("ab");
  EXPECT_EQ(writer.get(), std::string("\xff\xfe\0\0\1\2\0\2ab", 10));
}

TEST(WireReader, ReadsBackAndSeesTheEnd) {
  WireReader reader(std::string_view("\xff\xfe\0\0\0\0\0\0\1\0\0\2ab\xff\xff", 16));
  EXPECT_EQ(reader.int16(), -2);
  EXPECT_EQ(reader.int64(), 256 + 0);
  EXPECT_EQ(reader.text(), "ab");
  EXPECT_EQ(reader.text(), "");  // null
  EXPECT_TRUE(reader.ok());
  EXPECT_EQ(reader.int32(), 0);
  EXPECT_FALSE(reader.ok());
}

TEST(WireReader, ALengthBeyondTheEndIsNotFollowed) {
  WireReader reader(std::string_view("\x7f\xff\xff\xffzz", 6));
  EXPECT_EQ(reader.bytes(), "");
  EXPECT_FALSE(reader.ok());
}

}  // namespace
}  // namespace partwise::kafka
