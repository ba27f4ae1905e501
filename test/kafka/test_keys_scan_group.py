"""keys scan --group: processes that share a scan, and what is left of them on the cluster."""

import json
import os
import random
import signal
import subprocess
import time
import zlib

import pytest
from harness import PARTWISE
from kafka_node import KAFKA

CONSUMER = "org.apache.kafka.tools.consumer.ConsoleConsumer"
GROUP_TOOL = "org.apache.kafka.tools.consumer.group.ConsumerGroupCommand"
PARTITIONS = 12


def waited_for(what, seconds=60):
    """What a condition gives once it gives something; many places below wait for another process."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if found := what():
            return found
        time.sleep(0.05)
    raise AssertionError(f"not within {seconds} s")


class Member:
    """A process that shares a scan, running."""

    def __init__(self, node, folder, *arguments):
        environment = {k: os.environ[k] for k in ("PATH", "HOME", "ASAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS") if k in os.environ}
        self.said = folder / f"said-{time.monotonic_ns()}"
        self.file = self.said.open("w")
        self.process = subprocess.Popen(
            [PARTWISE, "keys", "scan", *map(str, arguments), "--bootstrap-servers", node.bootstrap], cwd=folder,
            env=environment, text=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=self.file)

    def ended(self, seconds=120):
        out, _ = self.process.communicate(timeout=seconds)
        self.file.close()
        self.status, self.out, self.err = self.process.returncode, out, self.said.read_text()
        assert "AddressSanitizer" not in self.err and "runtime error" not in self.err, self.err
        return self

    def has_said(self, words):
        return words in self.said.read_text()


@pytest.fixture
def members(node, tmp_path):
    """Starts members; whatever still runs at the test's end is killed."""
    started = []

    # Who is killed is missed soon.
    config = tmp_path / "member.properties"
    config.write_text("session.timeout.ms=6000\nheartbeat.interval.ms=1000\n")

    def start(*arguments):
        started.append(Member(node, tmp_path, *arguments, "--config", config))
        return started[-1]

    yield start
    for member in started:
        if member.process.poll() is None:
            member.process.kill()
            member.process.communicate()


@pytest.fixture(scope="session")
def trips(node):
    """20,000 records of 700 keys over 12 partitions, fifty of them in two."""
    now = int(time.time() * 1000)
    chance = random.Random(7)
    sends = []
    for i in range(20_000):
        key = f"trip-{int(700 * chance.random() ** 3)}"
        place = zlib.crc32(key.encode()) % PARTITIONS
        if i > 15_000 and int(key[5:]) < 50:
            place = 3
        sends.append(f"send group.trips {place} {now - 3_600_000 + i * 100} {key} {20 + i % 90}")
    node.script([f"create group.trips {PARTITIONS}", *sends], "lz4")


def nothing_is_left(node):
    groups = node.tool(GROUP_TOOL, "--list").split()
    return not groups and not [t for t in node.topics() if t.startswith("partwise-keys-")]


def shared(start, group, *arguments, size=3, processes=3):
    return [start("group.trips", "--group", group, "--group-size", size, *arguments) for _ in range(processes)]


def the_report(ended):
    reports = [m for m in ended if m.out]
    assert len(reports) == 1, [m.err for m in ended]
    return reports[0], json.loads(reports[0].out)


def test_the_whole_is_that_of_a_scan_alone(members, partwise, node, trips):
    arguments = ("--format", "json", "--show-keys", "--partitions", "6,18")
    alone = json.loads(partwise("keys", "scan", "group.trips", "--bootstrap-servers", node.bootstrap, *arguments).out)
    ended = [m.ended() for m in shared(members, "whole", *arguments)]
    assert [m.status for m in ended] == [0, 0, 0], [m.err for m in ended]
    collector, report = the_report(ended)
    found = report["scan"]
    group = found.pop("group")
    assert group["name"] == "whole" and len(group["members"]) == 3
    assert sorted(p for m in group["members"] for p in m["partitions"]) == list(range(PARTITIONS))
    assert [m["records"] for m in group["members"]] == [
        sum(found["partitions"][p]["records"] for p in m["partitions"]) for m in group["members"]]
    for other in ended:
        if other is not collector:
            assert f"{group['members'][0]['client']} prints the whole" in other.err and not other.out
    assert alone["scan"].pop("group") is None
    for name in ("partitions", "distinct_keys", "heaviest_by_records", "heaviest_by_bytes", "split_keys", "forensics",
                 "key_bytes", "value_bytes", "what_if"):
        assert found[name] == alone["scan"][name], name
    (actual,), (expected,) = report["strategies"], alone["strategies"]
    for name in ("counts", "bytes", "cv_percent", "max_over_mean", "cause", "keeps_key_order"):
        assert actual[name] == expected[name], name
    # Chance and what looks at the order of keys (salted, two_choices) are drawn in another order.
    by_hash, expected = (each["sweep"]["strategies"][0] for each in (report, alone))
    assert by_hash["name"] == expected["name"] == "murmur2"
    for point, same in zip(by_hash["points"], expected["points"], strict=True):
        for name in ("partitions", "cv_percent", "max_over_mean", "moved_keys_percent", "moved_records_percent"):
            assert point[name] == pytest.approx(same[name]), name
    assert report["heat_map"]["totals"] == alone["heat_map"]["totals"]
    assert nothing_is_left(node)


