// Whether records that were produced have arrived: each once, in order, and where they belong.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "keys/key_set.h"
#include "keys/partitioner.h"
#include "keys/placement.h"

namespace partwise::keys {

struct Arrivals {
  std::int64_t acknowledged = 0;
  std::int64_t arrived = 0;          ///< different records
  std::int64_t missing = 0;          ///< acknowledged, and not there
  std::int64_t twice = 0;            ///< there again
  std::int64_t unacknowledged = 0;   ///< there, though no acknowledgement came
  std::int64_t out_of_order = 0;     ///< behind a later one of their partition
  std::int64_t misplaced = 0;        ///< not on the partition where the partitioner puts their key
  std::int64_t wrong_key = 0;        ///< with another key than they were sent with
  std::int64_t unkeyed = 0;          ///< of those arrived, without a key: any partition is theirs
  std::vector<std::int64_t> actual;  ///< arrived, by partition
  std::vector<std::int64_t>
      theoretical;  ///< where the keys of those arrived belong; without the unkeyed
  std::vector<std::string> examples;  ///< of what is wrong, some

  /// Every acknowledged record is there once, in order, with its key, where it belongs.
  [[nodiscard]] bool proven() const {
    return missing + twice + out_of_order + misplaced + wrong_key == 0;
  }
};

/// Takes what is read back. Within a partition, records were sent in the order of their numbers:
/// that they lie in that order is more than each key's order.
///
/// threads: one at a time
/// memory: a byte a record
class ArrivalCheck {
 public:
  /// `keys` must have an order and outlive it; `client` is the hash that the records were sent by,
  /// the rules say on how many partitions, and what becomes of records without a key.
  ArrivalCheck(const KeySet& keys, Strategy client, const PlacementRules& rules);

  void acknowledged(std::int64_t record) {
    states_[static_cast<std::size_t>(record)] |= was_acknowledged;
  }

  /// A record of this run, in the order of its partition's offsets.
  void take(int partition, std::int64_t record, std::optional<std::string_view> key);

  /// To be called once, after all.
  [[nodiscard]] Arrivals finish() &&;

 private:
  static constexpr char was_acknowledged = 1;
  static constexpr char has_arrived = 2;
  void example(std::string text);
  [[nodiscard]] bool is_unkeyed(std::optional<std::string_view> key) const;

  const KeySet& keys_;
  Partitioner client_;
  bool places_all_;
  bool ignores_empty_keys_;
  std::vector<char> states_;        // by record
  std::vector<std::int64_t> last_;  // the latest record of each partition; -1: none
  Arrivals arrivals_;
  std::string room_;
};

}  // namespace partwise::keys
