"""Clusters for all tests of this folder, filled with the demo's fleet: the program's own and a real Kafka node."""

import time

import pytest
from embedded_cluster import EmbeddedCluster
from kafka_node import Node


def pytest_configure(config):
    config.addinivalue_line("markers", "kafka_only: of what the embedded cluster does not have")


def pytest_generate_tests(metafunc):
    if "node" in metafunc.fixturenames:
        only = metafunc.definition.get_closest_marker("kafka_only")
        kinds = ["kafka"] if only else ["embedded", "kafka"]
        metafunc.parametrize("node", kinds, indirect=True, scope="session")


@pytest.fixture(scope="session")
def node(request):
    started = EmbeddedCluster("--brokers", 3, "--control-port", 0) if request.param == "embedded" else Node("test", "--tls")
    yield started
    started.stop()


@pytest.fixture(scope="session")
def truth(node, tmp_path_factory):
    """The fleet's truth by topic, written by its generator."""
    fleet = node.fill("demo", tmp_path_factory.mktemp("fleet") / "truth.json")
    return {topic["name"]: topic for topic in fleet["topics"]}


@pytest.fixture
def now_ms():
    """The last full minute: a record stamped before it lies in a whole window."""
    return int(time.time() // 60 * 60_000)
