#include "app/verify_options.h"

#include <utility>

#include "app/found_errors.h"
#include "app/partition_counts.h"
#include "app/sizing_options.h"
#include "base/text.h"
#include "base/topic_name.h"

namespace partwise::app {
namespace {

using config::Option;
using config::OptionType;
using config::OptionValues;

constexpr std::string_view topic_group = "The topic";

constexpr auto verify_rows = std::to_array<Option>({
    {"partitions", "PARTITIONS", OptionType::integer, topic_group, "N", "10",
     "of the topic that is made", 1, partitions_max},
    {"replication_factor", "REPLICATION_FACTOR", OptionType::integer, topic_group, "N", "",
     "of the topic that is made; else 3, or as many as there are brokers", 1, 100},
    {"compression", "", OptionType::choice, topic_group, "CODEC", "lz4", "of what is produced", 0,
     0, "none|gzip|snappy|lz4|zstd"},
    {"partitioner", "", OptionType::choice, topic_group, "NAME", "murmur2_random",
     "the client's: murmur2_random places keys as Java does, consistent_random (CRC32) is "
     "librdkafka's default",
     0, 0, "murmur2_random|murmur2|consistent_random|consistent|fnv1a_random|fnv1a"},
    {"value_size", "", OptionType::bytes, topic_group, "SIZE", "0",
     "values are filled up to so many bytes; less than id, key, timestamp and data is not possible",
     0, 1 << 20},
    {"into_existing", "", OptionType::text, topic_group, "TOPIC", "",
     "produce into this topic, which stays, with the records; else one is made and deleted"},
    {"keep", "", OptionType::boolean, topic_group, "", "False",
     "leave the topic that was made; `partwise keys cleanup` deletes it"},
    {"verbose", "", OptionType::boolean, keys_output_group, "", "False",
     "tell on stderr what is done, step by step"},
});

constexpr auto cleanup_rows = std::to_array<Option>({
    {"yes", "", OptionType::boolean, topic_group, "", "False",
     "delete the topics; else only say which"},
    {"all", "", OptionType::boolean, topic_group, "", "False",
     "also topics of less than a day, whose run may still go on"},
    {"verbose", "", OptionType::boolean, keys_output_group, "", "False",
     "tell on stderr what is done, step by step"},
    {"format", "FORMAT", OptionType::choice, keys_output_group, "FORMAT", "table",
     "lines for people, or JSON", 0, 0, "table|json"},
    {"show_config", "", OptionType::boolean, keys_output_group, "", "False",
     "print every setting with where it came from, and stop"},
    {"color", "", OptionType::choice, keys_output_group, "WHEN", "auto",
     "colour: auto is on a terminal without NO_COLOR", 0, 0, "auto|always|never"},
});

constexpr auto verify_table = rows_of(key_source_rows, verify_rows, keys_output_rows, cluster_rows);
constexpr auto cleanup_table = rows_of(cleanup_rows, cluster_rows);

}  // namespace

config::OptionTable verify_option_table() { return verify_table; }
config::OptionTable cleanup_option_table() { return cleanup_table; }

tl::expected<VerifyOptions, Errors> verify_options(const OptionValues& values) {
  FoundErrors found;
  VerifyOptions options;
  options.source = key_source(values, found, options.warnings);
  options.where = cluster_options(values, found);
  options.partitions = static_cast<int>(values.integer("partitions"));
  if (values.has("replication_factor")) {
    options.replication_factor = static_cast<int>(values.integer("replication_factor"));
  }
  options.compression = lowered(values.text("compression"));
  options.partitioner = lowered(values.text("partitioner"));
  options.value_bytes = values.bytes("value_size");
  options.into_existing = values.text("into_existing");
  if (!options.into_existing.empty()) {
    if (const auto name = check_topic_name(options.into_existing); !name) {
      found.wrong(name.error().message, name.error().hint, "--into-existing");
    }
  }
  options.keep = values.boolean("keep");
  options.format = lowered(values.text("format"));
  options.out = values.text("out");
  for (const auto* name : {"partitions", "replication_factor", "keep"}) {
    note_if_unused(values, name, options.into_existing.empty(), "--into-existing names a topic",
                   options.warnings);
  }
  return std::move(found).unless_any(std::move(options));
}

tl::expected<CleanupOptions, Errors> cleanup_options(const OptionValues& values) {
  FoundErrors found;
  CleanupOptions options;
  options.where = cluster_options(values, found);
  options.yes = values.boolean("yes");
  options.all = values.boolean("all");
  options.format = lowered(values.text("format"));
  return std::move(found).unless_any(std::move(options));
}

}  // namespace partwise::app
