#include "sizing/migration.h"

#include <numeric>

#include "base/check.h"

namespace partwise::sizing {

double keys_moved_share(int from, int to) {
  CHECK(from > 0 && to >= from);
  return 1.0 - static_cast<double>(std::gcd(from, to)) / to;
}

int next_multiple(int now, int needed) {
  CHECK(now > 0);
  return now * ((needed + now - 1) / now);
}

}  // namespace partwise::sizing
