#include "listener/outgoing.h"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>

#include <gtest/gtest.h>

namespace partwise::listener {
namespace {

// Its own bytes "ab" + the length of what comes, then slices of "cd", none and "efg", then "h".
protocol::Message message() {
  const auto owner = std::make_shared<const std::string>("cdefg");
  const std::string_view text = *owner;
  protocol::Writer writer;
  writer.raw("ab");
  writer.slices({{owner, text.substr(0, 2)}, {owner, text.substr(2, 0)}, {owner, text.substr(2)}});
  writer.raw("h");
  return std::move(writer).message();
}

const std::string whole(
    "ab\0\0\0\x05"
    "cdefgh",
    12);

std::string left_of(const Outgoing& outgoing) {
  std::string text;
  for (const auto piece : outgoing.pieces()) text += piece;
  return text;
}

TEST(Outgoing, IsTheMessageUpToItsLimit) {
  for (std::size_t limit = 0; limit <= whole.size() + 1; ++limit) {
    Outgoing outgoing;
    outgoing.begin(message(), limit);
    EXPECT_EQ(left_of(outgoing), whole.substr(0, limit));
    EXPECT_EQ(outgoing.sent(), limit == 0);
    EXPECT_TRUE(std::ranges::none_of(outgoing.pieces(), &std::string_view::empty));
  }
}

TEST(Outgoing, ForgetsWhatWasSentInStepsOfAnySize) {
  for (std::size_t step = 1; step <= whole.size(); ++step) {
    Outgoing outgoing;
    outgoing.begin(message(), whole.size());
    for (std::size_t at = 0; at < whole.size(); at += step) {
      ASSERT_EQ(left_of(outgoing), whole.substr(at));
      outgoing.drop(std::min(step, whole.size() - at));
    }
    EXPECT_TRUE(outgoing.sent());
    EXPECT_EQ(outgoing.written(), whole.size());
  }
}

TEST(Outgoing, TakesAnotherMessageAfterOne) {
  Outgoing outgoing;
  outgoing.begin(message(), 3);
  outgoing.drop(3);
  outgoing.clear();
  outgoing.begin(message(), whole.size());
  EXPECT_EQ(left_of(outgoing), whole);
  EXPECT_EQ(outgoing.written(), 0U);
}

}  // namespace
}  // namespace partwise::listener
