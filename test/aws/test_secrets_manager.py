"""Runs the unit tests that ask moto, a stand-in for AWS which checks signatures with botocore."""

import os
import pathlib
import socket
import subprocess
import sys
import time

import pytest

TOP = pathlib.Path(__file__).resolve().parent.parent.parent


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def answers(port):
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
    except OSError:
        return False
    return True


@pytest.fixture
def moto():
    port = free_port()
    # The tests say themselves from which call on signatures are checked; this turns checking on.
    environment = os.environ | {"PYTHONPATH": str(TOP / "build/moto"), "INITIAL_NO_AUTH_ACTION_COUNT": "1000"}
    server = subprocess.Popen(
        [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)],
        env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        until = time.monotonic() + 60
        while not answers(port):
            assert server.poll() is None, "moto ended"
            assert time.monotonic() < until, "moto does not answer"
            time.sleep(0.1)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.kill()
        server.wait()


def test_moto_accepts_what_partwise_signs(moto):
    run = subprocess.run(
        [os.environ["PARTWISE_CREDENTIALS_TEST"], "--gtest_filter=Moto.*"],
        env=os.environ | {"PARTWISE_MOTO_URL": moto}, capture_output=True, text=True, timeout=120)
    assert run.returncode == 0, run.stdout + run.stderr
    assert "[  PASSED  ] 5 tests." in run.stdout, run.stdout
    assert "SKIPPED" not in run.stdout
