// What requests and answers say of partitions, topic by topic.
#pragma once

#include <string>
#include <vector>

#include "protocol/bytes.h"

namespace partwise::service {

template <class Item>
struct OfTopic {
  std::string name;
  std::vector<Item> partitions;
};

/// In the order of the request.
template <class Item>
using ByTopic = std::vector<OfTopic<Item>>;

/// `write(topic, item)` writes the fields of one partition.
template <class Item, class Write>
void write_by_topic(protocol::Writer& writer, const ByTopic<Item>& topics, Write write) {
  writer.each(topics, [&](const OfTopic<Item>& topic) {
    writer.text(topic.name);
    writer.each(topic.partitions, [&](const Item& item) {
      write(topic.name, item);
      writer.tags();
    });
    writer.tags();
  });
}

}  // namespace partwise::service
