// The answer of `recommend`: one value, of which JSON, CSV and the table are views.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "base/units.h"
#include "sizing/demand_course.h"
#include "sizing/rule.h"

namespace partwise::sizing {

enum class TopicStatus { active, empty, error };

/// What made the count certain, or as certain as it is; docs/model.md section 6.
enum class Decision {
  none,          ///< not decided: status error
  watermarks,    ///< all records of the log in one window would not change it
  stored_bytes,  ///< nor would all stored bytes
  proved,        ///< no window that was not looked at can change it
  estimate,      ///< the budget ended first: the interval says what is open
  full_scan,     ///< every record of the window was read
  counted        ///< a metrics service tells what the brokers counted
};

/// What the count is bound by.
enum class Binding { none, floor, threshold, ingress, egress, consumers, ratio, hot_key };

enum class Tristate { no, yes, unknown };

std::string_view name_of(TopicStatus status);
std::string_view name_of(Decision decision);
std::string_view name_of(Binding binding);
/// "yes", "no" or "n/a", as the CSV writes it.
std::string_view name_of(Tristate value);

/// One thing that could not be read, or was read only in part.
struct Failure {
  std::optional<int> partition;  ///< empty: the whole topic
  std::string step;              ///< "watermarks", "lookup", "read", "configuration"
  ErrorKind kind = ErrorKind::unavailable;
  std::string message;
};

/// The busiest window that was found.
struct PeakWindow {
  Instant start;
  Millis width{0};
  std::int64_t records = 0;
  bool exact = false;  ///< false: at least this busy; a busier one is possible within the interval
};

struct HotKey {
  int partition = 0;
  std::int64_t offset = 0;  ///< of a record that carries it: the key itself is not kept
  Interval share;           ///< of the topic's bytes
};

/// The same topic, measured by another method.
struct CrossCheck {
  std::string method;
  std::string failure;  ///< why there are no numbers; else empty
  std::optional<Interval> mean_record_bytes;
  std::optional<Interval> mean_bytes_per_s;
  std::optional<Interval> peak_bytes_per_s;
  std::optional<int> recommended;
  PartitionRange recommended_range;
};

/// units: bytes are of record keys, values and headers before compression, unless named stored, or
/// counted by the brokers: those are as producers sent them.
struct TopicReport {
  std::string name;
  TopicStatus status = TopicStatus::active;
  std::optional<bool> compacted;  ///< empty: the configuration could not be read
  int partitions = 0;
  int replication_factor = 0;

  std::int64_t records = 0;                       ///< see known_records()
  std::optional<std::int64_t> records_in_window;  ///< of those; empty where it was not needed
  Instant window_start;
  Instant window_end;
  std::int64_t windows = 0;  ///< windows of peak.width between the two

  std::optional<Interval> mean_record_bytes;
  std::optional<Interval> mean_bytes_per_s;
  std::optional<Interval> peak_bytes_per_s;
  std::optional<Interval> required_bytes_per_s;
  std::optional<Interval> read_mean_bytes_per_s;  ///< by all consumers together
  std::optional<Interval> read_peak_bytes_per_s;
  std::optional<PeakWindow> peak;
  DemandCourse course;
  double capacity_bytes_per_s = 0;  ///< what `required` is divided by

  std::optional<int> recommended;
  PartitionRange recommended_range;
  std::optional<PartitionRange> by_ratio_model;
  Decision decided_by = Decision::none;
  Binding binding = Binding::none;
  std::string reason;  ///< the arithmetic in one line
  std::string advice;  ///< what to do about it; may be empty

  std::optional<double> hottest_partition_share;  ///< of the peak window's records
  int hottest_partition = -1;
  Tristate hot_ingress = Tristate::unknown;
  Tristate hot_egress = Tristate::unknown;
  std::optional<HotKey> hot_key;
  std::optional<double> keys_moved_share;  ///< by going to `recommended`; 0 when it stays
  std::optional<int> next_multiple;        ///< of `partitions`, at least `recommended`
  std::optional<double> next_multiple_moved_share;

