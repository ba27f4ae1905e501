#!/usr/bin/env python3
"""How fast `partwise keys verify` and `keys scan` are on a real Kafka node, beside peers in the same run.

`verify` produces records with keys, marks each, and waits for each acknowledgement; its peer is a librdkafka
producer that sends records of the same form which it has in memory, unmarked, with the same settings. `scan`
reads a topic and keeps its sketches; its peer is Kafka's own kafka-consumer-perf-test on the same topic. They
take turns, after a warm-up, each first in every other round; a ratio is the median of the rounds' own, since a
machine's speed changes in the meantime. Prints a table and JSON; the JSON is also in
build/bench/keys-cluster.json."""

import argparse
import json
import pathlib
import subprocess
import sys

from kafka_bench_node import Node, say
from measure import MemoryWatch, Results, median

TOP = pathlib.Path(__file__).resolve().parent.parent
PARTWISE = TOP / "build" / "release" / "src" / "partwise"
CLIENT = TOP / "build" / "release" / "bench" / "client" / "partwise-bench-client"
OUT = TOP / "build" / "bench"

PARTITIONS = 12
RECORDS = 3_000_000
CODECS = ("none", "lz4")


def keys(node, command, *words):
    """One run as a user would start it: its report, and its memory."""
    process = subprocess.Popen([PARTWISE, "keys", command, *words, "--bootstrap-servers", node.bootstrap,
                                "--timeout", "60s", "--format", "json"],
                               stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    watch = MemoryWatch(process.pid)
    told = process.stdout.read()
    if process.wait() != 0:
        raise SystemExit(f"bench: keys {command} ended with {process.returncode}")
    return {"report": json.loads(told), "mib": watch.mib()}


def verify(node, codec, *more):
    run = keys(node, "verify", "--simulation", "none", "--records", str(RECORDS), "--partitions", str(PARTITIONS),
               "--compression", codec, *more)
    found = run["report"]["verification"]
    if not found["arrivals"]["proven"] or found["arrivals"]["arrived"] != RECORDS:
        raise SystemExit("bench: keys verify has not proven what it sent")
    return {"records_per_s": RECORDS / found["produce_s"], "read_per_s": RECORDS / found["read_s"],
            "mib": run["mib"], "topic": found["topic"]}


def replay(node, codec, turn):
    topic = f"replayed-{codec}-{turn}"
    node.tool("org.apache.kafka.tools.TopicCommand", "--create", "--topic", topic, "--partitions", str(PARTITIONS))
    run = subprocess.run([CLIENT, "replay", node.bootstrap, topic, str(RECORDS), "enable.idempotence=true",
                          "linger.ms=20", "partitioner=murmur2_random", f"compression.type={codec}"],
                         check=True, stdout=subprocess.PIPE, text=True, stdin=subprocess.DEVNULL)
    node.tool("org.apache.kafka.tools.TopicCommand", "--delete", "--topic", topic)
    return json.loads(run.stdout)


def scan(node, topic):
    run = keys(node, "scan", topic)
    found = run["report"]["scan"]
    if found["records"] != RECORDS:
        raise SystemExit(f"bench: keys scan has read {found['records']} records")
    return {"records_per_s": RECORDS / found["read_s"], "mib": run["mib"]}


def in_turns(what, rounds, our_run, their_run):
    """What each measured round of both gave; the runs are told the round's number, 0 being the warm-up."""
    ours, theirs = [], []
    for turn in range(rounds + 1):
        say(f"{what}: {'warm-up' if turn == 0 else f'round {turn} of {rounds}'}")
        for runs, run in ((ours, our_run), (theirs, their_run))[::-1 if turn % 2 else 1]:
            runs.append(run(turn))
    return ours[1:], theirs[1:]


def ratio(ours, theirs):
    return median([{"ratio": a["records_per_s"] / b["records_per_s"]} for a, b in zip(ours, theirs)], "ratio")


def add_verify(results, node, codec, rounds):
    ours, theirs = in_turns(f"verify, {codec}", rounds, lambda _: verify(node, codec), lambda turn: replay(node, codec, turn))
    results.add(f"{codec}: produced by keys verify", median(ours, "records_per_s") / 1e3, "k rec/s")
    results.add(f"{codec}: produced by librdkafka alone", median(theirs, "records_per_s") / 1e3, "k rec/s")
    results.add(f"{codec}: keys verify / librdkafka alone", ratio(ours, theirs), "x", 0.9, at_least=True)
    results.add(f"{codec}: read back and checked by keys verify", median(ours, "read_per_s") / 1e3, "k rec/s")
    results.add(f"{codec}: memory of keys verify", median(ours, "mib"), "MiB")


def add_scan(results, node, codec, rounds):
    topic = verify(node, codec, "--keep")["topic"]
    ours, theirs = in_turns(f"scan, {codec}", rounds, lambda _: scan(node, topic),
                            lambda _: {"records_per_s": RECORDS / node.perf_test_s(topic, RECORDS)})
    results.add(f"{codec}: read by keys scan", median(ours, "records_per_s") / 1e3, "k rec/s")
    results.add(f"{codec}: read by kafka-consumer-perf-test", median(theirs, "records_per_s") / 1e3, "k rec/s")
    results.add(f"{codec}: keys scan / perf test", ratio(ours, theirs), "x", 1.2, at_least=True)
    results.add(f"{codec}: memory of keys scan", median(ours, "mib"), "MiB")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=9, help="measured rounds (9)")
    rounds = parser.parse_args().rounds
    OUT.mkdir(parents=True, exist_ok=True)
    results = Results()
    with Node("bench-keys") as node:
        for codec in CODECS:
            add_verify(results, node, codec, rounds)
        for codec in CODECS:
            add_scan(results, node, codec, rounds)
    return results.told(OUT / "keys-cluster.json")


if __name__ == "__main__":
    sys.exit(main())
