#include "kafka/group_view.h"

#include <array>

#include <fmt/format.h>

#include "base/check.h"
#include "kafka/admin.h"
#include "kafka/client.h"
#include "kafka/error.h"

namespace partwise::kafka {
namespace {

using ErrorHandle = Handle<rd_kafka_error_t, rd_kafka_error_destroy>;
using DeleteGroupHandle = Handle<rd_kafka_DeleteGroup_t, rd_kafka_DeleteGroup_destroy>;
using ListOffsetsHandle =
    Handle<rd_kafka_ListConsumerGroupOffsets_t, rd_kafka_ListConsumerGroupOffsets_destroy>;

Error failure(rd_kafka_resp_err_t code, const std::string& doing, const std::string& name,
              const char* detail) {
  auto error = error_of(code, fmt::format("{} {}", doing, name), detail == nullptr ? "" : detail);
  if (error.kind == ErrorKind::unauthorized) {
    error.hint = fmt::format("allow READ, DESCRIBE and DELETE on the group {}", name);
  }
  return error;
}

// The request's event, where it did not fail as a whole.
Result<EventHandle> answer_to(Client& client, rd_kafka_queue_t* queue, const std::string& doing,
                              const std::string& name, const std::stop_token& stop) {
  auto event = admin_answer(client, queue, stop);
  if (!event && stop.stop_requested()) {
    return fail(ErrorKind::interrupted, fmt::format("interrupted: did not {} {}", doing, name));
  }
  const auto code = code_of(event.get());
  if (code == RD_KAFKA_RESP_ERR_NO_ERROR) return event;
  return tl::unexpected(
      failure(code, doing, name, event ? rd_kafka_event_error_string(event.get()) : nullptr));
}

// "/10.0.0.7", as Java's brokers have it.
std::string host_of(const char* text) {
  std::string host = text == nullptr ? "" : text;
  if (host.starts_with('/')) host.erase(0, 1);
  return host;
}

GroupMember member_of(const rd_kafka_MemberDescription_t* member) {
  GroupMember found;
  const char* client = rd_kafka_MemberDescription_client_id(member);
  found.client = client == nullptr ? "" : client;
  found.host = host_of(rd_kafka_MemberDescription_host(member));
  const auto* assignment = rd_kafka_MemberDescription_assignment(member);
  if (assignment == nullptr) return found;
  const auto* partitions = rd_kafka_MemberAssignment_partitions(assignment);
  for (int i = 0; partitions != nullptr && i < partitions->cnt; ++i) {
    const auto& each = partitions->elems[i];
    found.assigned[each.topic].push_back(each.partition);
  }
  return found;
}

}  // namespace

Result<GroupView> view_of_group(Client& client, const std::string& name,
                                const std::stop_token& stop) {
  constexpr auto doing = "look at the group";
  std::array<const char*, 1> names = {name.c_str()};
  const auto options = admin_options(client, RD_KAFKA_ADMIN_OP_DESCRIBECONSUMERGROUPS);
  const QueueHandle queue(rd_kafka_queue_new(client.get()));
  rd_kafka_DescribeConsumerGroups(client.get(), names.data(), names.size(), options.get(),
                                  queue.get());
  const auto event = TRY(answer_to(client, queue.get(), doing, name, stop));
  std::size_t count = 0;
  const auto** groups = rd_kafka_DescribeConsumerGroups_result_groups(
      rd_kafka_event_DescribeConsumerGroups_result(event.get()), &count);
  GroupView view;
  view.name = name;
  if (count == 0) return view;
  const auto* error = rd_kafka_ConsumerGroupDescription_error(groups[0]);
  const auto code = error == nullptr ? RD_KAFKA_RESP_ERR_NO_ERROR : rd_kafka_error_code(error);
  if (code == RD_KAFKA_RESP_ERR_GROUP_ID_NOT_FOUND) return view;
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR)
    return tl::unexpected(failure(code, doing, name, rd_kafka_error_string(error)));
  view.stable =
      rd_kafka_ConsumerGroupDescription_state(groups[0]) == RD_KAFKA_CONSUMER_GROUP_STATE_STABLE;
  const auto members = rd_kafka_ConsumerGroupDescription_member_count(groups[0]);
  for (std::size_t i = 0; i < members; ++i) {
    view.members.push_back(member_of(rd_kafka_ConsumerGroupDescription_member(groups[0], i)));
  }
  return view;
}

Result<bool> has_committed(Client& client, const std::string& name, const std::stop_token& stop) {
  constexpr auto doing = "look at the offsets of the group";
  const ListOffsetsHandle asked(rd_kafka_ListConsumerGroupOffsets_new(name.c_str(), nullptr));
  std::array<rd_kafka_ListConsumerGroupOffsets_t*, 1> requests = {asked.get()};
  const auto options = admin_options(client, RD_KAFKA_ADMIN_OP_LISTCONSUMERGROUPOFFSETS);
  const QueueHandle queue(rd_kafka_queue_new(client.get()));
  rd_kafka_ListConsumerGroupOffsets(client.get(), requests.data(), requests.size(), options.get(),
                                    queue.get());
  const auto event = TRY(answer_to(client, queue.get(), doing, name, stop));
  std::size_t count = 0;
  const auto** groups = rd_kafka_ListConsumerGroupOffsets_result_groups(
      rd_kafka_event_ListConsumerGroupOffsets_result(event.get()), &count);
  if (count == 0) return false;
  const auto* error = rd_kafka_group_result_error(groups[0]);
  if (error != nullptr && rd_kafka_error_code(error) != RD_KAFKA_RESP_ERR_GROUP_ID_NOT_FOUND) {
    return tl::unexpected(
        failure(rd_kafka_error_code(error), doing, name, rd_kafka_error_string(error)));
  }
  const auto* partitions = rd_kafka_group_result_partitions(groups[0]);
  return partitions != nullptr && partitions->cnt > 0;
}

Result<> remove_group(Client& client, const std::string& name) {
  constexpr auto doing = "delete the group";
  const DeleteGroupHandle group(rd_kafka_DeleteGroup_new(name.c_str()));
  std::array<rd_kafka_DeleteGroup_t*, 1> groups = {group.get()};
  const auto options = admin_options(client, RD_KAFKA_ADMIN_OP_DELETEGROUPS);
  const QueueHandle queue(rd_kafka_queue_new(client.get()));
  rd_kafka_DeleteGroups(client.get(), groups.data(), groups.size(), options.get(), queue.get());
  const auto event = TRY(answer_to(client, queue.get(), doing, name, {}));
  std::size_t count = 0;
  const auto** results =
      rd_kafka_DeleteGroups_result_groups(rd_kafka_event_DeleteGroups_result(event.get()), &count);
  CHECK(count == groups.size());
  const auto* error = rd_kafka_group_result_error(results[0]);
  const auto code = error == nullptr ? RD_KAFKA_RESP_ERR_NO_ERROR : rd_kafka_error_code(error);
  if (code == RD_KAFKA_RESP_ERR_NO_ERROR || code == RD_KAFKA_RESP_ERR_GROUP_ID_NOT_FOUND) return {};
  return tl::unexpected(failure(code, doing, name, rd_kafka_error_string(error)));
}

}  // namespace partwise::kafka
