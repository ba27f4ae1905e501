// Populations of record sizes with known means, laid out in batches as producers do.
#pragma once

#include <cmath>
#include <cstdint>
#include <functional>
#include <numeric>
#include <vector>

#include "base/random.h"
#include "sample/read_span.h"

namespace partwise::sample {

inline double standard_normal(Random& random) {
  return std::sqrt(-2 * std::log(1 - random.uniform())) *
         std::cos(6.283185307179586 * random.uniform());
}

/// sizes[p][i]: bytes of record i of partition p; batches[p]: index of each batch's first record.
struct SizePopulation {
  std::vector<std::vector<std::int64_t>> sizes;
  std::vector<std::vector<std::int64_t>> batches;

  [[nodiscard]] double mean() const {
    double bytes = 0;
    double records = 0;
    for (const auto& partition : sizes) {
      bytes +=
          static_cast<double>(std::accumulate(partition.begin(), partition.end(), std::int64_t{0}));
      records += static_cast<double>(partition.size());
    }
    return bytes / records;
  }

  [[nodiscard]] ReadResult read(const ReadSpan& span) const {
    const auto& partition = sizes[static_cast<std::size_t>(span.partition)];
    const auto end = std::min<std::int64_t>(span.end, std::ssize(partition));
    ReadResult result;
    for (auto at = span.offset; at < end; ++at) {
      if (take(span, at, partition[static_cast<std::size_t>(at)], result) != Taken::more) break;
    }
    return result;
  }
};

/// `share(t)`, t in [0, 1): the size at that part of the window, of a record in batch with the
/// random factor `batch_factor`.
struct SizeShape {
  double sigma = 0;        ///< of the log-normal
  double correlation = 0;  ///< of the log sizes within a batch
  std::function<double(double t, int partition, Random&, double batch_factor)> base;
};

inline SizePopulation sized_population(const SizeShape& shape, int records, int partitions,
                                       Random& random) {
  constexpr std::int64_t batch_bytes = 16'384;
  SizePopulation population;
  for (int p = 0; p < partitions; ++p) {
    std::vector<std::int64_t> sizes;
    std::vector<std::int64_t> batches;
    std::int64_t in_batch = 0;
    double batch_normal = 0;
    double batch_factor = 0;
    const int n = records / partitions;
    for (int i = 0; i < n; ++i) {
      if (batches.empty() || in_batch >= batch_bytes) {
        batches.push_back(i);
        in_batch = 0;
        batch_normal = standard_normal(random);
        batch_factor = random.uniform();
      }
      const double t = static_cast<double>(i) / n;
      const double z = std::sqrt(shape.correlation) * batch_normal +
                       std::sqrt(1 - shape.correlation) * standard_normal(random);
      const double base = shape.base ? shape.base(t, p, random, batch_factor) : 400;
      const auto size = std::max<std::int64_t>(1, std::llround(base * std::exp(shape.sigma * z)));
      sizes.push_back(size);
      in_batch += size;
    }
    population.sizes.push_back(std::move(sizes));
    population.batches.push_back(std::move(batches));
  }
  return population;
}

}  // namespace partwise::sample
