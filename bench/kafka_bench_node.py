"""A real Kafka node for a bench, and Kafka's own tools against it."""

import os
import pathlib
import subprocess
import sys

TOP = pathlib.Path(__file__).resolve().parent.parent
FLEET = TOP / "build" / "release" / "tools" / "fleet" / "partwise-fleet"
KAFKA = TOP / "tools" / "kafka" / "kafka"
OUT = TOP / "build" / "bench"


def say(text):
    print(f"bench: {text}", file=sys.stderr, flush=True)


class Node:
    def __init__(self, name):
        self.name = name
        self.bootstrap = self._kafka("start", name)

    @staticmethod
    def _kafka(*arguments):
        return subprocess.run([KAFKA, *arguments], check=True, stdout=subprocess.PIPE, text=True,
                              stdin=subprocess.DEVNULL).stdout.strip()

    def fill(self, fleet, *more):
        say(f"filling a node with the fleet {' '.join([fleet, *more])}")
        subprocess.run([FLEET, self.bootstrap, fleet, OUT / f"{self.name}-truth.json", *more],
                       check=True, stdout=sys.stderr)

    def cpu_s(self):
        """Processor time that the broker has used so far."""
        pid = (TOP / "build" / "kafka" / self.name / "pid").read_text().strip()
        fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def tool(self, name, *arguments):
        return self._kafka("tool", name, "--bootstrap-server", self.bootstrap, *arguments)

    def perf_test_s(self, topics, records):
        """kafka-consumer-perf-test over the topics of that pattern: the time it says it fetched for, without its
        start and without joining its group."""
        lines = self.tool("org.apache.kafka.tools.ConsumerPerformance", "--include", topics,
                          "--num-records", str(records), "--timeout", "30000").splitlines()
        names, values = ([field.strip() for field in line.split(",")] for line in lines[-2:])
        found = dict(zip(names, values))
        if int(found["data.consumed.in.nMsg"]) < records:
            raise SystemExit(f"bench: the perf test read only {found['data.consumed.in.nMsg']} records")
        return float(found["fetch.time.ms"]) / 1000

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._kafka("stop", self.name)
