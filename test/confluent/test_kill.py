"""Runs that are stopped on their way: no key outlives a run that could do anything about it, and what one that was
killed has left is found."""

import json
import os
import signal
import subprocess
import time

import pytest
from harness import PARTWISE
from visiting import OWNER, assert_no_secrets, settings, visited

KEYS = "/iam/v2/api-keys"

# Where a run is stopped: the request that hangs there, and the keys that are there then, at least.
STAGES = {
    "while environments are listed": (dict(path="/org/v2/environments"), 0),
    "while clusters are listed": (dict(path="/cmk/v2/clusters"), 0),
    "before the first key is made": (dict(path=KEYS, method="POST"), 0),
    "after the first key is made, before its reply": (dict(path=KEYS, method="POST", acted=True), 1),
    "after the second key is made, before its reply": (dict(path=KEYS, method="POST", acted=True, skip=1), 2),
    "while the metrics are listed": (dict(path="/descriptors/metrics"), 1),
    "while metrics are asked for": (dict(path="/v2/metrics/cloud/query", method="POST", skip=2), 1),
    "before a key is deleted": (dict(path=KEYS, method="DELETE"), 1),
    "after a key is deleted, before its reply": (dict(path=KEYS, method="DELETE", acted=True), 0),
}
CLUSTERS = 2


@pytest.fixture
def stub(cloud, kafka):
    stub = cloud(visited(kafka.bootstrap, CLUSTERS))
    kafka.knows_keys_of(stub)
    return stub


@pytest.fixture
def start(stub, kafka, visit):
    """Starts a run by the Metrics API."""
    def call():
        return visit("recommend", "--config", "client.properties", files=kafka.files,
                     env=settings(stub, USE_SAMPLE_RECORDS="False", MAX_CLUSTER_WORKERS=str(CLUSTERS)))
    return call


def until(found, what):
    end = time.monotonic() + 60
    while not found():
        assert time.monotonic() < end, f"never: {what}"
        time.sleep(0.02)


def prune(stub, partwise, *more):
    run = partwise("cluster", "keys", "--prune", "--format", "json", *more, env=settings(stub))
    assert run.status == 0, run.err
    assert_no_secrets(run, stub)
    return {key["id"]: key for key in json.loads(run.out)["api_keys"]}


def assert_found_and_pruned(stub, partwise):
    """What a killed run has left: shown, then deleted."""
    left = sorted(stub.control.keys)
    shown = prune(stub, partwise)
    assert sorted(shown) == left
    assert not any(key["deleted"] or key["in_use"] for key in shown.values())
    assert sorted(stub.control.keys) == left
    assert all(key["deleted"] for key in prune(stub, partwise, "--yes").values())
    assert not stub.control.keys


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["SIGINT", "SIGTERM"])
@pytest.mark.parametrize("stage", STAGES)
def test_no_key_remains_after_a_stop(stub, start, stage, number):
    fault = stub.fault(hang=True, **STAGES[stage][0])
    run = start()
    assert fault.reached.wait(60), "never reached"
    run.signal(number)
    # The service does not hang for ever: a request that makes a key is waited for.
    until(lambda: "stopping" in run.said() or fault.release.is_set(), "that it heard of it")
    fault.release.set()
    run = run.end()
    # Where nothing is left to do but to delete keys, it is done all the same.
    assert run.status in ((0, 130) if "deleted" in stage else (130,)), run.err
    assert not stub.control.keys
    for key in stub.control.created:
        assert key.owner == OWNER and f"deleted API key {key.id}" in run.err
    assert_no_secrets(run, stub)


def test_no_key_remains_after_the_terminal_is_closed(stub, start):
    fault = stub.fault(hang=True, **STAGES["while metrics are asked for"][0])
    run = start()
    assert fault.reached.wait(60), "never reached"
    run.signal(signal.SIGHUP)
    until(lambda: "stopping" in run.said(), "that it heard of it")
    fault.release.set()
    run = run.end()
    assert run.status == 130, run.err
    assert len(stub.control.created) == CLUSTERS and not stub.control.keys


