#include "keys/head_keys.h"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

#include "keys/hash.h"
#include "keys/partitioner.h"

namespace partwise::keys {
namespace {

constexpr std::int64_t rounds = 1000;

std::size_t place_of(Partitioner partitioner, std::string_view key, const Load& load) {
  return static_cast<std::size_t>(partition_of(partitioner, key, load.partitions()));
}

// Another partition than the first, wherever there is one.
std::size_t second_choice(std::string_view key, std::size_t first, const Load& load) {
  const auto partitions = static_cast<std::size_t>(load.partitions());
  return partitions == 1 ? first : (first + 1 + murmur3(key) % (partitions - 1)) % partitions;
}

void take_heads_off(Load& load, std::span<const CountedKey> heads) {
  for (const auto& key : heads) load.take_off(key, place_of(Partitioner::murmur2, key.key, load));
}

// The part of a number that the first rounds have.
std::int64_t upto(std::int64_t round, std::int64_t number) {
  return number / rounds * round + number % rounds * round / rounds;
}

}  // namespace

std::int64_t head_records(std::int64_t records, int partitions) {
  return std::max<std::int64_t>(2, records / (5LL * partitions) + 1);
}

std::size_t head_keys_max(int partitions) { return 5 * static_cast<std::size_t>(partitions); }

void salt(Load& load, std::span<const CountedKey> heads, int ways) {
  take_heads_off(load, heads);
  for (const auto& key : heads) {
    for (std::int64_t i = 0; i < ways; ++i) {
      const auto text = fmt::format("{}#{}", key.key, i);
      const auto records = key.records / ways + (i < key.records % ways ? 1 : 0);
      load.put_on({text, records, key.group}, place_of(Partitioner::murmur2, text, load));
    }
  }
}

void choose_of_two(Load& load, std::span<const CountedKey> heads) {
  take_heads_off(load, heads);
  const auto light = load.records;
  std::vector<std::int64_t> heavy(light.size());  // what heads have put there so far
  struct Choice {
    const CountedKey* key;
    std::size_t a;
    std::size_t b;
    std::int64_t to_a = 0;
  };
  std::vector<Choice> choices;
  for (const auto& key : heads) {
    const auto first = place_of(Partitioner::murmur2, key.key, load);
    choices.push_back({&key, first, second_choice(key.key, first, load)});
  }
  for (std::int64_t round = 1; round <= rounds; ++round) {
    for (auto& choice : choices) {
      const auto records = upto(round, choice.key->records) - upto(round - 1, choice.key->records);
      const auto ahead = upto(round, light[choice.b]) + heavy[choice.b] -
                         upto(round, light[choice.a]) - heavy[choice.a];
      // Each to the emptier one: until both are alike, then by turns.
      const auto to_a = std::clamp<std::int64_t>((records + ahead + 1) / 2, 0, records);
      choice.to_a += to_a;
      heavy[choice.a] += to_a;
      heavy[choice.b] += records - to_a;
    }
  }
  for (const auto& choice : choices) {
    const auto& [key, records, group] = *choice.key;
    load.put_on({key, choice.to_a, group}, choice.a);
    load.put_on({key, records - choice.to_a, group}, choice.b);
  }
}

}  // namespace partwise::keys
