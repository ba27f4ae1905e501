"""Topics that are hard to measure: what docs/model.md says of each."""

import math
import time

import pytest

MINUTE = 60_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR


def recommend(partwise, node, topic, *more, floor=1, capacity=100):
    run = partwise("recommend", "--bootstrap-servers", node.bootstrap, "--topic-filter", topic,
                   "--consumer-throughput", f"{capacity}B/s", "--min-consumption-throughput", 0,
                   "--min-recommended-partitions", floor, *more)
    assert run.status == 0, run.err
    return run.topic(topic)


def sends(topic, records):
    """records: (partition, timestamp, key, value size)"""
    return [f"send {topic} {p} {t} {key} {size}" for p, t, key, size in records]


def needed(bytes_in_minute, capacity=100, factor=3):
    return max(1, math.ceil(factor * bytes_in_minute / 60 / capacity - 1e-9))


def holds(interval, value):
    # The report has nine digits.
    return interval["low"] <= value * (1 + 1e-6) and value <= interval["high"] * (1 + 1e-6)


@pytest.mark.parametrize("codec", ["none", "gzip", "snappy", "lz4", "zstd"])
def test_every_codec_is_counted_uncompressed(partwise, node, now_ms, codec):
    # 3,000 records of 200 bytes of the same letter in one minute: they compress very well.
    topic = f"codec.{codec}"
    start = now_ms - 10 * MINUTE
    node.script([f"create {topic} 2"] + sends(topic, [(i % 2, start + 10 * i, "-", 200) for i in range(3_000)]), codec)
    for more in ((), ("--full-scan",)):
        found = recommend(partwise, node, topic, *more)
        assert found["records"] == 3_000
        assert holds(found["mean_record_bytes"], 200)
        assert holds(found["peak_bytes_per_s"], 3_000 * 200 / 60)
        assert found["recommended_partitions"]["value"] == needed(3_000 * 200)
    if codec != "none":
        assert found["compression_ratio"] > 2


def test_a_burst_inside_one_compressed_batch_keeps_its_minutes(partwise, node, now_ms):
    # One batch spans twenty minutes: the broker finds the record inside it, not the batch's first.
    start = now_ms - 60 * MINUTE
    node.script(["create inside.batch 1"] + sends("inside.batch", [(0, start + i * 600, "-", 100) for i in range(2_000)]), "zstd")
    found = recommend(partwise, node, "inside.batch", capacity=20)
    assert found["recommended_partitions"]["value"] == needed(100 * 100, capacity=20)
    assert holds(found["peak_bytes_per_s"], 100 * 100 / 60)


def test_late_records_count_when_they_came(partwise, node, now_ms):
    # 100 records a minute for 30 minutes; every fifth is stamped an hour late. They came with the
    # others, so no window holds more than 100.
    start = now_ms - 2 * HOUR
    records = [(0, start + m * MINUTE + i * 500 - (HOUR if i % 5 == 4 else 0), "-", 100)
               for m in range(30) for i in range(100)]
    node.script(["create late 1"] + sends("late", records))
    for more in (("--prove",), ("--full-scan",)):
        found = recommend(partwise, node, "late", *more, capacity=50)
        assert holds(found["peak_bytes_per_s"], 100 * 100 / 60), more
        assert found["recommended_partitions"]["value"] == needed(100 * 100, capacity=50)


def test_a_record_from_the_future_is_called_a_clock_and_proves_nothing(partwise, node, now_ms):
    records = [(0, now_ms - 30 * MINUTE + i * 100, "-", 100) for i in range(1_000)]
    records.append((0, now_ms + 50 * MINUTE, "-", 100))  # brokers refuse more than an hour
    records += [(0, now_ms - 20 * MINUTE + i * 100, "-", 100) for i in range(500)]
    node.script(["create future 1"] + sends("future", records))
    found = recommend(partwise, node, "future", capacity=50)
    assert found["decided_by"] == "estimate"
    assert any(w.startswith("clock: ") and "501 records" in w for w in found["warnings"])
    assert found["peak_bytes_per_s"]["high"] >= 600 * 100 / 60
    # Reading them tells when they came: after what came before.
    exact = recommend(partwise, node, "future", "--full-scan", capacity=50)
    assert exact["records_in_window"] == 1_501


def test_batches_larger_than_a_fetch_asks_for(partwise, node, now_ms):
    # A broker sends such a batch whole, but only one in each response: each partition has its turn.
    start = now_ms - 3 * DAY
    records = [(i % 40, start + i * 10 * MINUTE, "-", 100_000) for i in range(400)]
    node.script(["create large 40"] + sends("large", records))
    found = recommend(partwise, node, "large", capacity=1_000)
    assert found["failures"] == []
    assert holds(found["mean_record_bytes"], 100_000)
    assert holds(found["peak_bytes_per_s"], 100_000 / 60)
    assert found["recommended_partitions"]["value"] == needed(100_000, capacity=1_000)


def test_all_timestamps_equal(partwise, node, now_ms):
    stamp = now_ms - 5 * MINUTE
    node.script(["create equal 2"] + sends("equal", [(i % 2, stamp, "-", 100) for i in range(2_000)]))
    for more in ((), ("--full-scan",)):
        found = recommend(partwise, node, "equal", *more)
        assert found["recommended_partitions"]["value"] == needed(2_000 * 100)
        assert found["peak_window"]["records"] == 2_000 and found["peak_window"]["exact"]


