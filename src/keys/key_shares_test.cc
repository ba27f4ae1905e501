// Distributions of keys, and where they put the records.
#include "keys/key_shares.h"

#include <cmath>
#include <map>

#include <gtest/gtest.h>

#include "base/random.h"
#include "keys/key_table.h"

namespace partwise::keys {
namespace {

KeySpec uniform(std::int64_t count) { return {KeyShape::uniform, count, 1, {}}; }
KeySpec zipf(std::int64_t count, double exponent) { return {KeyShape::zipf, count, exponent, {}}; }
KeySpec hot(std::vector<HotKeyShare> keys, std::int64_t others) {
  return {KeyShape::hot, others, 1, std::move(keys)};
}

double sum(const KeyShares& shares) {
  double total = 0;
  for (std::int64_t i = 0; i < shares.size(); ++i) total += shares.share(i);
  return total;
}

TEST(KeyShares, SumToOne) {
  for (const auto& spec : {uniform(7), zipf(1000, 1.1), zipf(1000, 0), hot({{"a", 0.7}}, 30),
                           hot({{"a", 0.25}, {"b", 0.75}}, 0)}) {
    EXPECT_NEAR(sum(*KeyShares::from(spec)), 1, 1e-12);
  }
}

TEST(KeyShares, OfZipfFallByThePowerOfTheRank) {
  // Weights 1, 1/2, 1/3 sum to 11/6.
  const auto shares = *KeyShares::from(zipf(3, 1));
  EXPECT_NEAR(shares.share(0), 6.0 / 11, 1e-15);
  EXPECT_NEAR(shares.share(1), 3.0 / 11, 1e-15);
  EXPECT_NEAR(shares.share(2), 2.0 / 11, 1e-15);
}

TEST(KeyShares, SpreadWhatHotKeysLeaveOverTheOthers) {
  const auto shares = *KeyShares::from(hot({{"tenant-1", 0.4}, {"t", 0.5}}, 50));
  EXPECT_EQ(shares.size(), 52);
  EXPECT_EQ(shares.text(0), "tenant-1");
  EXPECT_EQ(shares.text(2), "key-000000");
  EXPECT_NEAR(shares.share(51), 0.1 / 50, 1e-15);
  EXPECT_EQ(shares.longest(), 10U);
  EXPECT_EQ(shares.heaviest(3), (std::vector<std::int64_t>{1, 0, 2}));
}

TEST(KeyShares, NamesKeysByNumber) {
  const auto shares = *KeyShares::from(uniform(2'000'000));
  EXPECT_EQ(shares.text(123), "key-000123");
  EXPECT_EQ(shares.text(1'999'999), "key-1999999");
  EXPECT_EQ(shares.longest(), 11U);
}

TEST(KeyShares, RefuseWhatCannotBe) {
  const auto message = [](const KeySpec& spec) {
    const auto shares = KeyShares::from(spec);
    return shares ? std::string("accepted") : shares.error().message;
  };
  EXPECT_EQ(message(uniform(0)), "0 keys are not possible");
  EXPECT_EQ(message(uniform(10'000'001)), "10000001 keys are not possible");
  EXPECT_EQ(message(zipf(5, -1)), "an exponent of -1 is not possible");
  EXPECT_EQ(message(hot({}, 5)), "no hot key is given");
  EXPECT_EQ(message(hot({{"a", 0.7}, {"b", 0.7}}, 5)), "the shares of the hot keys sum to 1.4");
  EXPECT_EQ(message(hot({{"a", -0.1}}, 5)), "a share of -0.1 for the hot key 'a' is not possible");
  EXPECT_EQ(message(hot({{"a", 0.7}}, 0)),
            "the hot keys have 0.7 of the records, and no other key has the rest");
  EXPECT_EQ(message(hot({{"a", 1}}, 5)), "the hot keys leave nothing to the 5 others");
  EXPECT_EQ(message(hot({{"a", 0.1}, {"a", 0.2}}, 5)), "the hot key 'a' is named twice");
  EXPECT_EQ(message(hot({{"key-000004", 0.1}}, 5)),
            "the hot key 'key-000004' has the name of one of the others");
  EXPECT_EQ(message(hot({{"key-000005", 0.1}, {"key-4", 0.1}}, 5)), "accepted");
  EXPECT_EQ(message(hot({{"a", 0.1}, {"b", 0.2}, {"c", 0.7}}, 0)), "accepted");
}

TEST(KeyTable, GivesPartitionsTheSharesOfTheirKeys) {
  // By librdkafka: key-000000 to -000999 on 7 partitions with murmur2.
  const KeyTable table(*KeyShares::from(uniform(1000)), 7, Partitioner::murmur2);
  const std::vector<double> keys = {155, 125, 160, 140, 147, 133, 140};
  for (int p = 0; p < 7; ++p) {
    EXPECT_NEAR(table.partition_share(p), keys[static_cast<std::size_t>(p)] / 1000, 1e-12);
  }
  // "foobar" goes to partition 6 of 10 with murmur2, to 9 with crc32.
  const auto foobar = *KeyShares::from(hot({{"foobar", 1}}, 0));
  EXPECT_EQ(KeyTable(foobar, 10, Partitioner::murmur2).partition_share(6), 1);
  EXPECT_EQ(KeyTable(foobar, 10, Partitioner::crc32).partition_share(9), 1);
}

TEST(KeyTable, DrawsTheKeysOfAPartitionByTheirShares) {
  for (const auto& spec : {zipf(40, 1.2), uniform(40), hot({{"tenant-1", 0.7}}, 30)}) {
    const KeyTable table(*KeyShares::from(spec), 3, Partitioner::murmur2);
    Random random(1);
    for (int p = 0; p < 3; ++p) {
      std::map<std::int64_t, int> drawn;
      const int draws = 200'000;
      for (int i = 0; i < draws; ++i) ++drawn[table.drawn(p, random.next())];
      double covered = 0;
      for (const auto& [key, count] : drawn) {
        ASSERT_EQ(table.partition_of(key), p);
        const double share = table.shares().share(key) / table.partition_share(p);
        covered += share;
        // Five standard deviations of a binomial count.
        EXPECT_NEAR(count, share * draws, 5 * std::sqrt(share * (1 - share) * draws) + 1);
      }
      EXPECT_NEAR(covered, 1, 1e-9);
    }
  }
}

}  // namespace
}  // namespace partwise::keys