def test_no_key_remains_where_nobody_reads_any_more(stub, kafka, tmp_path):
    """As in `partwise recommend 2>&1 | tee log`, where Ctrl-C ends tee as well: each word is then one too many."""
    fault = stub.fault(hang=True, **STAGES["while metrics are asked for"][0])
    for name, text in kafka.files.items():
        (tmp_path / name).write_text(text)
    run = subprocess.Popen([PARTWISE, "recommend", "--config", "client.properties", "--verbose"], cwd=tmp_path,
                           env={"PATH": os.environ["PATH"], **settings(stub, USE_SAMPLE_RECORDS="False")},
                           stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert fault.reached.wait(60), "never reached"
    run.stdout.close()
    run.stderr.close()
    run.send_signal(signal.SIGINT)
    fault.release.set()
    run.wait(60)
    assert len(stub.control.created) == CLUSTERS and not stub.control.keys


@pytest.mark.parametrize("stage", STAGES)
def test_what_a_killed_run_has_left_is_found(stub, start, partwise, stage):
    what, keys = STAGES[stage]
    fault = stub.fault(hang=True, **what)
    run = start()
    assert fault.reached.wait(60), "never reached"
    run.kill()
    stub.until_quiet()
    assert len(stub.control.keys) >= keys
    assert_found_and_pruned(stub, partwise)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["SIGINT", "SIGTERM"])
def test_no_key_remains_after_a_stop_while_the_brokers_do_not_know_it(stub, kafka, start, number):
    kafka.fault(api="SaslAuthenticate", error="SASL_AUTHENTICATION_FAILED")
    run = start()
    until(kafka.struck, "a login")
    run.signal(number)
    run = run.end()
    assert run.status == 130, run.err
    assert len(stub.control.created) == CLUSTERS and not stub.control.keys


def test_no_key_remains_after_a_stop_while_a_broker_hangs(stub, kafka, start):
    kafka.fault(api="Metadata", delay="1h")
    run = start()
    until(kafka.struck, "a request")
    run.signal(signal.SIGINT)
    run = run.end()
    assert run.status == 130, run.err
    assert len(stub.control.created) == CLUSTERS and not stub.control.keys


def test_what_a_run_killed_beside_a_broker_has_left_is_found(stub, kafka, start, partwise):
    kafka.fault(api="SaslAuthenticate", error="SASL_AUTHENTICATION_FAILED")
    run = start()
    until(kafka.struck, "a login")
    run.kill()
    assert len(stub.control.keys) == CLUSTERS
    assert_found_and_pruned(stub, partwise)


def test_keys_of_a_run_that_goes_on_are_not_pruned(stub, kafka, start, partwise):
    kafka.fault(api="SaslAuthenticate", error="SASL_AUTHENTICATION_FAILED")
    run = start()
    until(kafka.struck, "a login")
    shown = prune(stub, partwise, "--yes")
    assert len(shown) == CLUSTERS and all(key["in_use"] and not key["deleted"] for key in shown.values())
    assert len(stub.control.keys) == CLUSTERS
    run.signal(signal.SIGINT)
    run.end()
    assert not stub.control.keys


def test_a_stop_while_the_service_is_gone_names_what_is_left(stub, start):
    fault = stub.fault("/v2/metrics/cloud/query", hang=True)
    run = start()
    assert fault.reached.wait(60)
    stub.fault(KEYS, method="DELETE", times=None, reset=True)
    run.signal(signal.SIGINT)
    run = run.end(150)
    assert run.status == 130, run.err
    assert len(stub.control.keys) == CLUSTERS
    assert all(key in run.err for key in stub.control.keys) and "cluster keys --prune" in run.err


@pytest.mark.parametrize("fault", [dict(path="/org/v2/environments", status=500, times=None),
                                   dict(path="/v2/metrics", status=403, times=None),
                                   dict(path="/v2/metrics", edit="data_missing", times=None)],
                         ids=["nothing is listed", "metrics are forbidden", "metrics make no sense"])
def test_no_key_remains_after_a_failure(stub, kafka, fault, partwise):
    stub.fault(**fault)
    run = partwise("recommend", "--config", "client.properties", "--service-timeout", "5s", files=kafka.files,
                   env=settings(stub, USE_SAMPLE_RECORDS="False"))
    assert run.status in (1, 3), run.err
    assert not stub.control.keys
