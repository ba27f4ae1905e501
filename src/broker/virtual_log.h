// The log of a partition that is a formula.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "broker/partition_log.h"
#include "fleet/virtual_topic.h"

namespace partwise::broker {

/// How many bytes a virtual topic's records take in a log, learned from a batch of them.
///
/// threads: one at a time
class StoredShape {
 public:
  /// The topic outlives it.
  explicit StoredShape(const fleet::VirtualTopic& topic) : topic_(topic) {}

  /// Of so many records with so many bytes of keys and values.
  [[nodiscard]] std::int64_t stored_bytes(std::int64_t records, std::int64_t bytes) const;

 private:
  void learn() const;

  const fleet::VirtualTopic& topic_;
  // Learned when first asked: most topics never are.
  mutable bool learned_ = false;
  mutable double framing_per_record_ = 0;  ///< bytes
  mutable double shrunk_to_ = 1;           ///< what the codec leaves
};

/// Batches are made when they are read, the same each time.
class VirtualLog final : public PartitionLog {
 public:
  /// Topic and clock outlive it.
  VirtualLog(const fleet::VirtualTopic& topic, std::shared_ptr<const StoredShape> shape,
             int partition, const Clock& clock)
      : topic_(topic), shape_(std::move(shape)), clock_(clock), partition_(partition) {}

  [[nodiscard]] std::int64_t start() const override;
  [[nodiscard]] std::int64_t end() const override;
  [[nodiscard]] std::vector<protocol::Slice> read(std::int64_t from, std::size_t most,
                                                  bool at_least_one) const override;
  [[nodiscard]] std::optional<OffsetAndTime> first_at(std::int64_t timestamp) const override;
  [[nodiscard]] std::optional<OffsetAndTime> latest() const override;
  [[nodiscard]] std::int64_t stored_bytes() const override;
  void delete_before(std::int64_t offset) override;
  [[nodiscard]] std::optional<Instant> next_arrival() const override;

 private:
  const fleet::VirtualTopic& topic_;
  std::shared_ptr<const StoredShape> shape_;
  const Clock& clock_;
  int partition_;
  std::int64_t deleted_before_ = 0;
};

/// One log for each partition of the topic, which outlives them, as the clock does.
std::vector<std::unique_ptr<PartitionLog>> virtual_logs(const fleet::VirtualTopic& topic,
                                                        const Clock& clock);

}  // namespace partwise::broker
