// What consumers say of themselves when they join a group.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace partwise::broker {

/// The protocol type of consumers; Kafka's broker looks into the metadata of no other.
inline constexpr std::string_view consumer_protocol_type = "consumer";

/// The topics that a consumer's metadata subscribes to; nothing when it cannot be read. Every
/// version begins as version 0 does.
///
/// source: Kafka, ConsumerProtocolSubscription.json
std::optional<std::set<std::string>> subscribed_topics(std::string_view metadata);

}  // namespace partwise::broker
