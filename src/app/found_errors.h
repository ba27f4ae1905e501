// What is found wrong in one pass over the settings of a command.
#pragma once

#include <iterator>
#include <string>
#include <utility>

#include <tl/expected.hpp>

#include "base/result.h"

namespace partwise::app {

class FoundErrors {
 public:
  /// Settings that cannot be: an error of invalid_input.
  void wrong(std::string message, std::string hint, std::string from = {}) {
    errors_.push_back(
        {ErrorKind::invalid_input, std::move(message), std::move(hint), std::move(from)});
  }

  void add(Errors errors) {
    errors_.insert(errors_.end(), std::make_move_iterator(errors.begin()),
                   std::make_move_iterator(errors.end()));
  }

  [[nodiscard]] bool empty() const { return errors_.empty(); }

  /// `value`, unless something was found.
  template <class T>
  tl::expected<T, Errors> unless_any(T value) && {
    if (!errors_.empty()) return tl::unexpected(std::move(errors_));
    return value;
  }

 private:
  Errors errors_;
};

}  // namespace partwise::app
