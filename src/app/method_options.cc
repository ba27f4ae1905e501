#include "app/method_options.h"

#include <utility>

#include <fmt/format.h>

#include "base/text.h"
#include "base/units.h"
#include "http/url.h"
#include "metrics/observed_time.h"

namespace partwise::app {
namespace {

using config::OptionValues;

class MethodOptionReader {
 public:
  MethodOptionReader(const OptionValues& values, const ClusterOptions& where, FoundErrors& found)
      : values_(values), where_(where), found_(found) {}

  MethodOptions read() {
    read_prometheus();
    read_method();
    if (values_.boolean("cross_check")) options_.checked_by = second_method();
    check_sources();
    return std::move(options_);
  }

 private:
  void read_prometheus() {
    auto& prometheus = options_.prometheus;
    prometheus.url = values_.text("prometheus_url");
    prometheus.flavour = lowered(values_.text("prometheus_flavour"));
    prometheus.selector = values_.text("prometheus_selector");
    prometheus.user = values_.text("prometheus_user");
    prometheus.password = config::Secret(values_.text("prometheus_password"));
    prometheus.token = config::Secret(values_.text("prometheus_token"));
    read_record_bytes();
    if (!prometheus.user.empty() && !prometheus.token.empty()) {
      found_.wrong("both a user and a token are given for Prometheus", "leave one of them out",
                   values_.entry("prometheus_token").from);
    }
    if (prometheus.url.empty()) return;
    const auto origin = http::service_origin(prometheus.url);
    if (!origin) {
      auto error = origin.error();
      error.message = "PROMETHEUS_URL: " + error.message;
      error.from = values_.entry("prometheus_url").from;
      found_.add({std::move(error)});
    } else if (origin->is_open_on_the_way() &&
               !(prometheus.user.empty() && prometheus.token.empty())) {
      options_.warnings.push_back(fmt::format(
          "the login of Prometheus is sent to {} without encryption", origin->address()));
    }
  }

  // 1KiB, or orders=700B,clicks=1KiB, or both.
  void read_record_bytes() {
    for (const auto& part : listed(values_.text("prometheus_record_bytes"))) {
      const auto equals = part.rfind('=');
      const bool named = equals != std::string::npos;
      const auto topic = named ? std::string(trimmed(part.substr(0, equals))) : std::string();
      const auto size = bytes_from_text(trimmed(named ? part.substr(equals + 1) : part));
      if ((named && topic.empty()) || !size || *size <= 0) {
        wrong_record_bytes(fmt::format("'{}' is no size of records", quotable(part)));
      } else if (!put_record_bytes(topic, static_cast<double>(*size))) {
        wrong_record_bytes(named ? fmt::format("{} has two sizes", quotable(topic))
                                 : "there are two sizes for all other topics");
      }
    }
  }

  // An empty topic is all others; false: it has a size already.
  bool put_record_bytes(const std::string& topic, double size) {
    auto& prometheus = options_.prometheus;
    if (!topic.empty()) return prometheus.record_bytes.emplace(topic, size).second;
    if (prometheus.other_record_bytes) return false;
    prometheus.other_record_bytes = size;
    return true;
  }

  void wrong_record_bytes(const std::string& what) {
    found_.wrong("PROMETHEUS_RECORD_BYTES: " + what,
                 "a size such as 1KiB, or topics with theirs: orders=700B,clicks=1KiB",
                 values_.entry("prometheus_record_bytes").from);
  }

  void read_method() {
    const bool sampled = values_.boolean("use_sample_records");
    if (!values_.has("method")) {
      options_.method = sampled ? Method::sampling_records : Method::metrics_api;
      return;
    }
    const auto name = lowered(values_.text("method"));
    for (const auto method : {Method::metrics_api, Method::prometheus}) {
      if (name == name_of(method)) options_.method = method;
    }
    const bool sampling = options_.method == Method::sampling_records;
    if (values_.given("use_sample_records") && sampled != sampling) {
      found_.wrong(fmt::format("USE_SAMPLE_RECORDS is {}, but the method is {}",
                               sampled ? "True" : "False", name),
                   "leave one of them out", values_.entry("use_sample_records").from);
    }
  }

  std::optional<Method> second_method() {
    if (options_.method != Method::sampling_records) return Method::sampling_records;
    if (!options_.prometheus.url.empty()) return Method::prometheus;
    if (where_.cloud.has_login()) return Method::metrics_api;
    found_.wrong("--cross-check has no second method",
                 "give --prometheus-url, or the API key of Confluent Cloud",
                 values_.entry("cross_check").from);
    return std::nullopt;
  }

  void check_sources() {
    if (options_.uses(Method::metrics_api) && !where_.cloud.has_login() && found_.empty()) {
      found_.wrong("the Metrics API needs an API key of Confluent Cloud, and there is none",
                   "CONFLUENT_CLOUD_CREDENTIAL={\"confluent_cloud_api_key\": ..., "
                   "\"confluent_cloud_api_secret\": ...}, or CONFLUENT_CLOUD_API_SECRET_PATH with "
                   "USE_AWS_SECRETS_MANAGER");
    }
    if (options_.uses(Method::prometheus) && options_.prometheus.url.empty()) {
      found_.wrong("the method is prometheus, but no server is named",
                   "--prometheus-url http://localhost:9090");
    }
    check_window();
    if (!options_.uses(Method::prometheus)) note_unused();
    if (options_.uses(Method::sampling_records)) return;
    for (const auto* name : {"full_scan", "prove", "quick"}) {
      if (!values_.boolean(name)) continue;
      found_.wrong(fmt::format("{} says how brokers are asked, but the method is {}",
                               values_.entry(name).from, name_of(options_.method)),
                   "leave one of them out", values_.entry(name).from);
    }
  }

  // A file of variables may serve several kinds of runs: what was typed for this one is meant.
  void note_unused() {
    for (const auto& row : method_rows) {
      if (!row.name.starts_with("prometheus_") || !values_.typed(row.name)) continue;
      options_.warnings.push_back(
          fmt::format("{} is not used: the method is {} (--method prometheus, or --cross-check)",
                      flag_of(row), name_of(options_.method)));
    }
  }

  void check_window() {
    if (!options_.uses(Method::metrics_api) && !options_.uses(Method::prometheus)) return;
    auto told = metrics::can_be_told(values_.duration("peak_window"));
    if (told) return;
    found_.wrong(std::move(told.error().message), std::move(told.error().hint),
                 values_.entry("peak_window").from);
  }

  const OptionValues& values_;
  const ClusterOptions& where_;
  FoundErrors& found_;
  MethodOptions options_;
};

}  // namespace

std::string_view name_of(Method method) {
  switch (method) {
    case Method::sampling_records:
      return "sampling_records";
    case Method::metrics_api:
      return "metrics_api";
    case Method::prometheus:
      return "prometheus";
  }
  return "sampling_records";
}

MethodOptions method_options(const OptionValues& values, const ClusterOptions& where,
                             FoundErrors& found) {
  return MethodOptionReader(values, where, found).read();
}

}  // namespace partwise::app
