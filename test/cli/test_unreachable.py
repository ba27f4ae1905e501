"""Clusters that cannot be reached: one clear message each, in time."""

import socket
import threading
import time

import pytest


def refused_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def server():
    """A server that answers every connection with the same bytes (or none), and is no Kafka."""
    sockets = []

    def start(answer):
        listener = socket.create_server(("127.0.0.1", 0))
        sockets.append(listener)

        def serve():
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                sockets.append(connection)
                if answer:
                    connection.recv(4096)
                    connection.sendall(answer)

        threading.Thread(target=serve, daemon=True).start()
        return listener.getsockname()[1]

    yield start
    for each in sockets:
        each.close()


def timed(partwise, *arguments, **options):
    start = time.monotonic()
    run = partwise("recommend", *arguments, **options)
    return run, time.monotonic() - start


def test_connection_refused(partwise):
    port = refused_port()
    run, took = timed(partwise, "--bootstrap-servers", f"127.0.0.1:{port}", "--timeout", "20s")
    assert run.status == 1
    assert f"cannot reach 127.0.0.1:{port} (connection refused, tried for " in run.err
    assert run.err.count("error:") == 1
    assert took < 15, "it is clear at once"


def test_a_host_name_that_does_not_exist(partwise):
    run, took = timed(partwise, "--bootstrap-servers", "no-such-host.invalid:9092", "--timeout", "20s")
    assert run.status == 1
    assert "cannot reach no-such-host.invalid:9092 (the host name is not known" in run.err
    assert took < 25


def test_a_port_where_something_else_answers(partwise, server):
    port = server(b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n")
    run, took = timed(partwise, "--bootstrap-servers", f"127.0.0.1:{port}", "--timeout", "8s")
    assert run.status == 1
    assert f"cannot reach 127.0.0.1:{port} (what answers there is not Kafka" in run.err
    assert took < 12


def test_a_port_that_never_answers(partwise, server):
    port = server(b"")
    run, took = timed(partwise, "--bootstrap-servers", f"127.0.0.1:{port}", "--timeout", "3s")
    assert run.status == 1
    assert f"cannot reach 127.0.0.1:{port}" in run.err
    assert took < 8


def test_every_cluster_that_fails_has_its_message_and_its_files(partwise):
    port = refused_port()
    credentials = ('[{"kafka_cluster_id": "lkc-1", "bootstrap.servers": "127.0.0.1:%d"},'
                   ' {"kafka_cluster_id": "lkc-2", "bootstrap.servers": "127.0.0.1:%d"}]' % (port, port))
    run, _ = timed(partwise, "--timeout", "3s", env={"KAFKA_CREDENTIALS": credentials})
    assert run.status == 1
    assert "cluster lkc-1: cannot reach" in run.err and "cluster lkc-2: cannot reach" in run.err
    for cluster in ("lkc-1", "lkc-2"):
        summary = next(run.folder.glob(f"{cluster}-recommender-*-summary-report.csv")).read_text()
        assert "\nstatus,failed\n" in summary
        assert "cannot reach" in summary
