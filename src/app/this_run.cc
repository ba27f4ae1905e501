#include "app/this_run.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <random>
#include <sstream>
#include <system_error>

#include <fmt/format.h>

namespace partwise::app {

namespace {

constexpr std::size_t longest_host = 40;
// A note has whole seconds, and a clock may be set.
constexpr Millis clock_slack{5'000};

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

// Since the machine has begun. Field 22 of /proc/PID/stat; the name, field 2, may have blanks.
std::optional<double> start_s(std::int64_t pid) {
  std::ifstream file(fmt::format("/proc/{}/stat", pid));
  std::string text;
  std::getline(file, text);
  const auto name_end = text.rfind(')');
  if (name_end == std::string::npos) return std::nullopt;
  std::istringstream fields(text.substr(name_end + 1));
  std::string field;
  for (int number = 3; number <= 22; ++number) fields >> field;
  if (!fields) return std::nullopt;
  return std::strtod(field.c_str(), nullptr) / static_cast<double>(sysconf(_SC_CLK_TCK));
}

std::optional<double> uptime_s() {
  std::ifstream file("/proc/uptime");
  double uptime = 0;
  if (!(file >> uptime)) return std::nullopt;
  return uptime;
}

}  // namespace

std::string machine_name() {
  std::array<char, 256> host{};
  if (gethostname(host.data(), host.size() - 1) != 0) return "unknown";
  return fmt::format("{}.{}.{}", std::string(host.data()).substr(0, longest_host), boot_id(),
                     pid_namespace());
}

bool process_runs(std::int64_t pid, Instant started, Instant now) {
  // Another user's process cannot be signalled, but is there.
  const bool there = pid > 0 && (kill(static_cast<pid_t>(pid), 0) == 0 || errno == EPERM);
  if (!there) return false;
  const auto start = start_s(pid);
  const auto uptime = uptime_s();
  if (!start || !uptime) return true;
  const auto begun = now - Millis(static_cast<std::int64_t>((*uptime - *start) * 1000));
  return begun <= started + clock_slack;
}

credentials::KeyNote note_of_this_run(Instant started) {
  std::random_device chance;
  return {fmt::format("{:08x}{:08x}", chance(), chance()), 0, machine_name(), getpid(), started};
}

}  // namespace partwise::app
