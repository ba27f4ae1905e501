"""What runs of the program need that visit clusters of the stand-in: settings, a Kafka to visit, and processes."""

import json
import os
import signal
import subprocess
import time

from cloud_stub import CLOUD_KEY
from embedded_cluster import EmbeddedCluster, fleet_of
from harness import PARTWISE, Run
from traffic import Cluster, Counts, Environment, Topic, daily, office_hours

OWNER = "sa-partwise"
MIB = 1 << 20
DAY = 1440

KAFKA_TOPICS = fleet_of(("orders", 6, 20), ("clicks", 8, 20), ("night", 4, 5), ("idle", 2, 0),
                        head='name = "visited"\nhistory = "7d"\n')


def this_minute():
    return int(time.time() // 60)


def visited_topics():
    """What the Metrics API counts of those topics: nothing like what the brokers hold, so that each answer shows
    where it came from. The largest minute of `orders` is one of a burst of yesterday."""
    now = this_minute()
    return [
        Topic("orders", Counts(daily(6_000, 0.7, 9), [(now - DAY - 77, 1, 3_000_000)]), 700, 6, 2, (), 10**9),
        Topic("clicks", Counts(daily(5_000_000, 0.6, 20)), 400, 8, 3, (13, 1, 1, 1, 1, 1, 1, 1), 10**10),
        Topic("night", Counts(office_hours(60_000)), 100, 4, 1, (), 5_000),
        Topic("idle", Counts(0), 100, 2),
    ]


def visited(bootstrap, clusters=1, **more):
    """One environment with clusters that all lead to the same Kafka."""
    return [Environment("env-1", "production", [
        Cluster(f"lkc-{n}", f"cluster {n}", bootstrap, visited_topics(), "Dedicated", 2,
                load=[0.25] * 720 + [0.75] * 60 + [0.25] * 660, **more) for n in range(1, clusters + 1)])]


def settings(stub, **more):
    """The environment of a run that may ask the stand-in, and makes keys if its command needs them."""
    return {"CONFLUENT_CLOUD_CREDENTIAL": json.dumps({"confluent_cloud_api_key": stub.control.cloud_key[0],
                                                      "confluent_cloud_api_secret": stub.control.cloud_key[1]}),
            "USE_CONFLUENT_CLOUD_API_KEY_TO_FETCH_KAFKA_CREDENTIALS": "True", "PRINCIPAL_ID": OWNER,
            "CONFLUENT_CLOUD_API_URL": stub.cloud_url, "CONFLUENT_METRICS_API_URL": stub.metrics_url, **more}


class VisitedKafka:
    """An embedded cluster with TLS that lets in whom the stand-in gives a key, from then on until it is deleted."""

    def __init__(self, folder):
        (folder / "fleet.toml").write_text(KAFKA_TOPICS)
        (folder / "users").write_text("nobody=can-know-this\n")
        self._cluster = EmbeddedCluster("--fleet", "fleet.toml", "--users", "users", "--tls", "--tls-ca-out", "ca.pem",
                                        "--control-port", 0, folder=folder)
        self.bootstrap = self._cluster.bootstrap
        self.files = {"client.properties": f"ssl.ca.location={folder / 'ca.pem'}\n"}

    def knows_keys_of(self, stub):
        stub.control.when_created = lambda key: self._cluster.told(f"/users/{key.id}", "PUT", key.secret)
        stub.control.when_deleted = lambda key: self._cluster.told(f"/users/{key.id}", "DELETE")

    def fault(self, **fields):
        """See docs/broker.md."""
        self._cluster.told("/faults", "POST", "[[fault]]\n" + "".join(
            f"{name} = {json.dumps(value)}\n" for name, value in fields.items()))

    def struck(self):
        """How often any fault has matched."""
        return sum(fault["matched"] for fault in self._cluster.told("/faults")["faults"])

    def mend(self):
        self._cluster.told("/faults", "DELETE")

    def stop(self):
        self._cluster.stop()


class Visit:
    """A run of the program that can be stopped on its way."""

    def __init__(self, folder, *arguments, env, files):
        self.folder = folder
        for name, text in files.items():
            (folder / name).write_text(text)
        environment = {k: os.environ[k] for k in ("PATH", "HOME", "ASAN_OPTIONS", "UBSAN_OPTIONS") if k in os.environ}
        self._process = subprocess.Popen([PARTWISE, *map(str, arguments)], cwd=folder, env={**environment, **env},
                                         stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True,
                                         stderr=(folder / "stderr").open("w"))

    def said(self):
        """On stderr, so far."""
        return (self.folder / "stderr").read_text()

    def signal(self, number):
        self._process.send_signal(number)

    def end(self, timeout=90):
        """Its Run, once it has ended by itself."""
        try:
            out, _ = self._process.communicate(timeout=timeout)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.communicate()
            raise
        err = self.said()
        assert "AddressSanitizer" not in err and "runtime error" not in err, err
        return Run(subprocess.CompletedProcess([], self._process.returncode, out, err), self.folder)

    def kill(self):
        """At once, if it still runs."""
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGKILL)
            self._process.communicate()


def assert_no_secrets(run, stub):
    """Nothing that a run says or writes has a secret of the stand-in in it."""
    texts = [run.out, run.err, *(file.read_text(errors="replace") for file in run.folder.rglob("*") if file.is_file())]
    for secret in [CLOUD_KEY[1], *(key.secret for key in stub.control.created)]:
        assert not any(secret in text for text in texts)
