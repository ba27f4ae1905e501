// Owners of librdkafka's C handles: one deleter and one alias each, and nothing else frees them.
#pragma once

#include <memory>

#include <librdkafka/rdkafka.h>

#include "base/release.h"

namespace partwise::kafka {

template <class T, auto destroy>
using Handle = std::unique_ptr<T, Release<destroy>>;

using ClientHandle = Handle<rd_kafka_t, rd_kafka_destroy>;
using ConfHandle = Handle<rd_kafka_conf_t, rd_kafka_conf_destroy>;
using QueueHandle = Handle<rd_kafka_queue_t, rd_kafka_queue_destroy>;
using EventHandle = Handle<rd_kafka_event_t, rd_kafka_event_destroy>;
using TopicHandle = Handle<rd_kafka_topic_t, rd_kafka_topic_destroy>;
using MessageHandle = Handle<rd_kafka_message_t, rd_kafka_message_destroy>;
using PartitionListHandle =
    Handle<rd_kafka_topic_partition_list_t, rd_kafka_topic_partition_list_destroy>;
using AdminOptionsHandle = Handle<rd_kafka_AdminOptions_t, rd_kafka_AdminOptions_destroy>;
using ConfigResourceHandle = Handle<rd_kafka_ConfigResource_t, rd_kafka_ConfigResource_destroy>;
using MetadataHandle = Handle<const struct rd_kafka_metadata, rd_kafka_metadata_destroy>;

}  // namespace partwise::kafka
