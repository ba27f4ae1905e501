"""keys scan against topics whose keys are known."""

import collections
import json
import random
import zlib

import pytest

MINUTE = 60_000


@pytest.fixture
def scan(partwise, node):
    def run(topic, *arguments, **more):
        return partwise("keys", "scan", topic, "--bootstrap-servers", node.bootstrap, *arguments, **more)
    return run


def report_of(run):
    assert run.status == 0, run.err
    return json.loads(run.out)


class Truth:
    """Records of a topic as they were sent: (partition, timestamp, key, value size)."""

    def __init__(self, records):
        self.records = records
        self.counts = collections.Counter(key for _, _, key, _ in records)
        self.bytes = collections.Counter()
        for _, _, key, size in records:
            self.bytes[key] += len(key) + size

    def partition_counts(self, partitions):
        counts = collections.Counter(p for p, _, _, _ in self.records)
        return [counts[p] for p in range(partitions)]


@pytest.fixture(scope="session")
def orders(node):
    """20,000 records of 500 keys by librdkafka's default on 6 partitions, the first key in a third of them."""
    now = 1000 * 60 * (int(__import__("time").time()) // 60)
    chance = random.Random(5)
    records = []
    for i in range(20_000):
        key = "order-0" if chance.random() < 1 / 3 else f"order-{chance.randrange(1, 500)}"
        records.append((zlib.crc32(key.encode()) % 6, now - 120 * MINUTE + i * 300, key, 20 + i % 100))
    node.script(["create scan.orders 6", *(f"send scan.orders {p} {t} {key} {size}" for p, t, key, size in records)], "lz4")
    return Truth(records)


def test_counts_keys_and_bounds_are_true(scan, orders):
    report = report_of(scan("scan.orders", "--show-keys", "--format", "json"))
    found = report["scan"]
    assert found["records"] == 20_000 and found["bytes"] == sum(orders.bytes.values())
    assert found["distinct_keys"]["low"] <= len(orders.counts) <= found["distinct_keys"]["high"]
    actual = next(s for s in report["strategies"] if s["name"] == "actual")
    assert actual["counts"] == orders.partition_counts(6)
    assert actual["cause"] == "hot_key"
    for which, truth in (("records", orders.counts), ("bytes", orders.bytes)):
        heavy = found[f"heaviest_by_{which}"]
        assert heavy["keys"][0]["key"] == "order-0"
        for key in heavy["keys"]:
            assert key["at_least"] <= truth[key["key"]] <= key["at_most"]
        listed = {key["key"] for key in heavy["keys"]}
        assert all(n <= max(heavy["unlisted_at_most"], heavy["keys"][-1]["at_most"])
                   for key, n in truth.items() if key not in listed)
    sizes = sorted(size for _, _, _, size in orders.records)
    assert found["value_bytes"]["p50"] == pytest.approx(sizes[len(sizes) // 2], rel=0.02)
    assert found["value_bytes"]["max"] == max(sizes) and found["value_bytes"]["min"] == min(sizes)


def test_the_partitioner_is_found(scan, orders):
    forensics = report_of(scan("scan.orders", "--format", "json"))["scan"]["forensics"]
    assert forensics["placers"][0]["placer"] == "crc32"
    assert forensics["placers"][0]["keys"]["low"] > 0.98
    assert forensics["unknown_keys"]["high"] < 0.02


def test_keys_are_hidden_unless_asked_for(scan, orders, tmp_path):
    run = scan("scan.orders", "--out", str(tmp_path / "out"))
    assert run.status == 0, run.err
    assert "order-" not in run.out and "--show-keys" in run.out
    for path in (tmp_path / "out").iterdir():
        assert "order-0" not in path.read_text(), path
    assert report_of(scan("scan.orders", "--format", "json"))["keys"]["keys_are_hashed"]


def test_what_another_count_would_do(scan, orders):
    report = report_of(scan("scan.orders", "--format", "json", "--strategy", "crc32", "--partitions", "6,9,12"))
    assert report["scan"]["what_if"]["exact"]
    for point in report["sweep"]["strategies"][0]["points"]:
        counts = [0] * point["partitions"]
        for key, n in orders.counts.items():
            counts[zlib.crc32(key.encode()) % point["partitions"]] += n
        assert point["max_over_mean"] == pytest.approx(max(counts) / (sum(counts) / len(counts)))
        moved = sum(zlib.crc32(k.encode()) % 6 != zlib.crc32(k.encode()) % point["partitions"] for k in orders.counts)
        assert point["moved_keys_percent"] == pytest.approx(100 * moved / len(orders.counts))


def test_a_stretch_of_time_and_of_offsets(scan, orders):
    first = orders.records[0][1]
    cut = first + 300 * 10_000
    text = "{:%Y-%m-%dT%H:%M:%S}Z".format(__import__("datetime").datetime.fromtimestamp(cut / 1000, __import__("datetime").timezone.utc))
    assert report_of(scan("scan.orders", "--to", text, "--format", "json"))["scan"]["records"] == 10_000
    assert report_of(scan("scan.orders", "--from", text, "--format", "json"))["scan"]["records"] == 10_000
    found = report_of(scan("scan.orders", "--from-offset", 100, "--to-offset", 300, "--format", "json"))["scan"]
    assert [p["records"] for p in found["partitions"]] == [min(200, n - 100) for n in orders.partition_counts(6)]


def test_a_random_part_has_the_shares_of_all(scan, orders):
    report = report_of(scan("scan.orders", "--fraction", "0.4", "--format", "json", "--show-keys"))
    assert report["scan"]["records"] == pytest.approx(8000, rel=0.1)
    top = report["scan"]["heaviest_by_records"]["keys"][0]
    assert top["key"] == "order-0" and top["share"] == pytest.approx(1 / 3, abs=0.03)
    assert any("random part" in warning for warning in report["warnings"])


def test_heat_over_time(scan, orders):
    report = report_of(scan("scan.orders", "--format", "json", "--show-keys"))
    heat = report["heat_map"]
    assert sum(heat["totals"]) == 20_000 and len(heat["totals"]) <= 96
    top = heat["keys"][0]
    assert top["key"] == "order-0" and sum(top["records"]) <= orders.counts["order-0"]
    # What was read before the key was known as heavy is missing.
    assert sum(top["records"]) > 0.5 * orders.counts["order-0"]


def test_keys_in_two_partitions_are_told_with_their_time(scan, node, now_ms):
    start = now_ms - 60 * MINUTE
    sends = [f"send scan.split {zlib.crc32(f'k{i}'.encode()) % 4} {start + i} k{i} 10" for i in range(200)]
    # Later, by hand: the first fifty go to one partition.
    sends += [f"send scan.split 0 {start + 30 * MINUTE + i} k{i} 10" for i in range(50)]
    node.script(["create scan.split 4", *sends])
    found = report_of(scan("scan.split", "--format", "json", "--show-keys"))["scan"]
    split = sum(zlib.crc32(f"k{i}".encode()) % 4 != 0 for i in range(50))
    assert found["split_keys"]["keys"] == {"value": split, "low": split, "high": split}
    assert found["split_keys"]["since"] is not None
    assert found["forensics"]["placers"][0]["placer"] == "crc32"
    text = scan("scan.split")
    assert "in more than one partition" in text.out


def test_topics_without_keys_and_without_records(scan, node, now_ms):
    node.script(["create scan.empty 3", "create scan.nokeys 3",
                 *(f"send scan.nokeys {i % 3} {now_ms + i} - 10" for i in range(30))])
    empty = report_of(scan("scan.empty", "--format", "json"))
    assert empty["scan"]["records"] == 0 and empty["warnings"]
    without = report_of(scan("scan.nokeys", "--format", "json"))
    assert without["scan"]["null_key_records"] == 30
    assert any("no record has a key" in warning for warning in without["warnings"])
    assert scan("scan.nokeys").status == 0


def test_memory_is_bounded(scan, orders):
    found = report_of(scan("scan.orders", "--memory", "2MiB", "--format", "json"))["scan"]
    assert found["memory_bytes"] <= 2 * 1024 * 1024


def test_it_leaves_no_group_behind(scan, node, orders):
    scan("scan.orders")
    assert not node.tool("org.apache.kafka.tools.consumer.group.ConsumerGroupCommand", "--list").strip()


@pytest.mark.parametrize("arguments, status, words", [
    (["scan.nowhere"], 1, "there is no topic scan.nowhere"),
    (["scan.order"], 1, "did you mean scan.orders"),
    ([], 2, "no topic is named"),
    (["scan.orders", "--from", "yesterday"], 2, "'yesterday' is no time"),
    (["scan.orders", "--from", "1h", "--to", "2h"], 2, "--from is not before --to"),
    (["scan.orders", "--fraction", "0"], 2, "--fraction"),
    (["scan.orders", "--memory", "1MiB"], 2, "--memory"),
    (["scan.orders", "--strategy", "round_robin"], 2, "looks at no key"),
    (["scan.orders", "--partitions", "0"], 2, "'0' is no number of partitions"),
])
def test_what_cannot_be_is_refused(partwise, node, orders, arguments, status, words):
    run = partwise("keys", "scan", *arguments, "--bootstrap-servers", node.bootstrap)
    assert run.status == status and words in run.err, run.err