  std::optional<double> retained_bytes;  ///< as a metrics service tells it
  std::optional<double> stored_bytes_per_record;
  std::optional<double> compression_ratio;  ///< record bytes over stored bytes

  std::int64_t lookups = 0;       ///< offsets looked up by time
  std::int64_t records_read = 0;  ///< records sampled or scanned
  std::optional<CrossCheck> cross_check;
  std::vector<std::string> warnings;
  std::vector<Failure> failures;
};

/// The failure to name where there is room for one: what kept the topic from being measured, before
/// what only made it less certain. nullptr when there is none.
const Failure* main_failure(const TopicReport& topic);

/// Whether the peak is only known to be within its interval, which the count does not depend on:
/// shown as a bound, "at most".
bool peak_is_a_bound(const TopicReport& topic);

/// Whether it is known when the busiest window was; its records may not be known, where a service
/// counted bytes.
bool peak_has_a_time(const TopicReport& topic);

/// Whether one partition of several is hot and carries at least twice an even share of the peak,
/// and it is not known to be a single key's: more partitions may not help.
bool has_lopsided_peak(const TopicReport& topic);

/// Offsets from log start to high watermark, or what a service counted in the window; empty where
/// it counted bytes alone.
std::optional<std::int64_t> known_records(const TopicReport& topic);

/// The rate that is required, as one number in B/s: where the peak was not looked for, what the
/// count holds for, its bound. Empty where it was not measured.
std::optional<double> required_rate(const TopicReport& topic);

struct ClusterTotals {
  int topics = 0;
  int active = 0;
  int empty = 0;
  int failed = 0;
  std::int64_t partitions = 0;
  std::int64_t active_partitions = 0;
  std::int64_t recommended_partitions = 0;  ///< over active topics with an answer
  std::int64_t records = 0;
  int hot_ingress = 0;
  int hot_egress = 0;
};

enum class ClusterStatus { ok, partial, failed, interrupted };

std::string_view name_of(ClusterStatus status);

/// Requests and bytes on the wire, as the client saw them.
struct Traffic {
  std::int64_t requests = 0;
  std::int64_t list_offsets_requests = 0;
  std::int64_t fetch_requests = 0;
  std::int64_t bytes_received = 0;
  std::int64_t bytes_fetched = 0;  ///< of Fetch responses alone
  double list_offsets_s = 0;       ///< summed round trips: an upper bound of one broker's time
};

struct ClusterReport {
  std::string cluster_id;
  std::string bootstrap_servers;
  ClusterStatus status = ClusterStatus::ok;
  std::optional<Error> error;
  int brokers = 0;
  double elapsed_s = 0;
  std::int64_t lookups = 0;
  std::int64_t bytes_read = 0;               ///< Fetch responses
  std::optional<std::int64_t> bytes_stored;  ///< of the topics that tell it, leaders only
  Traffic traffic;
  std::int64_t service_requests = 0;   ///< to metrics services
  std::optional<double> cluster_load;  ///< of the busiest hour, 0 to 1, as a service tells it
  std::vector<std::string> warnings;
  std::vector<TopicReport> topics;  ///< by name, ignoring case
};

ClusterTotals totals(const ClusterReport& cluster);

/// What the run was asked for, kept beside the answers.
struct RunSettings {
  SizingSettings sizing;
  Millis peak_window{60'000};
  double peak_quantile = 1;  ///< 1: the maximum
  std::string decide = "full";
  std::string method = "sampling_records";
  double sampling_days = 7;
  std::int64_t sampling_batch_size = 10'000;
  int sampling_max_consecutive_nulls = 50;
  double sampling_timeout_s = 2;
  int sampling_max_continuous_failed_batches = 5;
  bool include_internal = false;
  std::string topic_filter;
};

struct RecommendReport {
  std::string version;
  Instant started;
  RunSettings settings;
  std::vector<ClusterReport> clusters;
  Errors keys_left;  ///< temporary API keys that could not be deleted
};

}  // namespace partwise::sizing
