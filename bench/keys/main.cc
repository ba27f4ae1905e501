// How fast keys are made, hashed and counted, on one core.
//
//   partwise-bench-keys
//
// Prints one line of JSON. Its keys in memory are those of JavaKeys.java.
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <exception>
#include <iostream>
#include <numeric>
#include <span>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "keys/decimal_keys.h"
#include "keys/hash_block.h"
#include "keys/partition_counts.h"

namespace {

using nlohmann::json;
using partwise::keys::DecimalKeys;
using partwise::keys::KeyBlock;
using partwise::keys::Partitioner;
using partwise::keys::Processor;
using SteadyClock = std::chrono::steady_clock;
using Counts = std::vector<std::int64_t>;

constexpr int keys_in_memory = 1'000'000;
constexpr int passes = 40;
constexpr std::size_t keys_of_block = 4096;
constexpr std::int64_t records = 100'000'000;
constexpr std::int64_t typical_keys = 100;
constexpr int partitions = 12;
constexpr int most_partitions = 512;

class Stopwatch {
 public:
  [[nodiscard]] double seconds() const {
    return std::chrono::duration<double>(SteadyClock::now() - start_).count();
  }

 private:
  SteadyClock::time_point start_ = SteadyClock::now();
};

/// tenant_id-000000 and so on: 16 bytes each.
class KeysInMemory {
 public:
  KeysInMemory() {
    for (int i = 0; i < keys_in_memory; ++i) {
      starts_.push_back(static_cast<std::uint32_t>(bytes_.size()));
      fmt::format_to(std::back_inserter(bytes_), "tenant_id-{:06}", i);
      lengths_.push_back(static_cast<std::uint32_t>(bytes_.size()) - starts_.back());
    }
    bytes_.append(KeyBlock::readable_beyond, '\0');
  }

  template <typename Use>
  void each_block(Use use) const {
    for (std::size_t first = 0; first < starts_.size(); first += keys_of_block) {
      const auto n = std::min(keys_of_block, starts_.size() - first);
      use(KeyBlock{bytes_.data(),
                   std::span(starts_).subspan(first, n),
                   std::span(lengths_).subspan(first, n),
                   {}});
    }
  }

 private:
  std::string bytes_;
  std::vector<std::uint32_t> starts_;
  std::vector<std::uint32_t> lengths_;
};

/// Hashes a block into its own memory.
class Hashed {
 public:
  std::span<const std::uint32_t> operator()(const KeyBlock& block,
                                            Processor processor = Processor::best) {
    const auto out = std::span(hashes_).first(block.size());
    placing_hashes(Partitioner::murmur2, block, out, processor);
    return out;
  }

 private:
  std::vector<std::uint32_t> hashes_ = std::vector<std::uint32_t>(keys_of_block);
};

double hashed_per_s(const KeysInMemory& keys, Processor processor) {
  Hashed hashed;
  const Stopwatch watch;
  for (int i = 0; i < passes; ++i) {
    keys.each_block([&](const KeyBlock& block) { hashed(block, processor); });
  }
  return double{keys_in_memory} * passes / watch.seconds();
}

void add_counted(json& result, const KeysInMemory& keys) {
  Hashed hashed;
  Counts counts(partitions);
  const Stopwatch watch;
  for (int i = 0; i < passes; ++i) {
    keys.each_block([&](const KeyBlock& block) {
      partwise::keys::add_counts(hashed(block), {}, partitions, counts);
    });
  }
  result["counted_per_s"] = double{keys_in_memory} * passes / watch.seconds();
  for (auto& n : counts) n /= passes;
  result["counts"] = counts;
}

/// All of it for each record.
double made_per_s(std::int64_t ids, std::int64_t times) {
  Hashed hashed;
  Counts counts(partitions);
  KeyBlock block;
  const Stopwatch watch;
  DecimalKeys keys({"tenant_id-", "user_id-", "hot-key-"}, 0, ids, times);
  while (keys.next(block)) partwise::keys::add_counts(hashed(block), {}, partitions, counts);
  const double seconds = watch.seconds();
  return static_cast<double>(std::accumulate(counts.begin(), counts.end(), std::int64_t{0})) /
         seconds;
}

double sweep_s(const KeysInMemory& keys) {
  std::vector<int> numbers(most_partitions);
  std::iota(numbers.begin(), numbers.end(), 1);
  std::vector<std::uint32_t> hashes;
  Hashed hashed;
  const Stopwatch watch;
  keys.each_block([&](const KeyBlock& block) {
    const auto some = hashed(block);
    hashes.insert(hashes.end(), some.begin(), some.end());
  });
  const auto counts = partwise::keys::counts_of_each(hashes, {}, numbers);
  return watch.seconds();
}

json measured() {
  const KeysInMemory keys;
  json result;
  result["hashed_per_s"] = hashed_per_s(keys, Processor::best);
  result["hashed_anywhere_per_s"] = hashed_per_s(keys, Processor::any);
  add_counted(result, keys);
  result["none_per_s"] = made_per_s(records, 1);
  result["typical_per_s"] = made_per_s(typical_keys, records / typical_keys);
  result["sweep_s"] = sweep_s(keys);
  return result;
}

}  // namespace

int main() {
  try {
    std::cout << measured() << '\n' << std::flush;
  } catch (const std::exception& problem) {
    std::cerr << "partwise-bench-keys: " << problem.what() << '\n';
    return 1;
  }
}
