// What `cluster list`, `cluster describe` and `cluster keys` can be told.
#pragma once

#include <string>
#include <vector>

#include "app/cluster_options.h"
#include "app/topic_choice.h"
#include "base/result.h"
#include "config/option.h"

namespace partwise::app {

config::OptionTable list_option_table();
config::OptionTable describe_option_table();
config::OptionTable keys_option_table();

struct ListOptions {
  ClusterOptions where;
  std::string format = "table";
};

struct DescribeOptions {
  ClusterOptions where;
  TopicChoice topics;
  bool partitions = false;  ///< a line for each of them
  std::string format = "table";
};

struct KeysOptions {
  ClusterOptions where;
  bool prune = false;
  bool yes = false;  ///< carry it out
  bool all = false;  ///< also keys of runs that may still go on
  std::string format = "table";
};

/// errors: invalid_input, all of them together
tl::expected<ListOptions, Errors> list_options(const config::OptionValues& values);
tl::expected<DescribeOptions, Errors> describe_options(const config::OptionValues& values);
tl::expected<KeysOptions, Errors> keys_options(const config::OptionValues& values);

}  // namespace partwise::app
