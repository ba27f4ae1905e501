#!/usr/bin/env python3
"""What `partwise recommend` asks of Confluent Cloud, and how long that takes: 30 clusters with 200 topics each, of a
stand-in that answers after 20 ms and allows 300 requests a minute.

Brokers are one embedded cluster, to which all clusters' addresses lead, with TLS and with a temporary API key for
each cluster, which it knows at once: what real brokers need to learn of a key, some two minutes, is not in the
time. The stand-in is written in Python and runs on the same machine: how long it computes is shown beside the
program's time. Prints a table and JSON; the JSON is also in build/bench/confluent.json."""

import argparse
import collections
import json
import math
import os
import pathlib
import shutil
import subprocess
import sys
import time
import urllib.request

from measure import MemoryWatch, Results

TOP = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(TOP / "test" / "confluent"))

from cloud_stub import CLOUD_KEY, METRICS_LIMIT, CloudStub, fleet  # noqa: E402

PARTWISE = TOP / "build" / "release" / "src" / "partwise"
OUT = TOP / "build" / "bench"
CAPACITY = 100_000  # bytes a second: the fleet's topics then need between 6 and 40 partitions
FLEET = """
name = "bench"
[[topic]]
name = "bench"
count = {topics}
partitions = 10
demand = [{{ rate = 1 }}]
"""


class Broker:
    """The embedded cluster. It lets in whom the stand-in gives a key."""

    def __init__(self, topics):
        (OUT / "fleet.toml").write_text(FLEET.format(topics=topics))
        (OUT / "users").write_text("nobody=can-know-this\n")
        self.process = subprocess.Popen(
            [PARTWISE, "broker", "--port", "0", "--control-port", "0", "--fleet", "fleet.toml", "--users", "users", "--tls",
             "--tls-ca-out", "ca.pem"], cwd=OUT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            text=True)
        told = {}
        while "bootstrap.servers" not in told:
            line = self.process.stdout.readline()
            if not line:
                raise SystemExit("bench: partwise broker did not start")
            name, _, value = line.strip().partition("=")
            told[name] = value
        self.bootstrap = told["bootstrap.servers"]
        self.control = told["control"].rstrip("/")

    def user(self, method, key):
        request = urllib.request.Request(f"{self.control}/users/{key.id}", method=method,
                                         data=key.secret.encode() if method == "PUT" else None)
        urllib.request.urlopen(request, timeout=20).close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()


def settings(stub, workers):
    inherited = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return {**inherited, "CONFLUENT_CLOUD_CREDENTIAL": json.dumps({"confluent_cloud_api_key": CLOUD_KEY[0],
                                                                   "confluent_cloud_api_secret": CLOUD_KEY[1]}),
            "USE_CONFLUENT_CLOUD_API_KEY_TO_FETCH_KAFKA_CREDENTIALS": "True", "PRINCIPAL_ID": "sa-bench",
            "CONFLUENT_CLOUD_API_URL": stub.cloud_url, "CONFLUENT_METRICS_API_URL": stub.metrics_url,
            "USE_SAMPLE_RECORDS": "False", "MAX_CLUSTER_WORKERS": str(workers)}


def recommend(stub, workers):
    """Wall time, memory, and the reports of all clusters."""
    folder = OUT / "reports"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    (OUT / "client.properties").write_text(f"ssl.ca.location={OUT / 'ca.pem'}\n")
    start = time.monotonic()
    process = subprocess.Popen([PARTWISE, "recommend", "--config", "client.properties", "--out", folder,
                                "--consumer-throughput", f"{CAPACITY}B/s", "--min-consumption-throughput", "0"],
                               cwd=OUT, env=settings(stub, workers), stdin=subprocess.DEVNULL,
                               stdout=subprocess.DEVNULL, stderr=(OUT / "confluent.log").open("w"))
    watch = MemoryWatch(process.pid)
    status = process.wait()
    wall = time.monotonic() - start
    if status != 0:
        raise SystemExit(f"bench: recommend ended with {status}; {OUT / 'confluent.log'}")
    reports = [json.loads(file.read_text()) for file in folder.glob("*-report.json")]
    return wall, watch.mib(), {cluster["cluster_id"]: cluster for report in reports for cluster in report["clusters"]}


def wrong_counts(stub, reports):
    """Topics whose count is not that of their busiest minute: they have the same day each day."""
    wrong = 0
    for id, cluster in stub.control.clusters.items():
        told = {topic["name"]: topic["recommended_partitions"] for topic in reports[id]["topics"]}
        for topic in cluster.topics:
            peak = max(topic.at("received_bytes", minute) for minute in range(1440)) / 60
            count = max(6, math.ceil(3 * peak / CAPACITY))
            wrong += told[topic.name] != {"value": count, "low": count, "high": count}
    return wrong


def add_results(results, stub, given, wall, mib, reports):
    metrics, cloud = stub.asked(api="metrics"), stub.asked(api="cloud")
    kinds = collections.Counter(request.target.split("?")[0].rsplit("/", 1)[-1] for request in metrics)
    computed = sum(request.seconds for request in metrics) - stub.delay * len(metrics)
    results.add("clusters measured", len(reports), "")
    results.add("topics in each", given.topics, "")
    results.add("requests to the Metrics API", len(metrics), "")
    for kind, count in kinds.most_common():
        results.add(f"of them {kind}", count, "")
    results.add("requests to the Metrics API, for a cluster", len(metrics) / given.clusters, "")
    results.add("requests to the control plane", len(cloud), "")
    results.add("most requests to the Metrics API in any 60 s", stub.busiest_minute(), "", METRICS_LIMIT)
    results.add("requests that were refused (429)", sum(each.status == 429 for each in metrics), "", 0)
    results.add("time", wall, "s")
    results.add("least time that the limit leaves for those requests",
                60 * max(0, math.ceil(len(metrics) / METRICS_LIMIT) - 1), "s")
    results.add("replies were under way, added up, without the delay", computed, "s")
    results.add("memory", mib, "MiB")
    results.add("topics whose count is not that of their busiest minute", wrong_counts(stub, reports), "", 0)
    results.add("API keys made", len(stub.control.created), "")
    results.add("API keys left", len(stub.control.keys), "", 0)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clusters", type=int, default=30, help="(30)")
    parser.add_argument("--topics", type=int, default=200, help="in each of them (200)")
    parser.add_argument("--delay-ms", type=float, default=20, help="before each reply (20)")
    parser.add_argument("--workers", type=int, default=3, help="clusters at the same time, MAX_CLUSTER_WORKERS (3)")
    given = parser.parse_args()
    OUT.mkdir(parents=True, exist_ok=True)
    results = Results()
    with Broker(given.topics) as broker:
        with CloudStub(fleet(given.clusters, given.topics, broker.bootstrap), delay=given.delay_ms / 1000) as stub:
            stub.control.when_created = lambda key: broker.user("PUT", key)
            stub.control.when_deleted = lambda key: broker.user("DELETE", key)
            add_results(results, stub, given, *recommend(stub, given.workers))
    return results.told(OUT / "confluent.json")


if __name__ == "__main__":
    sys.exit(main())
