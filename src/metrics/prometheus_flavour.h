// What exporters call the traffic of a topic, and which of them a Prometheus has scraped.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace partwise::metrics {

/// What a sample of a metric is.
enum class Reading {
  counter,       ///< the sum since the broker started, whatever its type is called
  rate,          ///< per second, an average of about the last minute
  minute_delta,  ///< what came in one minute
  offset         ///< the end of a partition's log: records, not bytes
};

/// A metric, and what is to be asked of its labels; no name: it is not told.
struct Meter {
  std::string metric;
  std::string matchers;  ///< PromQL, without braces; may be empty
  [[nodiscard]] bool told() const { return !metric.empty(); }
};

/// One exporter's names.
struct Flavour {
  std::string name;   ///< as --prometheus-flavour takes it
  std::string title;  ///< which software that is
  Reading reading = Reading::counter;
  std::string topic_label;
  std::string partition_label;       ///< of offsets and sizes
  Meter bytes_in;                    ///< produced, without replication
  Meter bytes_out;                   ///< to all consumers, without followers
  Meter records;                     ///< produced
  Meter retained;                    ///< bytes held now
  bool retained_by_replica = false;  ///< one series for each replica of a partition
  Meter hot_ingress;                 ///< 1 where a partition is hot; no series where none is
  Meter hot_egress;
  Meter load;  ///< of the cluster, 0 to 1

  [[nodiscard]] bool tells_bytes() const { return bytes_in.told(); }
};

/// Those that are known, with metric names in lower case.
///
/// source: the example rules of prometheus/jmx_exporter and of confluentinc/jmx-monitoring-stacks,
/// the source of confluentinc/kcp, the README of danielqsj/kafka_exporter, kminion's
/// docs/metrics.md, Redpanda's reference of public metrics, Confluent Cloud's /export
std::span<const Flavour> known_flavours();

/// Their names, as a choice of options has them.
inline constexpr std::string_view flavour_choices =
    "jmx|kcp|confluent_stack|jmx_plain|redpanda|confluent_export|confluent_stack_rates|"
    "jmx_plain_rates|kafka_exporter|kminion";

/// "jmx, kcp, ...".
std::string flavour_names();

/// Those of which `metrics` has a name, in any case of letters, the best first: bytes before
/// offsets, counters before rates, more before less. Their names are as found; what is not there is
/// not told. `wanted` leaves the others out; empty: any.
///
/// errors: invalid_input (no such flavour), not_found (none is there; says what was looked for and
/// what looks like Kafka)
Result<std::vector<Flavour>> flavours_in(std::span<const std::string> metrics,
                                         const std::string& wanted);

/// All names that flavours_in looks for, as a regular expression without case.
std::string metric_names_regex();

/// "jmx (prometheus/jmx_exporter with its example rules): bytes in, bytes out, records, as
/// counters; rather than kafka_exporter (no bytes)".
std::string choice_text(const Flavour& chosen, std::span<const Flavour> all);

}  // namespace partwise::metrics
