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
    # All keys fit into the sample: they are counted.
    assert found["distinct_keys"]["value"] == len(orders.counts) and found["distinct_keys"]["exact"]
    actual = next(s for s in report["strategies"] if s["name"] == "actual")
    assert actual["counts"] == orders.partition_counts(6)
    assert actual["bytes"] == [one["bytes"] for one in found["partitions"]]
    # The same records elsewhere: a mean of whole bytes is half a byte off at most.
    murmur2 = next(s for s in report["strategies"] if s["name"] == "murmur2")
    assert abs(sum(murmur2["bytes"]) - sum(actual["bytes"])) <= found["records"] / 2
    assert actual["cause"] == "hot_key"
    for which, truth in (("records", orders.counts), ("bytes", orders.bytes)):
        heavy = found[f"heaviest_by_{which}"]
        assert heavy["keys"][0]["key"] == "order-0"
        for key in heavy["keys"]:
            assert key["at_least"] <= truth[key["key"]] <= key["at_most"]
        listed = {key["key"] for key in heavy["keys"]}
        assert len(listed) == min(50, len(truth))
        assert all(n <= heavy["unlisted_at_most"] for key, n in truth.items() if key not in listed)
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


def put(topic, partition, key, value, time_ms=0):
    """A line of the script: a record whose value is these bytes, or this object as JSON."""
    value = value if isinstance(value, bytes) else json.dumps(value).encode()
    return f"put {topic} {partition} {time_ms} {key or '-'} {value.hex()}"


class Shop:
    """Orders of 300 users. Tenant 0's 30 users make half of them; the others are of nine tenants."""

    def __init__(self, orders):
        chance = random.Random(8)
        users = [chance.randrange(30) if chance.random() < 0.5 else chance.randrange(30, 300) for _ in range(orders)]
        self.tenants = [f"tenant-{user // 30}" for user in users]
        self.values = [{"order_id": f"order-{i:06}", "user": {"user_id": f"secret-{user}"}, "tenant": tenant,
                        "country": "de", "note": None}
                       for i, (user, tenant) in enumerate(zip(users, self.tenants))]

    def send(self, node, topic, key=lambda shop, i: shop.tenants[i], value=lambda i, object: object):
        node.script([f"create {topic} 6"]
                    + [put(topic, i % 6, key(self, i), value(i, self.values[i])) for i in range(len(self.values))])


@pytest.fixture(scope="session")
def shop(node):
    made = Shop(6_000)
    made.send(node, "scan.shop")
    return made


def scores_of(found):
    return {tuple(score["fields"]): score for score in found["fields"]}


def test_a_finer_field_is_a_better_key_than_a_hot_one(scan, shop, tmp_path):
    found = report_of(scan("scan.shop", "--format", "json"))["scan"]["better_key"]
    assert found["records"] == 6_000 and found["not_json"] == 0
    assert found["partitions"] == 6 and found["repeated_keys"] == 10
    scores = scores_of(found)
    tenants = collections.Counter(shop.tenants)
    user, order, present = scores["user.user_id",], scores["order_id",], scores[()]
    assert present["max_over_mean"] >= 6 * tenants["tenant-0"] / 6_000 - 1e-6
    assert present["stability"] == present["within_key"] == present["coverage"] == 1
    assert scores["tenant",] == {**present, "fields": ["tenant"]}
    # Both are even; but an order's number comes once, and a user's orders are all of one tenant.
    assert user["max_over_mean"] < 0.6 * present["max_over_mean"] and order["max_over_mean"] < 1.2
    assert order["others_alike"] == 0 and order["within_key"] is None
    of_user = collections.Counter(value["user"]["user_id"] for value in shop.values)
    assert user["distinct"] == len(of_user) and user["within_key"] == 1
    assert user["others_alike"] == pytest.approx(sum(n * (n - 1) for n in of_user.values()) / 6_000)
    # Of each tenant's orders those of its most frequent user, or order number.
    most = collections.defaultdict(int)
    for tenant, name in {(t, v["user"]["user_id"]) for t, v in zip(shop.tenants, shop.values)}:
        most[tenant] = max(most[tenant], of_user[name])
    assert user["stability"] == pytest.approx(sum(most.values()) / 6_000)
    assert order["stability"] == pytest.approx(len(tenants) / 6_000)
    assert found["better"] == ["user.user_id"]
    assert found["advice"].startswith("user.user_id would be a better key than the present one")
    assert not any("note" in score["fields"] for score in found["fields"])
    # At another count, asked for alone.
    other = report_of(scan("scan.shop", "--format", "json", "--partitions", "24"))["scan"]["better_key"]
    assert other["partitions"] == 24 and scores_of(other)[()]["max_over_mean"] > 2 * present["max_over_mean"]


def test_values_are_never_shown(scan, shop, tmp_path):
    run = scan("scan.shop", "--out", str(tmp_path / "out"), "--verbose")
    assert run.status == 0, run.err
    assert "BETTER KEY" in run.out and "the present key" in run.out and "user.user_id" in run.out
    texts = [run.out, run.err, scan("scan.shop", "--show-keys", "--format", "json").out,
             *(path.read_text() for path in (tmp_path / "out").iterdir())]
    assert len(texts) > 4
    for text in texts:
        assert "secret-" not in text and "order-0" not in text


def test_a_better_key_is_found_in_a_random_part(scan, shop):
    found = report_of(scan("scan.shop", "--format", "json", "--fraction", "0.5"))["scan"]["better_key"]
    assert found["records"] == pytest.approx(3_000, rel=0.1)
    assert found["better"] == ["user.user_id"]
    scores = scores_of(found)
    assert scores["order_id",]["others_alike"] == 0 and scores["user.user_id",]["within_key"] == 1


def test_a_better_key_is_found_in_little_memory(scan, shop):
    scanned = report_of(scan("scan.shop", "--format", "json", "--memory", "2MiB"))["scan"]
    found = scanned["better_key"]
    assert scanned["memory_bytes"] <= 2 * 1024 * 1024
    assert 300 < found["records"] < 3_000  # an even part of them
    assert found["better"] == ["user.user_id"]
    assert scores_of(found)["user.user_id",]["others_alike"] == pytest.approx(60, rel=0.4)


def test_a_key_for_records_without_one(scan, shop, node):
    shop.send(node, "scan.shop.nokeys", key=lambda shop, i: None)
    found = report_of(scan("scan.shop.nokeys", "--format", "json"))["scan"]["better_key"]
    assert () not in scores_of(found) and found["repeated_keys"] == 0
    assert found["better"] == ["user.user_id"]
    assert scores_of(found)["user.user_id",]["stability"] is None
    assert "no record has a key: user.user_id would serve as one" in scan("scan.shop.nokeys").out


def test_values_that_are_no_json_are_counted_and_frames_taken_off(scan, shop, node):
    def value(i, object):
        if i % 4 == 0:
            return b"plain text"
        if i % 4 == 1:
            return b'{"order_id": "broken'
        return b"\0\0\0\0\7" + json.dumps(object).encode()
    shop.send(node, "scan.shop.framed", value=value)
    found = report_of(scan("scan.shop.framed", "--format", "json"))["scan"]["better_key"]
    assert found["records"] == 3_000 and found["not_json"] == 3_000
    assert found["better"] == ["user.user_id"]
    text = scan("scan.shop.framed").out
    assert "50.0 % of the values are no JSON objects" in text and "broken" not in text


def test_no_key_is_better_where_no_value_is_json(scan, orders):
    assert report_of(scan("scan.orders", "--format", "json"))["scan"]["better_key"] is None
    assert "BETTER KEY" not in scan("scan.orders").out


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
