#include "config/file_text.h"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>

#include <fmt/format.h>

namespace partwise::config {

Result<std::string> file_text(const std::string& path) {
  const auto cannot_read = [&path](ErrorKind kind, const char* why) {
    return fail(kind, fmt::format("cannot read {}: {}", path, why));
  };
  std::error_code ignored;
  // A folder opens, and reads as empty.
  if (std::filesystem::is_directory(path, ignored)) {
    return cannot_read(ErrorKind::invalid_input, "it is a folder");
  }
  std::ifstream file(path);
  if (!file) {
    return cannot_read(errno == ENOENT ? ErrorKind::not_found : ErrorKind::invalid_input,
                       std::strerror(errno));
  }
  return std::string(std::istreambuf_iterator<char>(file), {});
}

}  // namespace partwise::config
