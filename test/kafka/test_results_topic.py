"""`recommend` with USE_KAFKA_WRITER: each topic's result as a record, read back by kcat."""

import json
import subprocess
import time

import jsonschema
import pytest
from harness import TOP
from schema_registry import SchemaRegistry

GOLDEN = TOP / "test" / "golden"
HOUR = 3_600_000


@pytest.fixture(scope="module")
def filled(node):
    """Two topics with records and one without, under a name that no other test's filter finds."""
    now = int(time.time() // 60 * 60_000)
    if "results.in.one" in node.topics():  # a node may be come back to
        return node
    node.script(["create results.in.one 3", "create results.in.two 2", "create results.in.none 4"]
                + [f"send results.in.{topic} {i % 2} {now - HOUR + i * 100} - 100"
                   for topic in ("one", "two") for i in range(2_000)])
    return node


@pytest.fixture
def registry():
    started = SchemaRegistry(login="writer:registry-secret")
    yield started
    started.stop()


@pytest.fixture
def publish(partwise, filled, request):
    """Runs recommend so that it writes to a topic of this test's own."""
    topic = "_out." + "".join(c if c.isalnum() else "." for c in request.node.name)

    def call(*arguments, env=None, **more):
        settings = {"USE_KAFKA_WRITER": "True", "KAFKA_WRITER_TOPIC_NAME": topic,
                    "KAFKA_WRITER_TOPIC_REPLICATION_FACTOR": "1", **(env or {})}
        return partwise("recommend", "--bootstrap-servers", filled.bootstrap, "--topic-filter", "results.in.",
                        *arguments, env=settings, **more)

    call.topic = topic
    return call


def records(node, topic):
    """(partition, key, value) of each record, as bytes, oldest first in each partition."""
    out = subprocess.run(
        ["kcat", "-b", node.bootstrap, "-C", "-t", topic, "-o", "beginning", "-e", "-q", "-J"],
        check=True, capture_output=True, text=True, errors="surrogateescape").stdout
    envelopes = [json.loads(line) for line in out.splitlines()]
    return [(each["partition"], each["key"], each["payload"]) for each in envelopes]


def raw_records(node, topic):
    """(key, value) as bytes, whatever is in them."""
    out = subprocess.run(
        ["kcat", "-b", node.bootstrap, "-C", "-t", topic, "-o", "beginning", "-e", "-q", "-f", "%K %S\n%k%s\n"],
        check=True, capture_output=True).stdout
    found = []
    while out:
        lengths, _, out = out.partition(b"\n")
        key, value = map(int, lengths.split())
        found.append((out[:key], out[key:key + value]))
        out = out[key + value + 1:]
    return found


def validator(name):
    return jsonschema.Draft7Validator(json.loads((GOLDEN / f"result-{name}.schema.json").read_text()))


def test_each_topic_is_a_record(filled, publish):
    run = publish()
    assert run.status == 0, run.err
    assert f"3 results written to the topic {publish.topic}" in run.err
    found = {json.loads(key)["topic_name"]: json.loads(value) for _, key, value in records(filled, publish.topic)}
    assert sorted(found) == ["results.in.none", "results.in.one", "results.in.two"]
    report = run.report
    for name, record in found.items():
        validator("value").validate(record)
        topic = run.topic(name)
        assert record["kafka_cluster_id"] == report["clusters"][0]["cluster_id"]
        assert record["analyzed_at"] == report["started"]
        assert record["recommended_partitions"] == topic["recommended_partitions"]["value"]
        assert record["number_of_records"] == topic["records"]
        assert record["status"] == topic["status"]
    assert found["results.in.none"]["status"] == "empty"


def test_the_topic_is_made_as_it_is_set(filled, publish):
    run = publish(env={"KAFKA_WRITER_TOPIC_PARTITION_COUNT": "4", "KAFKA_WRITER_TOPIC_DATA_RETENTION_IN_DAYS": "2"})
    assert run.status == 0, run.err
    told = filled.tool("org.apache.kafka.tools.TopicCommand", "--describe", "--topic", publish.topic)
    assert "PartitionCount: 4" in told and "ReplicationFactor: 1" in told
    assert f"retention.ms={2 * 24 * HOUR}" in told and "cleanup.policy=delete" in told


def test_a_topic_keeps_its_records_for_ever_by_default(filled, publish):
    assert publish().status == 0
    told = filled.tool("org.apache.kafka.tools.TopicCommand", "--describe", "--topic", publish.topic)
    assert "PartitionCount: 6" in told and "retention.ms=-1" in told


def test_the_same_topic_has_the_same_key_and_partition_in_every_run(filled, publish):
    assert publish().status == 0
    assert publish().status == 0
    places = {}
    for partition, key, _ in records(filled, publish.topic):
        places.setdefault(key, []).append(partition)
    assert len(places) == 3
    assert all(len(partitions) == 2 and len(set(partitions)) == 1 for partitions in places.values()), places


def test_an_existing_topic_stays_as_it_is(filled, publish):
    assert publish().status == 0
    run = publish(env={"KAFKA_WRITER_TOPIC_PARTITION_COUNT": "9", "KAFKA_WRITER_TOPIC_DATA_RETENTION_IN_DAYS": "1"})
    assert run.status == 0, run.err
    assert (f"the topic {publish.topic} is there already and stays as it is: it has 6 partitions, not 9, "
            "keeps records for ever, not for 1 d") in run.out
    told = filled.tool("org.apache.kafka.tools.TopicCommand", "--describe", "--topic", publish.topic)
    assert "PartitionCount: 6" in told and "retention.ms=-1" in told


def test_more_replicas_than_brokers_is_told_before_the_run(filled, publish):
    run = publish(env={"KAFKA_WRITER_TOPIC_REPLICATION_FACTOR": "5"})
    assert run.status == 2, run.err
    assert "its replication factor is to be 5, but the cluster has" in run.err
    assert "KAFKA_WRITER_TOPIC_REPLICATION_FACTOR=" in run.err
    assert publish.topic not in filled.topics()
    assert not list(run.folder.glob("*-report.csv")), "nothing was measured"


def test_a_name_that_no_topic_can_have(publish):
    run = publish(env={"KAFKA_WRITER_TOPIC_NAME": "my results"})
    assert run.status == 2
    assert "KAFKA_WRITER_TOPIC_NAME" in run.err and "'my results'" in run.err


def test_records_say_which_schema_is_theirs(filled, publish, registry):
    run = publish(env={"SCHEMA_REGISTRY_URL": registry.url,
                       "SCHEMA_REGISTRY_BASIC_AUTH_USER_INFO": registry.login})
    assert run.status == 0, run.err
    found = [(registry.payload(f"{publish.topic}-key", key), registry.payload(f"{publish.topic}-value", value))
             for key, value in raw_records(filled, publish.topic)]
    assert sorted(key["topic_name"] for key, _ in found) == ["results.in.none", "results.in.one", "results.in.two"]
    assert all(key["topic_name"] == value["topic_name"] for key, value in found)
    assert registry.schema(f"{publish.topic}-value")[0] == validator("value").schema
    assert registry.schema(f"{publish.topic}-key")[0] == validator("key").schema
    written = "".join(path.read_text() for path in run.folder.iterdir())
    assert "registry-secret" not in run.out + run.err + written


def test_a_second_run_adds_no_schema(publish, registry):
    env = {"SCHEMA_REGISTRY_URL": registry.url, "SCHEMA_REGISTRY_BASIC_AUTH_USER_INFO": registry.login}
    assert publish(env=env).status == 0
    assert publish(env=env).status == 0
    assert {subject: len(ids) for subject, ids in registry.subjects.items()} == {
        f"{publish.topic}-key": 1, f"{publish.topic}-value": 1}


def test_a_registry_that_wants_a_login_or_another(publish, registry, filled):
    run = publish(env={"SCHEMA_REGISTRY_URL": registry.url})
    assert run.status == 3, run.err
    assert "SCHEMA_REGISTRY_BASIC_AUTH_USER_INFO" in run.err
    run = publish(env={"SCHEMA_REGISTRY_URL": registry.url, "SCHEMA_REGISTRY_BASIC_AUTH_USER_INFO": "writer:wrong"})
    assert run.status == 3
    assert "Unauthorized" in run.err and "writer:wrong" not in run.err
    assert publish.topic not in filled.topics(), "nothing was made"


def test_an_incompatible_schema_is_told_before_the_run(publish, registry, filled):
    registry.answers = [(409, "Schema being registered is incompatible with an earlier schema")] * 2
    run = publish(env={"SCHEMA_REGISTRY_URL": registry.url, "SCHEMA_REGISTRY_BASIC_AUTH_USER_INFO": registry.login})
    assert run.status == 2, run.err
    assert publish.topic in run.err and "incompatible with an earlier schema" in run.err
    assert publish.topic not in filled.topics()


def test_a_registry_that_fails_for_a_moment(publish, registry):
    registry.answers = [(500, "Error in the backend data store")]
    run = publish(env={"SCHEMA_REGISTRY_URL": registry.url, "SCHEMA_REGISTRY_BASIC_AUTH_USER_INFO": registry.login})
    assert run.status == 0, run.err


def test_without_the_setting_nothing_is_written(partwise, filled):
    before = filled.topics()
    run = partwise("recommend", "--bootstrap-servers", filled.bootstrap, "--topic-filter", "results.in.",
                   env={"KAFKA_WRITER_TOPIC_NAME": "_out.not.asked.for"})
    assert run.status == 0, run.err
    assert filled.topics() == before


@pytest.mark.kafka_only
def test_who_may_not_make_the_topic_is_told_before_the_run(partwise, filled):
    login = ("security.protocol=SASL_PLAINTEXT\nsasl.mechanism=PLAIN\nsasl.jaas.config="
             "org.apache.kafka.common.security.plain.PlainLoginModule required "
             "username=\"limited\" password=\"limited-secret\";\n")
    run = partwise("recommend", "--bootstrap-servers", filled.secured, "--config", "client.properties",
                   files={"client.properties": login},
                   env={"USE_KAFKA_WRITER": "True", "KAFKA_WRITER_TOPIC_NAME": "_out.forbidden",
                        "KAFKA_WRITER_TOPIC_REPLICATION_FACTOR": "1"})
    assert run.status == 3, run.err
    assert "_out.forbidden" in run.err and "allow DESCRIBE, CREATE and WRITE" in run.err
    assert "_out.forbidden" not in filled.topics()


@pytest.mark.kafka_only
def test_results_that_do_not_arrive_are_counted(filled, publish):
    filled.tool("org.apache.kafka.tools.TopicCommand", "--create", "--topic", publish.topic, "--partitions", "6",
                "--replication-factor", "1", "--config", "max.message.bytes=200")
    run = publish()
    assert run.status == 4, run.err
    assert f"3 of 3 results did not get into the topic {publish.topic}" in run.err
    assert "Message size too large" in run.err
    assert run.topic("results.in.one")["records"] == 2_000, "what was measured is in the files"
