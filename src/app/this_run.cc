#include "app/this_run.h"

#include <unistd.h>

#include <array>
#include <random>

#include <fmt/format.h>

namespace partwise::app {

std::string host_name() {
  std::array<char, 256> host{};
  if (gethostname(host.data(), host.size() - 1) != 0) return "unknown";
  return host.data();
}

credentials::KeyNote note_of_this_run(Instant started) {
  std::random_device chance;
  return {fmt::format("{:08x}{:08x}", chance(), chance()), 0, host_name(), getpid(), started};
}

}  // namespace partwise::app
