// Blocks of keys, against the hashes of single keys. What those are worth is asked of others in
// placement_vectors_test.cc.
#include "keys/hash_block.h"

#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "base/random.h"

namespace partwise::keys {
namespace {

constexpr Partitioner partitioners[] = {Partitioner::murmur2, Partitioner::crc32,
                                        Partitioner::fnv1a};

/// Keys behind each other, in an allocation that ends where a block's bytes may end.
class Keys {
 public:
  explicit Keys(const std::vector<std::string>& keys) {
    std::string text;
    for (const auto& key : keys) {
      starts_.push_back(static_cast<std::uint32_t>(text.size()));
      lengths_.push_back(static_cast<std::uint32_t>(key.size()));
      text += key;
    }
    bytes_ = std::make_unique<char[]>(text.size() + KeyBlock::readable_beyond);
    std::memcpy(bytes_.get(), text.data(), text.size());
    // No hash may depend on what is behind a key.
    std::memset(bytes_.get() + text.size(), 0xa5, KeyBlock::readable_beyond);
  }
  [[nodiscard]] KeyBlock block() const { return {bytes_.get(), starts_, lengths_, {}}; }

 private:
  std::unique_ptr<char[]> bytes_;
  std::vector<std::uint32_t> starts_;
  std::vector<std::uint32_t> lengths_;
};

std::string random_key(Random& random, std::int64_t length) {
  std::string key;
  while (std::ssize(key) < length) key += static_cast<char>(random.below(256));
  return key;
}

void expect_hashes_of_single_keys(const std::vector<std::string>& keys) {
  const Keys held(keys);
  for (const auto partitioner : partitioners) {
    for (const auto processor : {Processor::best, Processor::any}) {
      std::vector<std::uint32_t> hashes(keys.size());
      placing_hashes(partitioner, held.block(), hashes, processor);
      for (std::size_t i = 0; i < keys.size(); ++i) {
        EXPECT_EQ(hashes[i], placing_hash(partitioner, keys[i]))
            << name_of(partitioner) << " of " << keys[i].size() << " bytes, key " << i << " of "
            << keys.size();
      }
    }
  }
}

TEST(HashBlock, HasTheHashesOfKeysOfEachLength) {
  Random random(1);
  for (int length = 0; length <= 70; ++length) {
    std::vector<std::string> keys;
    for (int i = 0; i < 8; ++i) keys.push_back(random_key(random, length));
    expect_hashes_of_single_keys(keys);
  }
}

TEST(HashBlock, HasTheHashesOfBlocksOfEachSizeAndMixedLengths) {
  Random random(2);
  for (int size = 0; size <= 20; ++size) {
    for (int round = 0; round < 20; ++round) {
      std::vector<std::string> keys;
      for (int i = 0; i < size; ++i) keys.push_back(random_key(random, random.below(71)));
      expect_hashes_of_single_keys(keys);
    }
  }
}

TEST(HashBlock, ReadsNoFurtherThanABlockIsReadable) {
  // The short keys are last: what is loaded of them, beside a long one, reaches furthest.
  for (std::size_t length = 0; length <= 40; ++length) {
    std::vector<std::string> keys(8, std::string(length, 'x'));
    expect_hashes_of_single_keys(keys);
    keys[0] = std::string(200, 'y');
    expect_hashes_of_single_keys(keys);
  }
}

TEST(PlacingHash, IsNotNegativeWhereClientsCountWithSigns) {
  Random random(3);
  for (int i = 0; i < 1000; ++i) {
    const auto key = random_key(random, 9);
    EXPECT_LT(placing_hash(Partitioner::murmur2, key), 0x80000000U);
    EXPECT_LT(placing_hash(Partitioner::fnv1a, key), 0x80000000U);
  }
}

}  // namespace
}  // namespace partwise::keys
