#!/usr/bin/env python3
"""How fast keys are placed on partitions, beside Kafka's Java client in the same run.

A million keys of 16 bytes in memory are hashed, and hashed and counted, by both; then keys are made, hashed
and counted for each of 100 million records: each record its own key (none), and 100 keys in turn (typical); then
the keys in memory are counted for each of 1 to 512 partitions. All on one core, in turns; medians are compared.
Prints a table and JSON; the JSON is also in build/bench/keys.json."""

import argparse
import json
import pathlib
import subprocess
import sys

from measure import Results, median

TOP = pathlib.Path(__file__).resolve().parent.parent
PROGRAM = TOP / "build" / "release" / "bench" / "keys" / "partwise-bench-keys"
SOURCE = TOP / "bench" / "keys" / "JavaKeys.java"
LIBS = TOP / "build" / "kafka" / "libs"
OUT = TOP / "build" / "bench"


def measured(*command):
    run = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, stdin=subprocess.DEVNULL)
    return json.loads(run.stdout)


def rounds_of(number):
    ours, java = [], []
    for turn in range(number):
        print(f"bench: round {turn + 1} of {number}", file=sys.stderr, flush=True)
        ours.append(measured(PROGRAM))
        java.append(measured("java", "-cp", f"{LIBS}/*", SOURCE))
        if ours[-1]["counts"] != java[-1]["counts"]:
            raise SystemExit(f"bench: the counts differ: {ours[-1]['counts']}, Java's {java[-1]['counts']}")
    return ours, java


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5, help="measured rounds (5)")
    ours, java = rounds_of(parser.parse_args().rounds)
    OUT.mkdir(parents=True, exist_ok=True)
    results = Results()

    def add_rate(name, runs, what, target=None):
        results.add(name, median(runs, what) / 1e6, "M keys/s", target, at_least=True)

    add_rate("in memory, hashed", ours, "hashed_per_s", 250)
    add_rate("in memory, hashed, without AVX2", ours, "hashed_anywhere_per_s")
    add_rate("in memory, hashed and counted", ours, "counted_per_s")
    add_rate("in memory, hashed and counted by the Java client", java, "counted_per_s")
    results.add("in memory, hashed and counted, ours / Java's",
                median(ours, "counted_per_s") / median(java, "counted_per_s"), "x", 1, at_least=True)
    add_rate("made, hashed and counted, each record its own key (none)", ours, "none_per_s", 60)
    add_rate("made, hashed and counted, 100 keys in turn (typical)", ours, "typical_per_s", 100)
    results.add("1,000,000 keys on each of 1 to 512 partitions", median(ours, "sweep_s"), "s", 1.5)
    return results.told(OUT / "keys.json")


if __name__ == "__main__":
    sys.exit(main())
