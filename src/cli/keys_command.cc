#include "cli/keys_command.h"

#include <array>

#include "cli/command_family.h"
#include "cli/keys_cleanup_command.h"
#include "cli/keys_scan_command.h"
#include "cli/keys_simulate_command.h"
#include "cli/keys_verify_command.h"

namespace partwise::cli {
namespace {

constexpr std::array<Command, 4> list = {{
    {"simulate", "where keys would go, by ten strategies; no cluster needed", keys_simulate_help,
     keys_simulate_command},
    {"verify", "produces keys to a topic of its own, reads them back, compares", keys_verify_help,
     keys_verify_command},
    {"scan", "the keys of a topic: how even, which are heavy, who placed them", keys_scan_help,
     keys_scan_command},
    {"cleanup", "topics that ended runs of verify and scan have left, and deleting them",
     keys_cleanup_help, keys_cleanup_command},
}};

constexpr CommandFamily family = {
    "keys", "How keys spread over partitions, and whether that is chance.", list,
    "  partwise keys simulate\n"
    "  partwise keys simulate --simulation hot --partitions 12 --strategy murmur2,salted\n"
    "  partwise keys scan orders --bootstrap-servers localhost:9092\n"
    "  partwise keys verify --bootstrap-servers localhost:9092\n"
    "  partwise keys simulate --help\n"};

}  // namespace

std::string keys_help() { return help_of(family); }

int keys_command(const Arguments& arguments) { return run(family, arguments); }

}  // namespace partwise::cli
