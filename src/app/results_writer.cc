#include "app/results_writer.h"

#include "credentials/aws_secrets_manager.h"
#include "registry/schema_registry.h"
#include "sizing/result_record.h"

namespace partwise::app {

Result<std::unique_ptr<ResultsWriter>> ResultsWriter::open(const ResultsOptions& options,
                                                           const Registries& registries,
                                                           const config::ClusterAccess& access,
                                                           Millis timeout, Outside& outside,
                                                           const std::stop_token& stop) {
  auto writer =
      TRY(kafka::RecordWriter::open({access.properties, timeout, false}, options.topic, stop));
  const auto ids =
      TRY(registered(options.topic.name, registries, access.environment, outside, stop));
  TRY(writer->make_topic(stop));
  return std::unique_ptr<ResultsWriter>(
      new ResultsWriter(std::move(writer), options.topic.name, ids));
}

Result<std::optional<ResultsWriter::SchemaIds>> ResultsWriter::registered(
    const std::string& topic, const Registries& registries, const std::string& environment,
    Outside& outside, const std::stop_token& stop) {
  if (registries.empty()) return std::optional<SchemaIds>();
  auto found = registries.find(environment);
  if (found == registries.end()) found = registries.find("");
  if (found == registries.end()) {
    return fail(ErrorKind::invalid_input,
                "no Schema Registry is named for the environment " +
                    (environment.empty() ? "of this cluster, which is not known" : environment),
                "SCHEMA_REGISTRY_CREDENTIAL by environment id, or SCHEMA_REGISTRY_URL");
  }
  registry::SchemaRegistry schema_registry(found->second, outside.own_services());
  const auto schemas = sizing::result_schemas();
  SchemaIds ids;
  ids.key = TRY(schema_registry.register_schema(registry::key_subject(topic), schemas.key, stop));
  ids.value =
      TRY(schema_registry.register_schema(registry::value_subject(topic), schemas.value, stop));
  return std::optional(ids);
}

void ResultsWriter::write(const sizing::RecommendReport& run, const std::string& cluster_id,
                          const sizing::TopicReport& topic, const std::stop_token& stop) {
  auto record = sizing::result_record(run, cluster_id, topic);
  if (ids_) {
    record.key = registry::framed(ids_->key, record.key);
    record.value = registry::framed(ids_->value, record.value);
  }
  writer_->write(record.key, std::move(record.value), stop);
}

std::optional<Error> ResultsWriter::finish() { return writer_->flush({}).shortfall(topic_); }

Result<Registries> results_registries(const ResultsOptions& options, Outside& outside,
                                      const std::stop_token& stop) {
  if (!options.secret) return options.registries;
  const auto text = TRY(credentials::SecretsManager(outside.aws()).secret(*options.secret, stop));
  return registry::registries_from_json(text.reveal());
}

}  // namespace partwise::app
