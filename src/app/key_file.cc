#include "app/key_file.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>
#include <vector>

#include <fmt/format.h>

namespace partwise::app {
namespace {

constexpr std::size_t read_bytes = 1 << 20;

class File {
 public:
  explicit File(int fd) : fd_(fd) {}
  ~File() {
    if (fd_ > STDERR_FILENO) close(fd_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  [[nodiscard]] int get() const { return fd_; }

 private:
  int fd_;
};

tl::unexpected<Error> unreadable(const std::string& name, const std::string& why) {
  return fail(ErrorKind::invalid_input, fmt::format("cannot read keys from {}: {}", name, why),
              "a file with a key on each line, or - for standard input", "--keys-file");
}

Result<> check(int fd, const std::string& name) {
  struct stat about{};
  if (fd < 0 || fstat(fd, &about) != 0) return unreadable(name, std::strerror(errno));
  if (S_ISDIR(about.st_mode)) return unreadable(name, "it is a folder");
  return {};
}

// Where the error came from is the file.
tl::unexpected<Error> in_file(Error error, const std::string& name) {
  error.message = fmt::format("{}: {}", name, error.message);
  error.from = "--keys-file";
  return tl::unexpected(std::move(error));
}

// What is still being written may take its time, and a stop is not to wait for it.
bool has_bytes(int fd) {
  constexpr int slice_ms = 100;
  pollfd wanted{fd, POLLIN, 0};
  return poll(&wanted, 1, slice_ms) > 0;
}

Result<FoundKeys> from_file(const KeySource& source, const std::string& name,
                            const std::stop_token& stop) {
  const bool standard = source.file == "-";
  const File file(standard ? STDIN_FILENO
                           : open(source.file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  TRY(check(file.get(), name));
  keys::KeyLines lines(source.format, source.records);
  std::vector<char> bytes(read_bytes);
  while (true) {
    if (stop.stop_requested()) return fail(ErrorKind::interrupted, "stopped while reading " + name);
    if (!has_bytes(file.get())) continue;
    const auto count = read(file.get(), bytes.data(), bytes.size());
    if (count < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (count < 0) return unreadable(name, std::strerror(errno));
    if (count == 0) break;
    if (auto taken = lines.take({bytes.data(), static_cast<std::size_t>(count)}); !taken) {
      return in_file(std::move(taken).error(), name);
    }
  }
  auto keys = lines.finish();
  if (!keys) return in_file(std::move(keys).error(), name);
  return FoundKeys{std::move(*keys), name, lines.warnings()};
}

}  // namespace

Result<FoundKeys> found_keys(const KeySource& source, const std::stop_token& stop) {
  if (!source.file.empty()) {
    return from_file(source, source.file == "-" ? "standard input" : source.file, stop);
  }
  auto keys = TRY(keys::simulated_keys(source.simulation));
  return FoundKeys{std::move(keys), std::string(keys::name_of(source.simulation.simulation)), {}};
}

}  // namespace partwise::app
