// Short runs of records from any number of topics.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "kafka/client.h"
#include "kafka/ready_signal.h"
#include "kafka/record_reads.h"
#include "kafka/settings.h"
#include "sample/cluster_port.h"

namespace partwise::kafka {

/// librdkafka keeps every topic that was ever read and looks at all of them each time that it
/// looks for something to fetch, so that its work grows with their square. A client is therefore
/// given up for a fresh one after some topics: measured, 1,000 topics then take 9 s in place of 23.
///
/// threads: one at a time
class SampleReads {
 public:
  /// `signal` and `traffic` outlive it; `client` is the first one's.
  SampleReads(std::unique_ptr<Client> client, ClientSettings settings, TrafficCounters& traffic,
              const ReadySignal& signal, Millis patience);

  void add(int topic, const std::string& name, const sample::ReadSpan& span);

  /// As RecordReads has them.
  void serve(std::vector<sample::ClusterEvent>& finished);
  void abandon(const std::function<bool(const std::string& topic, int partition)>& concerns,
               const Error& error, std::vector<sample::ClusterEvent>& finished);
  [[nodiscard]] bool idle() const;

 private:
  struct Reader {
    std::unique_ptr<Client> client;
    RecordReads reads;
    Reader(std::unique_ptr<Client> its_client, const ReadySignal& signal, Millis patience)
        : client(std::move(its_client)), reads(*client, signal, patience) {}
  };
  void renew();

  ClientSettings settings_;
  TrafficCounters& traffic_;
  const ReadySignal& signal_;
  Millis patience_;
  std::vector<std::unique_ptr<Reader>> readers_;  // the last one takes what is added
};

}  // namespace partwise::kafka
