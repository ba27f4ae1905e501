#include "sample/read_span.h"

namespace partwise::sample {

Taken take(const ReadSpan& span, std::int64_t offset, std::int64_t bytes, ReadResult& result) {
  if (offset >= span.end) {
    result.offsets = span.end - span.offset;
    return Taken::left_out;
  }
  if (result.records > 0 && result.bytes + bytes > span.bytes_max) {
    result.offsets = offset - span.offset;
    result.left_out = bytes;
    return Taken::left_out;
  }
  ++result.records;
  result.bytes += bytes;
  result.squares += static_cast<double>(bytes) * static_cast<double>(bytes);
  result.offsets = offset + 1 - span.offset;
  const bool complete =
      result.records >= span.records || bytes >= span.bytes_max || offset + 1 >= span.end;
  return complete ? Taken::last : Taken::more;
}

}  // namespace partwise::sample
