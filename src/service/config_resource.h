// What has settings, as requests number it.
#pragma once

#include <cstdint>

namespace partwise::service {

// source: Kafka's ConfigResource.Type
inline constexpr std::int8_t topic_resource = 2;
inline constexpr std::int8_t broker_resource = 4;

}  // namespace partwise::service
