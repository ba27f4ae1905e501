"""kafka-python: a client that shares no code with librdkafka or Kafka's own."""

import os
import sys
import threading

import pytest
import wire
from conftest import TOPIC_ALREADY_EXISTS, until
from kafka_node import TOP

sys.path.insert(0, os.environ.get("PARTWISE_PYTHON", str(TOP / "build" / "python")))
from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer  # noqa: E402
from kafka.admin import ConfigResource, NewPartitions, NewTopic, OffsetSpec, OffsetTimestamp  # noqa: E402
from kafka.errors import KafkaError, RebalanceInProgressError  # noqa: E402
from kafka.structs import OffsetAndMetadata, TopicPartition  # noqa: E402

CODECS = {None: 0, "gzip": 1, "snappy": 2, "lz4": 3, "zstd": 4}


@pytest.fixture
def admin(cluster):
    with_end = KafkaAdminClient(bootstrap_servers=cluster.bootstrap)
    yield with_end
    with_end.close()


def producer(cluster, **settings):
    return KafkaProducer(bootstrap_servers=cluster.bootstrap, **settings)


@pytest.fixture
def consumer(cluster):
    """Makes consumers, and closes them in the end."""
    made = []

    def make(*topics, **settings):
        settings = {"auto_offset_reset": "earliest", "enable_auto_commit": False, **settings}
        made.append(KafkaConsumer(*topics, bootstrap_servers=cluster.bootstrap, **settings))
        return made[-1]

    yield make
    for each in made:
        each.close(autocommit=False)


def send(cluster, topic, records, **settings):
    """records: (partition, timestamp, value); all in one batch for each partition"""
    sender = producer(cluster, linger_ms=500, **settings)
    sent = [sender.send(topic, value, key=b"k", partition=p, timestamp_ms=t) for p, t, value in records]
    sender.flush()
    sender.close()
    return [each.get(timeout=20) for each in sent]


def read(source, count):
    found = []
    until(lambda: found.extend(r for batch in source.poll(500).values() for r in batch) or len(found) >= count,
          f"{count} records", seconds=30)
    return found


def test_topics_are_made_described_widened_and_deleted(cluster, admin, name):
    made = admin.create_topics([NewTopic(name, 2, 1, topic_configs={"retention.ms": "5000"})], wait_for_metadata=True)
    (topic,) = made["topics"]
    assert (topic["num_partitions"], topic["replication_factor"]) == (2, 1)
    assert topic["configs"]["retention.ms"]["value"] == "5000"
    again = admin.create_topics([NewTopic(name, 2, 1)], raise_errors=False)
    assert again["topics"][0]["error_code"] == TOPIC_ALREADY_EXISTS
    admin.create_partitions({name: NewPartitions(5)})
    until(lambda: len(admin.describe_topics([name])[0]["partitions"]) == 5, "five partitions")
    with pytest.raises(KafkaError, match="(?i)partitions"):
        admin.create_partitions({name: NewPartitions(3)})
    admin.delete_topics([name])
    until(lambda: name not in admin.list_topics(), "its end")


def test_settings_are_changed_one_by_one_or_all_together(cluster, admin, name):
    cluster.create(name, retention_ms=5_000)

    def settings():
        found = admin.describe_configs([ConfigResource("topic", name)])["topic"][name]
        return {key: entry["value"] for key, entry in found.items() if entry["config_source"] == "DYNAMIC_TOPIC_CONFIG"}

    assert settings() == {"retention.ms": "5000"}
    admin.alter_configs([ConfigResource("topic", name, {"cleanup.policy": "compact"})], incremental=True)
    until(lambda: settings() == {"retention.ms": "5000", "cleanup.policy": "compact"}, "both")
    with cluster.connect() as connection:
        assert wire.alter_configs(connection, name, {"segment.ms": "60000"}) == 0
    until(lambda: settings() == {"segment.ms": "60000"}, "the new one alone")
    admin.reset_configs([ConfigResource("topic", name, {"segment.ms": None})])
    until(lambda: settings() == {}, "none")


