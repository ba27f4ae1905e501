// From properties to a librdkafka client, whatever it is for.
#pragma once

#include <span>
#include <string>

#include "base/result.h"
#include "config/client_properties.h"
#include "kafka/handle.h"

namespace partwise::kafka {

/// One setting under librdkafka's name.
struct Setting {
  const char* name;
  const char* value;
};

/// errors: invalid_input, naming the property that librdkafka refuses, and never its value
Result<> set(rd_kafka_conf_t* conf, const std::string& name, const std::string& value,
             const std::string& from);

/// The user's properties, and then what has to hold whatever they say.
///
/// errors: as of set
Result<ConfHandle> configuration_of(const config::ClientProperties& properties,
                                    std::span<const Setting> always);

/// errors: invalid_input, where the settings do not fit together
Result<ClientHandle> new_client(rd_kafka_type_t type, ConfHandle conf);

}  // namespace partwise::kafka
