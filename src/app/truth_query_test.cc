#include "app/truth_query.h"

#include <gtest/gtest.h>

namespace partwise::app {
namespace {

TEST(TruthQuery, LeavesWhatIsNotAskedForAsItWas) {
  fleet::TruthSettings own;
  own.width = Millis{300'000};
  own.sizing.model = sizing::Model::ratio;
  own.sizing.min_partitions = 2;
  own.sizing.threshold = BytesPerSecond{5};
  own.sizing.factor = 7;
  own.sizing.consumer_capacity = BytesPerSecond{1e6};
  own.sizing.producer_capacity = BytesPerSecond{2e6};
  own.sizing.consumers = 11;
  const auto same = truth_settings({}, own);
  ASSERT_TRUE(same);
  EXPECT_EQ(same->width, Millis{300'000});
  EXPECT_EQ(same->sizing.model, sizing::Model::ratio);
  EXPECT_EQ(same->sizing.min_partitions, 2);
  EXPECT_EQ(same->sizing.threshold, BytesPerSecond{5});
  EXPECT_EQ(same->sizing.factor, 7);
  EXPECT_EQ(same->sizing.consumer_capacity, BytesPerSecond{1e6});
  EXPECT_EQ(same->sizing.producer_capacity, BytesPerSecond{2e6});
  EXPECT_EQ(same->sizing.consumers, 11);
  const auto other =
      truth_settings({{"peak_window", "2min"}, {"consumer_throughput", "3MB/s"}}, own);
  ASSERT_TRUE(other);
  EXPECT_EQ(other->width, Millis{120'000});
  EXPECT_EQ(other->sizing.consumer_capacity, BytesPerSecond{3e6});
  EXPECT_EQ(other->sizing.min_partitions, 2);
}

TEST(TruthQuery, TellsEveryParameterThatCannotBe) {
  const auto wrong =
      truth_settings({{"consumer_throughput", "0"}, {"model", "guess"}, {"colour", "red"}}, {});
  ASSERT_FALSE(wrong);
  ASSERT_EQ(wrong.error().size(), 3U);
  for (const auto& error : wrong.error()) {
    EXPECT_NE(error.hint.find("consumer_throughput, producer_throughput"), std::string::npos);
  }
  EXPECT_EQ(wrong.error()[0].message, "there is no parameter colour");
  EXPECT_TRUE(wrong.error()[1].message.starts_with("model: ")) << wrong.error()[1].message;
  EXPECT_TRUE(wrong.error()[2].message.starts_with("consumer_throughput: "));
}

}  // namespace
}  // namespace partwise::app
