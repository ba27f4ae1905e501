"""kafkajs: what one script of it finds, worked out by hand."""

import json
import os
import pathlib
import subprocess

from kafka_node import TOP

SCRIPT = pathlib.Path(__file__).with_name("kafkajs_witness.js")


def test_topics_records_groups_and_offsets(cluster, name):
    environment = {**os.environ, "NODE_PATH": str(TOP / "build" / "node" / "node_modules"),
                   "KAFKAJS_NO_PARTITIONER_WARNING": "1"}
    done = subprocess.run(["node", str(SCRIPT), cluster.bootstrap, name], env=environment, stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout.splitlines()[-1])
    assert found["made"] is True and found["madeAgain"] is False
    assert found["partitions"] == 3
    assert found["produced"] == [[p, 0, "0"] for p in range(3)]
    assert found["consumed"] == [[f"key{i}", f"value{i}", i, str(i)] for i in range(100)]
    assert [[p, low] for p, low, _ in found["ends"]] == [[p, "0"] for p in range(3)]
    ends = [[p, high] for p, _, high in found["ends"]]
    assert sum(int(high) for _, high in ends) == 100
    # Half of the records are earlier; a partition's look-up gives the first that is not.
    assert sum(int(offset) for _, offset in found["later"]) == 50
    assert found["committed"] == ends
    assert found["group"] == "Empty"
    assert found["listed"] is True and found["deletedGroups"] == [0]
    assert found["settings"] == [["retention.ms", "99000000"]]
