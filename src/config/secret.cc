#include "config/secret.h"

#include <cstring>

namespace partwise::config {

void Secret::wipe() {
  // A plain memset of a string that is about to go may be optimised away; this one may not.
  value_.resize(value_.capacity());
  explicit_bzero(value_.data(), value_.size());
  value_.clear();
}

}  // namespace partwise::config
