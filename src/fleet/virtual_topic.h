// A topic that is a formula: offsets, timestamps, keys, sizes and values are computed on request.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <tuple>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "fleet/demand.h"
#include "fleet/record_sizes.h"
#include "fleet/topic_spec.h"
#include "keys/key_table.h"

namespace partwise::fleet {

/// What topics of one fleet have in common, made once.
///
/// threads: one at a time
class SharedTables {
 public:
  /// nullptr where the spec says that records have no keys.
  Result<std::shared_ptr<const keys::KeyTable>> key_table(const TopicSpec& spec);
  Result<std::shared_ptr<const SizeTable>> size_table(const SizeSpec& spec);

 private:
  std::map<std::tuple<keys::KeySpec, int, keys::Partitioner>, std::shared_ptr<const keys::KeyTable>>
      key_tables_;
  std::map<SizeSpec, std::shared_ptr<const SizeTable>> size_tables_;
};

struct VirtualRecord {
  std::int64_t offset = 0;
  Instant timestamp;
  std::int64_t key = -1;   ///< its number; -1: no key
  std::int64_t bytes = 0;  ///< of key and value
};

/// Partition p of P gets the share w_p of the records, 1/P or that of the keys which its
/// partitioner puts there. Its records with timestamps before t, in whole ms, are
///
///   keyless:   floor((floor(N(t)) + p) / P), which sums to floor(N(t)) over the partitions
///   with keys: floor(w_p N(t) + phase_p), phase_p in [0, 1)
///
/// and everything else follows from that and the seed. Offsets begin at 0 with the fleet.
///
/// Nothing is stored for a record; the log has no end: whoever serves it cuts it at the present.
///
/// threads: any, it never changes; memory: about 1 KiB besides the shared tables
class VirtualTopic {
 public:
  /// errors: invalid_input for what no topic can be, or not with this fleet
  static Result<VirtualTopic> from(TopicSpec spec, Instant start, Millis history,
                                   SharedTables& tables);

  [[nodiscard]] const TopicSpec& spec() const { return spec_; }
  [[nodiscard]] const std::string& name() const { return spec_.name; }
  [[nodiscard]] int partitions() const { return spec_.partitions; }
  [[nodiscard]] Instant start() const { return demand_.start(); }
  [[nodiscard]] const Demand& demand() const { return demand_; }

  /// w_p.
  [[nodiscard]] double share(int partition) const;

  /// Records of `partition` with timestamps before `t`: the first offset at or after `t`, too.
  ///
  /// cost: about 0.2 us
  [[nodiscard]] std::int64_t count_before(int partition, Instant t) const {
    return count_for(partition, demand_.total(t));
  }
  /// The same, for N(t) that is known already.
  [[nodiscard]] std::int64_t count_for(int partition, double total) const;
  /// The same, for all partitions.
  void counts_for(double total, std::span<std::int64_t> counts) const;

  /// The offset behind the last record that is there at `now`: high watermark and log end.
  [[nodiscard]] std::int64_t end_offset(int partition, Instant now) const {
    return count_before(partition, now);
  }
  /// The first offset that retention leaves at `now`.
  [[nodiscard]] std::int64_t start_offset(int partition, Instant now) const;

  /// The least t with count_before(partition, t + 1 ms) > offset; also for records of the future.
  /// Empty: not within a hundred years of the start.
  ///
  /// cost: about 2 us
  [[nodiscard]] std::optional<Instant> due(int partition, std::int64_t offset) const;

  /// The same for a record that is known to come; anything else is a broken invariant.
  [[nodiscard]] Instant timestamp(int partition, std::int64_t offset) const;

  /// Bytes (key and value) of the records below `offset`: exact.
  ///
  /// cost: up to 1 us
  [[nodiscard]] std::int64_t bytes_before(int partition, std::int64_t offset) const {
    return sizes_of(partition).bytes_before(offset);
  }
  [[nodiscard]] PartitionSizes sizes_of(int partition) const;
  [[nodiscard]] const SizeTable& sizes() const { return *sizes_; }
  /// For telling which topics share one.
  [[nodiscard]] const std::shared_ptr<const SizeTable>& size_table() const { return sizes_; }

  /// One record; whoever wants many in a row takes a RecordWalk.
  [[nodiscard]] VirtualRecord record(int partition, std::int64_t offset) const;

  /// nullptr: no keys.
  [[nodiscard]] const keys::KeyTable* keys() const { return keys_.get(); }
  /// Of a record that has one.
  [[nodiscard]] std::string key_text(const VirtualRecord& record) const;
  [[nodiscard]] std::int64_t value_bytes(const VirtualRecord& record) const;

  /// Fills `value`, which has value_bytes(record) bytes, with printable text. A first part is as
  /// good as random, the rest repeats itself, so that the topic's codec shrinks batches to about
  /// 1 / compressibility. Random text has six bits a byte: gzip and zstd always reach 1.33.
  ///
  /// cost: about 0.4 ns a byte
  void write_value(int partition, const VirtualRecord& record, std::span<char> value) const;

  /// Records of each batch: offsets 0 .. n-1 are batch 0 of a partition, and so on.
  ///
  ///   min(batch_bytes / mean size, mean rate of a partition * linger), at least 1
  ///
  /// with the mean size at the drift's larger end, and so few that they never pass 1 GiB.
  [[nodiscard]] std::int64_t batch_records() const { return batch_records_; }

  /// Bytes of a record, over the fleet's history.
  [[nodiscard]] double mean_record_bytes() const { return sizes_->mean(); }

  /// Besides the shared tables, about.
  [[nodiscard]] std::size_t memory_bytes() const;

 private:
  friend class RecordWalk;
  VirtualTopic() = default;
  [[nodiscard]] std::uint64_t partition_seed(int partition, std::uint64_t purpose) const;
  /// N(t) once the record is there, but for rounding.
  [[nodiscard]] double total_with(int partition, std::int64_t offset) const;
  [[nodiscard]] std::int64_t drawn_key(int partition, std::int64_t offset) const;
  [[nodiscard]] Instant due_in(const DemandSlot& slot, int partition, std::int64_t offset) const;
  void settle_batches(Millis history);
  void settle_levels(Millis history);

  TopicSpec spec_;
  std::uint64_t seed_ = 0;
  Demand demand_;
  std::shared_ptr<const keys::KeyTable> keys_;
  std::shared_ptr<const SizeTable> sizes_;
  std::vector<double> phases_;        // with keys: of each partition
  std::vector<double> level_totals_;  // N at the beginning of each level of drift but the first
  std::int64_t batch_records_ = 1;
  double random_share_ = 1;  // of a value's bytes
};

/// Successive records of a partition, sooner than one by one.
///
/// threads: one at a time; the topic must outlive it
/// cost: about 0.1 us a record
class RecordWalk {
 public:
  RecordWalk(const VirtualTopic& topic, int partition, std::int64_t offset);

  /// The record must be known to come.
  [[nodiscard]] VirtualRecord next();

 private:
  Instant next_timestamp();

  const VirtualTopic* topic_;
  int partition_;
  std::int64_t offset_;
  PartitionSizes sizes_;
  DemandWalk demand_;
  std::int64_t minute_ = 0;
  DemandSlot slot_;
  std::int64_t slot_end_ = 0;  // offsets below are due in or before the slot
};

}  // namespace partwise::fleet
