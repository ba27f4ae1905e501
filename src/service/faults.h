// Faults on demand: what is to go wrong with which requests.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/units.h"
#include "protocol/api.h"
#include "protocol/error_code.h"

namespace partwise::service {

enum class Disconnect {
  none,
  before,  ///< the request is not even carried out
  during,  ///< half of the response is sent
  after    ///< the response is sent
};

/// The requests that a slow disk makes slower.
bool waits_for_disk(protocol::ApiKey api);

/// Fields that are not set match every request. units: as their types say
struct FaultRule {
  std::vector<protocol::ApiKey> apis;
  std::optional<int> broker;
  std::string topic;                  ///< of requests that name it
  std::string client_id;              ///< exactly
  std::int64_t skip = 0;              ///< so many matching requests first go well
  std::optional<std::int64_t> times;  ///< and then so many do not; empty: all

  Millis delay{0};                     ///< before the request is carried out
  Millis throttle{0};                  ///< told to the client as throttle_time_ms
  std::optional<BytesPerSecond> disk;  ///< what waits_for_disk takes size / rate longer
  std::optional<protocol::ErrorCode> error;
  Disconnect disconnect = Disconnect::none;
  std::optional<std::size_t> truncate;  ///< the response's body ends after so many bytes
};

/// What goes wrong with one request: all rules that match it, together.
struct FaultPlan {
  Millis delay{0};
  Millis throttle{0};
  std::optional<BytesPerSecond> disk;
  Disconnect disconnect = Disconnect::none;
  std::optional<std::size_t> truncate;

  struct TopicError {
    std::string topic;  ///< empty: all
    protocol::ErrorCode error;
  };
  std::vector<TopicError> errors;

  [[nodiscard]] std::optional<protocol::ErrorCode> error_for(std::string_view topic) const;
};

/// A request as far as faults look at it.
struct FaultSubject {
  protocol::ApiKey api;
  int broker;
  std::string_view client_id;
  std::string_view body;  ///< in which a topic's name is looked for
  bool flexible = false;
};

/// threads: owner only
class Faults {
 public:
  struct Active {
    int id = 0;
    FaultRule rule;
    std::int64_t matched = 0;  ///< requests so far
  };

  /// The id by which it can be removed.
  int add(FaultRule rule);
  bool remove(int id);
  void clear() { active_.clear(); }
  [[nodiscard]] std::span<const Active> active() const { return active_; }

  /// Counts the request against the rules that it matches.
  FaultPlan plan(const FaultSubject& subject);

 private:
  std::vector<Active> active_;
  int last_id_ = 0;
};

}  // namespace partwise::service
