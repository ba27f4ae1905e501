// What `keys verify` and `keys cleanup` can be told.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "app/cluster_options.h"
#include "app/key_source.h"
#include "base/result.h"
#include "config/option.h"

namespace partwise::app {

struct VerifyOptions {
  KeySource source;
  ClusterOptions where;
  int partitions = 10;
  std::optional<int> replication_factor;
  std::string compression = "lz4";
  std::string partitioner = "murmur2_random";
  std::int64_t value_bytes = 0;
  std::string into_existing;  ///< empty: a topic is made
  bool keep = false;
  std::string format = "table";
  std::string out;
  std::vector<std::string> warnings;
};

struct CleanupOptions {
  ClusterOptions where;
  bool yes = false;
  bool all = false;
  std::string format = "table";
};

config::OptionTable verify_option_table();
config::OptionTable cleanup_option_table();
/// errors: invalid_input, all of them together
tl::expected<VerifyOptions, Errors> verify_options(const config::OptionValues& values);
tl::expected<CleanupOptions, Errors> cleanup_options(const config::OptionValues& values);

}  // namespace partwise::app
