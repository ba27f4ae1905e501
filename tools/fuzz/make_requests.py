#!/usr/bin/env python3
"""Writes one request of each kind, in several versions, as a start for the fuzzer: into tools/fuzz/requests."""

import pathlib
import struct
import sys

TOP = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(TOP / "test" / "witness"))

import wire  # noqa: E402
from wire import int32  # noqa: E402

WHOLE = b"\xff"  # the fuzzer cuts what follows into requests of at most 256 bytes


def int16(x):
    return struct.pack(">h", x)


def compact(text):
    return bytes([len(text) + 1]) + text


REQUESTS = {
    "api-versions-0": (18, 0, b""),
    "api-versions-3": (18, 3, b"\0" + compact(b"me") + compact(b"1") + b"\0"),
    "metadata-1": (3, 1, wire.array(wire.text("t"))),
    "metadata-12": (3, 12, b"\0" + b"\x02" + bytes(16) + compact(b"t") + b"\0" + b"\1\0" + b"\0"),
    "produce-8": (0, 8, wire.produce_body("t", wire.batch([b"value"], 1_728_000_000_000_000))),
    "fetch-4": (1, 4, wire.fetch_body("t", 0, 0)),
    "list-offsets-1": (2, 1, int32(-1) + wire.array(wire.text("t") + wire.array(int32(0) + struct.pack(">q", -1)))),
    "find-coordinator-1": (10, 1, wire.text("g") + b"\0"),
    "join-group-2": (11, 2, wire.join_body("g", "t", 10_000)),
    "sync-group-1": (14, 1, wire.text("g") + int32(1) + wire.text("m") + wire.array()),
    "heartbeat-1": (12, 1, wire.text("g") + int32(1) + wire.text("m")),
    "leave-group-1": (13, 1, wire.text("g") + wire.text("m")),
    "offset-commit-2": (8, 2, wire.text("g") + int32(-1) + wire.text("") + struct.pack(">q", -1) +
                        wire.array(wire.text("t") + wire.array(int32(0) + struct.pack(">q", 5) + wire.text("")))),
    "offset-fetch-1": (9, 1, wire.text("g") + wire.array(wire.text("t") + wire.array(int32(0)))),
    "describe-groups-0": (15, 0, wire.array(wire.text("g"))),
    "list-groups-0": (16, 0, b""),
    "delete-groups-0": (42, 0, wire.array(wire.text("g"))),
    "create-topics-2": (19, 2, wire.array(wire.text("n") + int32(1) + int16(1) + wire.array() +
                                          wire.array(wire.text("retention.ms") + wire.text("5"))) + int32(0) + b"\0"),
    "delete-topics-1": (20, 1, wire.array(wire.text("t")) + int32(0)),
    "create-partitions-0": (37, 0, wire.array(wire.text("t") + int32(3) + int32(-1)) + int32(0) + b"\0"),
    "delete-records-0": (21, 0, wire.array(wire.text("t") + wire.array(int32(0) + struct.pack(">q", 0))) + int32(0)),
    "describe-configs-1": (32, 1, wire.array(b"\2" + wire.text("t") + int32(-1)) + b"\1"),
    "alter-configs-0": (33, 0, wire.array(b"\2" + wire.text("t") +
                                          wire.array(wire.text("retention.ms") + wire.text("9"))) + b"\0"),
    "incremental-alter-configs-0": (44, 0, wire.array(b"\2" + wire.text("t") + wire.array(
        wire.text("cleanup.policy") + b"\2" + wire.text("compact"))) + b"\0"),
    "describe-log-dirs-1": (35, 1, int32(-1)),
    "init-producer-id-0": (22, 0, int16(-1) + int32(0)),
    "offset-for-leader-epoch-2": (23, 2, wire.array(wire.text("t") + wire.array(int32(0) + int32(0) + int32(0)))),
    "describe-cluster-0": (60, 0, b"\0" + b"\0" + b"\0"),
    "describe-acls-1": (29, 1, b"\2" + int16(-1) + b"\3" + int16(-1) + int16(-1) + b"\1\1"),
    "offset-delete-0": (47, 0, wire.text("g") + wire.array(wire.text("t") + wire.array(int32(0)))),
    "sasl-handshake-1": (17, 1, wire.text("PLAIN")),
    "sasl-authenticate-0": (36, 0, wire.blob(b"\0alice\0wonder")),
}


def main():
    folder = TOP / "tools" / "fuzz" / "requests"
    folder.mkdir(exist_ok=True)
    for name, (key, version, body) in REQUESTS.items():
        (folder / name).write_bytes(WHOLE + wire.frame(key, version, 7, body)[4:])


if __name__ == "__main__":
    main()
