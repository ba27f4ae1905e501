"""Consumer groups by hand: members that do what no client would."""

import time

import wire
from conftest import until
from wire import text

UNKNOWN_MEMBER, REBALANCE_IN_PROGRESS = 25, 27


def coordinator(cluster, group):
    with cluster.connect() as connection:
        # The coordinator of a group that is new to Kafka is not there at once.
        until(lambda: wire.coordinator(connection, group)[0] == 0, "a coordinator")
        return wire.coordinator(connection, group)[1]


def test_a_member_that_nobody_knows_is_told_so(cluster, name):
    with wire.Connection(coordinator(cluster, name)) as connection:
        def beat():
            body = text(name) + wire.int32(1) + text("nobody")
            return connection.ask(wire.HEARTBEAT, 0, body).int16()
        # While Kafka loads a coordinator, it says other things, even that nothing is wrong.
        until(lambda: beat() == UNKNOWN_MEMBER, "the refusal")


def test_a_member_that_vanishes_is_put_out_after_its_session(cluster, name):
    cluster.create(name, 2)
    address = coordinator(cluster, name)
    with wire.Member(address, name, name, session_ms=60_000) as stays:
        until(lambda: stays.join() == (0, [stays.id]), "the first member")
        assert stays.sync() == 0
        with wire.Member(address, name, name, session_ms=6_000) as vanishes:
            vanishes.send_join()
            until(lambda: stays.heartbeat() == REBALANCE_IN_PROGRESS, "the second one's wish")
            error, members = stays.join()
            start = time.monotonic()
            assert vanishes.joined() == (0, [])
            assert (error, set(members)) == (0, {stays.id, vanishes.id})
        assert stays.sync() == 0
        assert stays.heartbeat() == 0
        until(lambda: stays.heartbeat() == REBALANCE_IN_PROGRESS, "its end")
        assert 5.5 <= time.monotonic() - start
        assert stays.join() == (0, [stays.id])
