"""`recommend --method prometheus` by the whole program: topics of an embedded cluster, demand of a real Prometheus."""

import csv
import json
import subprocess
import time

import pytest
from conftest import Server, program
from embedded_cluster import EmbeddedCluster, fleet_of

FLEET = fleet_of(("orders", 2, 10), ("users", 3, 10))

MINUTE = 60
STEADY = 1_000  # B/s
BEFORE = 10**12  # bytes, of a broker that has run for long: increase() reaches no further back than a counter's zero
JUMP = 6_000_000_000  # bytes in one minute: 100 MB/s, which no hour of it shows


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    folder = tmp_path_factory.mktemp("fleet")
    (folder / "fleet.toml").write_text(FLEET)
    started = EmbeddedCluster("--fleet", folder / "fleet.toml")
    yield started
    started.stop()


def history(now):
    """A day of counters, scraped each half minute; a jump five hours ago, in the middle of a minute."""
    begin, jump = now - 26 * 3600, now // 3600 * 3600 - 5 * 3600 + 600
    for kind, unit in (("bytesin", 1), ("bytesout", 3), ("messagesin", 0.01)):
        name = f"kafka_server_brokertopicmetrics_{kind}_total"
        yield f"# TYPE {name[:-6]} counter\n"
        for at in range(begin, now, 30):
            # Half of it by each of the two scrapes of the minute.
            jumped = JUMP * min(2, max(0, (at - jump) // 30)) / 2
            yield f'{name}{{topic="orders",instance="b1"}} {unit * (BEFORE + STEADY * (at - begin) + jumped)} {at}\n'
    # What kafka_exporter tells of a topic: 10 records a second.
    yield "# TYPE kafka_topic_partition_current_offset gauge\n"
    for at in range(begin, now, 30):
        yield f'kafka_topic_partition_current_offset{{topic="orders",partition="0",instance="e1"}} {10**9 + 10 * (at - begin)} {at}\n'
    yield "# EOF\n"


@pytest.fixture(scope="module")
def prometheus(tmp_path_factory):
    folder = tmp_path_factory.mktemp("today")
    (folder / "history.txt").write_text("".join(history(int(time.time()) // MINUTE * MINUTE)))
    subprocess.run([program("promtool"), "tsdb", "create-blocks-from", "openmetrics", folder / "history.txt",
                    folder / "data"], check=True, stdout=subprocess.DEVNULL, timeout=300)
    server = Server(folder, "global: {}\n")
    yield server
    server.end()


@pytest.fixture
def recommend(partwise, cluster):
    def call(*arguments, **more):
        return partwise("recommend", "--bootstrap-servers", cluster.bootstrap, "--method", "prometheus",
                        "--sampling-days", "1", *arguments, **more)
    return call


def test_demand_is_what_the_counters_say(recommend, prometheus):
    run = recommend("--prometheus-url", prometheus.url)
    assert run.status == 0, run.err
    orders = run.topic("orders")
    peak = orders["peak_bytes_per_s"]
    # The minute of the jump.
    assert peak["value"] == pytest.approx(JUMP / MINUTE, rel=0.01)
    assert peak["low"] <= peak["value"] <= peak["high"]
    assert orders["mean_bytes_per_s"]["value"] == pytest.approx(STEADY + JUMP / 86400, rel=0.05)
    assert orders["mean_record_bytes"]["value"] == pytest.approx(100, rel=0.02)
    assert orders["read_mean_bytes_per_s"]["value"] == pytest.approx(3 * orders["mean_bytes_per_s"]["value"], rel=0.02)
    assert orders["decided_by"] == "counted"
    # Three times the peak, by 10 MiB/s.
    assert orders["recommended_partitions"] == {"value": 29, "low": 29, "high": 29}
    users = run.topic("users")
    assert users["status"] == "empty" and "no record came" in users["reason"]
    with open(run.file("detail-report.csv"), encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {row["method"] for row in rows} == {"prometheus"}
    cluster = run.report["clusters"][0]
    assert cluster["lookups"] == 0 and cluster["bytes_read"] == 0, "no topic was touched"
    assert cluster["service_requests"] > 0


def test_both_methods_stand_side_by_side(recommend, prometheus):
    run = recommend("--prometheus-url", prometheus.url, "--cross-check")
    assert run.status == 0, run.err
    other = run.topic("orders")["cross_check"]
    assert other["method"] == "sampling_records" and other["failure"] is None
    # What the brokers hold has nothing to do with what Prometheus was told: 10 records a second.
    assert other["peak_bytes_per_s"]["low"] < run.topic("orders")["peak_bytes_per_s"]["value"]
    assert "CROSS-CHECK by sampling_records: " in run.out
    run = recommend("--method", "sampling_records", "--prometheus-url", prometheus.url, "--cross-check")
    assert run.status == 0, run.err
    assert run.topic("orders")["cross_check"]["method"] == "prometheus"


def test_what_cannot_be_asked_is_told(recommend, prometheus):
    run = recommend("--prometheus-url", prometheus.url, "--prometheus-selector", 'cluster="elsewhere"')
    assert run.status != 0 and 'cluster="elsewhere"' in run.err, run.err
    assert "correct --prometheus-selector: a series there has" in run.err
    run = recommend("--prometheus-url", prometheus.url, "--prometheus-flavour", "jmy")
    assert run.status == 2 and "jmy" in run.err and "jmx" in run.err
    run = recommend("--prometheus-url", prometheus.url, "--peak-window", "90s")
    assert run.status == 2 and "--peak-window" in run.err and "30 minutes" in run.err
    run = recommend("--prometheus-url", "http://127.0.0.1:1", "--service-timeout", "1s")
    assert run.status == 1 and "127.0.0.1:1" in run.err
    run = recommend("--prometheus-url", prometheus.url + "/nothing")
    assert run.status == 1 and "rometheus" in run.err


def test_offsets_count_with_the_size_of_records(recommend, prometheus):
    offsets = ("--prometheus-url", prometheus.url, "--prometheus-flavour", "kafka_exporter", "--topic-filter", "orders")
    run = recommend(*offsets)
    assert run.status == 1 and "--prometheus-record-bytes" in run.err, run.err
    run = recommend(*offsets, "--prometheus-record-bytes", "1KiB")
    assert run.status == 0, run.err
    orders = run.topic("orders")
    assert orders["mean_bytes_per_s"]["value"] == pytest.approx(10 * 1024, rel=0.01)
    assert any("times 1.00 KiB each" in warning for warning in orders["warnings"]), orders["warnings"]
    run = recommend(*offsets, "--prometheus-record-bytes", "2kB,orders=500B")
    assert run.topic("orders")["mean_bytes_per_s"]["value"] == pytest.approx(10 * 500, rel=0.01)


def test_several_clusters_are_told_apart_or_warned_of(partwise, cluster, prometheus, tmp_path_factory):
    folder = tmp_path_factory.mktemp("other")
    (folder / "fleet.toml").write_text(FLEET)
    other = EmbeddedCluster("--fleet", folder / "fleet.toml")
    try:
        credentials = [{"kafka_cluster_id": name, "bootstrap.servers": each.bootstrap} for name, each in
                       (("eu", cluster), ("us", other))]
        def visit(*more):
            return partwise("recommend", "--method", "prometheus", "--sampling-days", "1", "--prometheus-url",
                            prometheus.url, *more, env={"KAFKA_CREDENTIALS": json.dumps(credentials)})
        def warned(run):
            assert run.status == 0, run.err
            reports = [json.loads(file.read_text()) for file in sorted(run.folder.glob("*report.json"))]
            assert len(reports) == 2
            return ["{cluster_id}" in str(report["clusters"][0]["warnings"]) for report in reports]

        assert warned(visit()) == [True, True]
        assert warned(visit("--prometheus-selector", 'cluster!="{cluster_id}"')) == [False, False]
    finally:
        other.stop()


def test_a_refused_password_is_told_and_not_shown(recommend, scraping):
    run = recommend("--prometheus-url", scraping.url, "--prometheus-user", "reader",
                    env={"PROMETHEUS_PASSWORD": "not-the-one"})
    assert run.status == 3, run.err
    assert "not-the-one" not in run.out + run.err
