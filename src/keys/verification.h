// What became of simulated keys on a cluster.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/result.h"
#include "keys/arrival_check.h"

namespace partwise::keys {

struct Verification {
  std::string cluster;  ///< its id, or its address
  std::string topic;
  bool existing = false;  ///< it was there before; else it was made
  bool kept = false;      ///< and it is still there
  int replication_factor = 0;
  std::string compression;
  std::string partitioner;  ///< the client's
  std::int64_t planned = 0;
  std::int64_t sent = 0;
  std::int64_t failed = 0;  ///< not acknowledged
  Arrivals arrivals;
  bool read_back = false;  ///< arrivals says something
  double produce_s = 0;
  double read_s = 0;
  std::optional<Error> error;          ///< why it is not complete
  std::optional<Error> removal;        ///< why the topic could not be deleted
  std::vector<std::string> keys_left;  ///< temporary API keys that could not be deleted

  [[nodiscard]] bool complete() const {
    return !error && sent == planned && failed == 0 && read_back;
  }
};

}  // namespace partwise::keys