@pytest.mark.kafka_only
def test_transactions_aborted_records_and_markers(partwise, node):
    # 40 transactions of 10 records, every second one aborted: brokers carry them all. Each ends with
    # a marker that takes an offset. Brokers stamp markers themselves, so the records are of now.
    commands = ["create transactions 1"]
    for t in range(40):
        commands.append("begin")
        commands += sends("transactions", [(0, 0, "-", 500) for i in range(10)])
        commands.append("abort" if t % 2 else "commit")
    node.script(commands, transactional=True)
    short_windows = ("--peak-window", "1s", "--sampling-days", 0.01)
    over = math.floor(time.time()) + 1
    while time.time() < over:
        time.sleep(0.01)  # the last record's window of a second must be over to count
    exact = recommend(partwise, node, "transactions", "--full-scan", *short_windows, capacity=20_000)
    assert exact["records"] == 440, "offsets, markers included"
    assert exact["records_in_window"] == 400, "records, aborted ones included"
    found = recommend(partwise, node, "transactions", *short_windows, capacity=20_000)
    assert found["records"] == 440
    peak = exact["peak_bytes_per_s"]["value"]
    assert peak >= 500 * 10
    # At a window's edge a marker may fall on the other side: a transaction more or less. And 50 offsets
    # hold 45 or 46 records: a few such clusters may all be of one kind, 1 % from the mean.
    assert found["peak_bytes_per_s"]["low"] <= 1.01 * peak + 10 * 500
    assert found["peak_bytes_per_s"]["high"] >= 0.99 * peak - 10 * 500
    assert abs(found["recommended_partitions"]["value"] - exact["recommended_partitions"]["value"]) <= 1
    assert any("hold no record" in w for w in found["warnings"])


def test_tombstones_have_the_size_of_their_key(partwise, node, now_ms):
    start = now_ms - 10 * MINUTE
    node.script(["create tombstones 1"] + sends("tombstones", [(0, start + i, "key%05d" % i, -1) for i in range(500)]))
    exact = recommend(partwise, node, "tombstones", "--full-scan")
    assert exact["mean_record_bytes"]["value"] == 8


def test_headers_count(partwise, node, truth):
    # The fleet's generator puts a header of 24 bytes on every third topic's records.
    found = recommend(partwise, node, "orders.000", "--full-scan")
    known = truth["orders.000"]
    assert found["mean_record_bytes"]["value"] == pytest.approx(known["bytes"] / known["records"])


def test_a_compacted_topic_is_sized_by_its_busiest_day(partwise, node, now_ms):
    start = now_ms - 3 * DAY
    records = [(0, start + i * MINUTE, "k%d" % (i % 7), 100) for i in range(2_000)]
    node.script(["create compacted 1 cleanup.policy=compact"] + sends("compacted", records))
    found = recommend(partwise, node, "compacted", capacity=1)
    assert found["is_compacted"] is True
    assert found["decided_by"] == "estimate"
    assert found["peak_window"]["seconds"] == 86_400
    assert found["recommended_partitions"]["high"] > found["recommended_partitions"]["low"]


def test_retention_shorter_than_the_window_cuts_it(partwise, node, now_ms):
    # Two hours of retention: what is older does not count, even while the segment still stands.
    records = [(0, now_ms - 20 * HOUR + i * MINUTE, "-", 300) for i in range(1_000)]
    records += [(0, now_ms - HOUR + i * 1_000, "-", 100) for i in range(600)]
    node.script([f"create short.retention 1 retention.ms={2 * HOUR}"] + sends("short.retention", records))
    found = recommend(partwise, node, "short.retention", "--full-scan")
    start = found["window_start"]
    assert found["records_in_window"] == 600, start
    assert found["peak_bytes_per_s"]["value"] == pytest.approx(60 * 100 / 60)
    # The topic is older than the window: its mean is over the whole of it.
    assert found["mean_bytes_per_s"]["value"] == pytest.approx(600 * 100 / 7_200, rel=0.02)


def test_a_topic_born_in_the_window_has_its_mean_over_its_life(partwise, node, now_ms):
    records = [(0, now_ms - HOUR + i * 1_000, "-", 100) for i in range(3_000)]
    node.script(["create born 1"] + sends("born", records))
    found = recommend(partwise, node, "born", "--full-scan")
    assert found["mean_bytes_per_s"]["value"] == pytest.approx(3_000 * 100 / 3_600, rel=0.03)


def test_an_old_topic_without_a_record_in_the_window(partwise, node, now_ms):
    records = [(0, now_ms - 20 * DAY + i, "-", 1_000) for i in range(2_000)]
    node.script(["create old 8 retention.ms=-1"] + sends("old", records))
    found = recommend(partwise, node, "old", floor=6)
    assert found["status"] == "active" and found["records"] == 2_000
    assert found["records_in_window"] == 0
    assert found["recommended_partitions"]["value"] == 6
    assert found["advice"].startswith("has 2 more than it needs")


def test_head_deleted_by_offset(partwise, node, now_ms):
    start = now_ms - HOUR
    node.script(["create beheaded 1"] + sends("beheaded", [(0, start + i * 100, "-", 100) for i in range(2_000)]))
    node.script(["truncate beheaded 0 1500"])
    found = recommend(partwise, node, "beheaded", "--full-scan")
    assert found["records"] == 500 and found["records_in_window"] == 500


def test_internal_topics_are_left_out_unless_asked_for(partwise, node, now_ms):
    node.script(["create _internal.notes 1"])
    arguments = ("recommend", "--bootstrap-servers", node.bootstrap, "--topic-filter", "NOTES")
    run = partwise(*arguments)
    assert run.status == 2 and "--include-internal-topics takes them in" in run.err
    run = partwise(*arguments, "--include-internal-topics")
    assert run.status == 0 and run.topic("_internal.notes")["status"] == "empty"
