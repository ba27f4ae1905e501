"""keys verify and keys cleanup: what is produced, proven and removed, seen by another client."""

import json
import os
import re
import signal
import subprocess
import time
import zlib

import pytest
from harness import PARTWISE

RUN_TOPIC = re.compile(r"partwise-keys-\d{8}T\d{6}Z-[0-9a-f]{8}")


@pytest.fixture
def verify(partwise, node):
    def run(*arguments, **more):
        return partwise("keys", "verify", "--bootstrap-servers", node.bootstrap, *arguments, **more)
    return run


def topics(node):
    listed = subprocess.run(["kcat", "-b", node.bootstrap, "-L", "-J"], capture_output=True, text=True, check=True)
    return {topic["topic"] for topic in json.loads(listed.stdout)["topics"]}


def run_topics(node):
    return {topic for topic in topics(node) if RUN_TOPIC.fullmatch(topic)}


def records(node, topic):
    read = subprocess.run(["kcat", "-b", node.bootstrap, "-C", "-t", topic, "-e", "-q", "-J"],
                          capture_output=True, text=True, check=True)
    return [json.loads(line) for line in read.stdout.splitlines()]


def wait_until(true):
    end = time.monotonic() + 30
    while not true():
        assert time.monotonic() < end
        time.sleep(0.05)


def test_records_are_proven_and_the_topic_is_gone(verify, node):
    before = topics(node)
    run = verify("--records", 20000, "--partitions", 7, "--format", "json")
    assert run.status == 0, run.err
    report = json.loads(run.out)
    found = report["verification"]
    assert RUN_TOPIC.fullmatch(found["topic"]) and not found["kept"]
    assert found["sent"] == found["planned"] == 20000 and found["failed"] == 0
    arrivals = found["arrivals"]
    assert arrivals["proven"] and arrivals["arrived"] == arrivals["acknowledged"] == 20000
    assert arrivals["actual"] == arrivals["theoretical"] == report["strategies"][0]["counts"]
    assert report["strategies"][0]["name"] == "murmur2"
    wait_until(lambda: topics(node) == before)


def test_another_partitioner_puts_keys_elsewhere(verify):
    run = verify("--simulation", "none", "--records", 3000, "--partitions", 5, "--partitioner", "consistent_random",
                 "--compression", "zstd", "--format", "json")
    assert run.status == 0, run.err
    expected = [0] * 5
    for i in range(3000):
        expected[zlib.crc32((("tenant_id-", "user_id-")[i % 2] + str(i)).encode()) % 5] += 1
    report = json.loads(run.out)
    assert report["strategies"][0]["name"] == "crc32"
    assert report["verification"]["arrivals"]["actual"] == expected


def test_a_kept_topic_has_the_documented_records_and_cleanup_removes_it(verify, partwise, node):
    run = verify("--records", 300, "--partitions", 3, "--keep", "--format", "json", "--value-size", "200")
    topic = json.loads(run.out)["verification"]["topic"]
    assert topic in topics(node)
    described = node.tool("org.apache.kafka.tools.TopicCommand", "--describe", "--topic", topic)
    assert f"retention.ms={7 * 24 * 3600 * 1000}" in described
    seen = records(node, topic)
    assert len(seen) == 300
    for record in seen:
        value = json.loads(record["payload"])
        assert list(value) == ["id", "key", "timestamp", "data"]
        assert value["key"] == record["key"] == ("tenant_id-", "user_id-")[value["id"] % 2] + str(value["id"] % 100)
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", value["timestamp"])
        assert len(record["payload"]) == 200
        assert not record.get("headers")
    assert sorted(json.loads(record["payload"])["id"] for record in seen) == list(range(300))

    cleanup = ("keys", "cleanup", "--bootstrap-servers", node.bootstrap)
    others = topics(node) - run_topics(node)
    listed = partwise(*cleanup)
    assert listed.status == 0 and topic in listed.out and "may still go on" in listed.out
    spared = partwise(*cleanup, "--yes", "--format", "json")
    assert spared.status == 0 and not any(each["deleted"] for each in json.loads(spared.out)["topics"])
    assert topic in topics(node)
    deleted = partwise(*cleanup, "--yes", "--all")
    assert deleted.status == 0 and "deleted" in deleted.out
    wait_until(lambda: topic not in topics(node))
    assert topics(node) - run_topics(node) == others


