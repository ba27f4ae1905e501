#include "listener/port_holder.h"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <system_error>

#include <fmt/format.h>

namespace partwise::listener {
namespace {

namespace fs = std::filesystem;

// One row of /proc/net/tcp: "0: 0100007F:2384 00000000:0000 0A ... inode ...".
std::string listening_inode(const std::string& row, int port) {
  constexpr std::string_view listening = "0A";
  std::istringstream fields(row);
  std::string slot;
  std::string local;
  std::string remote;
  std::string state;
  std::string skipped;
  std::string inode;
  fields >> slot >> local >> remote >> state;
  for (int i = 0; i < 5; ++i) fields >> skipped;
  fields >> inode;
  const auto colon = local.find(':');
  if (!fields || state != listening || colon == std::string::npos) return {};
  int held = 0;
  std::from_chars(local.data() + colon + 1, local.data() + local.size(), held, 16);
  return held == port ? inode : "";
}

// How the descriptors of listening sockets read in /proc/PID/fd.
std::set<std::string> listening_sockets(int port) {
  std::set<std::string> found;
  for (const auto* table : {"/proc/net/tcp", "/proc/net/tcp6"}) {
    std::ifstream rows(table);
    for (std::string row; std::getline(rows, row);) {
      const auto inode = listening_inode(row, port);
      if (!inode.empty()) found.insert(fmt::format("socket:[{}]", inode));
    }
  }
  return found;
}

bool holds_one(const fs::path& process, const std::set<std::string>& sockets) {
  std::error_code error;  // processes end, and others' are not readable
  for (fs::directory_iterator each(process / "fd", error), end; !error && each != end;
       each.increment(error)) {
    std::error_code unreadable;
    if (sockets.contains(fs::read_symlink(each->path(), unreadable).string())) return true;
  }
  return false;
}

}  // namespace

std::string port_holder(int port) {
  const auto sockets = listening_sockets(port);
  if (sockets.empty()) return {};
  std::error_code error;
  for (fs::directory_iterator each("/proc", error), end; !error && each != end;
       each.increment(error)) {
    const auto process = each->path().filename().string();
    const bool numbered = std::ranges::all_of(process, [](char c) { return c >= '0' && c <= '9'; });
    if (!numbered || !holds_one(each->path(), sockets)) continue;
    std::string name;
    std::ifstream command(each->path() / "comm");
    std::getline(command, name);
    return fmt::format("{} (process {})", name.empty() ? "a program" : name, process);
  }
  return {};
}

Error port_taken(int port, std::string_view option) {
  const auto holder = port_holder(port);
  return {ErrorKind::unavailable,
          holder.empty() ? fmt::format("port {} is taken", port)
                         : fmt::format("port {} is taken by {}", port, holder),
          fmt::format("{} 0 takes any free port", option), ""};
}

}  // namespace partwise::listener
