// Waiting for any of several librdkafka queues.
#pragma once

#include <librdkafka/rdkafka.h>

#include "base/clock.h"

namespace partwise::kafka {

/// A file descriptor that becomes readable when a queue that was empty gets something.
class ReadySignal {
 public:
  ReadySignal();
  ~ReadySignal();
  ReadySignal(const ReadySignal&) = delete;
  ReadySignal& operator=(const ReadySignal&) = delete;

  void watch(rd_kafka_queue_t* queue) const;
  static void forget(rd_kafka_queue_t* queue);
  /// Up to `patience`; sooner when something came since the last wait.
  void wait(Millis patience) const;

 private:
  int fd_;
};

}  // namespace partwise::kafka
