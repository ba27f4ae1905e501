#include "cli/demo_command.h"

#include <unistd.h>

#include <string>
#include <thread>
#include <utility>

#include <fmt/format.h>

#include "app/demo_options.h"
#include "app/embedded_cluster.h"
#include "cli/exit_status.h"
#include "cli/interrupt.h"
#include "cli/option_help.h"
#include "cli/progress_lines.h"
#include "cli/recommend_run.h"
#include "cli/settings.h"
#include "cli/terminal.h"

namespace partwise::cli {
namespace {

using app::EmbeddedCluster;

// With the clusters' own words: what a newcomer can do next.
void print_next(const std::string& bootstrap_servers, bool kept) {
  const auto servers = kept ? bootstrap_servers : std::string("HOST:PORT");
  fmt::print("\nTry next:\n");
  if (!kept)
    fmt::print("  partwise demo --keep          the same, and the cluster stays to be looked at\n");
  fmt::print("  partwise recommend --bootstrap-servers {} --explain ledger\n", servers);
  if (kept)
    fmt::print("  kcat -b {} -L                 any Kafka client can talk to it\n", servers);
  fmt::print("  partwise broker --help        a cluster of your own: topics, faults, its truth\n");
}

int run_demo(const config::OptionValues& values, ProgressLines& progress,
             const Interrupt& interrupt) {
  const auto now = SystemClock().now();
  auto cluster = EmbeddedCluster::open(app::demo_cluster(values, now),
                                       [&](const std::string& line) { progress.say(line); });
  if (!cluster) {
    print_errors(cluster.error());
    return exit_status_of(cluster.error().front());
  }
  const auto options = app::demo_recommendation(values, (*cluster)->bootstrap_servers());
  if (!options) {
    print_errors(options.error());
    return bad_usage;
  }
  fmt::print("An embedded cluster of virtual topics, for show: not Apache Kafka.\n\n");
  std::jthread server([&](const std::stop_token& stop) { (*cluster)->run(stop); });
  const auto truth = app::demo_truth(**cluster, *options, now);
  const auto no_variables = [](std::string_view) { return std::nullopt; };
  const auto outcome = run_recommend(*options, {values.text("color"), &truth}, no_variables,
                                     progress, interrupt.token());
  const bool kept = values.boolean("keep") && !interrupt.token().stop_requested();
  if (outcome.status != bad_usage) print_next((*cluster)->bootstrap_servers(), kept);
  if (kept) {
    (*cluster)->clock().run_from(now);
    fmt::print("\nIt runs until Ctrl-C: bootstrap.servers={}\n", (*cluster)->bootstrap_servers());
    (void)std::fflush(stdout);
    interrupt.wait();
    return done;
  }
  return outcome.status;
}

}  // namespace

std::string demo_help() {
  return fmt::format(
      "See partwise work: a cluster inside this program, `recommend` on it, the truth beside "
      "it.\n\n"
      "Usage: partwise demo [OPTIONS]\n\n"
      "Starts an embedded cluster with the topics of an imagined shop, a week and some fifty TiB "
      "of\n"
      "records that exist as formulas only, and runs `partwise recommend` on it over the network.\n"
      "Nothing outside this program is touched but the report files.\n\n"
      "Examples:\n"
      "  partwise demo\n"
      "  partwise demo --consumer-throughput 25MB/s\n"
      "  partwise demo --keep --port 9092\n"
      "{}\n"
      "Exit status: that of recommend; 0 when it was kept\n",
      options_help(app::demo_option_table()));
}

int demo_command(const Arguments& arguments) {
  const auto settings = settings_or_status(app::demo_option_table(), demo_help, arguments);
  if (!settings) return settings.error();
  print_warnings(settings->warnings);
  ProgressLines progress(is_terminal(STDERR_FILENO), settings->values.boolean("verbose"));
  const Interrupt interrupt([&progress] { progress.say("stopping"); });
  return run_demo(settings->values, progress, interrupt);
}

}  // namespace partwise::cli
