#!/usr/bin/env bash
# clang-tidy over every source of src and tools, as many at a time as there are cores. A file whose
# preprocessed text was clean before, in any clone of this user, is not looked at again.
set -euo pipefail

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
cd "$top"
export build=build/sanitized clean=${XDG_CACHE_HOME:-$HOME/.cache}/partwise/tidy
mkdir -p "$clean"

tidy_one() {
  local file=$1 key
  # What the compiler would see, comments (NOLINT is one), the rules and the tool make the key.
  key=$({ clang-tidy-22 --version; cat .clang-tidy; c++ -std=c++20 -E -P -C -Isrc -Itools/fleet \
    -isystem build/librdkafka/include "$file"; } 2>/dev/null | sha256sum | cut -c1-40)
  [ -f "$clean/$key" ] && return 0
  if clang-tidy-22 -p "$build" --quiet "$file" >"$clean/$key.log" 2>&1; then
    rm -f "$clean/$key.log"
    touch "$clean/$key"
  else
    grep -v 'warnings generated\|Suppressed\|Use -header-filter' "$clean/$key.log"
    rm -f "$clean/$key.log"
    return 1
  fi
}
export -f tidy_one

# The fuzz target is built by clang alone, with the names that its library asks for; what stands in
# for C11's threads by builds with the thread sanitizer alone, with theirs.
find src tools bench -name '*.cc' -not -name '*_test.cc' -not -path 'tools/fuzz/*' \
  -not -path 'tools/threads/*' -print0 |
  xargs -0 -P "$(nproc)" -I{} bash -c 'tidy_one "$1"' _ {}
