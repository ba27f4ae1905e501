// How many distinct keys there were, in a few kilobytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/units.h"

namespace partwise::keys {

/// HyperLogLog over 64-bit hashes with m = 2^precision registers of a byte. Up to m / 16 keys are
/// kept by their hashes, in as much memory, and counted exactly.
///
/// source: P. Flajolet et al., "HyperLogLog", 2007; the estimator: O. Ertl, "New cardinality
/// estimation algorithms for HyperLogLog sketches", 2017, the improved raw one: no bias from the
/// first key on, and no tables
///
/// threads: one at a time; memory: m bytes
class HyperLogLog {
 public:
  static constexpr int precision_min = 4;
  static constexpr int precision_max = 18;
  static constexpr int precision_default = 14;

  explicit HyperLogLog(int precision = precision_default);

  void add(std::uint64_t hash);
  /// As if all that `other` had seen had been added here. Precisions must be equal.
  void merge(const HyperLogLog& other);

  /// Distinct hashes, with 95 % limits; exact while they are few.
  [[nodiscard]] Interval distinct() const;
  /// Of an estimate, relative: 1.04 / sqrt(m); 0 while the count is exact.
  [[nodiscard]] double standard_error() const;
  [[nodiscard]] bool exact() const { return registers_.empty(); }
  [[nodiscard]] int precision() const { return precision_; }
  [[nodiscard]] std::size_t memory_bytes() const;

  [[nodiscard]] std::string to_bytes() const;
  /// errors: corrupt
  static Result<HyperLogLog> from_bytes(std::string_view bytes);

 private:
  [[nodiscard]] std::size_t register_count() const { return std::size_t{1} << precision_; }
  void add_to_few(std::uint64_t hash);
  void add_to_registers(std::uint64_t hash);
  void use_registers();
  [[nodiscard]] double estimate() const;

  int precision_;
  std::size_t few_count_ = 0;
  std::vector<std::uint64_t> few_;  // open addressing, 0 is free; empty once registers are used
  std::vector<std::uint8_t> registers_;
};

}  // namespace partwise::keys
