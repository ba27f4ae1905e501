// The embedded cluster as its connections see it: frames in, replies out.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "listener/conversation.h"
#include "service/call.h"
#include "service/faults.h"

namespace partwise::service {

/// threads: owner only
class Service final : public listener::Conversations {
 public:
  /// All that `world` refers to outlives it.
  Service(const World& world, Faults& faults) : world_(world), faults_(faults) {}

  std::shared_ptr<listener::Conversation> begin(std::size_t broker,
                                                const std::string& peer) override;

  /// Requests so far, by kind, to see what a client does.
  [[nodiscard]] const std::map<protocol::ApiKey, std::int64_t>& requests() const {
    return requests_;
  }

 private:
  friend class Talk;

  World world_;
  Faults& faults_;
  std::map<protocol::ApiKey, std::int64_t> requests_;
};

}  // namespace partwise::service
