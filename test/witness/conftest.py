"""Two clusters for all tests of this folder: the program's own and a real Apache Kafka node."""

import itertools
import re
import time

import pytest
import wire
from embedded_cluster import EmbeddedCluster
from kafka_node import Node

TOPIC_ALREADY_EXISTS = 36


class Cluster:
    """A cluster of either kind, and what tests do with it."""

    def __init__(self, kind, bootstrap):
        self.kind = kind
        self.bootstrap = bootstrap
        self.address = bootstrap.split(",")[0]

    def connect(self):
        return wire.Connection(self.address)

    def create(self, topic, partitions=1, **configs):
        """Makes the topic and waits until each partition is served."""
        with self.connect() as connection:
            settings = {key.replace("_", "."): value for key, value in configs.items()}
            assert wire.create_topic(connection, topic, partitions, settings) == 0
            until(lambda: self._served(connection, topic, partitions), f"leaders of {topic}")

    @staticmethod
    def _served(connection, topic, partitions):
        topics, brokers = wire.metadata(connection, topic)
        error, leaders = topics[topic]
        if error != 0 or len(leaders) != partitions or min(leaders) < 0:
            return False
        # A leader of Kafka's may not know yet that it is one.
        for leader in set(leaders):
            with wire.Connection(brokers[leader]) as led:
                if any(wire.list_offset(led, topic, p)[0] for p in range(partitions) if leaders[p] == leader):
                    return False
        return True

    def connect_leader(self, topic, partition=0):
        with self.connect() as connection:
            topics, brokers = wire.metadata(connection, topic)
        return wire.Connection(brokers[topics[topic][1][partition]])


def until(holds, what, seconds=20):
    """Asks until it holds; for what a cluster does on its own time."""
    over = time.monotonic() + seconds
    while not (found := holds()):
        assert time.monotonic() < over, f"waited in vain for {what}"
        time.sleep(0.05)
    return found


@pytest.fixture(scope="session")
def embedded():
    # As many partitions by default as the Kafka node gives.
    started = EmbeddedCluster("--brokers", 3, "--num-partitions", 3)
    yield Cluster("embedded", started.bootstrap)
    started.stop()


@pytest.fixture(scope="session")
def kafka():
    started = Node("witness")
    yield Cluster("kafka", started.bootstrap)
    started.stop()


@pytest.fixture(scope="session", params=["embedded", "kafka"])
def cluster(request):
    return request.getfixturevalue(request.param)


NUMBERS = itertools.count()


@pytest.fixture
def name(request):
    """A name that nothing else has, for topics and groups."""
    words = re.sub(r"[^a-z0-9]+", "-", request.node.originalname.removeprefix("test_"))
    return f"{words}.{next(NUMBERS)}"


@pytest.fixture
def now_ms():
    return int(time.time() * 1000)
