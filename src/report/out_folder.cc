#include "report/out_folder.h"

#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <system_error>

#include <fmt/format.h>

namespace partwise::report {
namespace {

constexpr const char* elsewhere = "name a folder that you may write to";

tl::unexpected<Error> cannot_write(const std::string& path, const std::string& why,
                                   const char* hint = elsewhere) {
  return fail(ErrorKind::invalid_input, fmt::format("cannot write {}: {}", path, why), hint,
              "--out");
}

// Asking for permission would not notice a read-only or full file system: a file is made.
Result<> try_folder(const std::string& folder) {
  std::string probe = folder + "/.partwise-XXXXXX";
  const int fd = mkstemp(probe.data());
  if (fd < 0) return report::cannot_write("into " + folder);
  close(fd);
  unlink(probe.c_str());
  return {};
}

}  // namespace

tl::unexpected<Error> cannot_write(const std::string& path) {
  const int why = errno;
  const bool full = why == ENOSPC || why == EDQUOT || why == EFBIG;
  return cannot_write(path, std::strerror(why),
                      full ? "make room there, or name another folder" : elsewhere);
}

Result<OutFolder> OutFolder::open(const std::string& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) return cannot_write(folder, error.message());
  if (!std::filesystem::is_directory(folder, error))
    return cannot_write(folder, "it is not a folder");
  TRY(try_folder(folder));
  return OutFolder(folder);
}

Result<> OutFolder::write(const std::string& name, const std::string& text) const {
  const auto whole = path(name);
  const auto temporary = whole + ".part";
  std::error_code error;
  std::ofstream file(temporary, std::ios::trunc);
  file << text << std::flush;
  if (!file) {
    auto failure = report::cannot_write(whole);
    std::filesystem::remove(temporary, error);
    return failure;
  }
  file.close();
  std::filesystem::rename(temporary, whole, error);
  if (error) {
    const auto why = error.message();
    std::filesystem::remove(temporary, error);
    return cannot_write(whole, why);
  }
  return {};
}

}  // namespace partwise::report
