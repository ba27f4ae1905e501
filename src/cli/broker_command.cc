#include "cli/broker_command.h"

#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <stop_token>
#include <string>

#include <fmt/format.h>

#include "app/broker_options.h"
#include "app/embedded_cluster.h"
#include "base/units.h"
#include "cli/exit_status.h"
#include "cli/interrupt.h"
#include "cli/option_help.h"
#include "cli/settings.h"
#include "cli/status_line.h"
#include "cli/terminal.h"
#include "fleet/truth.h"

namespace partwise::cli {
namespace {

using app::BrokerOptions;
using app::EmbeddedCluster;

Result<> write_file(const char* option, const std::string& path, const std::string& text) {
  errno = 0;
  std::ofstream file(path);
  file << text;
  file.close();
  if (file) return {};
  const std::string why = errno == 0 ? "" : fmt::format(": {}", std::strerror(errno));
  return fail(ErrorKind::invalid_input, fmt::format("cannot write {}{}", path, why),
              "a file that may be made and written", option);
}

// What the options ask to be written, before anyone is served.
Result<> write_files(const BrokerOptions& options, EmbeddedCluster& cluster,
                     const std::stop_token& stop) {
  const auto& tls = options.cluster.server.tls;
  if (tls && tls->made && !options.certificate_file.empty()) {
    TRY(write_file("--tls-ca-out", options.certificate_file, tls->made->ca_pem));
  }
  if (options.truth_file.empty()) return {};
  auto settings = options.cluster.truth;
  settings.now = cluster.clock().now();
  const auto truth = fleet::truth_json(*cluster.fleet(), settings, stop);
  if (!truth) return {};
  return write_file("--truth", options.truth_file, *truth);
}

std::string fleet_text(const fleet::FleetTopics& fleet) {
  int partitions = 0;
  for (const auto& topic : fleet.topics()) partitions += topic.partitions();
  return fmt::format("{} of the fleet, {}", counted_text(std::ssize(fleet.topics()), "topic"),
                     counted_text(partitions, "partition"));
}

void print_start(const BrokerOptions& options, const EmbeddedCluster& cluster) {
  fmt::print(
      "embedded cluster {} · for demos, tests and teaching: not Apache Kafka, and no "
      "replacement for it\n",
      options.cluster.cluster.cluster_id);
  const bool login = !options.cluster.users.empty();
  if (options.cluster.server.tls) {
    fmt::print("security.protocol={}\n", login ? "SASL_SSL" : "SSL");
  } else if (login) {
    fmt::print("security.protocol=SASL_PLAINTEXT\n");
  }
  if (!cluster.control_address().empty()) {
    fmt::print("control=http://{}/\n", cluster.control_address());
  }
  if (cluster.fleet()) fmt::print("{}\n", fleet_text(*cluster.fleet()));
  // The last line, for who waits for it.
  fmt::print("bootstrap.servers={}\n", cluster.bootstrap_servers());
  (void)std::fflush(stdout);
}

std::string status_text(const app::EmbeddedState& state) {
  return fmt::format("{} · {}, {} · {} in memory · {} · {} in, {} out",
                     counted_text(state.traffic.connections, "connection"),
                     counted_text(state.topics, "topic"),
                     counted_text(state.partitions, "partition"),
                     bytes_text(static_cast<double>(state.stored_bytes)),
                     counted_text(state.traffic.requests, "request"),
                     bytes_text(static_cast<double>(state.traffic.bytes_in)),
                     bytes_text(static_cast<double>(state.traffic.bytes_out)));
}

int serve(const BrokerOptions& options) {
  StatusLine status(is_terminal(STDERR_FILENO));
  const Interrupt interrupt([&status] { status.say("stopping"); });
  auto cluster = EmbeddedCluster::open(options.cluster,
                                       [&status](const std::string& line) { status.say(line); });
  if (!cluster) {
    print_errors(cluster.error());
    return exit_status_of(cluster.error().front());
  }
  if (const auto written = write_files(options, **cluster, interrupt.token()); !written) {
    print_errors({written.error()});
    return bad_usage;
  }
  if (interrupt.token().stop_requested()) return done;
  print_start(options, **cluster);
  status.keep_showing([&] { return status_text((*cluster)->state()); });
  (*cluster)->run(interrupt.token());
  status.finish();
  return done;
}

}  // namespace

std::string broker_help() {
  return fmt::format(
      "A small Kafka-compatible cluster inside this program, with virtual topics of any size.\n\n"
      "Usage: partwise broker [OPTIONS]\n\n"
      "For demos, tests and teaching: it keeps records in memory, replicates nothing and is no\n"
      "replacement for Apache Kafka. It listens on loopback unless told otherwise, and runs until\n"
      "Ctrl-C. docs/broker.md says what it speaks, and where it differs from Kafka.\n\n"
      "Examples:\n"
      "  partwise broker --port 9092\n"
      "  partwise broker --port 0 --brokers 3 --fleet fleet.toml --truth truth.json\n"
      "  partwise broker --fleet demo --now 2026-03-04T05:06:07Z --control-port 0\n"
      "{}\n"
      "Exit status: 0 stopped by Ctrl-C or SIGTERM, 1 failed, 2 bad usage\n",
      options_help(app::broker_option_table()));
}

int broker_command(const Arguments& arguments) {
  const auto settings = settings_or_status(app::broker_option_table(), broker_help, arguments);
  if (!settings) return settings.error();
  const auto options = app::broker_options(settings->values, SystemClock());
  if (!options) {
    print_errors(options.error());
    return bad_usage;
  }
  print_warnings(settings->warnings);
  return serve(*options);
}

}  // namespace partwise::cli
