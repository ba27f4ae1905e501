"""`recommend --method prometheus` by the whole program: topics of an embedded cluster, demand of a real Prometheus."""

import csv
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
    run = recommend("--prometheus-url", prometheus.url, "--prometheus-flavour", "jmy")
    assert run.status == 2 and "jmy" in run.err and "jmx" in run.err
    run = recommend("--prometheus-url", "http://127.0.0.1:1", "--service-timeout", "1s")
    assert run.status == 1 and "127.0.0.1:1" in run.err
    run = recommend("--prometheus-url", prometheus.url + "/nothing")
    assert run.status == 1 and "rometheus" in run.err


def test_a_refused_password_is_told_and_not_shown(recommend, scraping):
    run = recommend("--prometheus-url", scraping.url, "--prometheus-user", "reader",
                    env={"PROMETHEUS_PASSWORD": "not-the-one"})
    assert run.status == 3, run.err
    assert "not-the-one" not in run.out + run.err
