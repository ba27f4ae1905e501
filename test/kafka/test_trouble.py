"""What goes wrong with a cluster that is there: each has its message, and nothing is lost."""

import csv
import json
import os
import signal
import subprocess
import time

import pytest
from harness import PARTWISE
from kafka_node import Node
from proxy import FETCH, LIST_OFFSETS

pytestmark = pytest.mark.kafka_only

HOUR = 3_600_000


def properties(mechanism, user, password):
    return {"client.properties": "security.protocol=SASL_PLAINTEXT\nsasl.mechanism=%s\n"
            "sasl.jaas.config=org.apache.kafka.common.security.%s required username=\"%s\" password=\"%s\";\n"
            % (mechanism, "plain.PlainLoginModule" if mechanism == "PLAIN" else "scram.ScramLoginModule", user, password)}


def secured(partwise, node, user, password, mechanism="PLAIN", *more):
    return partwise("recommend", "--bootstrap-servers", node.secured, "--config", "client.properties", *more,
                    files=properties(mechanism, user, password))


@pytest.fixture(scope="module")
def allowed(node):
    """Access rules: `reader` may read acl.open, only describe acl.closed, and knows nothing of the rest."""
    now = int(time.time() // 60 * 60_000)
    node.script(["create acl.open 2", "create acl.closed 2", "create acl.bare 2"]
                + [f"send acl.{topic} {i % 2} {now - HOUR + i * 100} - 100"
                   for topic in ("open", "closed", "bare") for i in range(3_000)])
    for operation, topics in (("Describe", ("acl.open", "acl.closed", "acl.bare")),
                              ("DescribeConfigs", ("acl.open", "acl.closed")), ("Read", ("acl.open", "acl.bare"))):
        node.tool("org.apache.kafka.tools.AclCommand", "--add", "--allow-principal", "User:reader", "--operation", operation,
                  *(part for topic in topics for part in ("--topic", topic)))
    return node


@pytest.mark.parametrize("mechanism", ["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"])
def test_credentials_that_are_refused(partwise, node, mechanism):
    start = time.monotonic()
    run = secured(partwise, node, "reader", "wrong-secret", mechanism)
    assert run.status == 3
    assert f"{node.secured} refused the credentials" in run.err
    assert [line for line in run.err.splitlines() if line.startswith("error:")] == run.err.splitlines()[:1]
    assert "wrong-secret" not in run.err + run.out
    assert time.monotonic() - start < 10


@pytest.mark.parametrize("mechanism", ["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"])
def test_logins_work(partwise, allowed, mechanism):
    run = secured(partwise, allowed, "reader", "reader-secret", mechanism, "--topic-filter", "acl.open")
    assert run.status == 0, run.err
    assert run.topic("acl.open")["records"] == 3_000
    # Brokers leave the answer empty for users who may not ask: that is told, not taken for 0 bytes.
    assert run.report["clusters"][0]["warnings"] == ["sizes on disk are not known: brokers tell none"]
    assert run.report["clusters"][0]["bytes_stored"] is None
    assert "reader-secret" not in run.out + run.err + "".join(
        path.read_text() for path in run.folder.iterdir() if path.name != "client.properties")


def test_sizes_on_disk_need_no_more_than_the_same_login(partwise, node, truth):
    run = secured(partwise, node, "admin", "admin-secret", "PLAIN", "--topic-filter", "orders")
    assert run.status == 0, run.err
    assert run.report["clusters"][0]["bytes_stored"] > 0
    assert run.report["clusters"][0]["warnings"] == []


def test_what_may_not_be_read_is_in_every_output(partwise, allowed):
    run = secured(partwise, allowed, "reader", "reader-secret", "PLAIN", "--topic-filter", "acl.")
    assert run.status == 4, run.err
    assert run.topic("acl.open")["status"] == "active"
    closed = run.topic("acl.closed")
    assert closed["status"] == "error" and closed["recommended_partitions"] is None
    assert closed["records"] == 3_000, "what is known is told"
    assert {f["kind"] for f in closed["failures"]} == {"unauthorized"}
    assert {f["step"] for f in closed["failures"]} == {"read"}
    bare = run.topic("acl.bare")
    assert bare["status"] == "active" and bare["is_compacted"] is None
    assert bare["failures"][0]["step"] == "configuration" and bare["failures"][0]["kind"] == "unauthorized"
    assert "not measured" in run.out and "1 not measured" in run.out
    rows = {row["topic_name"]: row for row in csv.DictReader(run.file("-detail-report.csv").open())}
    assert rows["acl.closed"]["status"] == "error" and rows["acl.closed"]["recommended_partitions"] == ""
    assert "authorization" in rows["acl.closed"]["failures"].lower()
    assert rows["acl.bare"]["is_compacted"] == "n/a"


def test_not_authorized_for_anything(partwise, allowed):
    run = secured(partwise, allowed, "reader", "reader-secret", "PLAIN", "--topic-filter", "acl.closed")
    assert run.status == 3
    assert "no topic could be measured" in run.err


def test_a_user_who_sees_no_topic(partwise, allowed):
    run = secured(partwise, allowed, "limited", "limited-secret")
    assert run.status == 3
    assert "the cluster shows no topic: this user may describe none" in run.err


def test_plain_text_to_a_port_that_wants_a_login(partwise, node):
    run = partwise("recommend", "--bootstrap-servers", node.secured, "--timeout", "3s")
    assert run.status == 1
    assert f"cannot reach {node.secured}" in run.err and "security.protocol" in run.err


def test_a_filter_that_matches_nothing_names_the_nearest(partwise, node, truth):
    run = partwise("recommend", "--bootstrap-servers", node.bootstrap, "--topic-filter", "oders.000")
    assert run.status == 2
    assert "TOPIC_FILTER 'oders.000' matches none of" in run.err and "orders.000" in run.err
    run = partwise("recommend", "--bootstrap-servers", node.bootstrap, "--explain", "oders.000")
    assert run.status == 2 and "orders.000" in run.err


def test_filters_are_parts_of_names_in_any_case(partwise, node, truth):
    run = partwise("recommend", "--bootstrap-servers", node.bootstrap, "--topic-filter", "ORDERS.00, ledger")
    names = {t["name"] for t in run.report["clusters"][0]["topics"]}
    assert names == {n for n in truth if n.startswith("orders.00") or n.startswith("ledger")}


def test_one_cluster_that_fails_leaves_the_other_whole(partwise, node, truth):
    credentials = json.dumps([
        {"kafka_cluster_id": "lkc-good", "bootstrap.servers": node.bootstrap},
        {"kafka_cluster_id": "lkc-gone", "bootstrap.servers": "127.0.0.1:1"}])
    run = partwise("recommend", "--topic-filter", "orders", env={"KAFKA_CREDENTIALS": credentials})
    assert run.status == 4
    assert "cluster lkc-gone: cannot reach" in run.err
    assert "orders.000" in run.out
    good = json.loads(next(run.folder.glob("lkc-good-*-report.json")).read_text())["clusters"][0]
    gone = json.loads(next(run.folder.glob("lkc-gone-*-report.json")).read_text())["clusters"][0]
    assert good["status"] == "ok" and good["error"] is None and len(good["topics"]) == 5
    assert gone["status"] == "failed" and "connection refused" in gone["error"]["message"]


def test_several_clusters_at_once_each_with_its_files(partwise, node, truth):
    credentials = json.dumps([{"kafka_cluster_id": f"lkc-{i}", "bootstrap.servers": node.bootstrap} for i in range(5)])
    run = partwise("recommend", "--topic-filter", "orders", "--max-cluster-workers", 2, env={"KAFKA_CREDENTIALS": credentials})
    assert run.status == 0, run.err
    assert len(list(run.folder.glob("lkc-?-recommender-*"))) == 20
    answers = [json.loads(path.read_text())["clusters"][0]["topics"] for path in run.folder.glob("*report.json")]
    assert all([t["recommended_partitions"] for t in topics] == [t["recommended_partitions"] for t in answers[0]] for topics in answers)


@pytest.fixture
def through_proxy(node):
    node.proxy.reset()
    yield node
    node.proxy.reset()


def records(topic, count, now, every_ms=100):
    return [f"send {topic} {i % 2} {now - 6 * HOUR + i * every_ms} - 200" for i in range(count)]


HARD = ("--consumer-throughput", "500B/s", "--min-consumption-throughput", 0, "--min-recommended-partitions", 1)


def test_a_topic_deleted_while_it_is_measured(partwise, through_proxy, now_ms):
    node = through_proxy
    node.script(["create stays 2", "create goes 2"] + records("stays", 4_000, now_ms) + records("goes", 4_000, now_ms))
    # The watermarks are told by the first requests; then the topic goes.
    node.proxy.before(FETCH, 1, lambda: node.script(["delete goes"]))
    run = partwise("recommend", "--bootstrap-servers", node.proxy.address, "--topic-filter", "stays,goes", *HARD)
    assert run.status == 4, run.err
    assert run.topic("stays")["status"] == "active"
    goes = run.topic("goes")
    assert goes["status"] == "error" and goes["recommended_partitions"] is None
    assert goes["failures"] and goes["records"] == 4_000


def test_a_log_truncated_while_it_is_measured(partwise, through_proxy, now_ms):
    node = through_proxy
    node.script(["create shrinks 2"] + records("shrinks", 4_000, now_ms, every_ms=500))
    # Half of each partition goes between the watermarks and the first read.
    node.proxy.before(FETCH, 1, lambda: node.script(["truncate shrinks 0 1000", "truncate shrinks 1 1000"]))
    run = partwise("recommend", "--bootstrap-servers", node.proxy.address, "--topic-filter", "shrinks", *HARD)
    assert run.status in (0, 4), run.err
    shrinks = run.topic("shrinks")
    # 120 records a minute at the most; deleted offsets count in the first window that is left.
    assert shrinks["status"] == "active"
    assert shrinks["peak_bytes_per_s"]["high"] >= 120 * 200 / 60
    run = partwise("recommend", "--bootstrap-servers", node.proxy.address, "--topic-filter", "shrinks", "--full-scan", *HARD)
    assert run.status == 0 and run.topic("shrinks")["records"] == 2_000


def test_a_broker_gone_in_the_middle(partwise, through_proxy, now_ms, truth):
    node = through_proxy
    node.proxy.before(LIST_OFFSETS, 12, node.proxy.cut)
    start = time.monotonic()
    run = partwise("recommend", "--bootstrap-servers", node.proxy.address, "--timeout", "4s", "--topic-filter", ".0",
                   *HARD, "--consumer-throughput", "5000B/s")
    took = time.monotonic() - start
    assert run.status in (1, 4), run.err
    assert took < 30, "every topic waited the whole time-out by itself"
    topics = run.report["clusters"][0]["topics"]
    assert len(topics) == len(truth), "no topic is lost"
    failed = [t for t in topics if t["status"] == "error"]
    assert failed and all(t["failures"] for t in failed)
    rows = list(csv.DictReader(run.file("-detail-report.csv").open()))
    assert len(rows) == len(truth)


def test_a_broker_that_comes_back_costs_nothing_but_time(partwise, through_proxy, truth):
    node = through_proxy

    def hiccup():
        node.proxy.cut()
        node.proxy.reset()

    node.proxy.before(LIST_OFFSETS, 12, hiccup)
    run = partwise("recommend", "--bootstrap-servers", node.proxy.address, "--topic-filter", "orders,clicks", *HARD)
    assert run.status == 0, [t["failures"] for t in run.report["clusters"][0]["topics"]]
    assert all(t["status"] == "active" for t in run.report["clusters"][0]["topics"])


def test_ctrl_c_keeps_the_finished_rows(tmp_path, through_proxy, truth):
    node = through_proxy
    started = []
    process = None

    def interrupt():
        started.append(True)
        process.send_signal(signal.SIGINT)

    # Small topics are done after some tens of requests; then the signal comes while one is held.
    node.proxy.before(LIST_OFFSETS, 60, interrupt)
    with subprocess.Popen([PARTWISE, "recommend", "--bootstrap-servers", node.proxy.address, "--prove", "--topic-filter", ".0",
                           "--consumer-throughput", "100B/s", "--min-consumption-throughput", "0"],
                          cwd=tmp_path, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          text=True, env={k: os.environ[k] for k in ("PATH", "HOME")}) as running:
        process = running
        out, err = running.communicate(timeout=60)
    assert started and running.returncode == 130, err
    assert "stopping; " in err and "topics kept" in err
    rows = list(csv.DictReader(next(tmp_path.glob("*detail-report.csv")).open()))
    report = json.loads(next(tmp_path.glob("*report.json")).read_text())["clusters"][0]
    summary = dict(csv.reader(next(tmp_path.glob("*summary-report.csv")).open()))
    assert 0 < len(rows) < len(truth)
    assert {row["topic_name"] for row in rows} == {topic["name"] for topic in report["topics"]}
    assert report["status"] == "interrupted" and f"{len(rows)} of {len(truth)} topics kept" in report["error"]["message"]
    assert summary["status"] == "interrupted" and summary["total_topics"] == str(len(rows))
    assert rows[0]["topic_name"] in out


def test_partitions_without_a_leader(partwise, tmp_path):
    """A cluster of two brokers, of which one stops: its partitions have no leader."""
    node = Node("leaderless")
    try:
        node.join(2)
        node.tool("org.apache.kafka.tools.TopicCommand", "--create", "--topic", "half", "--replica-assignment", "1,2,1,2")
        node.tool("org.apache.kafka.tools.TopicCommand", "--create", "--topic", "whole", "--replica-assignment", "1,1")
        pid = int((node.folder / "broker-2" / "pid").read_text())
        os.kill(pid, signal.SIGKILL)
        deadline = time.monotonic() + 60
        while "Leader: none" not in node.tool("org.apache.kafka.tools.TopicCommand", "--describe", "--topic", "half"):
            assert time.monotonic() < deadline, "the controller did not notice"
        start = time.monotonic()
        run = partwise("recommend", "--bootstrap-servers", node.bootstrap, "--timeout", "5s")
        assert time.monotonic() - start < 15
        assert run.status == 4, run.err
        half = run.topic("half")
        assert half["status"] == "error" and half["recommended_partitions"] is None
        assert sorted(f["partition"] for f in half["failures"]) == [1, 3]
        assert all("has no leader" in f["message"] for f in half["failures"])
        assert run.topic("whole")["status"] == "empty"
    finally:
        node.stop()


def test_partitions_wait_for_their_turn_on_a_slow_link(partwise, through_proxy, now_ms, monkeypatch):
    """A full scan of 24 partitions with 1 MB each at some 3 MB/s: far longer than --timeout, but never silent for so long."""
    node, proxy = through_proxy, through_proxy.proxy

    def slowly(broker, client):
        try:
            while data := broker.recv(1 << 15):
                client.sendall(data)
                time.sleep(len(data) / 3e6)
        except OSError:
            pass
        proxy._close(client)

    node.script(["create crowd 24"] + [f"send crowd {i % 24} {now_ms - HOUR + i} - 10000" for i in range(24 * 100)])
    monkeypatch.setattr(proxy, "_responses", slowly)
    start = time.monotonic()
    run = partwise("recommend", "--bootstrap-servers", proxy.address, "--topic-filter", "crowd", "--full-scan", "--timeout", "3s",
                   "--max-workers-per-cluster", 1)
    assert run.status == 0, run.topic("crowd")["failures"]
    assert run.topic("crowd")["status"] == "active"
    assert time.monotonic() - start > 6, "the link was not slow"


@pytest.fixture
def half_silent():
    """Two brokers, of which the second is frozen: it accepts connections and says nothing."""
    node = Node("half-silent")
    frozen = None
    try:
        node.join(2)
        node.tool("org.apache.kafka.tools.TopicCommand", "--create", "--topic", "half", "--replica-assignment", "1,2,1,2")
        frozen = int((node.folder / "broker-2" / "pid").read_text())
        os.kill(frozen, signal.SIGSTOP)
        yield node
    finally:
        if frozen:
            os.kill(frozen, signal.SIGCONT)
        node.stop()


def test_ctrl_c_while_a_broker_is_silent(tmp_path, half_silent):
    with subprocess.Popen([PARTWISE, "recommend", "--bootstrap-servers", half_silent.bootstrap, "--timeout", "8s"],
                          cwd=tmp_path, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          text=True, env={k: os.environ[k] for k in ("PATH", "HOME")}) as running:
        time.sleep(1.5)
        running.send_signal(signal.SIGINT)
        start = time.monotonic()
        _, err = running.communicate(timeout=60)
        assert running.returncode == 130, err
        assert time.monotonic() - start < 1.5


def test_a_silent_broker_costs_some_time_outs_and_its_partitions(partwise, half_silent):
    start = time.monotonic()
    run = partwise("recommend", "--bootstrap-servers", half_silent.bootstrap, "--timeout", "2s")
    # Configurations (where that broker is the one that is asked), watermarks and sizes on disk.
    assert time.monotonic() - start < 3 * 2 + 3
    assert run.topic("half")["status"] == "error"
    assert {f["partition"] for f in run.topic("half")["failures"] if f["step"] == "watermarks"} == {1, 3}


def test_lookups_are_counted_as_the_broker_counts_them(partwise, tmp_path):
    node = Node("counting", "--log", "kafka.request.logger=debug")
    try:
        now = int(time.time() // 60 * 60_000)
        node.script(["create counted 3"] + [f"send counted {i % 3} {now - 6 * HOUR + i * 5_000} - 100" for i in range(4_000)])
        before = len(list_offsets_by_time(node))
        run = partwise("recommend", "--bootstrap-servers", node.bootstrap, *HARD, "--consumer-throughput", "20B/s")
        assert run.status == 0, run.err
        cluster = run.report["clusters"][0]
        seen = list_offsets_by_time(node)[before:]
        assert cluster["lookups"] == sum(len(partitions) for partitions in seen) > 100
        assert all(len(partitions) == len(set(partitions)) <= 200 for partitions in seen), "named twice"
    finally:
        node.stop()


def list_offsets_by_time(node):
    """The partitions of each ListOffsets request with timestamps, from the broker's own request log."""
    requests = []
    for line in (node.folder / "log").read_text().splitlines():
        if '"requestApiKeyName":"LIST_OFFSETS"' not in line:
            continue
        entry = json.loads(line[line.index("Completed request:") + len("Completed request:"):])
        partitions = [(topic["name"], partition["partitionIndex"]) for topic in entry["request"]["topics"]
                      for partition in topic["partitions"] if partition["timestamp"] >= 0]
        if partitions:
            requests.append(partitions)
    return requests
