"""`partwise cluster list` and `cluster describe` on an embedded cluster."""

import json

import pytest
from embedded_cluster import EmbeddedCluster, fleet_of

FLEET = fleet_of(("orders", 4, 10), ("users", 2, 10), ("_hidden", 1, 10), head="[defaults]\nreplication_factor = 3\n")


@pytest.fixture
def cluster(tmp_path):
    (tmp_path / "fleet.toml").write_text(FLEET)
    started = EmbeddedCluster("--brokers", 3, "--control-port", 0, "--fleet", tmp_path / "fleet.toml")
    yield started
    started.stop()


def described(partwise, cluster, *arguments):
    run = partwise("cluster", "describe", "--bootstrap-servers", cluster.bootstrap, "--format", "json", *arguments)
    assert run.status == 0, run.err
    found = json.loads(run.out)["clusters"]
    assert len(found) == 1
    return found[0]


def test_a_sound_cluster(partwise, cluster):
    found = described(partwise, cluster)
    addresses = [f"{broker['host']}:{broker['port']}" for broker in found["brokers"]]
    assert addresses == cluster.bootstrap.split(",")
    assert [broker["controller"] for broker in found["brokers"]].count(True) == 1
    assert {topic["name"]: len(topic["partitions"]) for topic in found["topics"]} == {"orders": 4, "users": 2}
    assert found["totals"]["partitions"] == 6 and found["totals"]["replicas"] == 18
    assert found["totals"]["under_replicated_partitions"] == 0
    assert sum(broker["leads_partitions"] for broker in found["brokers"]) == 6
    for topic in found["topics"]:
        assert topic["stored_bytes"] > 0
        for partition in topic["partitions"]:
            assert sorted(partition["replicas"]) == sorted(partition["in_sync_replicas"]) == [1, 2, 3]


def test_a_lost_copy_and_a_lost_leader_are_told(partwise, cluster):
    before = described(partwise, cluster)
    follower = next(id for id in (1, 2, 3) if id != before["topics"][0]["partitions"][2]["leader"])
    cluster.told(f"/topics/orders/2/replicas/{follower}", "PUT", "offline")
    cluster.told("/topics/users/1/leader", "PUT", "none")
    after = described(partwise, cluster)
    assert after["totals"]["under_replicated_partitions"] == 1
    assert after["totals"]["leaderless_partitions"] == 1
    assert follower not in after["topics"][0]["partitions"][2]["in_sync_replicas"]
    assert after["topics"][1]["partitions"][1]["leader"] is None
    run = partwise("cluster", "describe", "--bootstrap-servers", cluster.bootstrap)
    assert "1 under-replicated, 1 without a leader" in run.out
    assert "2 of 3 in sync" in run.out and "no leader" in run.out
    assert run.out.count("orders") == 2, "the topic, and the one partition in trouble"


def test_a_broker_that_is_down_is_still_shown(partwise, cluster):
    cluster.told("/brokers/2", "PUT", "down")
    found = described(partwise, cluster)
    assert [(broker["id"], broker["up"]) for broker in found["brokers"]] == [(1, True), (2, False), (3, True)]
    down = found["brokers"][1]
    assert down["host"] is None and down["port"] is None
    assert down["replicas"] == 6 and down["leads_partitions"] == 0
    run = partwise("cluster", "describe", "--bootstrap-servers", cluster.bootstrap)
    assert "✗ not up" in run.out


def test_topics_are_chosen_and_partitions_shown(partwise, cluster):
    run = partwise("cluster", "describe", "--bootstrap-servers", cluster.bootstrap, "--topic-filter", "USER", "--partitions")
    assert run.status == 0
    assert "orders" not in run.out and run.out.count("users") == 3
    assert {topic["name"] for topic in described(partwise, cluster, "--include-internal-topics")["topics"]} == {"_hidden", "orders", "users"}
    run = partwise("cluster", "describe", "--bootstrap-servers", cluster.bootstrap, "--topic-filter", "oders")
    assert run.status == 2 and "matches none of 3 topics" in run.err and "is orders meant?" in run.err


def test_one_cluster_that_fails_does_not_hide_another(partwise, cluster):
    credentials = json.dumps([{"kafka_cluster_id": "here", "bootstrap.servers": cluster.bootstrap},
                              {"kafka_cluster_id": "gone", "bootstrap.servers": "127.0.0.1:1"}])
    run = partwise("cluster", "describe", env={"KAFKA_CREDENTIALS": credentials})
    assert run.status == 4
    assert "cluster here " in run.out and "orders" in run.out
    assert "cluster gone: cannot reach 127.0.0.1:1 (connection refused" in run.err
    run = partwise("cluster", "describe", "--kafka-cluster-filter", "gone", env={"KAFKA_CREDENTIALS": credentials})
    assert run.status == 1 and "cannot reach" in run.err and run.out == ""


def test_a_list_of_named_clusters_asks_nobody(partwise):
    credentials = json.dumps([{"kafka_cluster_id": "lkc-1", "environment_id": "env-1", "bootstrap.servers": "127.0.0.1:1",
                               "sasl.username": "u", "sasl.password": "hidden-away"}])
    run = partwise("cluster", "list", env={"KAFKA_CREDENTIALS": credentials})
    assert run.status == 0 and "lkc-1" in run.out and "env-1" in run.out and "hidden-away" not in run.out
    found = json.loads(partwise("cluster", "list", "--format", "json", env={"KAFKA_CREDENTIALS": credentials}).out)
    assert found["clusters"][0]["bootstrap_servers"] == "127.0.0.1:1"
    assert found["clusters"][0]["origin"] == "KAFKA_CREDENTIALS"


@pytest.mark.parametrize("words, what, hint", [
    (("lst",), "no command 'cluster lst'", "partwise cluster list"),
    (("keys", "--yes"), "--yes says nothing without --prune", "--prune --yes"),
    (("keys",), "there is no API key of Confluent Cloud", "CONFLUENT_CLOUD_CREDENTIAL="),
    (("describe",), "no cluster is named", "--bootstrap-servers"),
    (("describe", "--partition"), "unknown flag --partition", "--partitions"),
])
def test_mistakes_are_told(partwise, words, what, hint):
    run = partwise("cluster", *words)
    assert run.status == 2, run.err
    assert what in run.err and hint in run.err


def test_clusters_that_fail_for_different_reasons_have_no_common_status(partwise, tmp_path):
    (tmp_path / "fleet.toml").write_text(FLEET)
    (tmp_path / "users").write_text("alice=wonder\n")
    locked = EmbeddedCluster("--brokers", 3, "--fleet", tmp_path / "fleet.toml", "--users", tmp_path / "users")
    try:
        refused = {"kafka_cluster_id": "refused", "bootstrap.servers": locked.bootstrap, "sasl.username": "alice",
                   "security.protocol": "SASL_PLAINTEXT", "sasl.mechanism": "PLAIN", "sasl.password": "wander"}
        away = {"kafka_cluster_id": "away", "bootstrap.servers": "127.0.0.1:1"}
        for command in ["cluster", "describe"], ["recommend"]:
            for clusters, status in ([refused, away], 1), ([refused], 3):
                run = partwise(*command, "--timeout", "3s", env={"KAFKA_CREDENTIALS": json.dumps(clusters)})
                assert run.status == status, run.err
    finally:
        locked.stop()
