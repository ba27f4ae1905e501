"""`partwise keys` on the embedded cluster as a whole: each step once, so that a sanitizer sees its threads."""

import concurrent.futures
import json

import pytest
from embedded_cluster import EmbeddedCluster


@pytest.fixture
def cluster():
    cluster = EmbeddedCluster()
    yield cluster
    cluster.stop()


def test_keys_are_produced_scanned_by_one_and_by_two_and_cleaned_up(cluster, partwise):
    def keys(*arguments):
        run = partwise("keys", *arguments, "--bootstrap-servers", cluster.bootstrap, "--format", "json")
        assert run.status == 0, run.err
        return json.loads(run.out) if run.out else None

    verification = keys("verify", "--simulation", "hot", "--records", 20_000, "--partitions", 6, "--keep")["verification"]
    assert verification["arrivals"]["proven"]
    topic = verification["topic"]
    more = keys("verify", "--simulation", "hot", "--records", 20_000, "--into-existing", topic)["verification"]
    alone = keys("scan", topic)
    actual, murmur2 = alone["strategies"][:2]
    both = zip(verification["arrivals"]["actual"], more["arrivals"]["actual"], strict=True)
    assert actual["counts"] == [one + another for one, another in both]
    # The same records, of which half have a header, elsewhere; a mean of whole bytes is half a byte off at most.
    assert sum(actual["bytes"]) == alone["scan"]["bytes"]
    assert abs(sum(murmur2["bytes"]) - sum(actual["bytes"])) <= 20_000

    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        runs = [pool.submit(keys, "scan", topic, "--group", "two", "--group-size", "2") for _ in range(2)]
        (together,) = [run.result() for run in runs if run.result()]
    assert len(together["scan"]["group"]["members"]) == 2
    assert together["strategies"][0]["counts"] == alone["strategies"][0]["counts"]
    assert together["keys"]["heaviest"][0] == alone["keys"]["heaviest"][0]

    assert [one["deleted"] for one in keys("cleanup", "--yes", "--all")["topics"]] == [True]
    assert keys("cleanup")["topics"] == []


def test_what_could_not_be_read_is_not_blamed_on_the_hash(partwise):
    cluster = EmbeddedCluster("--control-port", "0")
    try:
        where = ("--bootstrap-servers", cluster.bootstrap)
        made = partwise("keys", "verify", *where, "--simulation", "none", "--records", 5_000, "--partitions", 6, "--keep", "--format", "json")
        topic = json.loads(made.out)["verification"]["topic"]
        for partition in (4, 2):
            cluster.told(f"/topics/{topic}/{partition}/leader", "PUT", "none")
        run = partwise("keys", "scan", topic, *where, "--timeout", "2s", "--partitions", "6,8", "--format", "json")
        assert run.status == 4 and "partition 2" in run.err, run.err
        report = json.loads(run.out)
        (actual,) = report["strategies"]
        assert actual["name"] == "actual" and actual["p_value"] is None and actual["cause"] == "none"
        assert actual["verdict"] == "not judged: 2 of 6 partitions could not be read to the end"
        assert "other strategies are not compared" in report["warnings"][0] and report["sweep"] is None
        failed = {one["partition"]: one["error"]["message"] for one in report["scan"]["partitions"] if one["error"]}
        assert sorted(failed) == [2, 4] and all(f"partition {p}" in message for p, message in failed.items()), failed
        assert report["scan"]["forensics"]["placers"][0]["placer"] == "murmur2"
        table = partwise("keys", "scan", topic, *where, "--timeout", "2s")
        assert table.status == 4 and "not judged" in table.out and "to blame" not in table.out
    finally:
        cluster.stop()
