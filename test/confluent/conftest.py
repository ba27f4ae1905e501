"""The stand-in for Confluent Cloud, and the judges of its contract."""

import judge
import pytest
from cloud_stub import CloudStub
from visiting import VisitedKafka, Visit


@pytest.fixture
def cloud():
    """Makes stand-ins, which end with the test."""
    stubs = []

    def make(environments=(), **settings):
        stubs.append(CloudStub(environments, **settings))
        return stubs[-1]

    yield make
    for stub in stubs:
        stub.stop()


@pytest.fixture(scope="session")
def judges():
    """Both, for all tests: their ports, and those of the stand-in that they ask."""
    missing = judge.missing()
    if missing:
        pytest.skip(f"no judge of the contract: {missing}")
    ports = judge.free_port(), judge.free_port()
    with judge.Judge(judge.CLOUD_SPEC, f"http://127.0.0.1:{ports[0]}") as cloud_judge:
        with judge.Judge(judge.METRICS_SPEC, f"http://127.0.0.1:{ports[1]}") as metrics_judge:
            yield ports, (cloud_judge, metrics_judge)


@pytest.fixture
def judged(judges):
    """Makes the one stand-in behind the judges, whose addresses are theirs; they must find nothing."""
    ports, both = judges
    for each in both:
        each.findings()
    stubs = []

    def make(environments=(), **settings):
        # The judges would send to the next stand-in on a connection to the last, which has ended.
        stub = CloudStub(environments, ports=ports, keeps_connections=False, **settings)
        stub.cloud_url, stub.metrics_url = (each.url for each in both)
        stubs.append(stub)
        return stub

    yield make
    for stub in stubs:
        stub.stop()
    found = [line for each in both for line in each.findings()]
    assert not found, "\n".join(found)


@pytest.fixture(scope="session")
def one_kafka(tmp_path_factory):
    cluster = VisitedKafka(tmp_path_factory.mktemp("kafka"))
    yield cluster
    cluster.stop()


@pytest.fixture
def kafka(one_kafka):
    """A Kafka for runs to visit, without faults."""
    yield one_kafka
    one_kafka.mend()


@pytest.fixture
def visit(tmp_path):
    """Starts runs of the program, each in a folder of its own; none outlives the test."""
    runs = []

    def start(*arguments, env, files):
        folder = tmp_path / f"visit-{len(runs)}"
        folder.mkdir()
        runs.append(Visit(folder, *arguments, env=env, files=files))
        return runs[-1]

    yield start
    for run in runs:
        run.kill()
