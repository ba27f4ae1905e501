// CHECK: a broken invariant ends the program, in release too. Never for bad input.
#pragma once

#include <cstdio>
#include <cstdlib>

namespace partwise::detail {

[[noreturn]] inline void check_failed(const char* condition, const char* file, int line) {
  (void)std::fprintf(stderr, "partwise: broken invariant: %s (%s:%d); please report it\n",
                     condition, file, line);
  std::abort();
}

}  // namespace partwise::detail

#define CHECK(condition) \
  ((condition) ? (void)0 : ::partwise::detail::check_failed(#condition, __FILE__, __LINE__))
