#include "kafka/ready_signal.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cstdint>

#include "base/check.h"

namespace partwise::kafka {
namespace {

constexpr std::uint64_t one = 1;

}  // namespace

ReadySignal::ReadySignal() : fd_(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) { CHECK(fd_ >= 0); }

ReadySignal::~ReadySignal() { close(fd_); }

void ReadySignal::watch(rd_kafka_queue_t* queue) const {
  rd_kafka_queue_io_event_enable(queue, fd_, &one, sizeof one);
}

void ReadySignal::forget(rd_kafka_queue_t* queue) {
  rd_kafka_queue_io_event_enable(queue, -1, nullptr, 0);
}

void ReadySignal::wait(Millis patience) const {
  pollfd entry{fd_, POLLIN, 0};
  if (poll(&entry, 1, static_cast<int>(patience.count())) <= 0) return;
  std::uint64_t count = 0;
  // Whatever it holds, it is empty afterwards; a failure means that it was already.
  [[maybe_unused]] const auto got = read(fd_, &count, sizeof count);
}

}  // namespace partwise::kafka
