#include "kafka/group_view.h"

#include <array>
#include <chrono>
#include <thread>
#include <utility>

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

constexpr Millis ask_again{200};

/// Why an attempt brought nothing.
struct Refusal {
  rd_kafka_resp_err_t code = RD_KAFKA_RESP_ERR_NO_ERROR;
  std::string detail;
};

template <class T>
using Attempt = tl::expected<T, Refusal>;

tl::unexpected<Refusal> refused(const rd_kafka_error_t* error) {
  return tl::unexpected(Refusal{rd_kafka_error_code(error), rd_kafka_error_string(error)});
}

// Until a cluster's first group has a coordinator, and while one moves.
bool coordinator_moves(rd_kafka_resp_err_t code) {
  return code == RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE ||
         code == RD_KAFKA_RESP_ERR_NOT_COORDINATOR ||
         code == RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS;
}

Error failure(const Refusal& refusal, const std::string& doing) {
  auto error = error_of(refusal.code, doing, refusal.detail);
  if (error.kind == ErrorKind::unauthorized)
    error.hint = "allow READ, DESCRIBE and DELETE on the group";
  return error;
}

/// The value of the first attempt that does not meet a coordinator on its way.
template <class Ask>
auto settled(const Client& client, const std::string& doing, const std::stop_token& stop, Ask ask)
    -> Result<typename decltype(ask())::value_type> {
  const auto deadline = std::chrono::steady_clock::now() + client.timeout();
  while (true) {
    auto attempt = ask();
    if (attempt) return *std::move(attempt);
    if (stop.stop_requested()) return fail(ErrorKind::interrupted, "interrupted: did not " + doing);
    const bool late = std::chrono::steady_clock::now() >= deadline;
    if (late || !coordinator_moves(attempt.error().code))
      return tl::unexpected(failure(attempt.error(), doing));
    std::this_thread::sleep_for(ask_again);
  }
}

// The request's event, where it did not fail as a whole.
Attempt<EventHandle> answer_to(Client& client, rd_kafka_queue_t* queue,
                               const std::stop_token& stop) {
  auto event = admin_answer(client, queue, stop);
  const auto code = code_of(event.get());
  if (code == RD_KAFKA_RESP_ERR_NO_ERROR) return event;
  return tl::unexpected(Refusal{code, event ? rd_kafka_event_error_string(event.get()) : ""});
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

Attempt<GroupView> ask_view(Client& client, const std::string& name, const std::stop_token& stop) {
  std::array<const char*, 1> names = {name.c_str()};
  const auto options = admin_options(client, RD_KAFKA_ADMIN_OP_DESCRIBECONSUMERGROUPS);
  const QueueHandle queue(rd_kafka_queue_new(client.get()));
  rd_kafka_DescribeConsumerGroups(client.get(), names.data(), names.size(), options.get(),
                                  queue.get());
  const auto event = answer_to(client, queue.get(), stop);
  if (!event) return tl::unexpected(event.error());
  std::size_t count = 0;
  const auto** groups = rd_kafka_DescribeConsumerGroups_result_groups(
      rd_kafka_event_DescribeConsumerGroups_result(event->get()), &count);
  CHECK(count == names.size());
  const auto* error = rd_kafka_ConsumerGroupDescription_error(groups[0]);
  if (error != nullptr && rd_kafka_error_code(error) != RD_KAFKA_RESP_ERR_GROUP_ID_NOT_FOUND)
    return refused(error);
  GroupView view;
  view.name = name;
  view.stable =
      rd_kafka_ConsumerGroupDescription_state(groups[0]) == RD_KAFKA_CONSUMER_GROUP_STATE_STABLE;
  const auto members = rd_kafka_ConsumerGroupDescription_member_count(groups[0]);
  for (std::size_t i = 0; i < members; ++i) {
    view.members.push_back(member_of(rd_kafka_ConsumerGroupDescription_member(groups[0], i)));
  }
  return view;
}

Attempt<bool> ask_committed(Client& client, const std::string& name, const std::stop_token& stop) {
  const ListOffsetsHandle asked(rd_kafka_ListConsumerGroupOffsets_new(name.c_str(), nullptr));
  std::array<rd_kafka_ListConsumerGroupOffsets_t*, 1> requests = {asked.get()};
  const auto options = admin_options(client, RD_KAFKA_ADMIN_OP_LISTCONSUMERGROUPOFFSETS);
  const QueueHandle queue(rd_kafka_queue_new(client.get()));
  rd_kafka_ListConsumerGroupOffsets(client.get(), requests.data(), requests.size(), options.get(),
                                    queue.get());
  const auto event = answer_to(client, queue.get(), stop);
  if (!event) return tl::unexpected(event.error());
  std::size_t count = 0;
  const auto** groups = rd_kafka_ListConsumerGroupOffsets_result_groups(
      rd_kafka_event_ListConsumerGroupOffsets_result(event->get()), &count);
  CHECK(count == requests.size());
  const auto* error = rd_kafka_group_result_error(groups[0]);
  if (error != nullptr && rd_kafka_error_code(error) != RD_KAFKA_RESP_ERR_GROUP_ID_NOT_FOUND)
    return refused(error);
  const auto* partitions = rd_kafka_group_result_partitions(groups[0]);
  return partitions != nullptr && partitions->cnt > 0;
}

// True.
Attempt<bool> ask_removal(Client& client, const std::string& name) {
  const DeleteGroupHandle group(rd_kafka_DeleteGroup_new(name.c_str()));
  std::array<rd_kafka_DeleteGroup_t*, 1> groups = {group.get()};
  const auto options = admin_options(client, RD_KAFKA_ADMIN_OP_DELETEGROUPS);
  const QueueHandle queue(rd_kafka_queue_new(client.get()));
  rd_kafka_DeleteGroups(client.get(), groups.data(), groups.size(), options.get(), queue.get());
  const auto event = answer_to(client, queue.get(), {});
  if (!event) return tl::unexpected(event.error());
  std::size_t count = 0;
  const auto** results =
      rd_kafka_DeleteGroups_result_groups(rd_kafka_event_DeleteGroups_result(event->get()), &count);
  CHECK(count == groups.size());
  const auto* error = rd_kafka_group_result_error(results[0]);
  if (error != nullptr && rd_kafka_error_code(error) != RD_KAFKA_RESP_ERR_GROUP_ID_NOT_FOUND)
    return refused(error);
  return true;
}

}  // namespace

Result<GroupView> view_of_group(Client& client, const std::string& name,
                                const std::stop_token& stop) {
  return settled(client, "look at the group " + name, stop,
                 [&] { return ask_view(client, name, stop); });
}

Result<bool> has_committed(Client& client, const std::string& name, const std::stop_token& stop) {
  return settled(client, "look at the offsets of the group " + name, stop,
                 [&] { return ask_committed(client, name, stop); });
}

Result<> remove_group(Client& client, const std::string& name) {
  TRY(settled(client, "delete the group " + name, {}, [&] { return ask_removal(client, name); }));
  return {};
}

}  // namespace partwise::kafka
