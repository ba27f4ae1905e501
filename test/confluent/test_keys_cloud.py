"""`partwise keys` on a cluster that the stand-in lists, by a temporary API key: neither it nor a topic is left."""

import json
import signal

import pytest
from test_kill import until
from visiting import OWNER, assert_no_secrets, settings, visited


@pytest.fixture
def stub(cloud, kafka):
    stub = cloud(visited(kafka.bootstrap))
    kafka.knows_keys_of(stub)
    return stub


@pytest.fixture
def keys(stub, kafka, visit):
    """Starts `partwise keys`."""
    def start(*arguments):
        return visit("keys", *arguments, "--config", "client.properties", "--format", "json", files=kafka.files,
                     env=settings(stub))
    return start


@pytest.fixture
def topics_of_runs(keys):
    """The topics that `keys verify` has made and that are still there, by a run with a key of its own."""
    def found():
        run = keys("cleanup").end()
        assert run.status == 0, run.err
        return [topic["topic"] for topic in json.loads(run.out)["topics"]]
    return found


def test_verify_and_cleanup_take_their_key_away(stub, keys, topics_of_runs):
    run = keys("verify", "--records", "500", "--partitions", "4", "--keep").end()
    assert run.status == 0, run.err
    assert json.loads(run.out)["verification"]["arrivals"]["proven"]
    (made,) = stub.control.created
    assert made.owner == OWNER and not stub.control.keys
    assert_no_secrets(run, stub)

    topic = json.loads(run.out)["verification"]["topic"]
    assert topics_of_runs() == [topic]
    scan = keys("scan", topic).end()
    assert scan.status == 0 and json.loads(scan.out)["scan"]["records"] == 500
    cleanup = keys("cleanup", "--yes", "--all").end()
    assert cleanup.status == 0, cleanup.err
    assert topics_of_runs() == []
    assert len(stub.control.created) == 5 and not stub.control.keys


def test_a_stop_while_producing_takes_topic_and_key_away(stub, kafka, keys, topics_of_runs):
    kafka.fault(api="Produce", delay="100ms")
    run = keys("verify", "--simulation", "none", "--records", "100000000")
    until(kafka.struck, "a produced batch")
    run.signal(signal.SIGINT)
    run = run.end()
    assert run.status == 130, run.err
    assert json.loads(run.out)["verification"]["sent"] < 100_000_000
    assert len(stub.control.created) == 1 and not stub.control.keys
    kafka.mend()
    assert topics_of_runs() == []


def test_a_refused_topic_takes_the_key_away(stub, kafka, keys):
    kafka.fault(api="CreateTopics", error="TOPIC_AUTHORIZATION_FAILED")
    run = keys("verify").end()
    assert run.status == 3, run.err
    assert len(stub.control.created) == 1 and not stub.control.keys


def test_a_key_that_cannot_be_taken_away_is_told(stub, keys):
    stub.fault("/iam/v2/api-keys", method="DELETE", status=403)
    run = keys("verify", "--records", "50").end()
    (key,) = stub.control.keys
    assert run.status == 4, run.err
    assert any(key in left for left in json.loads(run.out)["verification"]["api_keys_left"])
    assert_no_secrets(run, stub)
