// The hash table for keys: against a map.
#include "keys/slot_index.h"

#include <cstdint>
#include <map>

#include <gtest/gtest.h>

#include "base/random.h"

namespace partwise::keys {
namespace {

constexpr auto any = [](std::uint32_t) { return true; };

TEST(SlotIndex, FindsByHashAndByWhatItIsTold) {
  SlotIndex index(4);
  index.insert(7, 1);
  index.insert(7, 2);
  EXPECT_EQ(index.find(7, any), 1U);
  EXPECT_EQ(index.find(7, [](std::uint32_t n) { return n == 2; }), 2U);
  EXPECT_EQ(index.find(7, [](std::uint32_t n) { return n == 3; }), SlotIndex::none);
  EXPECT_EQ(index.find(8, any), SlotIndex::none);
}

// Few hashes: long rows of what does not lie at home, also around the table's end.
TEST(SlotIndex, FindsWhatDoesNotLieAtHome) {
  Random random(17);
  for (const std::uint64_t hashes : {3ULL, 40ULL, 1'000'000ULL}) {
    SlotIndex index(32);
    std::map<std::uint32_t, std::uint64_t> truth;
    for (std::uint32_t number = 0; number < 32; ++number) {
      truth[number] = ~std::uint64_t{0} - random.next() % hashes;
      index.insert(truth[number], number);
    }
    for (const auto& [number, hash] : truth) {
      const auto is_it = [wanted = number](std::uint32_t n) { return n == wanted; };
      ASSERT_EQ(index.find(hash, is_it), number);
    }
  }
}

TEST(SlotIndex, GrowsAndClears) {
  SlotIndex index(1);
  for (std::uint32_t i = 0; i < 1'000; ++i) index.insert(std::uint64_t{i} * 0x9e3779b97f4a7c15, i);
  for (std::uint32_t i = 0; i < 1'000; ++i) {
    const auto is_it = [i](std::uint32_t n) { return n == i; };
    ASSERT_EQ(index.find(std::uint64_t{i} * 0x9e3779b97f4a7c15, is_it), i);
  }
  EXPECT_LE(index.memory_bytes(), SlotIndex::memory_for(1'024));
  index.clear();
  EXPECT_EQ(index.find(0, any), SlotIndex::none);
}

}  // namespace
}  // namespace partwise::keys
