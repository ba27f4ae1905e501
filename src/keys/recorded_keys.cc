#include "keys/recorded_keys.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <vector>

#include <fmt/format.h>

namespace partwise::keys {
namespace {

// Heavier than a key of the sample can be taken for: those are known by themselves.
std::vector<HeavyKey> known_heavy(const ScanSummary& summary) {
  const auto& heavy = summary.heavy_by_records();
  auto keys = heavy.heaviest(heavy.size());
  // At least twice what an unlisted key may have: these are surely among the heaviest.
  std::erase_if(keys, [&](const HeavyKey& key) {
    return key.at_least() < std::max<std::int64_t>(2, 2 * heavy.floor());
  });
  return keys;
}

// What is in the sample is counted exactly.
std::map<std::uint64_t, std::int64_t> counted_records(const KeySample& sample) {
  std::map<std::uint64_t, std::int64_t> counted;
  for (const auto& key : sample.keys()) counted[key.key.hash] = key.records();
  return counted;
}

// A long key's other bytes are not kept: others may begin alike. By its hash it is placed as any
// key would be.
std::string name_of(const KeptKey& key) {
  return key.whole() ? key.head : key.head + fmt::format("{:016x}", key.hash);
}

void add(RecordedKeys& to, const KeptKey& key, std::int64_t records) {
  to.keys->add(name_of(key), records);
  ++to.sampled;
}

/// Rounds numbers so that their sum is rounded, too; none to 0.
class Rounded {
 public:
  std::int64_t next(double x) {
    exact_ += x;
    const auto whole = std::max<std::int64_t>(1, std::llround(exact_) - given_);
    given_ += whole;
    return whole;
  }

 private:
  double exact_ = 0;
  std::int64_t given_ = 0;
};

/// The keys of the sample that are not known by themselves.
class Drawn {
 public:
  Drawn(const ScanSummary& summary, const std::set<std::uint64_t>& listed) {
    for (const auto& key : summary.sample().keys()) {
      if (listed.contains(key.key.hash)) continue;
      keys_.push_back(&key);
      const auto records = static_cast<double>(key.records());
      records_ += records;
      squares_ += records * records;
    }
  }

  [[nodiscard]] const std::vector<const SampledKey*>& keys() const { return keys_; }
  [[nodiscard]] double records() const { return records_; }

  // By records, not by keys: what the drawing adds is a small difference of large numbers.
  [[nodiscard]] Sampling sampling(double stands_for, std::int64_t whole) const {
    const auto drawn = static_cast<double>(keys_.size());
    return {1 / stands_for, whole, std::llround(drawn * (stands_for - 1)), squares_ * stands_for};
  }

 private:
  std::vector<const SampledKey*> keys_;
  double records_ = 0;
  double squares_ = 0;
};

// Records of all keys that are not known by themselves, for each record of those that were drawn.
double records_a_record(const ScanSummary& summary, std::int64_t known, const Drawn& drawn) {
  const auto left = static_cast<double>(summary.total().keyed_records - known);
  return drawn.records() > 0 ? std::max(1.0, left / drawn.records()) : 1;
}

}  // namespace

RecordedKeys recorded_keys(const ScanSummary& summary) {
  RecordedKeys recorded;
  recorded.keys = std::make_unique<CountedKeys>();
  const double fraction = summary.sample().fraction();
  recorded.exact = fraction >= 1;
  std::set<std::uint64_t> listed;
  if (!recorded.exact) {
    const auto counted = counted_records(summary.sample());
    for (const auto& key : known_heavy(summary)) {
      const auto exact = counted.find(key.key.hash);
      const auto records = exact == counted.end() ? key.at_least() : exact->second;
      add(recorded, key.key, records);
      recorded.weights.add(static_cast<double>(records));
      listed.insert(key.key.hash);
    }
  }
  const Drawn drawn(summary, listed);
  const double stands_for = records_a_record(summary, recorded.keys->records(), drawn);
  if (fraction < 1) {
    recorded.keys->set_sampling(drawn.sampling(stands_for, recorded.keys->keys()));
  }
  const auto keys_each = std::max<std::int64_t>(1, std::llround(1 / fraction));
  Rounded rounded;
  for (const auto* key : drawn.keys()) {
    if (!key->key.whole()) recorded.exact = false;
    add(recorded, key->key, rounded.next(static_cast<double>(key->records()) * stands_for));
    recorded.weights.add(static_cast<double>(key->records()), keys_each);
  }
  return recorded;
}

}  // namespace partwise::keys
