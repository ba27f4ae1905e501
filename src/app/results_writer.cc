#include "app/results_writer.h"

#include "credentials/aws_secrets_manager.h"
#include "sizing/result_record.h"

namespace partwise::app {

namespace {

/// The registry for the clusters of an environment.
Result<registry::RegistrySettings> registry_for(const std::string& environment,
                                                const Registries& registries) {
  auto found = registries.find(environment);
  if (found == registries.end()) found = registries.find("");
  if (found != registries.end()) return found->second;
  return fail(ErrorKind::invalid_input,
              "no Schema Registry is named for the environment " +
                  (environment.empty() ? "of this cluster, which is not known" : environment),
              "SCHEMA_REGISTRY_CREDENTIAL by environment id, or SCHEMA_REGISTRY_URL");
}

}  // namespace

Result<std::unique_ptr<ResultsWriter>> ResultsWriter::open(const ResultsOptions& options,
                                                           const Registries& registries,
                                                           const config::ClusterAccess& access,
                                                           Millis timeout, Outside& outside,
                                                           const std::stop_token& stop) {
  std::optional<registry::SchemaRegistry> registry;
  if (!registries.empty()) {
    auto settings = TRY(registry_for(access.environment, registries));
    registry.emplace(std::move(settings), outside.own_services());
  }
  auto writer =
      TRY(kafka::RecordWriter::open({access.properties, timeout, false}, options.topic, stop));
  return std::unique_ptr<ResultsWriter>(
      new ResultsWriter(std::move(writer), options.topic.name, std::move(registry)));
}

Result<> ResultsWriter::register_schemas(const std::stop_token& stop) {
  if (!registry_) return {};
  const auto schemas = sizing::result_schemas();
  SchemaIds ids;
  ids.key = TRY(registry_->register_schema(registry::key_subject(topic_), schemas.key, stop));
  ids.value = TRY(registry_->register_schema(registry::value_subject(topic_), schemas.value, stop));
  ids_ = ids;
  return {};
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

std::optional<Error> ResultsWriter::finish() {
  const auto outcome = writer_->flush({});
  delivered_ = outcome.delivered;
  return outcome.shortfall(topic_);
}

Result<Registries> results_registries(const ResultsOptions& options, Outside& outside,
                                      const std::stop_token& stop) {
  if (!options.secret) return options.registries;
  const auto text = TRY(credentials::SecretsManager(outside.aws()).secret(*options.secret, stop));
  return registry::registries_from_json(text.reveal());
}

}  // namespace partwise::app