def test_a_stretch_of_time_is_one_for_all(members, node, trips):
    ended = [m.ended() for m in shared(members, "times", "--from", "45min", "--format", "json")]
    assert [m.status for m in ended] == [0, 0, 0], [m.err for m in ended]
    _, report = the_report(ended)
    assert 0 < report["scan"]["records"] < 20_000
    assert nothing_is_left(node)


def test_more_processes_than_partitions(members, node, now_ms):
    node.script(["create group.narrow 2", *(f"send group.narrow {i % 2} {now_ms + i} n{i} 10" for i in range(20))])
    ended = [members("group.narrow", "--group", "narrow", "--group-size", 3, "--format", "json") for _ in range(3)]
    ended = [m.ended() for m in ended]
    assert [m.status for m in ended] == [0, 0, 0], [m.err for m in ended]
    _, report = the_report(ended)
    assert report["scan"]["records"] == 20
    assert sorted(len(m["partitions"]) for m in report["scan"]["group"]["members"]) == [0, 1, 1]


def test_fewer_processes_than_asked_for_are_told(members, node, trips):
    ended = [m.ended() for m in shared(members, "few", "--group-wait", "8s", processes=2)]
    for each in ended:
        assert each.status == 1 and not each.out
        assert "2 of 3 processes are in the group few" in each.err or "1 of 3" in each.err, each.err
    assert any("2 of 3" in each.err for each in ended)
    assert nothing_is_left(node)


def test_different_options_are_an_error_in_all(members, node, trips):
    started = shared(members, "differ", "--fraction", "0.5", processes=2)
    started += shared(members, "differ", "--fraction", "0.25", processes=1)
    for each in [m.ended() for m in started]:
        assert each.status == 2 and not each.out, each.err
        assert "--fraction is 0.5 here, and 0.25 in" in each.err or "--fraction is 0.25 here, and 0.5 in" in each.err
    assert nothing_is_left(node)


@pytest.fixture(scope="session")
def long_read(node):
    """A topic of three partitions that takes seconds to read."""
    now = int(time.time() * 1000)
    node.script(["create group.long 3", *(f"send group.long {i % 3} {now - 3_600_000 + i} key-{i % 999} 5" for i in range(400_000))], "lz4")


class Reading:
    """Three processes at reading: `collector` and two `others`."""

    def __init__(self, start, group):
        started = [start("group.long", "--group", group, "--group-size", 3, "--fraction", "0.5", "--format", "json", "--verbose")
                   for _ in range(3)]
        for each in started:
            waited_for(lambda each=each: each.has_said("prints the whole"))
        line = next(line for line in started[0].said.read_text().splitlines() if "prints the whole" in line)
        client = line.split("; ")[1].split()[0]
        (self.collector,) = [each for each in started if client.endswith(f"-{each.process.pid}")]
        self.others = [each for each in started if each is not self.collector]


def errors_of(report, pid):
    """The errors of the partitions that this process was to read."""
    (member,) = [m for m in report["scan"]["group"]["members"] if m["client"].endswith(f"-{pid}")]
    assert member["partitions"]
    return [report["scan"]["partitions"][p]["error"]["message"] for p in member["partitions"]]


@pytest.mark.kafka_only  # half a minute each: the cluster's own patience
def test_a_killed_process_leaves_a_partial_report(members, node, long_read):
    reading = Reading(members, "killed")
    killed, other = reading.others
    killed.process.kill()
    collector = reading.collector.ended()
    assert collector.status == 4, collector.err
    report = json.loads(collector.out)
    assert all("the process that read it went away" in message for message in errors_of(report, killed.process.pid))
    assert sum(p["error"] is None for p in report["scan"]["partitions"]) == 2
    assert other.ended().status == 0, other.err
    assert nothing_is_left(node)


