// Better keys: topics of which the test knows what would be one.
#include "keys/field_rank.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace partwise::keys {
namespace {

class Sample {
 public:
  void add(std::optional<std::string> key, std::string value) {
    keys_.push_back(std::move(key));
    values_.push_back(std::move(value));
  }
  [[nodiscard]] FieldRank rank(int partitions) const {
    std::vector<KeyedValue> records;
    for (std::size_t i = 0; i < keys_.size(); ++i) records.push_back({keys_[i], values_[i]});
    return field_rank(records, {}, partitions);
  }

 private:
  std::vector<std::optional<std::string>> keys_;
  std::vector<std::string> values_;
};

using Fields = std::vector<std::string>;

const FieldScore* score_of(const FieldRank& rank, const Fields& fields) {
  const auto found = std::find_if(rank.scores.begin(), rank.scores.end(),
                                  [&](const FieldScore& score) { return score.fields == fields; });
  return found == rank.scores.end() ? nullptr : &*found;
}

/// Orders: keyed by country, which is hot; the customer is what they should be keyed by... unless
/// the key says that a country's order matters.
Sample orders_by_customer() {
  Sample sample;
  for (int i = 0; i < 4'000; ++i) {
    const int customer = i % 800;
    sample.add("customer-" + std::to_string(customer),
               fmt::format(R"({{"order": {}, "country": "{}", "at": {{"store": {}, "till": {}}},)"
                           R"( "note": null, "items": [1, 2], "paid": {}}})",
                           i, customer % 10 < 8 ? "de" : "fr", customer % 160, i % 7,
                           i % 2 == 0 ? "true" : "false"));
  }
  return sample;
}

TEST(FieldRank, PrefersWhatIsEvenAndKeepsTheOrder) {
  const auto rank = orders_by_customer().rank(12);
  EXPECT_EQ(rank.records, 4'000);
  EXPECT_EQ(rank.repeated_keys, 800);
  // The key itself and the store keep the order and are even; one of them is first.
  EXPECT_TRUE(rank.scores[0].fields.empty() || rank.scores[0].fields[0] == "at.store");
  const auto* order = score_of(rank, {"order"});
  EXPECT_EQ(order->distinct, 4'000);
  // Each key has five orders: one of five is the most frequent.
  EXPECT_DOUBLE_EQ(order->stability.value(), 0.2);
  const auto* country = score_of(rank, {"country"});
  EXPECT_EQ(country->distinct, 2);
  EXPECT_DOUBLE_EQ(country->stability.value(), 1);
  // 80 % on one of twelve partitions: 9.6 times the mean.
  EXPECT_NEAR(country->max_over_mean, 9.6, 1e-9);
  EXPECT_NEAR(country->score, 1 / 9.6, 1e-9);
  const auto* store = score_of(rank, {"at.store"});
  EXPECT_EQ(store->distinct, 160);
  EXPECT_DOUBLE_EQ(store->stability.value(), 1);
  EXPECT_DOUBLE_EQ(store->coverage, 1);
  // Five customers of five orders each in a store, and 25 records of it.
  EXPECT_DOUBLE_EQ(store->within_key.value(), 0.2);
  EXPECT_DOUBLE_EQ(store->others_alike, 24);
  EXPECT_FALSE(order->within_key);
  EXPECT_EQ(order->others_alike, 0);
  // 160 equal values: sqrt(12 / 160).
  EXPECT_NEAR(store->cv_percent_by_chance, 27.386, 0.01);
}

TEST(FieldRank, RanksPairs) {
  const auto rank = orders_by_customer().rank(12);
  const auto pair = std::find_if(rank.scores.begin(), rank.scores.end(), [](const FieldScore& s) {
    return s.fields.size() == 2 && std::count(s.fields.begin(), s.fields.end(), "country") == 1 &&
           std::count(s.fields.begin(), s.fields.end(), "at.store") == 1;
  });
  ASSERT_NE(pair, rank.scores.end());
  // A store is in one country: 160 pairs.
  EXPECT_EQ(pair->distinct, 160);
  EXPECT_DOUBLE_EQ(pair->stability.value(), 1);
}

TEST(FieldRank, LooksAtNoListsAndNoNulls) {
  const auto rank = orders_by_customer().rank(12);
  EXPECT_EQ(score_of(rank, {"note"}), nullptr);
  EXPECT_EQ(score_of(rank, {"items"}), nullptr);
  EXPECT_EQ(score_of(rank, {"paid"})->distinct, 2);
}

TEST(FieldRank, CountsRecordsThatLackAField) {
  Sample sample;
  for (int i = 0; i < 1'000; ++i) {
    sample.add(std::nullopt, i % 4 == 0 ? fmt::format(R"({{"id": {}}})", i) : R"({"other": 1})");
  }
  const auto rank = sample.rank(6);
  const auto* id = score_of(rank, {"id"});
  EXPECT_DOUBLE_EQ(id->coverage, 0.25);
  EXPECT_FALSE(id->stability);
  EXPECT_LE(id->score, 0.25);
  EXPECT_EQ(score_of(rank, {}), nullptr);  // no record has a key
  EXPECT_EQ(rank.repeated_keys, 0);
}

TEST(FieldRank, KnowsStabilityByRecordsOfSameKeysAlone) {
  const std::vector<KeyedValue> drawn = {{"a", R"({"x": 1})"}, {"b", R"({"x": 2})"}};
  // Of a, three of four records have x = 1; of b, all of two have x = 2: five of six. The drawn
  // ones are among them.
  const std::vector<KeyedValue> same = {{"a", R"({"x": 1})"}, {"a", R"({"x": 1, "y": 1})"},
                                        {"a", R"({"x": 1})"}, {"a", R"({"x": 3})"},
                                        {"b", R"({"x": 2})"}, {"b", R"({"x": 2})"}};
  const auto rank = field_rank(drawn, same, 4);
  EXPECT_EQ(rank.records, 2);
  EXPECT_EQ(rank.repeated_keys, 2);
  const auto* x = score_of(rank, {"x"});
  EXPECT_EQ(x->distinct, 2);
  EXPECT_DOUBLE_EQ(x->coverage, 1);
  EXPECT_DOUBLE_EQ(x->stability.value(), 5.0 / 6);
  const auto* y = score_of(rank, {"y"});
  EXPECT_EQ(y->distinct, 0);
  EXPECT_EQ(y->score, 0);
}

TEST(FieldRank, TakesNoRecordThatWasDrawnTwiceForTwo) {
  // Each key once, and drawn by both; c was drawn as a record alone, twice.
  const std::vector<KeyedValue> drawn = {
      {"a", R"({"x": 1})"}, {"b", R"({"x": 2})"}, {"c", R"({"x": 3})"}, {"c", R"({"x": 4})"}};
  const auto rank = field_rank(drawn, std::span(drawn).first(2), 4);
  EXPECT_EQ(rank.repeated_keys, 1);
  EXPECT_DOUBLE_EQ(score_of(rank, {"x"})->stability.value(), 0.5);
  EXPECT_FALSE(score_of(field_rank(std::span(drawn).first(2), std::span(drawn).first(2), 4), {"x"})
                   ->stability);
}

TEST(FieldRank, EstimatesHowManyValuesThereAre) {
  // By hand: a, a, b, b, c, d: four values, of which two came once and two twice:
  // 4 + 2 * 1 / (2 * 3).
  Sample sample;
  for (const auto* value : {"a", "a", "b", "b", "c", "d"}) {
    sample.add(std::nullopt, fmt::format(R"({{"v": "{}"}})", value));
  }
  const auto rank = sample.rank(2);
  EXPECT_EQ(score_of(rank, {"v"})->distinct, 4);
  EXPECT_NEAR(score_of(rank, {"v"})->distinct_at_least, 4 + 1.0 / 3, 1e-12);
}

TEST(FieldRank, BearsWhatIsNoJsonAndWhatIsMuchOfIt) {
  Sample sample;
  sample.add("k", "");
  sample.add("k", "{\"a\": ");
  sample.add("k", "[1]");
  sample.add("k", "7");
  sample.add("k", "\xff\xfe");
  sample.add("k", "{\"big\": \"" + std::string(70'000, 'x') + "\"}");
  sample.add("k", "{\"long\": \"" + std::string(300, 'x') + "\", \"a\": 1, \"a\": 2}");
  sample.add("k", "{\"" + std::string(257, 'n') + "\": 1}");
  std::string deep = "1";
  for (int i = 0; i < 10'000; ++i) deep = "{\"d\":" + deep + "}";
  sample.add("k", deep);
  std::string wide = "{";
  for (int i = 0; i < 300; ++i) wide += fmt::format("{}\"f{}\": {}", i == 0 ? "" : ",", i, i);
  sample.add("k", wide + "}");
  const auto rank = sample.rank(3);
  EXPECT_EQ(rank.others, 6);
  EXPECT_EQ(rank.records, 4);
  EXPECT_EQ(score_of(rank, {"long"}), nullptr);
  EXPECT_EQ(score_of(rank, {std::string(257, 'n')}), nullptr);
  const auto singles = std::count_if(rank.scores.begin(), rank.scores.end(),
                                     [](const FieldScore& s) { return s.fields.size() == 1; });
  EXPECT_EQ(singles, 100);
  EXPECT_TRUE(field_rank({}, {}, 3).scores.empty());
}

}  // namespace
}  // namespace partwise::keys
