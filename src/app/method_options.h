// The options that say where demand is measured: on the brokers, or by a service that has counted
// it.
#pragma once

#include <array>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "app/cluster_options.h"
#include "app/found_errors.h"
#include "config/option.h"
#include "config/secret.h"
#include "metrics/prometheus_flavour.h"

namespace partwise::app {

inline constexpr std::string_view method_group = "Where demand is measured";

inline constexpr auto method_rows = std::to_array<config::Option>({
    {"method", "ANALYSIS_METHOD", config::OptionType::choice, method_group, "", "",
     "sampling_records: offsets and samples, on the brokers; metrics_api: Confluent's Metrics API; "
     "prometheus: what an exporter of the brokers told Prometheus. Default: by USE_SAMPLE_RECORDS",
     0, 0, "sampling_records|metrics_api|prometheus"},
    {"use_sample_records", "USE_SAMPLE_RECORDS", config::OptionType::boolean, method_group, "",
     "True", "True: --method sampling_records; False: --method metrics_api"},
    {"cross_check", "CROSS_CHECK", config::OptionType::boolean, method_group, "", "False",
     "measure by a second method, too, and show the difference"},
    {"prometheus_url", "PROMETHEUS_URL", config::OptionType::text, method_group, "URL", "",
     "of the server, with the path before /api/v1, if it has one"},
    {"prometheus_flavour", "PROMETHEUS_FLAVOUR", config::OptionType::choice, method_group, "", "",
     "whose names the metrics have; else found out", 0, 0, metrics::flavour_choices},
    {"prometheus_selector", "PROMETHEUS_SELECTOR", config::OptionType::text, method_group, "LABELS",
     "", "labels of a cluster's series: env=\"prod\",cluster=\"{cluster_id}\", with its id"},
    {"prometheus_record_bytes", "PROMETHEUS_RECORD_BYTES", config::OptionType::text, method_group,
     "SIZES", "",
     "mean size of records, where exporters count no bytes: 1KiB, or orders=700B,clicks=1KiB; a "
     "size alone is that of all others"},
    {"prometheus_user", "PROMETHEUS_USER", config::OptionType::text, method_group, "NAME", "",
     "for basic authentication"},
    {"prometheus_password",
     "PROMETHEUS_PASSWORD",
     config::OptionType::text,
     method_group,
     "TEXT",
     "",
     "for basic authentication; prefer the variable",
     0,
     0,
     {},
     true},
    {"prometheus_token",
     "PROMETHEUS_TOKEN",
     config::OptionType::text,
     method_group,
     "TEXT",
     "",
     "a bearer token; prefer the variable",
     0,
     0,
     {},
     true},
});

enum class Method { sampling_records, metrics_api, prometheus };

/// "sampling_records": as the reports name it.
std::string_view name_of(Method method);

struct PrometheusOptions {
  std::string url;
  std::string flavour;                         ///< empty: to be found out
  std::string selector;                        ///< empty: all series
  std::map<std::string, double> record_bytes;  ///< by topic
  std::optional<double> other_record_bytes;    ///< of all other topics
  std::string user;
  config::Secret password;
  config::Secret token;
};

struct MethodOptions {
  Method method = Method::sampling_records;
  std::optional<Method> checked_by;  ///< the second one, of --cross-check
  PrometheusOptions prometheus;
  std::vector<std::string> warnings;

  [[nodiscard]] bool uses(Method which) const { return method == which || checked_by == which; }
};

/// From a table that has method_rows, cluster_rows and sizing_rows.
MethodOptions method_options(const config::OptionValues& values, const ClusterOptions& where,
                             FoundErrors& found);

}  // namespace partwise::app
