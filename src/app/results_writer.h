// Each topic's result as a record of a Kafka topic, for one cluster.
#pragma once

#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "app/cluster_options.h"
#include "app/outside.h"
#include "app/results_options.h"
#include "kafka/record_writer.h"
#include "registry/schema_registry.h"
#include "sizing/report.h"

namespace partwise::app {

/// threads: one at a time
class ResultsWriter {
 public:
  /// Makes sure that results can be written, and changes nothing: so that every cluster can be
  /// asked before anything is made. Then come register_schemas and make_topic, in this order.
  ///
  /// errors: those of RecordWriter::open; invalid_input where no registry is for the cluster
  static Result<std::unique_ptr<ResultsWriter>> open(const ResultsOptions& options,
                                                     const Registries& registries,
                                                     const config::ClusterAccess& access,
                                                     Millis timeout, Outside& outside,
                                                     const std::stop_token& stop);

  /// Where there is a registry.
  ///
  /// errors: those of SchemaRegistry::register_schema
  Result<> register_schemas(const std::stop_token& stop);

  /// If it is missing.
  ///
  /// errors: those of RecordWriter::make_topic
  Result<> make_topic(const std::stop_token& stop) { return writer_->make_topic(stop); }

  [[nodiscard]] const std::vector<std::string>& warnings() const { return writer_->warnings(); }

  /// `run`: the report's header
  void write(const sizing::RecommendReport& run, const std::string& cluster_id,
             const sizing::TopicReport& topic, const std::stop_token& stop);

  /// Waits until all are there, also after a stop: those that are finished are to be kept. Why some
  /// are not.
  std::optional<Error> finish();

  /// Behind finish: how many are there.
  [[nodiscard]] std::int64_t delivered() const { return delivered_; }

 private:
  struct SchemaIds {
    std::int32_t key = 0;
    std::int32_t value = 0;
  };

  ResultsWriter(std::unique_ptr<kafka::RecordWriter> writer, std::string topic,
                std::optional<registry::SchemaRegistry> registry)
      : writer_(std::move(writer)), topic_(std::move(topic)), registry_(std::move(registry)) {}

  std::unique_ptr<kafka::RecordWriter> writer_;
  std::string topic_;
  std::optional<registry::SchemaRegistry> registry_;  // none: records without a schema
  std::optional<SchemaIds> ids_;
  std::int64_t delivered_ = 0;
};

/// The registries of the options, or of the secret that they name.
///
/// errors: those of SecretsManager::secret; invalid_input for a secret with something else in it
Result<Registries> results_registries(const ResultsOptions& options, Outside& outside,
                                      const std::stop_token& stop);

}  // namespace partwise::app
