#include "cli/outside_settings.h"

#include <string>

namespace partwise::cli {

app::OutsideSettings outside_settings(const config::Environment& environment,
                                      const app::ClusterOptions& where, ProgressLines& progress) {
  return {environment, where.service_patience,
          [&progress](const std::string& line) { progress.detail(line); }};
}

}  // namespace partwise::cli
