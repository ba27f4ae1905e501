"""kcat, by librdkafka: lists, produces, consumes, looks offsets up, shares topics in a group."""

import json
import subprocess

import pytest
import wire

CODECS = {"none": 0, "gzip": 1, "snappy": 2, "lz4": 3, "zstd": 4}


@pytest.fixture
def kcat(cluster):
    def call(*arguments, given="", status=0):
        done = subprocess.run(["kcat", "-b", cluster.bootstrap, *map(str, arguments)], input=given, text=True,
                              capture_output=True, timeout=60, check=False)
        assert done.returncode == status, done.stderr
        return done.stdout if status == 0 else done.stderr
    return call


def consumed(kcat, topic, *more, what="%p %o %T %k %s\n"):
    return [line.split(" ") for line in kcat("-C", "-t", topic, "-e", "-q", "-f", what, *more).splitlines()]


def fill(cluster, topic, times):
    """One batch a record, on partition 0."""
    with cluster.connect_leader(topic) as connection:
        for i, time in enumerate(times):
            assert wire.produce(connection, topic, wire.batch([b"v%d" % i], time)) == (0, i)


def test_it_lists_brokers_topics_and_partitions(cluster, kcat, name):
    cluster.create(name, 5)
    listed = json.loads(kcat("-L", "-J"))
    brokers = {broker["id"] for broker in listed["brokers"]}
    assert listed["controllerid"] in brokers
    (topic,) = [topic for topic in listed["topics"] if topic["topic"] == name]
    assert [partition["partition"] for partition in topic["partitions"]] == list(range(5))
    for partition in topic["partitions"]:
        assert partition["leader"] in brokers
        assert partition["replicas"] == partition["isrs"] == [{"id": partition["leader"]}]
    one = json.loads(kcat("-L", "-J", "-t", name))
    assert [topic["topic"] for topic in one["topics"]] == [name]


@pytest.mark.parametrize("codec", CODECS)
def test_every_codec_comes_back_as_it_was_sent(cluster, kcat, name, codec):
    cluster.create(name, 3)
    sent = [(f"key{i}", "the same again and again " * 4 + str(i)) for i in range(300)]
    kcat("-P", "-t", name, "-z", codec, "-K", ":", "-X", "linger.ms=50", given="".join(f"{k}:{v}\n" for k, v in sent))
    found = kcat("-C", "-t", name, "-e", "-q", "-f", "%p|%o|%k|%s\n").splitlines()
    records = [tuple(line.split("|")) for line in found]
    assert sorted((key, value) for _, _, key, value in records) == sorted(sent)
    for partition in "012":
        offsets = sorted(int(offset) for p, offset, _, _ in records if p == partition)
        assert offsets == list(range(len(offsets))) and offsets, partition
    with cluster.connect_leader(name) as connection:
        _, _, stored = wire.fetched(connection.ask(wire.FETCH, 4, wire.fetch_body(name, 0, max_wait=1000)))
        assert stored[22] & 7 == CODECS[codec], "kept as the client compressed it"


def test_it_finds_offsets_by_time_to_the_record(cluster, kcat, name, now_ms):
    cluster.create(name)
    start = now_ms - 60_000
    fill(cluster, name, [start + 1_000 * i for i in range(10)])
    for time, offset in ((start - 5, 0), (start, 0), (start + 4_500, 5), (start + 5_000, 5), (start + 9_000, 9),
                         (start + 9_001, -1)):
        assert kcat("-Q", "-t", f"{name}:0:{time}").split() == [name, "[0]", "offset", str(offset)], time - start
    assert kcat("-Q", "-t", f"{name}:0:-1").split()[-1] == "10"
    assert kcat("-Q", "-t", f"{name}:0:-2").split()[-1] == "0"


def test_it_consumes_from_a_time_to_a_time(cluster, kcat, name, now_ms):
    cluster.create(name)
    start = now_ms - 60_000
    fill(cluster, name, [start + 1_000 * i for i in range(10)])
    found = consumed(kcat, name, "-p", 0, "-o", f"s@{start + 2_500}", "-o", f"e@{start + 6_000}")
    assert [(int(line[1]), int(line[2]) - start) for line in found] == [(3, 3_000), (4, 4_000), (5, 5_000)]


def test_it_consumes_the_tail_and_from_an_offset(cluster, kcat, name, now_ms):
    cluster.create(name)
    fill(cluster, name, [now_ms] * 20)
    assert [line[1] for line in consumed(kcat, name, "-p", 0, "-o", "-3")] == ["17", "18", "19"]
    assert [line[1] for line in consumed(kcat, name, "-p", 0, "-o", "18")] == ["18", "19"]
    assert len(consumed(kcat, name, "-o", "beginning", "-c", 7)) == 7


def test_a_group_goes_on_where_it_was(cluster, kcat, name):
    cluster.create(name, 4)
    def read(count):
        return sorted(kcat("-G", name, name, "-c", count, "-q", "-X", "auto.offset.reset=earliest").split())
    kcat("-P", "-t", name, "-p", -1, given="".join(f"first{i}\n" for i in range(40)))
    assert read(40) == sorted(f"first{i}" for i in range(40))
    kcat("-P", "-t", name, given="".join(f"second{i}\n" for i in range(40)))
    assert read(40) == sorted(f"second{i}" for i in range(40))


def test_headers_tombstones_and_absent_keys_are_kept(cluster, kcat, name):
    cluster.create(name)
    kcat("-P", "-t", name, "-Z", "-K", ":", "-H", "trace=abc", "-H", "hop=2", given="gone:\n")
    kcat("-P", "-t", name, given="bare\n")
    found = kcat("-C", "-t", name, "-e", "-q", "-f", "%K %S %h\n").splitlines()
    assert found == ["4 -1 trace=abc,hop=2", "-1 4 "]


@pytest.mark.parametrize("settings", [("acks=0",), ("acks=1",), ("enable.idempotence=true",)], ids=" ".join)
def test_ways_to_acknowledge(cluster, kcat, name, settings):
    cluster.create(name)
    more = [word for setting in settings for word in ("-X", setting)]
    kcat("-P", "-t", name, *more, given="".join(f"{i}\n" for i in range(1_000)))
    assert [line[-1] for line in consumed(kcat, name)] == [str(i) for i in range(1_000)]


def test_a_record_that_is_too_large_is_refused(cluster, kcat, name):
    cluster.create(name, max_message_bytes=10_000)
    said = kcat("-P", "-t", name, "-X", "message.max.bytes=1000000", given="x" * 20_000 + "\n", status=1)
    assert "Message size too large" in said


def test_a_topic_that_is_written_to_is_made(cluster, kcat, name):
    kcat("-P", "-t", name, given="hello\n")
    (topic,) = json.loads(kcat("-L", "-J", "-t", name))["topics"]
    assert len(topic["partitions"]) == 3
    assert [line[-1] for line in consumed(kcat, name)] == ["hello"]