def test_an_existing_topic_keeps_what_it_has(verify, node, now_ms):
    node.script(["create keys.existing 4", *(f"send keys.existing {i % 4} {now_ms + i} old-{i} 10" for i in range(100))])
    for _ in range(2):
        run = verify("--into-existing", "keys.existing", "--records", 500, "--format", "json")
        assert run.status == 0, run.err
        found = json.loads(run.out)["verification"]
        assert found["existing"] and found["arrivals"]["arrived"] == 500 and found["arrivals"]["proven"]
        assert len(found["arrivals"]["actual"]) == 4
    everything = records(node, "keys.existing")
    assert len(everything) == 1100
    marked = [record for record in everything if record.get("headers")]
    assert len(marked) == 1000
    for record in marked:
        name, mark = record["headers"]
        assert name == "partwise-run" and mark.endswith(":" + str(json.loads(record["payload"])["id"]))


def test_records_without_a_key_are_not_compared(verify):
    lines = "".join(f"k{i % 50}\n" for i in range(500)) + "\\N\n" * 40 + "\n" * 10
    run = verify("--keys-file", "-", "--partitions", 6, "--format", "json", said=lines)
    assert run.status == 0, run.err
    arrivals = json.loads(run.out)["verification"]["arrivals"]
    # murmur2_random takes an empty key for a key.
    assert arrivals["proven"] and arrivals["arrived"] == 550 and arrivals["without_key"] == 40
    assert sum(arrivals["theoretical"]) == 510


@pytest.mark.parametrize(("partitioner", "known"), [("consistent", 0), ("murmur2", 3), ("fnv1a", None), ("consistent_random", None)])
def test_records_without_a_key_where_the_client_places_them(verify, partitioner, known):
    """librdkafka's partitioners without "_random" hash what is not there: CRC-32 of nothing is 0; Java's murmur2 of
    nothing goes to partition 3 of 6."""
    lines = "".join(f"k{i % 50}\n" for i in range(500)) + "\\N\n" * 40 + "\n" * 10
    run = verify("--keys-file", "-", "--partitions", 6, "--partitioner", partitioner, "--format", "json", said=lines)
    assert run.status == 0, run.err
    report = json.loads(run.out)
    arrivals, (strategy,) = report["verification"]["arrivals"], report["strategies"]
    assert arrivals["proven"] and arrivals["arrived"] == 550
    if partitioner.endswith("_random"):
        assert arrivals["without_key"] == 50 and sum(arrivals["theoretical"]) == 500
        return
    assert arrivals["without_key"] == 0 and arrivals["theoretical"] == arrivals["actual"]
    if known is not None:
        assert arrivals["actual"][known] >= 50
    # Fifty keys of ten records, and one of fifty: by chance sqrt(P / K').
    squares = 50 * 10**2 + 50**2
    assert strategy["cv_percent_by_chance"] == pytest.approx(100 * (6 * squares / 550**2) ** 0.5)
    assert strategy["cause"] != "unkeyed_stickiness"


def test_more_replicas_than_brokers_make_no_topic(verify, node):
    before = topics(node)
    run = verify("--replication-factor", 9)
    assert run.status == 2 and "replication factor" in run.err and "--replication-factor" in run.err
    assert topics(node) == before


def test_a_topic_that_is_not_there_is_not_made(verify, node):
    run = verify("--into-existing", "keys.nowhere")
    assert run.status == 1 and "there is no topic keys.nowhere" in run.err
    assert "keys.nowhere" not in topics(node)


def test_a_record_that_is_too_large_is_told(verify, node):
    before = run_topics(node)
    run = verify("--records", 10, "--value-size", "1MiB")
    assert run.status not in (0, 4) and "10 not acknowledged" in run.out
    assert "error:" in run.err and "message.max.bytes" in run.err
    wait_until(lambda: run_topics(node) == before)


@pytest.mark.parametrize("signum", [signal.SIGINT, signal.SIGTERM])
def test_a_stop_removes_the_topic_and_prints_the_numbers_so_far(node, tmp_path, signum):
    before = run_topics(node)
    environment = {k: os.environ[k] for k in ("PATH", "HOME", "ASAN_OPTIONS", "UBSAN_OPTIONS") if k in os.environ}
    process = subprocess.Popen([PARTWISE, "keys", "verify", "--bootstrap-servers", node.bootstrap, "--simulation", "none",
                                "--records", "100000000"], cwd=tmp_path, env=environment, text=True,
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    wait_until(lambda: run_topics(node) != before)
    process.send_signal(signum)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130, err
    assert "produced" in out and "interrupted after" in err
    wait_until(lambda: run_topics(node) == before)
