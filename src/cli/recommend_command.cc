#include "cli/recommend_command.h"

#include <unistd.h>

#include <fmt/format.h>

#include "app/recommend_options.h"
#include "base/units.h"
#include "cli/exit_status.h"
#include "cli/interrupt.h"
#include "cli/option_help.h"
#include "cli/outside_run.h"
#include "cli/progress_lines.h"
#include "cli/recommend_run.h"
#include "cli/settings.h"
#include "cli/terminal.h"

namespace partwise::cli {

std::string recommend_help() {
  return fmt::format(
      "How many partitions does every topic need, why, and how sure is that?\n\n"
      "Usage: partwise recommend --bootstrap-servers HOST:PORT [OPTIONS]\n\n"
      "Demand is measured on the brokers: record counts over time from offset lookups, record "
      "sizes\n"
      "from samples. Or by a service that has counted it already, and no topic is read: --method\n"
      "metrics_api (Confluent Cloud) or prometheus. No consumer group is joined, and nothing is\n"
      "written to the cluster but the results topic, where USE_KAFKA_WRITER asks for it.\n\n"
      "Examples:\n"
      "  partwise recommend --bootstrap-servers localhost:9092\n"
      "  partwise recommend --config client.properties --topic-filter orders,payments \\\n"
      "      --consumer-throughput 25MB/s --sampling-days 14\n"
      "  partwise recommend --bootstrap-servers localhost:9092 --format json | jq "
      "'.clusters[].topics[]'\n"
      "  partwise recommend --bootstrap-servers localhost:9092 --method prometheus \\\n"
      "      --prometheus-url http://localhost:9090\n"
      "{}\n"
      "Files: <cluster id>-recommender-<epoch>-detail-report.csv, -summary-report.csv, "
      "-report.json, -report.html\n"
      "Exit status: 0 done, 1 failed, 2 bad usage, 3 not authorized, 4 done in part, 130 "
      "interrupted\n",
      options_help(app::recommend_option_table()));
}

int recommend_command(const Arguments& arguments) {
  const auto settings =
      settings_or_status(app::recommend_option_table(), recommend_help, arguments);
  if (!settings) return settings.error();
  const auto options = app::recommend_options(settings->values);
  if (!options) {
    print_errors(options.error());
    return bad_usage;
  }
  print_warnings(settings->warnings);
  print_warnings(options->warnings);
  ProgressLines progress(is_terminal(STDERR_FILENO), settings->values.boolean("verbose"));
  const Interrupt interrupt(
      [&progress] {
        progress.say(
            fmt::format("stopping; {} kept", counted_text(progress.topics_done(), "topic")));
      },
      [&options] { tell(leaving_text(options->where) + "\n"); });
  return run_recommend(*options, {settings->values.text("color")}, settings->environment(),
                       progress, interrupt.token())
      .status;
}

}  // namespace partwise::cli
