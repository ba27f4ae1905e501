// The folder that report files are written into.
#pragma once

#include <string>

#include "base/result.h"

namespace partwise::report {

/// threads: any
class OutFolder {
 public:
  /// Makes the folder if it is missing and proves that files can be made in it.
  ///
  /// errors: invalid_input, naming the folder and why
  static Result<OutFolder> open(const std::string& folder);

  [[nodiscard]] std::string path(const std::string& name) const { return folder_ + "/" + name; }

  /// A whole file: complete or not there, so that a reader never sees half of it.
  ///
  /// errors: invalid_input, naming the file and why
  [[nodiscard]] Result<> write(const std::string& name, const std::string& text) const;

 private:
  explicit OutFolder(std::string folder) : folder_(std::move(folder)) {}

  std::string folder_;
};

/// Behind a write that failed, by errno.
tl::unexpected<Error> cannot_write(const std::string& path);

}  // namespace partwise::report
