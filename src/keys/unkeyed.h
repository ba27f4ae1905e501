// Records whose partition does not depend on a key.
#pragma once

#include <cstdint>
#include <vector>

#include "base/random.h"
#include "keys/key_set.h"
#include "keys/load.h"
#include "keys/strategy.h"

namespace partwise::keys {

struct PlacementRules;

/// Gives records to partitions in the order in which they come, by each strategy that looks at no
/// key.
///
/// threads: one at a time
class UnkeyedPass {
 public:
  explicit UnkeyedPass(const PlacementRules& rules) : rules_(rules) {}

  void want(Strategy strategy, std::size_t groups);
  [[nodiscard]] bool empty() const { return turns_.empty(); }
  void take(const RecordBlock& block);

  [[nodiscard]] const Load& load(Strategy strategy) const { return turn(strategy).load; }
  [[nodiscard]] std::int64_t choices(Strategy strategy) const { return turn(strategy).choices; }

 private:
  struct Turn {
    Strategy strategy = Strategy::round_robin;
    Load load;
    Random random;
    std::size_t partition = 0;
    std::int64_t records = 0;  ///< since it was chosen
    std::int64_t bytes = 0;
    std::int64_t choices = 0;
  };
  [[nodiscard]] const Turn& turn(Strategy strategy) const;
  void take(const RecordBlock& block, Turn& turn) const;
  void choose(Turn& turn) const;
  [[nodiscard]] bool is_over(const Turn& turn) const;

  const PlacementRules& rules_;
  std::vector<Turn> turns_;
};

/// Records without a key among others that have one: by the Java client's sticky_bytes.
Load sticky_load(std::int64_t records, const PlacementRules& rules);

}  // namespace partwise::keys
