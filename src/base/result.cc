#include "base/result.h"

namespace partwise {

std::string_view name_of(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::invalid_input:
      return "invalid_input";
    case ErrorKind::unauthorized:
      return "unauthorized";
    case ErrorKind::not_found:
      return "not_found";
    case ErrorKind::unavailable:
      return "unavailable";
    case ErrorKind::timeout:
      return "timeout";
    case ErrorKind::limit:
      return "limit";
    case ErrorKind::corrupt:
      return "corrupt";
    case ErrorKind::interrupted:
      return "interrupted";
  }
  return "unavailable";
}

}  // namespace partwise
