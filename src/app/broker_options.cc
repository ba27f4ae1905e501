#include "app/broker_options.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "app/fault_file.h"
#include "app/fleet_file.h"
#include "app/found_errors.h"
#include "app/sizing_options.h"
#include "base/text.h"
#include "base/units.h"
#include "config/file_text.h"
#include "config/properties_text.h"
#include "fleet/demo_fleet.h"

namespace partwise::app {
namespace {

using config::Option;
using config::OptionType;
using config::OptionValues;

constexpr std::string_view where = "Where it listens";
constexpr std::string_view what = "What it holds";
constexpr std::string_view who = "Who may enter";
constexpr std::string_view trouble = "Trouble on demand";
constexpr std::string_view limits = "Limits";
constexpr std::string_view output = "Output";

constexpr auto broker_rows = std::to_array<Option>({
    {"port", "BROKER_PORT", OptionType::integer, where, "PORT", "9092",
     "of the first broker, the others' follow; 0: any free ones", 0, 65'535},
    {"host", "BROKER_HOST", OptionType::text, where, "HOST", "127.0.0.1",
     "address to listen on; anything but loopback can be reached by others"},
    {"advertised_host", "BROKER_ADVERTISED_HOST", OptionType::text, where, "HOST", "",
     "what clients are told to connect to; the address to listen on when not given"},
    {"control_port", "BROKER_CONTROL_PORT", OptionType::integer, where, "PORT", "",
     "HTTP on loopback for faults, the clock and the truth; 0: any free one; none when not given",
     0, 65'535},

    {"brokers", "BROKERS", OptionType::integer, what, "N", "1", "brokers, each with its own port",
     1, 100},
    {"cluster_id", "BROKER_CLUSTER_ID", OptionType::text, what, "ID", "partwise-embedded",
     "the cluster's id"},
    {"fleet", "FLEET", OptionType::text, what, "FILE", "",
     "virtual topics, as docs/fleet-file.md describes; or demo, the fleet of `partwise demo`; or "
     "bench:N, N topics of 10 partitions"},
    {"now", "BROKER_NOW", OptionType::text, what, "TIME", "",
     "the clock stands at this time, as 2026-03-04T05:06:07Z, or now; it runs when not given"},
    {"auto_create_topics", "AUTO_CREATE_TOPICS", OptionType::boolean, what, "", "True",
     "make a topic that a client asks about"},
    {"num_partitions", "NUM_PARTITIONS", OptionType::integer, what, "N", "1",
     "partitions of a topic for which no count is given", 1, 10'000},
    {"default_replication_factor", "DEFAULT_REPLICATION_FACTOR", OptionType::integer, what, "N",
     "1", "replicas shown for a topic for which no factor is given", 1, 100},

    {"users", "BROKER_USERS", OptionType::text, who, "FILE", "",
     "NAME=PASSWORD lines: a login is then asked for, by SASL PLAIN or SCRAM"},
    {"tls", "BROKER_TLS", OptionType::boolean, who, "", "False",
     "TLS, with a certificate made at the start unless one is given"},
    {"tls_certificate", "BROKER_TLS_CERTIFICATE", OptionType::text, who, "FILE", "",
     "the certificate, in PEM, with its chain"},
    {"tls_key", "BROKER_TLS_KEY", OptionType::text, who, "FILE", "", "its key, in PEM"},
    {"tls_ca_out", "BROKER_TLS_CA_OUT", OptionType::text, who, "FILE", "",
     "where the authority of a made certificate is written, for the clients' ssl.ca.location"},

    {"faults", "BROKER_FAULTS", OptionType::text, trouble, "FILE", "",
     "faults from the start, as docs/broker.md describes"},

    {"memory", "BROKER_MEMORY", OptionType::bytes, limits, "SIZE", "512MiB",
     "most bytes of stored records; then the oldest batches go", 1'000'000, 1e12},
    {"max_connections", "BROKER_MAX_CONNECTIONS", OptionType::integer, limits, "N", "2000",
     "further connections are closed at once", 1, 100'000},
    {"max_request_size", "BROKER_MAX_REQUEST_SIZE", OptionType::bytes, limits, "SIZE", "100MiB",
     "a larger request closes its connection", 1'000, 2'000'000'000},

    {"truth", "BROKER_TRUTH", OptionType::text, output, "FILE", "",
     "write what the fleet carries, and what is right to recommend for it, as JSON"},
    {"env_file", "", OptionType::text, output, "FILE", ".env",
     "NAME=value lines, below the environment in rank"},
    {"show_config", "", OptionType::boolean, output, "", "False",
     "print every setting with where it came from, and stop"},
});

constexpr auto table = rows_of(broker_rows, sizing_rows);
constexpr std::string_view bench = "bench:";

// "bench:1000": that many topics of ten partitions.
Result<fleet::FleetSpec> bench_fleet(std::string_view name, Instant now) {
  constexpr int partitions = 10;
  constexpr int topics_max = 50'000;
  const auto count = name.substr(bench.size());
  int topics = 0;
  const auto [end, error] = std::from_chars(count.data(), count.data() + count.size(), topics);
  const bool whole = error == std::errc{} && end == count.data() + count.size();
  if (!whole || topics < 1 || topics > topics_max) {
    return fail(ErrorKind::invalid_input, fmt::format("{} is no fleet", name),
                fmt::format("bench:N, with N topics from 1 to {}", count_text(topics_max)));
  }
  return fleet::bench_fleet(topics, partitions, now);
}

class BrokerOptionReader {
 public:
  BrokerOptionReader(const OptionValues& values, const Clock& clock)
      : values_(values), clock_(clock) {}

  tl::expected<BrokerOptions, Errors> read() {
    refuse_empty();
    read_places();
    read_cluster();
    read_security();
    read_files();
    check_ports();
    options_.truth_file = values_.text("truth");
    if (!options_.truth_file.empty() && !values_.has("fleet")) {
      found_.wrong("--truth has nothing to tell: no fleet is given",
                   "--fleet FILE, or --fleet demo", values_.entry("truth").from);
    }
    options_.cluster.truth.sizing = sizing_settings(values_);
    options_.cluster.truth.width = values_.duration("peak_window");
    return std::move(found_).unless_any(std::move(options_));
  }

 private:
  int integer(std::string_view name) const { return static_cast<int>(values_.integer(name)); }

  void read_places() {
    auto& cluster = options_.cluster;
    cluster.port = integer("port");
    cluster.host = values_.text("host");
    cluster.advertised_host = values_.text("advertised_host");
    if (values_.has("control_port")) {
      cluster.control = listener::Endpoint{"127.0.0.1", integer("control_port")};
    }
  }

  // Once it is known how many brokers the fleet asks for.
  void check_ports() {
    const auto port = options_.cluster.port;
    const auto brokers = options_.cluster.cluster.brokers;
    if (port == 0 || port + brokers - 1 <= 65'535) return;
    found_.wrong(fmt::format("{} brokers from port {} on go beyond port 65535", brokers, port),
                 "a lower --port, or --port 0 for any free ones", values_.entry("port").from);
  }

  // An env file that is none (--env-file '') is the exception.
  void refuse_empty() {
    for (const auto& row : table) {
      const bool text = row.type == config::OptionType::text && !row.env.empty();
      if (!text || !values_.given(row.name) || !values_.text(row.name).empty()) continue;
      found_.wrong(fmt::format("{} is empty", config::flag_of(row)), "a value, or leave it out",
                   values_.entry(row.name).from);
    }
  }

  void read_cluster() {
    auto& cluster = options_.cluster.cluster;
    cluster.cluster_id = values_.text("cluster_id");
    cluster.brokers = integer("brokers");
    cluster.default_partitions = integer("num_partitions");
    cluster.default_replication_factor = integer("default_replication_factor");
    cluster.auto_create_topics = values_.boolean("auto_create_topics");
    cluster.memory_max = values_.bytes("memory");
    options_.cluster.server.connections_max =
        static_cast<std::size_t>(values_.integer("max_connections"));
    options_.cluster.server.request_max =
        static_cast<std::size_t>(values_.bytes("max_request_size"));
    if (cluster.default_replication_factor > cluster.brokers) {
      found_.wrong(fmt::format("{} replicas of each topic, but {} broker(s)",
                               cluster.default_replication_factor, cluster.brokers),
                   "a higher --brokers or a lower --default-replication-factor",
                   values_.entry("default_replication_factor").from);
    }
    if (!values_.has("now")) return;
    const auto text = values_.text("now");
    if (lowered(text) == "now") {
      options_.cluster.now = clock_.now();
      return;
    }
    auto instant = instant_from_text(text);
    if (instant) {
      options_.cluster.now = *instant;
    } else {
      found_.wrong(instant.error().message, instant.error().hint, values_.entry("now").from);
    }
  }

  void read_security() {
    read_users();
    const auto certificate = values_.text("tls_certificate");
    const auto key = values_.text("tls_key");
    if (certificate.empty() && !key.empty()) {
      found_.wrong(fmt::format("the TLS key {} is given without its certificate", key),
                   "--tls-certificate FILE", values_.entry("tls_key").from);
    }
    const bool made = values_.boolean("tls") && certificate.empty();
    if (!made && values_.has("tls_ca_out")) {
      found_.wrong("--tls-ca-out has nothing to write: no certificate is made",
                   "--tls without --tls-certificate", values_.entry("tls_ca_out").from);
    }
    if (!made && certificate.empty()) return;
    listener::TlsSettings tls;
    if (certificate.empty()) {
      tls.made = made_certificate();
    } else {
      (void)file_of("tls_certificate");  // they are read at the start: what is missing is told here
      (void)file_of("tls_key");
      tls.certificate_file = certificate;
      tls.key_file = key;
    }
    options_.cluster.server.tls = std::move(tls);
  }

  std::optional<listener::MadeCertificate> made_certificate() {
    const auto& cluster = options_.cluster;
    std::vector<std::string> hosts{cluster.host};
    if (!cluster.advertised_host.empty()) hosts.push_back(cluster.advertised_host);
    auto made = listener::make_certificate(hosts);
    options_.certificate_file = values_.text("tls_ca_out");
    if (made) return std::move(*made);
    found_.add({std::move(made).error()});
    return std::nullopt;
  }

  void read_users() {
    const auto text = file_of("users");
    if (!text) return;
    for (const auto& line : config::property_lines(*text)) {
      if (line.name.empty() || line.value.empty()) {
        found_.wrong(fmt::format("line {} names no user with a password", line.line),
                     "one NAME=PASSWORD a line", values_.text("users"));
        continue;
      }
      if (!options_.cluster.users.emplace(line.name, config::Secret(line.value)).second) {
        found_.wrong(fmt::format("line {} names user {} once more", line.line, line.name),
                     "each user once", values_.text("users"));
      }
    }
    if (options_.cluster.users.empty() && found_.empty()) {
      found_.wrong("the file of users has none", "one NAME=PASSWORD a line", values_.text("users"));
    }
  }

  std::optional<std::string> file_of(std::string_view option) {
    if (!values_.has(option) || values_.text(option).empty()) return std::nullopt;
    auto text = config::file_text(values_.text(option));
    if (text) return std::move(*text);
    auto error = std::move(text).error();
    error.kind = ErrorKind::invalid_input;
    if (error.hint.empty()) error.hint = "a file that is there and may be read";
    error.from = values_.entry(option).from;
    found_.add({std::move(error)});
    return std::nullopt;
  }

  void read_files() {
    const auto now = options_.cluster.now.value_or(clock_.now());
    read_fleet(now);
    fit_brokers_to_fleet();
    if (const auto text = file_of("faults")) {
      auto faults = faults_from_toml(*text, values_.text("faults"));
      if (faults) {
        options_.cluster.faults = std::move(*faults);
      } else {
        found_.add(std::move(faults).error());
      }
    }
  }

  void read_fleet(Instant now) {
    const auto name = values_.text("fleet");
    if (name == "demo") {
      options_.cluster.fleet = fleet::demo_fleet(now);
    } else if (name.starts_with(bench)) {
      take(bench_fleet(name, now).map_error([this](Error error) {
        error.from = values_.entry("fleet").from;
        return Errors{std::move(error)};
      }));
    } else if (const auto text = file_of("fleet")) {
      const auto brokers = options_.cluster.cluster.brokers;
      take(fleet_from_toml(*text, name, now,
                           values_.given("brokers") ? std::optional(brokers) : std::nullopt));
    }
  }

  void take(tl::expected<fleet::FleetSpec, Errors> fleet) {
    if (fleet) {
      options_.cluster.fleet = std::move(*fleet);
    } else {
      found_.add(std::move(fleet).error());
    }
  }

  // Replicas need brokers; who says how many is told where that is too few.
  void fit_brokers_to_fleet() {
    const auto& fleet = options_.cluster.fleet;
    if (!fleet) return;
    int replicas = 1;
    for (const auto& topic : fleet->topics) replicas = std::max(replicas, topic.replication_factor);
    auto& brokers = options_.cluster.cluster.brokers;
    if (replicas <= brokers) return;
    if (values_.given("brokers")) {
      found_.wrong(fmt::format("the fleet {} has topics of {} replicas, but --brokers is {}",
                               values_.text("fleet"), replicas, brokers),
                   fmt::format("--brokers {} or more, or leave it out", replicas),
                   values_.entry("brokers").from);
    }
    brokers = replicas;
  }

  const OptionValues& values_;
  const Clock& clock_;
  BrokerOptions options_;
  FoundErrors found_;
};

}  // namespace

config::OptionTable broker_option_table() { return table; }

tl::expected<BrokerOptions, Errors> broker_options(const OptionValues& values, const Clock& clock) {
  return BrokerOptionReader(values, clock).read();
}

}  // namespace partwise::app
