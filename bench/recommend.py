#!/usr/bin/env python3
"""How fast `partwise recommend` is on real Kafka nodes, beside peers in the same run.

Fleets of 20 million and of 2 million records are measured in turns, sampled, read in full, and read
by Kafka's own kafka-consumer-perf-test, after a warm-up; medians are compared. Then the
demo's fleet, and 1,000 topics of 10 partitions that are nearly idle. Prints a table and JSON; the
JSON is also in build/bench/recommend.json."""

import argparse
import json
import pathlib
import shutil
import subprocess
import sys
import time

from kafka_bench_node import Node, say
from measure import MemoryWatch, Results, median

TOP = pathlib.Path(__file__).resolve().parent.parent
PARTWISE = TOP / "build" / "release" / "src" / "partwise"
OUT = TOP / "build" / "bench"

# A partition of the large fleet carries so much: its busiest topic needs 26, the others the floor,
# some of them nearly more. The small fleet has a tenth of the load and of the capacity.
CAPACITY = 20_000
LARGE = 20_000_000
SMALL = LARGE // 10
WARM_UPS = 4
SURE = ("watermarks", "stored_bytes", "proved")


def recommend(node, capacity, *more):
    """One run as a user would start it: wall time, memory, what it asked and what it answered."""
    folder = OUT / "reports"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    command = [PARTWISE, "recommend", "--bootstrap-servers", node.bootstrap, "--out", folder,
               "--consumer-throughput", f"{capacity}B/s", "--min-consumption-throughput", "0", *more]
    broker = node.cpu_s()
    start = time.monotonic()
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL)
    watch = MemoryWatch(process.pid)
    status = process.wait()
    wall = time.monotonic() - start
    if status != 0:
        raise SystemExit(f"bench: {' '.join(map(str, command))} ended with {status}")
    report = json.loads(next(folder.glob("*-report.json")).read_text())["clusters"][0]
    return {"s": wall, "mib": watch.mib(), "broker_s": node.cpu_s() - broker,
            "lookups": report["lookups"], "requests": report["traffic"]["list_offsets_requests"],
            "lookups_s": report["traffic"]["list_offsets_s"], "bytes": report["bytes_read"],
            "topics": {topic["name"]: topic for topic in report["topics"]}}


def wrong_answers(sampled, exact):
    """Topics whose sure answer is not the exact one, and topics whose interval misses it."""
    sure, outside = [], []
    for name, truth in exact["topics"].items():
        topic = sampled["topics"][name]
        answer, count = topic["recommended_partitions"], truth["recommended_partitions"]["value"]
        if topic["decided_by"] in SURE and answer["value"] != count:
            sure.append(name)
        if not answer["low"] <= count <= answer["high"]:
            outside.append(name)
    return sure, outside


def large_fleets(rounds):
    with Node("bench-large") as large, Node("bench-small") as small:
        large.fill("bench", str(LARGE))
        small.fill("bench", str(SMALL))
        records = json.loads((OUT / "bench-large-truth.json").read_text())
        records = sum(topic["records"] for topic in records["topics"])
        peers = {
            "sampled": lambda: recommend(large, CAPACITY),
            "scanned": lambda: recommend(large, CAPACITY, "--full-scan"),
            "small": lambda: recommend(small, CAPACITY // 10),
            "perf_test": lambda: {"s": large.perf_test_s("fleet.*", records)},
        }
        say("warm-up")
        cold = {name: peer()["s"] for name, peer in peers.items()}
        for _ in range(WARM_UPS):  # brokers run for weeks, and compile what they do often
            peers["sampled"]()
            peers["small"]()
        runs = {name: [] for name in peers}
        for turn in range(rounds):
            say(f"round {turn + 1} of {rounds}")
            for name, peer in peers.items():
                runs[name].append(peer())
    return runs, cold, records


def one_fleet(fleet, capacity, rounds):
    with Node(f"bench-{fleet}") as node:
        node.fill(fleet)
        first = recommend(node, capacity)["s"]
        return first, [recommend(node, capacity) for _ in range(rounds)]


def add_large(results, runs, cold, records):
    sampled, scanned, small = runs["sampled"], runs["scanned"], runs["small"]
    results.add("records", records, "")
    results.add("full scan read", median(scanned, "bytes") / 2**30, "GiB")
    results.add("sampled, time", median(sampled, "s"), "s")
    results.add("sampled, first run on a node just started", cold["sampled"], "s")
    results.add("full scan, time", median(scanned, "s"), "s")
    results.add("sampled / full scan, time", median(sampled, "s") / median(scanned, "s"), "", 0.2)
    results.add("sampled / full scan, bytes read",
                100 * median(sampled, "bytes") / median(scanned, "bytes"), "%", 2)
    results.add("20 M / 2 M records, time", median(sampled, "s") / median(small, "s"), "", 1.5)
    results.add("2 M records, time", median(small, "s"), "s")
    wrong = [wrong_answers(s, e) for s, e in zip(sampled, scanned)]
    results.add("topics", len(sampled[0]["topics"]), "")
    results.add("topics decided for sure", sum(topic["decided_by"] in SURE
                                               for topic in sampled[0]["topics"].values()), "")
    results.add("sure answers that are not the exact ones", sum(len(w[0]) for w in wrong), "", 0)
    results.add("exact answers outside the interval", sum(len(w[1]) for w in wrong), "", 0)
    results.add("kafka-consumer-perf-test, its fetch time", median(runs["perf_test"], "s"), "s")
    results.add("full scan / perf test, speed", median(runs["perf_test"], "s") / median(scanned, "s"),
                "x", 1.2, at_least=True)
    lookups = median(sampled, "lookups")
    results.add("lookups", lookups, "")
    results.add("requests for them", median(sampled, "requests"), "")
    results.add("answered in, per lookup", 1e6 * median(sampled, "lookups_s") / lookups, "us")
    results.add("broker's processor time, sampled", median(sampled, "broker_s"), "s")
    results.add("broker's processor time per lookup, reads included",
                1e6 * median(sampled, "broker_s") / lookups, "us")
    results.add("broker's processor time, full scan", median(scanned, "broker_s"), "s")
    results.add("memory, sampled", median(sampled, "mib"), "MiB")
    results.add("memory, full scan", median(scanned, "mib"), "MiB")


def add_fleet(results, name, first, runs, seconds, mib=None):
    results.add(f"{name}, time", median(runs, "s"), "s", seconds)
    results.add(f"{name}, first run on a node just started", first, "s")
    results.add(f"{name}, lookups", median(runs, "lookups"), "")
    results.add(f"{name}, memory", max(run["mib"] for run in runs), "MiB", mib)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5, help="measured rounds (5)")
    rounds = parser.parse_args().rounds
    OUT.mkdir(parents=True, exist_ok=True)
    results = Results()
    add_large(results, *large_fleets(rounds))
    add_fleet(results, "demo fleet", *one_fleet("demo", CAPACITY, rounds), 5)
    add_fleet(results, "1,000 topics of 10 partitions", *one_fleet("idle", CAPACITY, rounds), 20, 300)
    return results.told(OUT / "recommend.json")


if __name__ == "__main__":
    sys.exit(main())
