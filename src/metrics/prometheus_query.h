// The PromQL that is asked: pure text.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "metrics/prometheus_flavour.h"

namespace partwise::metrics {

/// A text as PromQL quotes it.
std::string promql_text(std::string_view text);

/// "metric{a,b}" with the meter's matchers and these, without the empty ones.
std::string selector_of(const Meter& meter, std::span<const std::string> matchers);

/// What stands for the cluster's id in a selector.
inline constexpr std::string_view cluster_id_place = "{cluster_id}";

/// Label matchers with `cluster_id` in each place for it, quoted as its place needs: as a text, or
/// as a regular expression behind =~ and !~.
std::string with_cluster_id(std::string_view matchers, std::string_view cluster_id);

/// topic=~"a|b\\.c".
std::string any_of(const std::string& label, std::span<const std::string> values);

/// "90000ms", which every version reads.
std::string range_text(Millis length);

/// What an expression gives, times `factor`, is what came in one window that ends at the time it is
/// evaluated for, by topic and over all brokers.
struct Amount {
  std::string expression;
  double factor = 1;
};

/// Counters: increase() leaves out what came between two windows, from the last sample of one to
/// the first of the next, and scales the rest up. So the range is longer than the window by a
/// scrape interval s, less a millisecond: it holds the last sample before the window, and windows
/// that follow each other add up to the counter. increase() takes what it found as spread over its
/// whole range, W + s, which the factor W / (W + s) undoes. With s a divisor of W and no scrape
/// missed, it is exactly what came between the last scrapes before both ends; else off by at most s
/// / W.
///
/// Offsets: the same, with each partition once, however many exporters tell it.
///
/// Rates and minute deltas: the sum of the samples, each of which stands for s.
///
/// Resets are seen by increase(), for it comes before the sum.
Amount amount_in(const Flavour& flavour, const std::string& selector, Millis window,
                 Millis scrape_interval);

/// The shortest width that can be told, no shorter than `wanted`: a divisor of an hour, or whole
/// hours; a multiple of the scrape interval, or ten of them, so that windows hold as many scrapes,
/// give or take a tenth.
Millis window_that_can_be_told(Millis wanted, Millis scrape_interval);

}  // namespace partwise::metrics
