#include "keys/recorded_keys.h"

#include <algorithm>
#include <cmath>
#include <set>

namespace partwise::keys {
namespace {

// Heavier than a key of the sample can be taken for: those are known by themselves.
std::vector<HeavyKey> known_heavy(const ScanSummary& summary) {
  const auto& heavy = summary.heavy_by_records();
  auto keys = heavy.heaviest(heavy.size());
  // At least twice what an unlisted key may have: these are surely among the heaviest.
  std::erase_if(keys, [&](const HeavyKey& key) {
    return !key.key.whole() || key.at_least() < std::max<std::int64_t>(2, 2 * heavy.floor());
  });
  return keys;
}

void add(RecordedKeys& to, std::string_view key, std::int64_t records, double stands_for) {
  const auto times = std::max<std::int64_t>(1, std::llround(stands_for));
  to.keys->add(key,
               std::max<std::int64_t>(1, std::llround(static_cast<double>(records) * stands_for)));
  to.weights.add(static_cast<double>(records), times);
  ++to.sampled;
}

}  // namespace

RecordedKeys recorded_keys(const ScanSummary& summary) {
  RecordedKeys recorded;
  recorded.keys = std::make_unique<CountedKeys>();
  recorded.exact = summary.sample().fraction() >= 1;
  std::set<std::uint64_t> listed;
  if (!recorded.exact) {
    for (const auto& key : known_heavy(summary)) {
      add(recorded, key.key.head, key.at_least(), 1);
      listed.insert(key.key.hash);
    }
  }
  for (const auto& key : summary.sample().keys()) {
    if (listed.contains(key.key.hash)) continue;
    // A long key is placed by all its bytes, which are not kept.
    if (!key.key.whole()) recorded.exact = false;
    add(recorded, key.key.head, key.records(), 1 / summary.sample().fraction());
  }
  return recorded;
}

}  // namespace partwise::keys
