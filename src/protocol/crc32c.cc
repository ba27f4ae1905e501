#include "protocol/crc32c.h"

#include <isa-l/crc.h>

#include <limits>
#include <utility>

#include "base/check.h"

namespace partwise::protocol {

std::uint32_t crc32c(std::string_view bytes) {
  CHECK(std::cmp_less_equal(bytes.size(), std::numeric_limits<int>::max()));
  // It only reads, but does not say so: the bytes of a view are never written to.
  auto* const data = reinterpret_cast<unsigned char*>(const_cast<char*>(bytes.data()));
  return ~crc32_iscsi(data, static_cast<int>(bytes.size()), 0xffffffff);
}

}  // namespace partwise::protocol
