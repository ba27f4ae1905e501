#include "keys/partition_counts.h"

#include <algorithm>
#include <array>

#include "base/check.h"

namespace partwise::keys {
namespace {

using Hashes = std::span<const std::uint32_t>;
using Records = std::span<const std::int64_t>;
using Counts = std::span<std::int64_t>;

constexpr std::size_t remainders_at_once = 1024;
constexpr std::size_t hashes_at_once = 4096;  // with their records, they and the counts stay in L2

// A count that has just been written can be read again a few cycles later only. Where there are few
// partitions, neighbouring keys often share one: they count in rows of their own.
constexpr std::size_t rows = 8;
constexpr std::size_t few_partitions = 64;

void find_remainders(Hashes hashes, FastModulo modulo, std::span<std::uint32_t> out,
                     Processor processor) {
  if (has_eight_lanes(processor)) return remainders_by_eights(hashes, modulo, out);
  for (std::size_t i = 0; i < hashes.size(); ++i) out[i] = modulo(hashes[i]);
}

/// counts[p + row * stride] is row's count of partition p.
template <std::size_t stride, typename RecordsOf>
void tally(Hashes partitions, RecordsOf records_of, std::int64_t* counts) {
  std::size_t i = 0;
  for (; i + rows <= partitions.size(); i += rows) {
    for (std::size_t row = 0; row < rows; ++row) {
      counts[partitions[i + row] + row * stride] += records_of(i + row);
    }
  }
  for (; i < partitions.size(); ++i) counts[partitions[i]] += records_of(i);
}

template <std::size_t stride>
void add_to(std::int64_t* counts, Hashes hashes, Records records, FastModulo modulo,
            Processor processor) {
  std::array<std::uint32_t, remainders_at_once> remainders{};
  for (std::size_t first = 0; first < hashes.size(); first += remainders.size()) {
    const auto some = hashes.subspan(first, std::min(remainders.size(), hashes.size() - first));
    const auto partitions = std::span(remainders).first(some.size());
    find_remainders(some, modulo, partitions, processor);
    if (records.empty()) {
      tally<stride>(partitions, [](std::size_t) { return 1; }, counts);
    } else {
      const auto* of_these = records.data() + first;
      tally<stride>(partitions, [&](std::size_t i) { return of_these[i]; }, counts);
    }
  }
}

void add_in_rows(Hashes hashes, Records records, FastModulo modulo, Counts counts,
                 Processor processor) {
  std::array<std::int64_t, rows * few_partitions> of_rows{};
  add_to<few_partitions>(of_rows.data(), hashes, records, modulo, processor);
  for (std::size_t row = 0; row < rows; ++row) {
    for (std::size_t p = 0; p < counts.size(); ++p) counts[p] += of_rows[row * few_partitions + p];
  }
}

}  // namespace

void add_counts(Hashes hashes, Records records, int partitions, Counts counts,
                Processor processor) {
  CHECK(partitions > 0 && std::ssize(counts) == partitions);
  CHECK(records.empty() || records.size() == hashes.size());
  const FastModulo modulo(static_cast<std::uint32_t>(partitions));
  if (counts.size() <= few_partitions) {
    add_in_rows(hashes, records, modulo, counts, processor);
  } else {
    add_to<0>(counts.data(), hashes, records, modulo, processor);
  }
}

std::vector<std::vector<std::int64_t>> counts_of_each(Hashes hashes, Records records,
                                                      std::span<const int> partition_counts,
                                                      Processor processor) {
  std::vector<std::vector<std::int64_t>> counts;
  counts.reserve(partition_counts.size());
  for (const int partitions : partition_counts) {
    CHECK(partitions > 0);
    counts.emplace_back(static_cast<std::size_t>(partitions));
  }
  for (std::size_t first = 0; first < hashes.size(); first += hashes_at_once) {
    const auto some = std::min(hashes_at_once, hashes.size() - first);
    const auto records_of_some = records.empty() ? records : records.subspan(first, some);
    for (std::size_t i = 0; i < counts.size(); ++i) {
      add_counts(hashes.subspan(first, some), records_of_some, partition_counts[i], counts[i],
                 processor);
    }
  }
  return counts;
}

}  // namespace partwise::keys
