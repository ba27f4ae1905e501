#!/usr/bin/env python3
"""How fast the embedded cluster is, beside librdkafka's mock cluster in the same run.

A librdkafka client at its default settings produces to each, reads what they hold, and sends records
one by one; the clusters take turns, and medians are compared. Then `partwise recommend` on virtual
fleets of 100 to 10,000 topics of 10 partitions. Prints a table and JSON; the JSON is also in
build/bench/broker.json."""

import argparse
import json
import os
import pathlib
import shutil
import subprocess
import sys
import time

from measure import MemoryWatch, Results, median

TOP = pathlib.Path(__file__).resolve().parent.parent
PARTWISE = TOP / "build" / "release" / "src" / "partwise"
CLIENT = TOP / "build" / "release" / "bench" / "client" / "partwise-bench-client"
OUT = TOP / "build" / "bench"

PARTITIONS = 4
KEPT = "20MiB"  # as the mock cluster, which keeps 5 MiB of each partition: new memory costs time
SIZES = {100: 4_000_000, 1024: 2_000_000}  # bytes of a record: records sent in a round
LATENCY_RATE = 200
LATENCY_SECONDS = 5
READ_SECONDS = 3
FLEETS = (100, 1_000, 10_000)


def say(text):
    print(f"bench: {text}", file=sys.stderr, flush=True)


class Cluster:
    """A process that serves until it is stopped, and prints where as its last line."""

    def __init__(self, *command):
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.DEVNULL, text=True)
        self.bootstrap = ""
        while not self.bootstrap:
            line = self.process.stdout.readline()
            if not line:
                raise SystemExit(f"bench: {' '.join(map(str, command))} did not start")
            if "bootstrap.servers=" in line or command[0] == CLIENT:
                self.bootstrap = line.strip().removeprefix("bootstrap.servers=")

    def cpu_s(self):
        fields = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        if self.process.args[0] != CLIENT:
            self.process.terminate()
        self.process.wait()


def embedded():
    return Cluster(PARTWISE, "broker", "--port", "0", "--num-partitions", str(PARTITIONS), "--memory", KEPT)


def mock(topic):
    return Cluster(CLIENT, "mock", "1", topic, str(PARTITIONS))


def measured(*words):
    run = subprocess.run([CLIENT, *map(str, words)], check=True, stdout=subprocess.PIPE, text=True,
                         stdin=subprocess.DEVNULL)
    return json.loads(run.stdout)


def throughput(cluster, topic, size):
    return {"produce": measured("produce", cluster.bootstrap, topic, PARTITIONS, size, SIZES[size])["records_per_s"],
            "consume": measured("consume", cluster.bootstrap, topic, PARTITIONS, READ_SECONDS)["records_per_s"]}


def add_throughput(results, size, rounds):
    runs = {"embedded": [], "mock": []}
    for turn in range(rounds + 1):
        for name in runs:
            topic = f"records-{size}"
            with mock(topic) if name == "mock" else embedded() as cluster:
                found = throughput(cluster, topic, size)
            if turn > 0:  # the first is a warm-up
                runs[name].append(found)
    for what in ("produce", "consume"):
        ours, theirs = median(runs["embedded"], what), median(runs["mock"], what)
        results.add(f"{what} {size} B, embedded cluster", ours / 1e3, "k rec/s")
        results.add(f"{what} {size} B, librdkafka's mock cluster", theirs / 1e3, "k rec/s")
        results.add(f"{what} {size} B, embedded / mock", ours / theirs, "x", 1, at_least=True)


def add_latency(results, rounds):
    """At the defaults, librdkafka's producer waits 5 ms for more records (linger.ms): the same client
    without that wait shows the rest."""
    for name, target, properties in (("client's default settings", None, []),
                                     ("linger.ms=0", 1000, ["linger.ms=0"])):
        runs = {"embedded": [], "mock": []}
        for turn in range(rounds):
            for peer in runs:
                with mock("latency") if peer == "mock" else embedded() as cluster:
                    runs[peer].append(measured("latency", cluster.bootstrap, "latency", 100,
                                               LATENCY_RATE, LATENCY_SECONDS, *properties))
        for quantile in ("p50", "p99"):
            results.add(f"end to end {quantile}, {name}, embedded cluster",
                        median(runs["embedded"], f"{quantile}_us"), "us",
                        target if quantile == "p50" else None)
            results.add(f"end to end {quantile}, {name}, mock cluster",
                        median(runs["mock"], f"{quantile}_us"), "us")


def recommend(cluster):
    folder = OUT / "reports"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    served = cluster.cpu_s()
    start = time.monotonic()
    process = subprocess.Popen([PARTWISE, "recommend", "--bootstrap-servers", cluster.bootstrap, "--out", folder],
                               stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    watch = MemoryWatch(process.pid)
    if process.wait() != 0:
        raise SystemExit("bench: recommend failed")
    wall = time.monotonic() - start
    report = json.loads(next(folder.glob("*-report.json")).read_text())["clusters"][0]
    return {"s": wall, "mib": watch.mib(), "broker_s": cluster.cpu_s() - served,
            "topics": {topic["name"]: topic for topic in report["topics"]}}


def compared(topics, truth):
    """Sure counts that are not the truth's, intervals that miss it, and counts that are not its."""
    wrong = outside = missed = 0
    for topic in truth:
        answer, count = topics[topic["name"]]["recommended_partitions"], topic["recommendation"]["partitions"]
        missed += answer["value"] != count
        outside += not answer["low"] <= count <= answer["high"]
        wrong += answer["low"] == answer["high"] and answer["value"] != count
    return wrong, outside, missed


def add_fleet(results, topics):
    say(f"a fleet of {topics} topics")
    truth = OUT / "truth.json"
    with Cluster(PARTWISE, "broker", "--port", "0", "--fleet", f"bench:{topics}", "--now", "now",
                 "--truth", truth) as cluster:
        watch = MemoryWatch(cluster.process.pid)
        run = recommend(cluster)
    largest = topics == max(FLEETS)
    name = f"{topics:,} topics of 10 partitions"
    results.add(f"{name}, time", run["s"], "s", 60 if largest else None)
    results.add(f"{name}, processor time of the cluster", run["broker_s"], "s")
    results.add(f"{name}, memory of both sides", run["mib"] + watch.mib(), "MiB", 1024 if largest else None)
    wrong, outside, missed = compared(run["topics"], json.loads(truth.read_text())["topics"])
    results.add(f"{name}, sure counts that are wrong", wrong, "", 0)
    results.add(f"{name}, intervals that miss the truth", outside, "")
    results.add(f"{name}, counts that are the truth's", 100 * (1 - missed / topics), "%")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5, help="measured rounds (5)")
    rounds = parser.parse_args().rounds
    OUT.mkdir(parents=True, exist_ok=True)
    results = Results()
    for size in SIZES:
        say(f"records of {size} B")
        add_throughput(results, size, rounds)
    say("latency")
    add_latency(results, rounds)
    for topics in FLEETS:
        add_fleet(results, topics)
    return results.told(OUT / "broker.json")


if __name__ == "__main__":
    sys.exit(main())