@pytest.mark.parametrize("codec", CODECS, ids=str)
def test_offsets_by_time_are_exact_inside_batches_of_every_codec(cluster, consumer, admin, name, now_ms, codec):
    cluster.create(name)
    start = now_ms - 3_600_000
    # Ten seconds apart, but the fourth comes late.
    times = [start + 10_000 * i - (25_000 if i == 4 else 0) for i in range(20)]
    sent = send(cluster, name, [(0, t, b"the same value " * 5) for t in times], compression_type=codec)
    assert [each.offset for each in sent] == list(range(20))
    partition = TopicPartition(name, 0)
    reader = consumer()
    reader.assign([partition])
    for wanted in (start - 1, start, start + 1, start + 30_001, start + 45_000, times[19], times[19] + 1):
        first = next(((i, t) for i, t in enumerate(times) if t >= wanted), None)
        found = reader.offsets_for_times({partition: wanted})[partition]
        assert (found and (found.offset, found.timestamp)) == first, wanted - start
    found = admin.list_partition_offsets({partition: OffsetSpec.MAX_TIMESTAMP})[partition]
    assert (found.offset, found.timestamp) == (19, times[19])
    found = admin.list_partition_offsets({partition: OffsetTimestamp(start + 100_000)})[partition]
    assert (found.offset, found.timestamp) == (10, start + 100_000)
    assert [(r.offset, r.timestamp, r.value) for r in read(reader, 20)] == \
        [(i, t, b"the same value " * 5) for i, t in enumerate(times)]
    with cluster.connect_leader(name) as connection:
        _, _, stored = wire.fetched(connection.ask(wire.FETCH, 4, wire.fetch_body(name, 0, max_wait=0)))
        assert stored[22] & 7 == CODECS[codec]


@pytest.mark.parametrize("settings", [
    {"acks": 0, "enable_idempotence": False}, {"acks": 1, "enable_idempotence": False}, {"acks": "all"},
    {"acks": "all", "enable_idempotence": True, "max_in_flight_requests_per_connection": 5}], ids=str)
def test_ways_to_acknowledge(cluster, consumer, name, settings):
    cluster.create(name)
    sender = producer(cluster, batch_size=500, **settings)
    for i in range(500):
        sender.send(name, b"%d" % i, partition=0)
    sender.flush()
    sender.close()
    reader = consumer()
    reader.assign([TopicPartition(name, 0)])
    assert [int(record.value) for record in read(reader, 500)] == list(range(500))


def test_headers_keys_and_tombstones(cluster, consumer, name):
    cluster.create(name)
    sender = producer(cluster)
    sender.send(name, key=b"gone", value=None, headers=[("trace", b"abc"), ("empty", b"")], partition=0).get(20)
    sender.send(name, key=None, value=b"", partition=0).get(20)
    sender.close()
    reader = consumer()
    reader.assign([TopicPartition(name, 0)])
    first, second = read(reader, 2)
    assert (first.key, first.value, list(first.headers)) == (b"gone", None, [("trace", b"abc"), ("empty", b"")])
    assert (second.key, second.value) == (None, b"")


def test_records_are_deleted_up_to_an_offset(cluster, consumer, admin, name, now_ms):
    cluster.create(name)
    send(cluster, name, [(0, now_ms + i, b"v%d" % i) for i in range(10)])
    partition = TopicPartition(name, 0)
    assert admin.delete_records({partition: 4})[partition]["low_watermark"] == 4
    reader = consumer()
    reader.assign([partition])
    assert reader.beginning_offsets([partition]) == {partition: 4}
    assert reader.end_offsets([partition]) == {partition: 10}
    assert [record.offset for record in read(reader, 6)] == list(range(4, 10))
    reader.seek(partition, 1)  # no longer there: from the earliest on, as was asked for
    assert read(reader, 6)[0].offset == 4


def test_log_dirs_tell_the_stored_bytes(cluster, admin, name, now_ms):
    cluster.create(name, 2)
    with cluster.connect_leader(name, 1) as connection:
        batch = wire.batch([b"x" * 100], now_ms)
        wire.produce(connection, name, batch, partition=1)
    sizes = {partition["partition_index"]: partition["partition_size"]
             for broker in admin.describe_log_dirs() for folder in broker["log_dirs"]
             for topic in folder["topics"] if topic["name"] == name for partition in topic["partitions"]}
    assert sizes == {0: 0, 1: len(batch)}


