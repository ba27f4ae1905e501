// Batches that real clients sent to a real broker: test/golden/batches/README.md.
#pragma once

#include <cstddef>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>

#include "base/check.h"

namespace partwise::protocol {

inline std::string recorded(std::string_view file) {
  std::ifstream in(std::string(PARTWISE_GOLDEN "/batches/").append(file), std::ios::binary);
  CHECK(in);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// Above all that the recorded batches decompress to.
inline constexpr std::size_t ample = 1 << 20;

}  // namespace partwise::protocol
