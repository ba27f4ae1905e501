// One topic's result as a record of Kafka, with the schema that says what is in it.
#pragma once

#include <string>

#include "sizing/report.h"

namespace partwise::sizing {

/// Key and value, each JSON on one line.
struct ResultRecord {
  std::string key;
  std::string value;
};

/// The names and meanings of the fields are in docs/results-topic.md. `run` is the report's header:
/// its clusters are not looked at.
///
/// The key is cluster and topic and nothing else, byte for byte the same in every run: a topic's
/// results are in one partition in the order of the runs, and a compacted results topic keeps the
/// last one of each.
ResultRecord result_record(const RecommendReport& run, const std::string& cluster_id,
                           const TopicReport& topic);

/// JSON Schemas (draft-07, the newest that every registry takes) of what result_record makes.
///
/// They are to stay acceptable to a registry that wants new versions to read what was written
/// before (BACKWARD, the usual setting), also where the existing recommender's schemas are already
/// there. So:
/// - The value is closed (additionalProperties is false). A field can only be added to a closed
///   object: in an open one, old data may have had that name with anything in it.
/// - Required are the existing recommender's eleven fields alone, and no field that is added later
///   may be. What was not measured is null, not absent: the others are always there, too.
/// - Types and lists of names may only be widened.
/// - The key is open, so that the keys of the existing recommender, which also have a time, fit;
///   nothing may be added to it.
///
/// source: Confluent Schema Registry's rules for JSON Schema, json-schema-provider, SchemaDiff
struct ResultSchemas {
  std::string key;
  std::string value;
};

ResultSchemas result_schemas();

}  // namespace partwise::sizing