@pytest.mark.kafka_only  # half a minute each: the cluster's own patience
def test_a_killed_collector_is_told_by_the_others(members, node, long_read):
    reading = Reading(members, "headless")
    reading.collector.process.kill()
    for each in [m.ended() for m in reading.others]:
        assert each.status == 1 and not each.out, each.err
        assert f"-{reading.collector.process.pid}, which was to print the whole, went away" in each.err
    assert nothing_is_left(node)


def test_an_interrupted_process_says_so(members, node, long_read):
    reading = Reading(members, "interrupted")
    stopped, other = reading.others
    stopped.process.send_signal(signal.SIGINT)
    assert stopped.ended().status == 130 and not stopped.out
    collector = reading.collector.ended()
    assert collector.status == 4, collector.err
    report = json.loads(collector.out)
    assert errors_of(report, stopped.process.pid) == ["the process that read it was interrupted"]
    assert other.ended().status == 0, other.err
    assert nothing_is_left(node)


def test_an_interrupted_collector_prints_what_there_is(members, node, long_read):
    reading = Reading(members, "cut")
    reading.collector.process.send_signal(signal.SIGINT)
    collector = reading.collector.ended()
    assert collector.status == 130, collector.err
    report = json.loads(collector.out)
    assert report["scan"]["error"]["kind"] == "interrupted"
    for each in [m.ended() for m in reading.others]:
        assert each.status == 1 and not each.out and "interrupted" in each.err, each.err
    assert nothing_is_left(node)


def test_one_more_process_finds_no_room_and_disturbs_nobody(members, node, long_read):
    reading = Reading(members, "full")
    late = members("group.long", "--group", "full", "--group-size", 3, "--group-wait", "1s", "--fraction", "0.5").ended()
    assert late.status == 2 and "there is no room: 3 of 3 processes are in the group full" in late.err, late.err
    collector = reading.collector.ended()
    assert collector.status == 0, collector.err
    assert json.loads(collector.out)["scan"]["records"] == pytest.approx(200_000, rel=0.05)
    assert [m.ended().status for m in reading.others] == [0, 0]
    assert nothing_is_left(node)


@pytest.mark.kafka_only  # half a minute each: the cluster's own patience
def test_cleanup_finds_what_killed_processes_leave(members, partwise, node, long_read):
    reading = Reading(members, "gone")
    for each in [reading.collector, *reading.others]:
        each.process.kill()
    (left,) = [t for t in node.topics() if t.startswith("partwise-keys-")]
    run = partwise("keys", "cleanup", "--bootstrap-servers", node.bootstrap, "--yes", "--all", "--format", "json")
    assert run.status == 0, run.err
    assert [(t["topic"], t["deleted"]) for t in json.loads(run.out)["topics"]] == [(left, True)]
    waited_for(lambda: not group_members(node, "gone"))
    node.tool(GROUP_TOOL, "--delete", "--group", "gone")
    assert nothing_is_left(node)


def group_members(node, group):
    return sorted(line.split()[1] for line in node.tool(GROUP_TOOL, "--describe", "--members", "--group", group).splitlines()
                  if line.startswith(group))


def test_a_group_that_others_use_is_left_alone(members, node, trips):
    command = [KAFKA, "tool", CONSUMER, "--bootstrap-server", node.bootstrap, "--topic", "group.trips", "--group", "theirs"]
    theirs = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
    try:
        before = waited_for(lambda: group_members(node, "theirs"))
        for each in [m.ended() for m in shared(members, "theirs", processes=2)]:
            assert each.status == 2 and "the group theirs is used by" in each.err, each.err
        assert group_members(node, "theirs") == before
    finally:
        os.killpg(theirs.pid, signal.SIGTERM)
        theirs.wait(timeout=30)
    # Its offsets remain, and with them the group.
    waited_for(lambda: not group_members(node, "theirs"))
    (refused,) = shared(members, "theirs", processes=1)
    assert refused.ended().status == 2 and "it has committed offsets" in refused.err, refused.err
    assert node.tool(GROUP_TOOL, "--list").split() == ["theirs"]
    node.tool(GROUP_TOOL, "--delete", "--group", "theirs")
    assert nothing_is_left(node)
