"""The records of a results topic against their schemas, by a validator that is not ours.

Records and schemas are those that the unit tests hold fast in test/golden.
"""

import json
import pathlib

import jsonschema
import pytest

GOLDEN = pathlib.Path(__file__).resolve().parent.parent / "golden"


def validator(name):
    schema = json.loads((GOLDEN / f"result-{name}.schema.json").read_text())
    jsonschema.Draft7Validator.check_schema(schema)
    return jsonschema.Draft7Validator(schema, format_checker=jsonschema.FormatChecker())


def records():
    lines = (GOLDEN / "recommend-records.tsv").read_text().splitlines()
    return [tuple(json.loads(part) for part in line.split("\t")) for line in lines]


KEY, VALUE = validator("key"), validator("value")


def test_every_record_is_as_its_schema_says():
    assert {value["status"] for _, value in records()} == {"active", "empty", "error"}
    for key, value in records():
        KEY.validate(key)
        VALUE.validate(value)


def test_a_record_has_every_field_of_its_schema():
    for key, value in records():
        assert list(key) == list(KEY.schema["properties"])
        assert list(value) == list(VALUE.schema["properties"])


@pytest.mark.parametrize("field, value", [
    ("status", "unknown"), ("recommended_partitions", 1.5), ("recommended_partitions", -1), ("topic_name", None),
    ("number_of_records", "77"), ("failures", [1]), ("colour", "blue")])
def test_what_is_not_a_record_is_refused(field, value):
    record = records()[0][1]
    record[field] = value
    with pytest.raises(jsonschema.ValidationError):
        VALUE.validate(record)


def test_a_record_without_a_required_field_is_refused():
    for field in VALUE.schema["required"]:
        record = records()[0][1]
        del record[field]
        with pytest.raises(jsonschema.ValidationError):
            VALUE.validate(record)


def test_the_schemas_also_read_what_the_existing_recommender_has_written():
    """Its records have these fields; then a registry lets ours follow its schemas under the same subjects."""
    KEY.validate({"analysis_start_time_epoch": 1700000000, "kafka_cluster_id": "lkc-abc123", "topic_name": "orders"})
    VALUE.validate({
        "method": "metrics_api", "topic_name": "orders", "is_compacted": "no", "number_of_records": 77,
        "number_of_partitions": 6, "required_throughput": 1.5e6, "consumer_throughput": 0.5e6,
        "recommended_partitions": 3, "hot_partition_ingress": "n/a", "hot_partition_egress": "yes", "status": "active"})
