#include "traffic.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include <librdkafka/rdkafka.h>

namespace partwise::fleet {
namespace {

constexpr double two_pi = 6.283185307179586;
constexpr std::size_t pool_size = 1 << 16;

// How busy each minute is, before scaling to the number of records.
std::vector<double> weights_of(const TopicSpec& spec, int minutes, Random& random) {
  std::vector<double> weights(static_cast<std::size_t>(minutes), 0.0);
  const auto burst = static_cast<int>(random.below(std::max(1, minutes - spec.burst_minutes)));
  for (int j = spec.first_minute; j < minutes; ++j) {
    double weight = 1;
    switch (spec.shape) {
      case Shape::flat:
        break;
      case Shape::diurnal:
        weight = 1 + 0.8 * std::sin(two_pi * j / 1440);
        break;
      case Shape::trend:
        weight = 0.3 + 1.4 * j / minutes;
        break;
      case Shape::on_off:
        weight = j % 240 < 30 ? 6 : 0.05;
        break;
      case Shape::steps:
        weight = 1 + (j / 2880) % 3;
        break;
      case Shape::burst:
        weight = j >= burst && j < burst + spec.burst_minutes ? spec.burst_height : 1;
        break;
      case Shape::empty:
        weight = 0;
        break;
    }
    weights[static_cast<std::size_t>(j)] = weight;
  }
  return weights;
}

// Records of each minute: cumulative rounding, so that they add up to the total.
std::vector<std::int64_t> counts_of(const TopicSpec& spec, int minutes, Random& random) {
  const auto weights = weights_of(spec, minutes, random);
  const double sum = std::accumulate(weights.begin(), weights.end(), 0.0);
  std::vector<std::int64_t> counts;
  double before = 0;
  std::int64_t given = 0;
  for (const double weight : weights) {
    before += weight;
    const auto upto = sum > 0 ? std::llround(static_cast<double>(spec.records) * before / sum) : 0;
    counts.push_back(upto - given);
    given = upto;
  }
  return counts;
}

// Words of a small vocabulary with numbers in between: compresses about three to one.
std::string text_pool(Random& random) {
  constexpr const char* words[] = {
      "\"customer\":",          "\"amount\":",   "\"currency\":\"EUR\",", "\"item\":\"",
      "\"state\":\"shipped\",", "\"note\":\"\","};
  std::string pool = "{";
  while (pool.size() < pool_size + 16'384) {
    pool += words[random.below(6)];
    pool += std::to_string(random.below(1'000'000));
    pool += ',';
  }
  return pool;
}

class Maker {
 public:
  Maker(const TopicSpec& spec, std::uint64_t seed)
      : spec_(spec), random_(seed), pool_(text_pool(random_)) {
    truth_.name = spec.name;
    truth_.partitions = spec.partitions;
    truth_.by_partition.resize(static_cast<std::size_t>(spec.partitions));
  }

  TopicTruth make(int minutes, std::int64_t start_s,
                  const std::function<void(const Record&)>& produce) {
    const auto counts = counts_of(spec_, minutes, random_);
    for (std::size_t j = 0; j < counts.size(); ++j) {
      if (counts[j] == 0) continue;
      truth_.minutes.push_back(
          {start_s + static_cast<std::int64_t>(60 * j), 0, 0,
           std::vector<std::int64_t>(static_cast<std::size_t>(spec_.partitions))});
      for (std::int64_t i = 0; i < counts[j]; ++i) {
        Record record = next_record();
        record.timestamp_ms = 1000 * truth_.minutes.back().start_s + 60'000 * i / counts[j];
        count(record);
        produce(record);
      }
    }
    return std::move(truth_);
  }

 private:
  Record next_record() {
    Record record;
    record.header = spec_.headers;
    if (spec_.keys > 0) {
      hot_ = random_.uniform() < spec_.hot_share;
      key_ = hot_ ? "hot-key" : "key-" + std::to_string(random_.below(spec_.keys));
      record.key = key_;
      record.keyed = true;
      record.partition = rd_kafka_msg_partitioner_murmur2(nullptr, key_.data(), key_.size(),
                                                          spec_.partitions, nullptr, nullptr);
    } else {
      hot_ = false;
      record.partition = static_cast<int>(random_.below(spec_.partitions));
    }
    const double span = std::log(static_cast<double>(spec_.size_high) / spec_.size_low);
    const auto size = static_cast<std::size_t>(spec_.size_low * std::exp(span * random_.uniform()));
    const auto from = static_cast<std::size_t>(random_.below(pool_size));
    record.value = std::string_view(pool_).substr(from, size);
    return record;
  }

  void count(const Record& record) {
    const auto bytes = static_cast<std::int64_t>(record.key.size() + record.value.size() +
                                                 (record.header ? header_bytes : 0));
    const auto p = static_cast<std::size_t>(record.partition);
    ++truth_.records;
    truth_.bytes += bytes;
    ++truth_.by_partition[p];
    if (hot_) truth_.hot_key_bytes += bytes;
    auto& minute = truth_.minutes.back();
    ++minute.records;
    minute.bytes += bytes;
    ++minute.by_partition[p];
  }

  const TopicSpec& spec_;
  Random random_;
  std::string pool_;
  std::string key_;
  bool hot_ = false;
  TopicTruth truth_;
};

}  // namespace

TopicTruth make_traffic(const TopicSpec& spec, int minutes, std::int64_t start_s,
                        std::uint64_t seed, const std::function<void(const Record&)>& produce) {
  return Maker(spec, seed).make(minutes, start_s, produce);
}

}  // namespace partwise::fleet
