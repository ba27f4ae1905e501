#include "kafka/sample_reads.h"

#include <algorithm>
#include <utility>

namespace partwise::kafka {
namespace {

// A fresh client costs its connections and their logins: seldom, then, but before the topics weigh.
constexpr std::size_t topics_per_client = 100;

}  // namespace

SampleReads::SampleReads(std::unique_ptr<Client> client, ClientSettings settings,
                         TrafficCounters& traffic, const ReadySignal& signal, Millis patience)
    : settings_(std::move(settings)), traffic_(traffic), signal_(signal), patience_(patience) {
  readers_.push_back(std::make_unique<Reader>(std::move(client), signal_, patience_));
}

// Where no fresh client can be had, the present one goes on.
void SampleReads::renew() {
  auto client = Client::create(settings_, traffic_);
  if (!client) return;
  readers_.push_back(std::make_unique<Reader>(std::move(*client), signal_, patience_));
}

void SampleReads::add(int topic, const std::string& name, const sample::ReadSpan& span) {
  // A topic stays with the client that is at it, so that no partition is read twice at a time.
  for (const auto& reader : readers_) {
    if (reader->reads.is_reading(topic)) return reader->reads.add(topic, name, span);
  }
  if (readers_.back()->reads.topics() >= topics_per_client) renew();
  readers_.back()->reads.add(topic, name, span);
}

void SampleReads::serve(std::vector<sample::ClusterEvent>& finished) {
  for (const auto& reader : readers_) {
    reader->reads.serve(finished);
    rd_kafka_poll(reader->client->get(), 0);
  }
  const auto* newest = readers_.back().get();
  std::erase_if(readers_, [newest](const auto& reader) {
    return reader.get() != newest && reader->reads.idle();
  });
}

void SampleReads::abandon(
    const std::function<bool(const std::string& topic, int partition)>& concerns,
    const Error& error, std::vector<sample::ClusterEvent>& finished) {
  for (const auto& reader : readers_) reader->reads.abandon(concerns, error, finished);
}

bool SampleReads::idle() const {
  return std::all_of(readers_.begin(), readers_.end(),
                     [](const auto& reader) { return reader->reads.idle(); });
}

}  // namespace partwise::kafka
