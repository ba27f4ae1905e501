#include "app/this_run.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <sstream>
#include <system_error>

#include <fmt/format.h>

namespace partwise::app {

namespace {

constexpr std::size_t longest_host = 40;

std::string boot_id() {
  std::ifstream file("/proc/sys/kernel/random/boot_id");
  std::string id;
  file >> id;
  return id.substr(0, 8);
}

// "pid:[4026531836]" is the namespace with that number.
std::string pid_namespace() {
  std::error_code error;
  const auto link = std::filesystem::read_symlink("/proc/self/ns/pid", error).string();
  std::string digits;
  std::copy_if(link.begin(), link.end(), std::back_inserter(digits),
               [](unsigned char c) { return std::isdigit(c) != 0; });
  return digits;
}

// Field 22 of /proc/PID/stat, in clock ticks since the machine started; the name, field 2, may have
// blanks. 0: not told.
std::int64_t begin_of(std::int64_t pid) {
  std::ifstream file(fmt::format("/proc/{}/stat", pid));
  std::string text;
  std::getline(file, text);
  const auto name_end = text.rfind(')');
  if (name_end == std::string::npos) return 0;
  std::istringstream fields(text.substr(name_end + 1));
  std::string field;
  for (int number = 3; number < 22; ++number) fields >> field;
  std::int64_t begin = 0;
  return fields >> begin ? begin : 0;
}

}  // namespace

std::string machine_name() {
  std::array<char, 256> host{};
  if (gethostname(host.data(), host.size() - 1) != 0) return "unknown";
  return fmt::format("{}.{}.{}", std::string(host.data()).substr(0, longest_host), boot_id(),
                     pid_namespace());
}

bool still_runs(std::int64_t pid, std::int64_t begun) {
  // Another user's process cannot be signalled, but is there.
  const bool there = pid > 0 && (kill(static_cast<pid_t>(pid), 0) == 0 || errno == EPERM);
  if (!there) return false;
  const auto begin = begin_of(pid);
  return begun == 0 || begin == 0 || begin == begun;
}

credentials::KeyNote note_of_this_run(Instant started) {
  std::random_device chance;
  return {fmt::format("{:08x}{:08x}", chance(), chance()),
          0,
          machine_name(),
          getpid(),
          begin_of(getpid()),
          started};
}

}  // namespace partwise::app
