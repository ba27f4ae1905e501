// Result<T>: a value, or the Error that says why there is none.
#pragma once

#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <tl/expected.hpp>

namespace partwise {

/// What went wrong, coarse enough to act on. cli/exit_status.cc turns a kind into an exit status.
enum class ErrorKind {
  invalid_input,
  unauthorized,
  not_found,
  unavailable,
  timeout,
  limit,
  corrupt,
  interrupted
};

/// "not_found": as JSON names it.
std::string_view name_of(ErrorKind kind);

struct Error {
  ErrorKind kind;
  std::string message;  ///< what happened, to which thing, with the values seen; never a secret
  std::string hint;     ///< what the reader can do next; may be empty
  std::string from;     ///< the flag, variable or file line that it came from; may be empty
};

/// Several wrong things found in one pass, reported together.
using Errors = std::vector<Error>;

template <class T = void>
using Result = tl::expected<T, Error>;

[[nodiscard]] inline tl::unexpected<Error> fail(ErrorKind kind, std::string message,
                                                std::string hint = {}, std::string from = {}) {
  return tl::unexpected<Error>(Error{kind, std::move(message), std::move(hint), std::move(from)});
}

namespace detail {
template <class T, class E>
T take(tl::expected<T, E>&& result) {
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}
}  // namespace detail

}  // namespace partwise

/// The value of an expression, or return its error from this function.
/// Write it as a whole statement or a whole initializer: inside a braced list an
/// early return skips the destructors of the members already built (g++ 12, clang 14).
#define TRY(...)                                                                  \
  __extension__({                                                                 \
    auto try_result = (__VA_ARGS__);                                              \
    if (!try_result) return ::tl::make_unexpected(std::move(try_result).error()); \
    ::partwise::detail::take(std::move(try_result));                              \
  })