def test_groups_are_listed_described_reset_and_deleted(cluster, consumer, admin, name, now_ms):
    cluster.create(name, 2)
    send(cluster, name, [(p, now_ms, b"v") for p in (0, 1) for _ in range(5)])
    member = consumer(name, group_id=name)
    read(member, 10)
    member.commit()
    described = admin.describe_groups([name])[name]
    assert (described["group_state"], described["protocol_data"]) == ("Stable", "range")
    assert described["members"][0]["member_assignment"]["assigned_partitions"] == [{"topic": name, "partitions": [0, 1]}]
    assert [g["group_state"] for g in admin.list_groups() if g["group_id"] == name] == ["Stable"]
    one = TopicPartition(name, 0)
    assert admin.delete_groups([name])[name] != "OK", "it is not empty"
    member.close()
    until(lambda: admin.describe_groups([name])[name]["group_state"] == "Empty", "an empty group")
    admin.alter_group_offsets(name, {one: OffsetAndMetadata(2, "by hand", -1)})
    offsets = admin.list_group_offsets({name: None})[name]
    assert {p.partition: (o.offset, o.metadata) for p, o in offsets.items()} == {0: (2, "by hand"), 1: (5, "")}
    admin.delete_group_offsets(name, [one])
    assert {p.partition for p in admin.list_group_offsets({name: None})[name]} == {1}
    assert admin.delete_groups([name])[name] == "OK"
    assert name not in {g["group_id"] for g in admin.list_groups()}


class Member(threading.Thread):
    """A consumer in a group, in a thread of its own."""

    def __init__(self, cluster, topic, group):
        super().__init__(daemon=True)
        self.consumer = KafkaConsumer(
            bootstrap_servers=cluster.bootstrap, group_id=group, auto_offset_reset="earliest",
            enable_auto_commit=False, session_timeout_ms=6_000, heartbeat_interval_ms=300)
        # The client joins once more when it learns of the topic only later, and may then overlook what
        # it was assigned.
        self.consumer.partitions_for_topic(topic)
        self.consumer.subscribe([topic])
        self.seen = []
        self.partitions = set()
        self.leaving = False
        self.start()

    def run(self):
        while not (self.leaving and self.has_committed()):
            # kafka-python forgets a join that ends between two polls, and joins anew: hence long polls.
            for records in self.consumer.poll(2_000).values():
                self.seen += [record.value for record in records]
            self.partitions = {each.partition for each in self.consumer.assignment()}
        self.consumer.close()

    def has_committed(self):
        try:
            self.consumer.commit()
        except RebalanceInProgressError:  # Kafka tells a member of it with its next heartbeat
            return False
        return True

    def leave(self):
        self.leaving = True
        self.join(30)
        assert not self.is_alive(), "it has left"


def test_two_members_share_and_one_takes_over(cluster, consumer, name, now_ms):
    cluster.create(name, 4)
    first = Member(cluster, name, name)
    until(lambda: first.partitions == {0, 1, 2, 3}, "all partitions")
    second = Member(cluster, name, name)
    until(lambda: len(first.partitions) == len(second.partitions) == 2, "two each", seconds=60)
    assert first.partitions | second.partitions == {0, 1, 2, 3}
    send(cluster, name, [(p, now_ms, b"%d" % p) for p in range(4)])
    until(lambda: len(first.seen) + len(second.seen) == 4, "four records")
    assert {int(value) for value in first.seen} == first.partitions
    first.leave()
    until(lambda: second.partitions == {0, 1, 2, 3}, "all partitions again", seconds=60)
    send(cluster, name, [(p, now_ms, b"more") for p in range(4)])
    until(lambda: second.seen.count(b"more") == 4, "four more records")
    second.leave()
    reader = consumer(group_id=name)
    assert {reader.committed(TopicPartition(name, p)) for p in range(4)} == {2}
