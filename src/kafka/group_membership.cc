#include "kafka/group_membership.h"

#include <utility>

#include <fmt/format.h>

#include "kafka/client.h"
#include "kafka/error.h"

namespace partwise::kafka {

GroupMembership::GroupMembership(std::string group) : group_(std::move(group)) {}

GroupMembership::~GroupMembership() { leave(); }

Result<std::unique_ptr<GroupMembership>> GroupMembership::open(const ClientSettings& settings,
                                                               const std::string& group,
                                                               const std::string& client_id,
                                                               const std::stop_token& stop) {
  std::unique_ptr<GroupMembership> opened(new GroupMembership(group));
  opened->asking_ = TRY(Client::create(settings, opened->traffic_));
  TRY(opened->asking_->connect(stop));
  opened->client_ = TRY(Client::create_member(settings, opened->traffic_, {group, client_id}));
  return opened;
}

Result<> GroupMembership::join(const std::string& topic) {
  const PartitionListHandle topics(rd_kafka_topic_partition_list_new(1));
  rd_kafka_topic_partition_list_add(topics.get(), topic.c_str(), RD_KAFKA_PARTITION_UA);
  const auto code = rd_kafka_subscribe(client_->get(), topics.get());
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR)
    return tl::unexpected(error_of(code, "join the group " + group_));
  joined_ = true;
  return {};
}

Result<> GroupMembership::poll(Millis wait) {
  const MessageHandle message(
      rd_kafka_consumer_poll(client_->get(), static_cast<int>(wait.count())));
  if (!message || kind_of(message->err) != ErrorKind::unauthorized) return {};
  auto error = error_of(message->err, "join the group " + group_);
  error.hint = fmt::format("allow READ on the group {} and on the topic", group_);
  return tl::unexpected(std::move(error));
}

Result<GroupView> GroupMembership::view(const std::stop_token& stop) {
  return view_of_group(*asking_, group_, stop);
}

Result<bool> GroupMembership::has_committed(const std::stop_token& stop) {
  return kafka::has_committed(*asking_, group_, stop);
}

void GroupMembership::leave() {
  if (!std::exchange(joined_, false)) return;
  rd_kafka_consumer_close(client_->get());
  left_ = true;
}

Result<> GroupMembership::remove_group() {
  if (!left_ || TRY(has_committed({}))) return {};
  return kafka::remove_group(*asking_, group_);
}

}  // namespace partwise::kafka
