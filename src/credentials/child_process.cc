#include "credentials/child_process.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstddef>
#include <cstring>
#include <optional>
#include <utility>

#include <fmt/format.h>

namespace partwise::credentials {
namespace {

constexpr std::size_t longest_output = 1024UL * 1024;
constexpr int look_every_ms = 50;

class Pipe {
 public:
  Pipe() {
    if (pipe2(ends_.data(), O_CLOEXEC) != 0) ends_ = {-1, -1};
  }
  ~Pipe() {
    close_reader();
    close_writer();
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;

  [[nodiscard]] bool open() const { return ends_[0] >= 0; }
  [[nodiscard]] int reader() const { return ends_[0]; }
  [[nodiscard]] int writer() const { return ends_[1]; }
  void close_reader() { close_end(0); }
  void close_writer() { close_end(1); }

 private:
  void close_end(std::size_t end) {
    if (ends_[end] >= 0) close(ends_[end]);
    ends_[end] = -1;
  }
  std::array<int, 2> ends_ = {-1, -1};
};

// A program in a process group of its own, which is killed with it.
class Child {
 public:
  Child() = default;
  ~Child() {
    if (pid_ < 0) return;
    kill();
    (void)exit_status();
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  // Zero, or why not.
  int start(const std::vector<std::string>& command, const Pipe& out, const Pipe& err) {
    posix_spawn_file_actions_t files;
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&files, out.writer(), STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&files, err.writer(), STDERR_FILENO);
    posix_spawnattr_t attributes;
    posix_spawnattr_init(&attributes);
    // What this program does with signals is no matter of the child's.
    sigset_t signals;
    sigemptyset(&signals);
    posix_spawnattr_setsigmask(&attributes, &signals);
    for (const int signal : {SIGINT, SIGTERM, SIGPIPE, SIGXFSZ, SIGHUP, SIGQUIT})
      sigaddset(&signals, signal);
    posix_spawnattr_setsigdefault(&attributes, &signals);
    posix_spawnattr_setpgroup(&attributes, 0);
    posix_spawnattr_setflags(
        &attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    auto words = command;
    std::vector<char*> arguments;
    arguments.reserve(words.size() + 1);
    for (auto& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    const int error =
        posix_spawnp(&pid_, arguments[0], &files, &attributes, arguments.data(), environ);
    if (error != 0) pid_ = -1;
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&files);
    return error;
  }

  void kill() const { (void)::kill(-pid_, SIGKILL); }

  int exit_status() {
    int status = 0;
    while (waitpid(pid_, &status, 0) < 0 && errno == EINTR) continue;
    pid_ = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }

  // Ended, and not yet asked for its status.
  [[nodiscard]] bool ended() const {
    siginfo_t info{};
    return waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
           info.si_pid == pid_;
  }

 private:
  pid_t pid_ = -1;
};

// False at the end of what is written.
bool read_some(int file, std::string& into) {
  std::array<char, 4096> buffer{};
  const auto n = read(file, buffer.data(), buffer.size());
  if (n < 0) return errno == EINTR || errno == EAGAIN;
  into.append(buffer.data(), static_cast<std::size_t>(n));
  return n > 0;
}

// Until the program has ended and nothing is left to read: something that it left behind may hold
// the pipes open.
Result<> read_all(const Child& child, Pipe& out, Pipe& err, ProcessOutput& output, Millis limit,
                  const Clock& clock, const std::stop_token& stop) {
  const auto until = clock.steady_now() + limit;
  while (true) {
    if (stop.stop_requested()) return fail(ErrorKind::interrupted, "interrupted");
    if (clock.steady_now() >= until) {
      return fail(ErrorKind::timeout, fmt::format("did not end within {}", duration_text(limit)));
    }
    const bool ended = child.ended();
    std::array<pollfd, 2> files = {{{out.reader(), POLLIN, 0}, {err.reader(), POLLIN, 0}}};
    const int ready = poll(files.data(), files.size(), ended ? 0 : look_every_ms);
    if (ready == 0 && ended) return {};
    if (files[0].revents != 0 && !read_some(out.reader(), output.out)) out.close_reader();
    if (files[1].revents != 0 && !read_some(err.reader(), output.err)) err.close_reader();
    if (output.out.size() + output.err.size() > longest_output) {
      return fail(ErrorKind::limit, "wrote more than 1 MiB");
    }
  }
}

}  // namespace

Result<std::vector<std::string>> command_words(std::string_view line) {
  std::vector<std::string> words;
  std::optional<std::string> word;
  char quote = 0;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    const bool blank = c == ' ' || c == '\t' || c == '\n';
    if (quote == 0 && blank) {
      if (word) words.push_back(*std::exchange(word, std::nullopt));
      continue;
    }
    if (!word) word = "";
    if (quote != 0 && c == quote) {
      quote = 0;
    } else if (quote == 0 && (c == '"' || c == '\'')) {
      quote = c;
    } else if (c == '\\' && quote != '\'' && i + 1 < line.size()) {
      *word += line[++i];
    } else {
      *word += c;
    }
  }
  if (quote != 0) return fail(ErrorKind::invalid_input, "a quote that does not end");
  if (word) words.push_back(*std::move(word));
  if (words.empty()) return fail(ErrorKind::invalid_input, "an empty command");
  return words;
}

Result<ProcessOutput> output_of(const std::vector<std::string>& command, Millis limit,
                                const Clock& clock, const std::stop_token& stop) {
  Pipe out;
  Pipe err;
  if (!out.open() || !err.open()) {
    return fail(ErrorKind::unavailable, fmt::format("no pipe: {}", std::strerror(errno)));
  }
  Child child;
  if (const int error = child.start(command, out, err); error != 0) {
    return fail(error == ENOENT ? ErrorKind::not_found : ErrorKind::unavailable,
                fmt::format("{} cannot be started: {}", command.front(), std::strerror(error)));
  }
  out.close_writer();
  err.close_writer();
  ProcessOutput output;
  if (auto read = read_all(child, out, err, output, limit, clock, stop); !read) {
    auto error = read.error();
    if (error.kind != ErrorKind::interrupted) {
      error.message = fmt::format("{} {}", command.front(), error.message);
    }
    return tl::unexpected(std::move(error));
  }
  output.status = child.exit_status();
  return output;
}

}  // namespace partwise::credentials
