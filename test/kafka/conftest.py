"""One real Apache Kafka node for all tests of this folder, filled with the demo's fleet."""

import time

import pytest
from kafka_node import Node


@pytest.fixture(scope="session")
def node():
    started = Node("test", "--secure")
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
