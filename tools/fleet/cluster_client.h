// The few things that filling a cluster asks of it. Failures end the program with a message.
#pragma once

#include <map>
#include <string>
#include <vector>

#include <librdkafka/rdkafka.h>

#include "fleet.h"

namespace partwise::fleet {

[[noreturn]] void die(const std::string& what);

/// An idempotent producer: in order, also where a fresh partition's leader has to be asked twice.
rd_kafka_t* producer_for(const std::string& bootstrap, std::map<std::string, std::string> settings,
                         bool transactional);

void create_topics(rd_kafka_t* client, const std::vector<TopicSpec>& topics);

/// Right after their creation, partitions may be without a leader for a second or two.
void wait_for_leaders(rd_kafka_t* client, const std::string& topic);

/// Waits until everything is delivered; records that were not are an error.
void flush(rd_kafka_t* client);

}  // namespace partwise::fleet
