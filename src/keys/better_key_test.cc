// When another key is advised, and when not: topics of which the test knows.
#include "keys/better_key.h"

#include <algorithm>
#include <functional>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "keys/key_hash.h"

namespace partwise::keys {
namespace {

using Fields = std::vector<std::string>;
using Text = std::function<std::string(int)>;

/// What is found in so many records, of which each has a key ("": none) and a value by its number.
BetterKey found_in(int records, int partitions, const Text& key, const Text& value,
                   std::size_t memory = std::size_t{8} << 20) {
  JsonDraw draw(memory);
  for (int i = 0; i < records; ++i) {
    const auto text = key(i);
    if (text.empty()) {
      draw.add(0, i, std::nullopt, std::nullopt, value(i));
    } else {
      draw.add(0, i, text, key_hash(text), value(i));
    }
  }
  auto found = better_key(draw, partitions);
  EXPECT_TRUE(found);
  return std::move(found).value_or(BetterKey{});
}

std::string no_key(int) { return ""; }

// 550 users, of ten tenants; the 100 users of the first one make half of the orders.
int user_of(int i) { return i % 2 == 0 ? i / 2 % 100 : 100 + i * 7 % 900; }
std::string tenant_of(int i) { return fmt::format("tenant-{}", user_of(i) / 100); }
std::string order_of(int i) {
  return fmt::format(R"({{"order_id": {}, "user": {{"id": {}}}, "tenant": "{}", "paid": {}}})", i,
                     user_of(i), tenant_of(i), i % 3 == 0);
}

const FieldScore* score_of(const BetterKey& found, const Fields& fields) {
  const auto at = std::find_if(found.scores.begin(), found.scores.end(),
                               [&](const FieldScore& score) { return score.fields == fields; });
  return at == found.scores.end() ? nullptr : &*at;
}

TEST(BetterKey, AdvisesAFinerKeyWhereThePresentOneIsHot) {
  const auto found = found_in(6'000, 6, tenant_of, order_of);
  EXPECT_EQ(found.records, 6'000);
  EXPECT_EQ(found.not_json, 0);
  EXPECT_EQ(found.repeated_keys, 10);
  EXPECT_EQ(found.better, Fields{"user.id"});
  EXPECT_TRUE(found.advice.starts_with("user.id would be a better key than the present one: 1."))
      << found.advice;
  EXPECT_NE(found.advice.find("it is finer"), std::string::npos) << found.advice;
  const auto* user = score_of(found, {"user.id"});
  EXPECT_DOUBLE_EQ(user->within_key.value(), 1);
  EXPECT_LT(user->stability.value(), 0.02);
  // As even, but no order at all.
  const auto* order = score_of(found, {"order_id"});
  EXPECT_EQ(order->distinct_at_least, 6'000);
  EXPECT_EQ(found.others_alike(*order), 0);
  EXPECT_FALSE(order->within_key);
  // The tenant is the key: as good, but no better.
  ASSERT_NE(found.present(), nullptr);
  EXPECT_DOUBLE_EQ(found.present()->score, score_of(found, {"tenant"})->score);
}

TEST(BetterKey, AdvisesNothingWhereTheKeyIsEven) {
  const auto found =
      found_in(8'000, 12, [](int i) { return std::to_string(user_of(i)); }, order_of);
  EXPECT_EQ(found.better, Fields{}) << found.advice;
  EXPECT_EQ(found.advice, "no field would be a better key than the present one");
}

TEST(BetterKey, AdvisesNothingWhereOnlyAnEventsNumberIsMoreEven) {
  const auto found = found_in(6'000, 6, tenant_of,
                              [](int i) { return fmt::format(R"({{"id": {}, "n": 1}})", i); });
  EXPECT_EQ(found.better, Fields{}) << found.advice;
}

TEST(BetterKey, AdvisesNothingThatCutsAcrossKeys) {
  const auto found = found_in(6'000, 6, tenant_of,
                              [](int i) { return fmt::format(R"({{"city": {}}})", i * 31 % 997); });
  EXPECT_GT(found.others_alike(*score_of(found, {"city"})), 3);
  EXPECT_EQ(found.better, Fields{}) << found.advice;
}

TEST(BetterKey, CallsNoLuckOfTheHashBetter) {
  // The key and 60 fields are of twelve equal values each: some lie more evenly than the key.
  const auto found = found_in(
      3'000, 6, [](int i) { return fmt::format("k{}", i % 12); },
      [](int i) {
        std::string value = "{";
        for (int field = 0; field < 60; ++field) {
          value += fmt::format(R"({}"f{}": "{}-{}")", field == 0 ? "" : ", ", field, field, i % 12);
        }
        return value + "}";
      });
  EXPECT_GT(found.scores[0].score, 1.1 * found.present()->score);
  EXPECT_EQ(found.better, Fields{}) << found.advice;
}

TEST(BetterKey, AdvisesAFieldThatMoreRecordsHave) {
  const auto found = found_in(
      8'000, 12, [](int i) { return i % 2 == 0 ? "" : fmt::format("u{}", i % 801); },
      [](int i) { return fmt::format(R"({{"user": "u{}", "n": {}}})", i % 801, i); });
  EXPECT_EQ(found.better, Fields{"user"});
  EXPECT_NE(found.advice.find("and 100 % of the records have it, not 50; what is in order by the "
                              "present key would stay so, by 801 keys"),
            std::string::npos)
      << found.advice;
}

TEST(BetterKey, SaysWhatWouldServeWhereNoRecordHasAKey) {
  const auto found = found_in(6'000, 6, no_key, order_of);
  EXPECT_EQ(found.present(), nullptr);
  EXPECT_EQ(found.better, Fields{"user.id"});
  EXPECT_TRUE(found.advice.starts_with("no record has a key: user.id would serve as one"))
      << found.advice;
  const auto none = found_in(6'000, 6, no_key, [](int i) {
    return fmt::format(R"({{"id": {}, "paid": {}}})", i, i % 3 == 0);
  });
  EXPECT_EQ(none.better, Fields{}) << none.advice;
  EXPECT_EQ(none.advice, "no record has a key, and no field would serve as one");
}

TEST(BetterKey, AdvisesAPairWhereNoFieldWillDo) {
  const auto found = found_in(6'000, 6, no_key, [](int i) {
    return fmt::format(R"({{"street": {}, "house": {}}})", i % 5, i / 5 % 41);
  });
  // 5 streets are too few for 6 partitions; but 41 houses would do, by themselves.
  EXPECT_EQ(found.better, Fields{"house"});
  const auto pair = found_in(6'000, 48, no_key, [](int i) {
    return fmt::format(R"({{"street": {}, "house": {}}})", i % 5, i / 5 % 41);
  });
  EXPECT_EQ(pair.better.size(), 2U) << pair.advice;
}

TEST(BetterKey, HoldsForADrawOfAFewRecords) {
  const auto found = found_in(200'000, 6, tenant_of, order_of, JsonDraw::memory_min);
  ASSERT_LT(found.fraction, 0.02);
  EXPECT_EQ(found.better, Fields{"user.id"}) << found.advice;
  // A user of the first tenant has 1,000 orders, another 222: half of the orders each.
  EXPECT_NEAR(found.others_alike(*score_of(found, {"user.id"})), 610, 150);
  const auto* order = score_of(found, {"order_id"});
  EXPECT_EQ(found.others_alike(*order), 0);
  // No more than records that were read, about as many as there are.
  EXPECT_NEAR(order->distinct_at_least, 200'000, 30'000);
  // A lower estimate of 550, and nearer to it than what was seen.
  const auto* user = score_of(found, {"user.id"});
  EXPECT_GT(user->distinct_at_least, 1.05 * static_cast<double>(user->distinct));
  EXPECT_LT(user->distinct_at_least, 1.1 * 550);
}

TEST(BetterKey, LeavesOutNamesThatFewRecordsHave) {
  const auto found = found_in(1'000, 6, no_key, [](int i) {
    return fmt::format(R"({{"id": {}, "by_user": {{"user-{}": 1}}}})", i, i);
  });
  for (const auto& score : found.scores) EXPECT_EQ(score.fields, Fields{"id"});
}

TEST(BetterKey, CountsWhatIsNoJsonAndIsNothingWithoutAny) {
  const auto found = found_in(100, 6, no_key, [](int i) {
    return std::string(i % 4 == 0 ? "7" : i % 4 == 1 ? "{broken" : R"({"a": 1})");
  });
  EXPECT_EQ(found.records, 50);
  EXPECT_EQ(found.not_json, 50);
  JsonDraw draw(JsonDraw::memory_min);
  draw.add(0, 0, std::nullopt, std::nullopt, "7");
  EXPECT_FALSE(better_key(draw, 6));
}

}  // namespace
}  // namespace partwise::keys
