// The topic that records are written to: whether it can be used or made, and making it.
#pragma once

#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"

namespace partwise::kafka {

class Client;

struct RecordTopic {
  std::string name = "_j3.partition_recommender.results";
  int partitions = 6;
  int replication_factor = 3;
  std::optional<Millis> retention;  ///< empty: records are kept for ever
  /// The setting by which somebody chooses the replicas, for errors.
  std::string replication_setting = "KAFKA_WRITER_TOPIC_REPLICATION_FACTOR=";
};

/// What a cluster has under the name.
struct ExistingTopic {
  int partitions = 0;
  int replication_factor = 0;
  /// As RecordTopic's; an error, where the configuration could not be read.
  Result<std::optional<Millis>> retention;
};

/// What can be told without a cluster: the name.
///
/// errors: invalid_input
Result<> check_record_topic(const RecordTopic& topic);

/// errors: invalid_input, where there are fewer brokers than replicas asked for
Result<> check_replication(const RecordTopic& topic, std::size_t brokers);

/// Where the topic is not as it would be made, in one sentence; empty where it is.
std::string difference(const RecordTopic& wanted, const ExistingTopic& existing);

/// The topic as it is; empty where there is none.
///
/// errors: unauthorized, also when it is known that nothing may be written to it; timeout,
/// unavailable, interrupted
Result<std::optional<ExistingTopic>> existing_topic(Client& client, const RecordTopic& topic,
                                                    const std::stop_token& stop);

/// errors: as of existing_topic
Result<int> broker_count(Client& client, const RecordTopic& topic, const std::stop_token& stop);

enum class Making { only_checked, done };

/// Makes the topic, or has the cluster check whether it would. That it is there already is no
/// error.
///
/// errors: as of check_replication; unauthorized, invalid_input (what the cluster refuses),
/// timeout, unavailable, interrupted
Result<> make_topic(Client& client, const RecordTopic& topic, Making making,
                    const std::stop_token& stop);

}  // namespace partwise::kafka
