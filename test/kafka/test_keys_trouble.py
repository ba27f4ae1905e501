"""What goes wrong while keys are verified and scanned: it ends, says so, and leaves nothing behind."""

import json
import os
import signal
import subprocess
import threading
import time

import pytest
from embedded_cluster import EmbeddedCluster
from harness import PARTWISE
from proxy import FETCH, PRODUCE

ADMIN = "org.apache.kafka.tools"


class Started:
    """A running `partwise keys`, with what it says on stderr so far."""

    def __init__(self, folder, *arguments):
        environment = {k: os.environ[k] for k in ("PATH", "HOME", "ASAN_OPTIONS", "UBSAN_OPTIONS") if k in os.environ}
        self.process = subprocess.Popen([PARTWISE, "keys", *map(str, arguments)], cwd=folder, env=environment, text=True,
                                        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.said = []
        self.out = ""
        self.readers = [threading.Thread(target=self._listen), threading.Thread(target=self._take)]
        for reader in self.readers:
            reader.start()

    def _listen(self):
        for line in self.process.stderr:
            self.said.append(line)

    def _take(self):
        self.out = self.process.stdout.read()

    def wait_for(self, words, seconds=60):
        deadline = time.monotonic() + seconds
        while not any(words in line for line in list(self.said)):
            assert self.process.poll() is None, f"it has ended: {self.said}"
            assert time.monotonic() < deadline, self.said
            time.sleep(0.005)

    def ended(self, seconds=90):
        try:
            self.process.wait(timeout=seconds)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise
        for reader in self.readers:
            reader.join()
        return self.process.returncode, self.out, "".join(self.said)


def wait_until(holds, seconds=30):
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "it never held"
        time.sleep(0.05)


@pytest.fixture
def kept(partwise, node):
    """Topics that verify has made and kept, by their number of records."""
    def made(records, *more):
        run = partwise("keys", "verify", "--bootstrap-servers", node.bootstrap, "--keep", "--records", records,
                       "--partitions", 4, "--format", "json", *more)
        assert run.status == 0, run.err
        return json.loads(run.out)["verification"]["topic"]
    return made


# More than comes with the first answers: of each partition two mebibytes.
MANY = 200_000


def test_a_topic_that_is_deleted_while_it_is_scanned(node, kept, tmp_path):
    topic = kept(MANY)

    def delete():
        node.script([f"delete {topic}"])
        wait_until(lambda: topic not in node.topics())

    with node.at_request(FETCH, 2, delete) as address:
        scan = Started(tmp_path, "scan", topic, "--bootstrap-servers", address, "--timeout", "10s", "--format", "json")
        status, out, err = scan.ended()
    found = json.loads(out)["scan"]
    assert found["records"] == sum(one["records"] for one in found["partitions"]) < MANY
    assert status == (4 if found["records"] else 1), err
    failed = [one for one in found["partitions"] if one["error"]]
    assert failed and all("it is there no more" in one["error"]["message"] for one in failed), err
    assert "error:" in err and topic in err and "was deleted" in err


@pytest.mark.parametrize("signum", [signal.SIGINT, signal.SIGTERM])
def test_a_stop_of_a_scan_reports_what_was_read(node, kept, tmp_path, signum):
    topic = kept(MANY)
    with node.at_request(FETCH, 2, lambda: scan.process.send_signal(signum)) as address:
        scan = Started(tmp_path, "scan", topic, "--bootstrap-servers", address, "--format", "json", "--out", tmp_path)
        status, out, err = scan.ended()
    found = json.loads(out)["scan"]
    assert status == 130 and found["error"]["kind"] == "interrupted" and "interrupted after" in err
    assert found["records"] == sum(one["records"] for one in found["partitions"]) < MANY
    assert len(list(tmp_path.glob("keys-scan-*-report.html"))) == 1
    node.script([f"delete {topic}"])


def test_a_stop_while_reading_back_removes_the_topic(node, tmp_path):
    before = node.topics()
    with node.at_request(FETCH, 2, lambda: verify.process.send_signal(signal.SIGINT)) as address:
        verify = Started(tmp_path, "verify", "--bootstrap-servers", address, "--records", MANY)
        status, out, err = verify.ended()
    assert status == 130 and "interrupted while reading back" in err, err
    assert f"produced {MANY:,}" in out
    wait_until(lambda: node.topics() == before)


def test_a_cluster_that_goes_away_while_it_is_produced_to(tmp_path):
    cluster = EmbeddedCluster()
    verify = Started(tmp_path, "verify", "--bootstrap-servers", cluster.bootstrap, "--records", 100_000_000, "--timeout", "3s",
                     "--verbose")
    verify.wait_for("producing ")
    cluster.stop()
    status, out, err = verify.ended()
    assert status in (1, 4), err
    assert "not acknowledged" in out and "error:" in err
    # It could not be deleted: which topic is left, and what removes it.
    assert "partwise-keys-" in err and "keys cleanup" in err


def hex_keys(folder, *keys):
    file = folder / "keys.hex"
    file.write_text("".join(key.hex() + "\n" for key in keys))
    return file


ODD = [b"\xff\xfe\x00\xff", b"", b"\n\t\x1b[31m", "é\u202e".encode(), b"a,\"b\"</script>"]


def test_keys_of_any_bytes_are_shown_and_stay_valid_text(partwise, node, tmp_path):
    file = hex_keys(tmp_path, *ODD * 20)
    source = ("--keys-file", file, "--keys-format", "hex", "--bootstrap-servers", node.bootstrap)
    run = partwise("keys", "verify", *source, "--keep", "--format", "json")
    assert run.status == 0, run.err
    found = json.loads(run.out)["verification"]
    assert found["arrivals"]["proven"] and found["arrivals"]["arrived"] == 100
    scan = ("keys", "scan", found["topic"], "--bootstrap-servers", node.bootstrap)
    shown = json.loads(partwise(*scan, "--show-keys", "--format", "json").out)["scan"]
    assert sorted(one["at_least"] for one in shown["heaviest_by_records"]["keys"]) == [20] * 5
    assert {one["key"] for one in shown["heaviest_by_records"]["keys"]} == {
        "", 'a,"b"</script>', "é\u202e", "\n\t\x1b[31m", "\\xff\\xfe\0\\xff"}
    table = partwise(*scan, "--show-keys", "--color", "never")
    assert table.status == 0 and "\x1b" not in table.out and "\u202e" not in table.out
    assert "\\xff\\xfe \\xff" in table.out
    assert partwise(*scan, "--show-keys", "--out", tmp_path).status == 0
    page = next(tmp_path.glob("*-report.html")).read_text()
    assert 'a,"b"</script>' not in page and "a,\\\"b\\\"\\u003c/script>" in page
    node.tool(f"{ADMIN}.TopicCommand", "--delete", "--topic", found["topic"])


@pytest.mark.kafka_only
def test_a_key_of_a_mebibyte(partwise, node, tmp_path):
    node.tool(f"{ADMIN}.TopicCommand", "--create", "--topic", "trouble.long", "--partitions", "2", "--config",
              "max.message.bytes=4000000")
    key = b"k" * (1 << 20)
    file = hex_keys(tmp_path, key, b"short", key)
    into = ("keys", "verify", "--keys-file", file, "--keys-format", "hex", "--into-existing", "trouble.long", "--bootstrap-servers",
            node.bootstrap, "--format", "json")
    refused = partwise(*into)
    assert refused.status == 4 and "message.max.bytes" in refused.err, refused.err
    assert json.loads(refused.out)["verification"]["failed"] == 2
    taken = partwise(*into, "--config", "client.properties", files={"client.properties": "message.max.bytes=4000000\n"})
    assert taken.status == 0, taken.err
    run = partwise("keys", "scan", "trouble.long", "--bootstrap-servers", node.bootstrap, "--show-keys", "--memory", "4MiB", "--format",
                   "json")
    assert run.status == 0, run.err
    found = json.loads(run.out)["scan"]
    assert found["records"] == 4 and found["key_bytes"]["max"] == 1 << 20
    assert found["memory_bytes"] <= 4 << 20
    assert max(len(one["key"]) for one in found["heaviest_by_records"]["keys"]) < 400  # its beginning


class Limited:
    """Runs as a user who may do only what the node's rules say."""

    def __init__(self, partwise, node):
        self.partwise = partwise
        self.node = node
        self.config = ("security.protocol=SASL_PLAINTEXT\nsasl.mechanism=PLAIN\nsasl.username=limited\n"
                       "sasl.password=limited-secret\n")

    def verify(self, *arguments):
        run = self.partwise("keys", "verify", "--bootstrap-servers", self.node.secured, "--config", "client.properties", "--timeout", "5s",
                            *arguments, files={"client.properties": self.config})
        assert "limited-secret" not in run.out + run.err
        return run

    def scan(self, folder, *arguments):
        (folder / "client.properties").write_text(self.config)
        return Started(folder, "scan", "--bootstrap-servers", self.node.secured, "--config", "client.properties", "--timeout", "5s",
                       *arguments)

    def rule(self, action, *operations, on=("--topic", "partwise-keys-")):
        words = [word for operation in operations for word in ("--operation", operation)]
        force = ("--force",) if action == "--remove" else ()
        self.node.tool(f"{ADMIN}.AclCommand", action, "--allow-principal", "User:limited", *words, *force, "--resource-pattern-type",
                       "prefixed", *on)


@pytest.mark.kafka_only
def test_a_cluster_that_refuses_to_make_delete_or_take(partwise, node):
    limited = Limited(partwise, node)
    before = node.topics()
    refused = limited.verify()
    assert refused.status == 3 and "error:" in refused.err and "CREATE" in refused.err.upper(), refused.err
    assert node.topics() == before

    limited.rule("--add", "Create", "Describe", "DescribeConfigs")
    try:
        unwritten = limited.verify("--records", 10)
        assert unwritten.status == 3 and "allow WRITE on the topic" in unwritten.err, unwritten.err
        # What it could not delete, it names, and says how to.
        left = node.topics() - before
        assert len(left) == 1 and left.pop() in unwritten.err and "keys cleanup" in unwritten.err
        limited.rule("--add", "Write", "Read", "Delete")
        assert limited.verify("--records", 10).status == 0
    finally:
        limited.rule("--remove", "Create", "Describe", "DescribeConfigs", "Write", "Read", "Delete")
    cleaned = partwise("keys", "cleanup", "--bootstrap-servers", node.bootstrap, "--yes", "--all")
    assert cleaned.status == 0, cleaned.err
    wait_until(lambda: node.topics() == before)


@pytest.mark.kafka_only
def test_a_shared_scan_that_may_not_do_all(partwise, node, kept, tmp_path):
    topic = kept(300)
    limited = Limited(partwise, node)
    group = ("--group", "limited-scan")

    def scan():
        started = [limited.scan(tmp_path, topic, *group, "--group-size", 2, "--group-wait", "10s", "--format", "json") for _ in range(2)]
        return [one.ended() for one in started]

    def nothing_is_left():  # Kafka makes a topic of its own for groups
        return not [each for each in node.topics() - {topic} if each.startswith("partwise-keys-")]

    limited.rule("--add", "Describe", "Read")
    try:
        for status, _, err in scan():
            assert status == 3 and "limited-scan" in err and "READ" in err, err
        limited.rule("--add", "Read", "Describe", on=group)
        ended = scan()
        assert sorted(status for status, _, _ in ended) == [1, 3], ended
        for status, out, err in ended:  # who may not make it, and who waits for it
            assert ("CREATE" in err.upper() if status == 3 else "see what that process says" in err) and not out, err
        assert nothing_is_left()
        limited.rule("--add", "Create", "Write", "Delete")
        ended = scan()
        assert [status for status, _, _ in ended] == [0, 0], ended
        reports = [json.loads(out)["scan"] for _, out, _ in ended if out]
        assert [report["records"] for report in reports] == [300]
        assert nothing_is_left()
    finally:
        limited.rule("--remove", "Describe", "Read", "Create", "Write", "Delete")
        limited.rule("--remove", "Read", "Describe", on=group)
        node.tool(f"{ADMIN}.consumer.group.ConsumerGroupCommand", "--delete", "--group", "limited-scan")
    node.tool(f"{ADMIN}.TopicCommand", "--delete", "--topic", topic)


def test_another_producer_in_the_same_topic_is_not_counted(partwise, node, tmp_path, now_ms):
    node.script(["create trouble.shared 3"])
    other = Started(tmp_path, "verify", "--bootstrap-servers", node.bootstrap, "--into-existing", "trouble.shared", "--records", 60_000,
                    "--format", "json")
    run = partwise("keys", "verify", "--bootstrap-servers", node.bootstrap, "--into-existing", "trouble.shared", "--records", 20_000,
                   "--format", "json")
    status, out, err = other.ended()
    assert (run.status, status) == (0, 0), run.err + err
    for told, records in ((run.out, 20_000), (out, 60_000)):
        arrivals = json.loads(told)["verification"]["arrivals"]
        assert arrivals["proven"] and arrivals["arrived"] == sum(arrivals["actual"]) == records


def test_a_topic_that_grows_while_it_is_produced_to(node, tmp_path):
    node.script(["create trouble.grows 2"])
    (tmp_path / "often.properties").write_text("topic.metadata.refresh.interval.ms=200\n")

    def grow():
        node.tool(f"{ADMIN}.TopicCommand", "--alter", "--topic", "trouble.grows", "--partitions", "40")

    with node.at_request(PRODUCE, 10, grow) as address:
        run = Started(tmp_path, "verify", "--bootstrap-servers", address, "--into-existing", "trouble.grows", "--records", 1_500_000,
                      "--config", "often.properties", "--format", "json")
        status, out, err = run.ended()
    ends = node.tool(f"{ADMIN}.GetOffsetShell", "--topic", "trouble.grows").split()
    assert sum(int(line.split(":")[2]) for line in ends if int(line.split(":")[1]) >= 2) > 0, "it grew too late"
    assert status == 4 and "got more than its 2 partitions" in err, err
    assert json.loads(out)["verification"]["sent"] == 1_500_000
    node.tool(f"{ADMIN}.TopicCommand", "--delete", "--topic", "trouble.grows")


def test_a_reader_that_goes_away_harms_nothing(node, kept):
    topic = kept(300)
    line = f"'{PARTWISE}' keys scan {topic} --bootstrap-servers {node.bootstrap} | head -n 1"
    run = subprocess.run(["bash", "-o", "pipefail", "-c", line], capture_output=True, text=True, timeout=60)
    assert run.stdout.startswith("partwise") and "Sanitizer" not in run.stderr
    node.tool(f"{ADMIN}.TopicCommand", "--delete", "--topic", topic)
