#include "fleet/topic_spec.h"

namespace partwise::fleet {

std::string_view name_of(Codec codec) {
  switch (codec) {
    case Codec::none:
      return "none";
    case Codec::gzip:
      return "gzip";
    case Codec::snappy:
      return "snappy";
    case Codec::lz4:
      return "lz4";
    case Codec::zstd:
      return "zstd";
  }
  return "none";
}

bool is_compacted(const TopicSpec& spec) {
  const auto policy = spec.configs.find("cleanup.policy");
  return policy != spec.configs.end() && policy->second.find("compact") != std::string::npos;
}

}  // namespace partwise::fleet
