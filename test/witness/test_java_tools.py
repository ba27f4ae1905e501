"""Kafka's own Java tools: what its administrators type."""

import json
import os
import re
import subprocess
from concurrent.futures import ThreadPoolExecutor

import pytest
import wire
from conftest import until
from kafka_node import KAFKA

TOOLS = "org.apache.kafka.tools."
TOPICS = TOOLS + "TopicCommand"
CONFIGS = "kafka.admin.ConfigCommand"
OFFSETS = TOOLS + "GetOffsetShell"
GROUPS = TOOLS + "consumer.group.ConsumerGroupCommand"
UNKNOWN_TOPIC = 3
# For programs that end at once.
QUICK = {**os.environ, "JAVA_TOOL_OPTIONS": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"}


@pytest.fixture
def tool(cluster):
    def call(name, *arguments, given="", status=0):
        done = subprocess.run([KAFKA, "tool", name, "--bootstrap-server", cluster.bootstrap, *map(str, arguments)],
                              input=given, text=True, capture_output=True, timeout=60, check=False, env=QUICK)
        assert done.returncode == status, done.stdout + done.stderr
        return done.stdout
    return call


def fill(cluster, topic, times, partition=0):
    with cluster.connect_leader(topic, partition) as connection:
        for time in times:
            assert wire.produce(connection, topic, wire.batch([b"value"], time), partition=partition)[0] == 0


def test_a_topics_life(cluster, tool, name):
    assert "Created topic" in tool(TOPICS, "--create", "--topic", name, "--partitions", 3, "--config", "retention.ms=10000")
    assert f"Topic '{name}' already exists." in tool(TOPICS, "--create", "--topic", name, status=1)
    tool(TOPICS, "--alter", "--topic", name, "--partitions", 5)
    described = tool(TOPICS, "--describe", "--topic", name)
    head, *partitions = described.splitlines()
    assert re.search(r"PartitionCount: 5\s+ReplicationFactor: 1\s+Configs: .*retention.ms=10000", head)
    assert [int(re.search(r"Partition: (\d+)", line)[1]) for line in partitions] == list(range(5))
    for line in partitions:
        leader, replicas, isr = re.search(r"Leader: (\S+)\s+Replicas: (\S+)\s+Isr: (\S+)", line).groups()
        assert leader == replicas == isr
    assert name in tool(TOPICS, "--list").split()
    tool(TOPICS, "--delete", "--topic", name)
    with cluster.connect() as connection:
        until(lambda: wire.metadata(connection, name)[0][name] == (UNKNOWN_TOPIC, []), "its end")
    cluster.create(name)


def test_a_topics_settings(cluster, tool, name):
    cluster.create(name, retention_ms=5_000)
    topic = ("--entity-type", "topics", "--entity-name", name)
    tool(CONFIGS, *topic, "--alter", "--add-config", "cleanup.policy=[compact,delete],segment.bytes=2000000",
         "--delete-config", "retention.ms")
    described = tool(CONFIGS, *topic, "--describe")
    found = dict(re.findall(r"^  (\S+?)=(\S*) sensitive=false synonyms=\{DYNAMIC_TOPIC_CONFIG", described, re.M))
    assert found == {"cleanup.policy": "compact,delete", "segment.bytes": "2000000"}
    everything = tool(CONFIGS, *topic, "--describe", "--all")
    found = dict(re.findall(r"^  (\S+?)=(\S*) sensitive=", everything, re.M))
    assert found["retention.ms"] == "604800000" and found["max.message.bytes"] == "1048588"


def test_every_setting_of_a_topic_has_kafkas_default(embedded, kafka):
    with ThreadPoolExecutor() as pool:
        def settings(cluster):
            cluster.create("defaults")
            said = subprocess.run(
                [KAFKA, "tool", CONFIGS, "--bootstrap-server", cluster.bootstrap, "--entity-type", "topics",
                 "--entity-name", "defaults", "--describe", "--all"],
                text=True, capture_output=True, timeout=60, check=True, env=QUICK).stdout
            return dict(re.findall(r"^  (\S+?)=(\S*) sensitive=", said, re.M))
        ours, theirs = pool.map(settings, (embedded, kafka))
    # What the node of these tests is told, to be quick.
    del ours["file.delete.delay.ms"], theirs["file.delete.delay.ms"]
    assert ours == theirs


def test_performance_tools(cluster, tool, name):
    cluster.create(name, 3)
    said = tool(TOOLS + "ProducerPerformance", "--topic", name, "--num-records", 20_000, "--record-size", 100,
                "--throughput", -1, "--command-property", "acks=all", "compression.type=zstd")
    assert said.splitlines()[-1].startswith("20000 records sent")
    read = tool(TOOLS + "ConsumerPerformance", "--topic", name, "--num-records", 20_000, "--timeout", 30_000)
    heading, numbers = (line.split(", ") for line in read.splitlines()[-2:])
    assert int(numbers[heading.index("data.consumed.in.nMsg")]) == 20_000


def test_console_tools_and_a_group(cluster, tool, name):
    cluster.create(name, 2)
    lines = [f"key{i}:value {i}" for i in range(60)]
    tool(TOOLS + "ConsoleProducer", "--topic", name, "--reader-property", "parse.key=true", "--reader-property",
         "key.separator=:", given="\n".join(lines) + "\n")
    read = tool(TOOLS + "consumer.ConsoleConsumer", "--topic", name, "--group", name, "--from-beginning",
                "--max-messages", 60, "--timeout-ms", 30_000, "--formatter-property", "print.key=true",
                "--formatter-property", "key.separator=:")
    assert sorted(read.splitlines()) == sorted(lines)

    def described():
        said = tool(GROUPS, "--describe", "--group", name)
        rows = [line.split() for line in said.splitlines() if line.startswith(name)]
        return sorted(tuple(row[:6]) for row in rows)

    ends = offsets(tool, name, "--time", -1)
    assert sum(ends.values()) == 60
    assert described() == [(name, name, str(p), str(ends[p]), str(ends[p]), "0") for p in (0, 1)]
    assert name in tool(GROUPS, "--list").split()
    tool(GROUPS, "--group", name, "--topic", f"{name}:1", "--reset-offsets", "--shift-by", -3, "--execute")
    assert described()[1] == (name, name, "1", str(ends[1] - 3), str(ends[1]), "3")
    assert "successful" in tool(GROUPS, "--delete", "--group", name)
    assert name not in tool(GROUPS, "--list").split()


def offsets(tool, topic, *more):
    said = tool(OFFSETS, "--topic", topic, *more)
    rows = [line.split(":") for line in said.splitlines() if line.startswith(topic + ":")]
    return {int(partition): int(offset or -1) for _, partition, offset in rows}


def test_offsets_by_time_and_records_deleted(cluster, tool, name, now_ms, tmp_path):
    cluster.create(name, 2)
    start = now_ms - 60_000
    fill(cluster, name, [start + 1_000 * i for i in (0, 1, 5, 3, 4)])
    wanted = {
        ("--time", -1): {0: 5, 1: 0},
        ("--time", -2): {0: 0, 1: 0},
        ("--time", "max-timestamp"): {0: 2, 1: -1},
        ("--time", start + 1_001): {0: 2, 1: -1},
        ("--time", start + 5_001): {0: -1, 1: -1},
    }
    with ThreadPoolExecutor(2) as pool:
        found = list(pool.map(lambda more: offsets(tool, name, *more), wanted))
    assert [{p: o for p, o in each.items() if o >= 0} for each in found] == \
        [{p: o for p, o in each.items() if o >= 0} for each in wanted.values()]
    wanted_file = tmp_path / "offsets.json"
    wanted_file.write_text(
        '{"partitions": [{"topic": "%s", "partition": 0, "offset": 3}], "version": 1}' % name)
    assert "low_watermark: 3" in tool(TOOLS + "DeleteRecordsCommand", "--offset-json-file", wanted_file)
    assert offsets(tool, name, "--time", -2) == {0: 3, 1: 0}


def test_sizes_of_logs(cluster, tool, name, now_ms):
    cluster.create(name, 2)
    fill(cluster, name, [now_ms] * 10)
    said = tool(TOOLS + "LogDirsCommand", "--describe", "--topic-list", name)
    report = json.loads(said.splitlines()[-1])
    sizes = {part["partition"]: part["size"] for broker in report["brokers"]
             for folder in broker["logDirs"] for part in folder["partitions"]}
    assert sizes == {f"{name}-0": 10 * len(wire.batch([b"value"], now_ms)), f"{name}-1": 0}


def test_versions_shown(cluster, tool):
    said = tool(TOOLS + "BrokerApiVersionsCommand")
    assert re.search(r"Produce\(0\): 0 to \d+ \[usable: \d+\]", said), said[:500]
