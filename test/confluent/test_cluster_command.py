"""`partwise cluster` against the stand-in: lists, whatever their replies look like; descriptions; keys left behind."""

import json
import os
import signal
import socket
import threading

import pytest
from control_plane import ApiKey
from traffic import Cluster, Environment
from visiting import OWNER, assert_no_secrets, settings, visited

ENVIRONMENTS = "/org/v2/environments"
CLUSTERS = "/cmk/v2/clusters"
KEYS = "/iam/v2/api-keys"


def environments():
    return [Environment("env-a", "production", [
                Cluster("lkc-1", "first", "pkc-1.example:9092", kind="Dedicated", cku=2),
                Cluster("lkc-2", "new fields", "pkc-2.example:9092", addresses="endpoints"),
                Cluster("lkc-3", "old fields", "pkc-3.example:9092", addresses="deprecated"),
                Cluster("lkc-4", "being made", phase="PROVISIONING")]),
            Environment("env-b", "staging", [Cluster("lkc-5", "alone", "pkc-5.example:9092", access_points={
                "ap1": ("pkc-5.private.example:9092", "PRIVATE_LINK"), "PUBLIC": ("pkc-5.example:9092", "PUBLIC")})])]


@pytest.fixture
def stub(cloud):
    return cloud(environments())


@pytest.fixture
def listed(partwise):
    """Calls `cluster list --format json`: its Run and its document."""
    def call(stub, *arguments, **env):
        run = partwise("cluster", "list", "--format", "json", *arguments, env=settings(stub, **env))
        return run, json.loads(run.out) if run.out else None
    return call


def ids(document):
    return [cluster["id"] for cluster in document["clusters"]]


# Lists


def test_environments_and_clusters_are_listed_and_no_key_is_made(judged, listed):
    stub = judged(environments())
    run, document = listed(stub)
    assert run.status == 0, run.err
    assert document["environments"] == [{"id": "env-a", "name": "production", "clusters": 4},
                                        {"id": "env-b", "name": "staging", "clusters": 1}]
    found = {cluster["id"]: cluster for cluster in document["clusters"]}
    assert sorted(found) == [f"lkc-{n}" for n in range(1, 6)]
    assert {id: cluster["bootstrap_servers"] for id, cluster in found.items()} == {
        "lkc-1": "pkc-1.example:9092", "lkc-2": "pkc-2.example:9092", "lkc-3": "pkc-3.example:9092", "lkc-4": None,
        "lkc-5": "pkc-5.example:9092"}
    assert "provisioned" in found["lkc-4"]["skipped"] and found["lkc-1"]["skipped"] is None
    first = found["lkc-1"]
    assert [first[name] for name in ("name", "environment", "type", "cloud", "region", "phase")] == [
        "first", "env-a", "Dedicated", "AWS", "us-east-1", "PROVISIONED"]
    assert {request.method for request in stub.requests} == {"GET"} and not stub.asked(KEYS)
    assert_no_secrets(run, stub)


def test_the_access_point_that_is_named_is_taken(stub, listed):
    run, document = listed(stub, ENVIRONMENT_FILTER="env-b", CONFLUENT_CLOUD_ACCESS_POINT="ap1")
    assert run.status == 0, run.err
    assert document["clusters"][0]["bootstrap_servers"] == "pkc-5.private.example:9092"


def test_a_cluster_without_a_public_address_is_told_with_those_that_it_has(cloud, listed):
    private = Cluster("lkc-1", access_points={"ap1": ("private.example:9092", "PRIVATE_LINK")}, addresses="endpoints")
    run, document = listed(cloud([Environment("env-a", clusters=[private])]))
    assert run.status != 0
    (failure,) = document["failures"]
    assert "no public address" in failure["error"]["message"] and "ap1" in failure["error"]["hint"]


def nothing_to_visit():
    return [Environment("env-a", "production", [Cluster("lkc-1", "being made", phase="PROVISIONING"),
                                                Cluster("lkc-2", "broken", phase="FAILED")])]


def test_clusters_that_cannot_be_visited_are_listed_even_so(cloud, listed):
    run, document = listed(cloud(nothing_to_visit()))
    assert run.status == 0, run.err
    assert ids(document) == ["lkc-1", "lkc-2"] and all(each["skipped"] for each in document["clusters"])
    run, document = listed(cloud([Environment("env-a", "empty")]))
    assert run.status == 0 and document["clusters"] == [] and document["environments"], run.err


@pytest.mark.parametrize("command", [["recommend"], ["cluster", "describe"]])
def test_a_run_needs_a_cluster_that_can_be_visited(cloud, partwise, command):
    run = partwise(*command, env=settings(cloud(nothing_to_visit())))
    assert run.status == 1 and "all are skipped" in run.err and "partwise cluster list" in run.err
    assert "cluster lkc-1 is skipped: it is being provisioned" in run.err


@pytest.mark.parametrize("line", ["security.protocol=SASL_PLAINTEXT", "security.protocol=SSL", "sasl.mechanism=SCRAM-SHA-512"])
@pytest.mark.parametrize("command", [["recommend"], ["cluster", "describe"]])
def test_no_key_is_made_that_would_be_sent_by_another_login(cloud, partwise, command, line):
    stub = cloud(environments())
    run = partwise(*command, "--config", "client.properties", env=settings(stub), files={"client.properties": line + "\n"})
    assert run.status == 2, run.err
    assert "by SASL_SSL and PLAIN alone" in run.err and "client.properties line 1" in run.err
    assert not stub.control.created


def test_the_table_has_each_environment_and_cluster(stub, partwise):
    run = partwise("cluster", "list", env=settings(stub))
    assert run.status == 0, run.err
    for word in ("env-a", "production", "lkc-1", "first", "lkc-4", "being provisioned", "env-b", "lkc-5"):
        assert word in run.out, word


def test_all_pages_are_followed(judged, listed):
    clusters = [Cluster(f"lkc-{n:03}") for n in range(230)]
    stub = judged([Environment("env-a", clusters=clusters), *(Environment(f"env-{n:03}") for n in range(105))])
    run, document = listed(stub)
    assert run.status == 0, run.err
    assert len(document["environments"]) == 106 and sorted(ids(document)) == [cluster.id for cluster in clusters]


def test_a_token_that_repeats_ends_the_list_with_an_error(cloud, listed):
    stub = cloud([Environment(f"env-{n:03}") for n in range(250)])
    stub.control.pages.repeat_token = True
    run, _ = listed(stub)
    assert run.status == 1 and "token" in run.err
    assert len(stub.asked(ENVIRONMENTS)) <= 3


@pytest.mark.parametrize("edit", ["metadata_null", "metadata_empty", "metadata_missing", "next_empty", "more_fields",
                                  "fewer_fields"])
def test_replies_that_bend_the_contract_are_understood(stub, listed, edit):
    stub.fault(edit=edit, times=None)
    run, document = listed(stub)
    assert run.status == 0, run.err
    assert sorted(ids(document)) == [f"lkc-{n}" for n in range(1, 6)]


@pytest.mark.parametrize("fault", [{"edit": "data_missing"}, {"edit": "data_null"}, {"truncate": 40}])
def test_replies_that_make_no_sense_are_told_as_such(stub, listed, fault):
    stub.fault(ENVIRONMENTS, times=None, **fault)
    run, _ = listed(stub, "--service-timeout", "5s")
    assert run.status == 1 and run.err.startswith("error:"), run.err


@pytest.mark.parametrize("fault", [{"status": 429}, {"status": 500}, {"status": 502}, {"status": 503}, {"reset": True},
                                   {"cut": 30}, {"trickle": 0.05}])
def test_what_fails_once_is_asked_again(stub, listed, fault):
    stub.fault(ENVIRONMENTS, **fault)
    stub.fault(CLUSTERS, **fault)
    run, document = listed(stub)
    assert run.status == 0, run.err
    assert len(ids(document)) == 5


@pytest.mark.parametrize("html", [False, True])
def test_a_key_that_is_refused_is_told_without_the_page(stub, listed, html):
    stub.fault(status=401, html=html, times=None)
    run, _ = listed(stub)
    assert run.status == 3 and "401" in run.err and "<" not in run.err
    assert len(stub.requests) == 1  # a refusal is not asked for again
    assert_no_secrets(run, stub)


def test_a_wrong_secret_is_refused(stub, listed):
    run, _ = listed(stub, CONFLUENT_CLOUD_CREDENTIAL=json.dumps(
        {"confluent_cloud_api_key": "CLOUDKEYOFTESTS1", "confluent_cloud_api_secret": "not-this-one"}))
    assert run.status == 3 and "not-this-one" not in run.err


def test_an_environment_that_cannot_be_asked_leaves_the_others(stub, listed):
    stub.fault("environment=env-a", status=403, times=None)
    run, document = listed(stub)
    assert run.status == 4
    assert ids(document) == ["lkc-5"] and "env-a" in json.dumps(document["failures"])
    assert {each["id"]: each["clusters"] for each in document["environments"]} == {"env-a": None, "env-b": 1}


def test_a_service_that_says_nothing_is_given_up(stub, listed):
    stub.fault(ENVIRONMENTS, hang=True, times=None)
    run, _ = listed(stub, "--service-timeout", "1s")
    assert run.status == 1 and stub.cloud_url.removeprefix("http://") in run.err


def test_nobody_there_is_told(stub, listed):
    with socket.create_server(("127.0.0.1", 0)) as free:
        nowhere = f"http://127.0.0.1:{free.getsockname()[1]}"
    run, _ = listed(stub, "--service-timeout", "1s", CONFLUENT_CLOUD_API_URL=nowhere)
    assert run.status == 1 and nowhere.removeprefix("http://") in run.err


def test_the_key_does_not_follow_to_another_place(cloud, stub, listed):
    other = cloud(environments())
    stub.fault(ENVIRONMENTS, status=302, times=None, headers=(("Location", other.cloud_url + ENVIRONMENTS),))
    run, _ = listed(stub, "--service-timeout", "5s")
    assert run.status != 0 and "redirect" in run.err and not other.requests


def test_a_filter_of_environments_asks_for_no_others(stub, listed):
    run, document = listed(stub, ENVIRONMENT_FILTER="env-b")
    assert run.status == 0, run.err
    assert ids(document) == ["lkc-5"] and not stub.asked("environment=env-a")


@pytest.mark.parametrize("env, meant", [({"ENVIRONMENT_FILTER": "env-x"}, "env-"), ({"KAFKA_CLUSTER_FILTER": "lkc-55"}, "lkc-5")])
def test_a_filter_that_nothing_passes_is_told_with_what_may_be_meant(stub, listed, env, meant):
    run, _ = listed(stub, **env)
    assert run.status in (1, 2) and list(env.values())[0] in run.err and meant in run.err.split("try:")[-1]


# Descriptions


def test_a_cluster_is_described_by_a_key_that_is_gone_afterwards(kafka, judged, partwise):
    stub = judged(visited(kafka.bootstrap))
    kafka.knows_keys_of(stub)
    run = partwise("cluster", "describe", "--config", "client.properties", "--format", "json", env=settings(stub),
                   files=kafka.files)
    assert run.status == 0, run.err
    (cluster,) = json.loads(run.out)["clusters"]
    assert {topic["name"]: len(topic["partitions"]) for topic in cluster["topics"]} == {
        "orders": 6, "clicks": 8, "night": 4, "idle": 2}
    assert len(cluster["brokers"]) == 1
    (key,) = stub.control.created
    assert key.resource == "lkc-1" and key.owner == OWNER and key.display_name.startswith("partwise-temporary")
    assert not stub.control.keys and key.id in run.err
    assert_no_secrets(run, stub)


def test_a_stop_is_told_even_where_a_cluster_is_finished(cloud, kafka, visit):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        stub = cloud([Environment("env-1", clusters=[
            Cluster("lkc-1", "first", kafka.bootstrap),
            Cluster("lkc-2", "silent", f"127.0.0.1:{silent.getsockname()[1]}")])])
        kafka.knows_keys_of(stub)
        forget, finished = stub.control.when_deleted, threading.Event()
        stub.control.when_deleted = lambda key: (forget(key), finished.set())
        run = visit("cluster", "describe", "--config", "client.properties", env=settings(stub), files=kafka.files)
        assert finished.wait(60)
        run.signal(signal.SIGINT)
        run = run.end()
    assert run.status == 130, run.err
    assert "orders" in run.out and "cluster lkc-2: " in run.err and not stub.control.keys


# Keys that were left behind


def this_machine():
    """With its boot, and the namespace of its process ids."""
    boot = open("/proc/sys/kernel/random/boot_id", encoding="ascii").read()[:8]
    return f"{socket.gethostname()[:40]}.{boot}.{os.readlink('/proc/self/ns/pid').strip('pid:[]')}"


def begin_of_this_process():
    return int(open("/proc/self/stat", encoding="ascii").read().rpartition(")")[2].split()[19])


def note(host=None, pid=None, begun=77, started="2026-03-04T05:06:07Z"):
    """As runs describe their keys."""
    return (f"run r1 key 1, host {host or this_machine()}, pid {pid or 2**22 - 1} begun {begun}, started {started}; "
            "safe to delete when that run has ended")


def with_keys(stub):
    """Two that are left, one of a process that runs, one whose note was changed, and three that are not ours."""
    for id, name, description, owner, resource in (
            ("LEFTOVER", "partwise-temporary lkc-1", note(), OWNER, "lkc-1"),
            ("LEFTTOO", "partwise-temporary lkc-1", note(), OWNER, "lkc-1"),
            ("INUSE", "partwise-temporary lkc-2", note(pid=os.getpid(), begun=begin_of_this_process()), OWNER, "lkc-2"),
            ("EDITED", "partwise-temporary lkc-1", "changed by hand", OWNER, "lkc-1"),
            ("CIKEY", "CI Kafka API Key", note(), OWNER, "lkc-1"),
            ("CLOUDKEY", "partwise", "", "u-1", "cloud"),
            ("SIMILAR", "my partwise-temporary key", note(), OWNER, "lkc-1")):
        stub.control.add_key(ApiKey(id, f"secret-of-{id}", owner, resource, name, description))
    return stub


def test_only_keys_that_partwise_made_are_listed(judged, partwise):
    stub = with_keys(judged(environments()))
    run = partwise("cluster", "keys", "--format", "json", env=settings(stub))
    assert run.status == 0, run.err
    keys = {key["id"]: key for key in json.loads(run.out)["api_keys"]}
    assert sorted(keys) == ["EDITED", "INUSE", "LEFTOVER", "LEFTTOO"]
    assert str(os.getpid()) in keys["INUSE"]["in_use"] and keys["LEFTOVER"]["in_use"] is None
    assert "description" in keys["EDITED"]["in_use"]
    assert len(stub.control.keys) == 7 and "secret-of" not in run.out


def test_pruning_shows_what_it_would_delete_and_deletes_nothing(judged, partwise):
    stub = with_keys(judged(environments()))
    run = partwise("cluster", "keys", "--prune", env=settings(stub))
    assert run.status == 0, run.err
    assert "LEFTOVER" in run.out and "would be deleted" in run.out and "--yes" in run.out
    assert len(stub.control.keys) == 7 and not stub.asked(method="DELETE")


def test_pruning_deletes_what_is_left_over_and_nothing_else(judged, partwise):
    stub = with_keys(judged(environments()))
    run = partwise("cluster", "keys", "--prune", "--yes", env=settings(stub))
    assert run.status == 0, run.err
    assert sorted(key.id for key in stub.control.deleted) == ["LEFTOVER", "LEFTTOO"]
    assert "INUSE" in run.out and "may be in use" in run.out
    assert "EDITED" in stub.control.keys
    run = partwise("cluster", "keys", "--prune", "--yes", "--all", env=settings(stub))
    assert run.status == 0, run.err
    assert sorted(stub.control.keys) == ["CIKEY", "CLOUDKEY", "SIMILAR"]


def test_the_number_of_a_process_that_began_at_another_time_says_nothing(judged, partwise):
    """As in a container, where each run is process 1."""
    stub = judged(environments())
    stub.control.add_key(ApiKey("OLD", "s", OWNER, "lkc-1", "partwise-temporary lkc-1", note(pid=os.getpid())))
    run = partwise("cluster", "keys", "--prune", "--yes", env=settings(stub))
    assert run.status == 0 and not stub.control.keys, run.out


def test_pruning_keeps_to_the_environments_that_are_named(judged, partwise):
    stub = with_keys(judged(environments()))
    stub.control.add_key(ApiKey("STAGING", "s", OWNER, "lkc-5", "partwise-temporary lkc-5", note()))
    shown = partwise("cluster", "keys", "--prune", "--environment-filter", "env-b", env=settings(stub))
    assert shown.status == 0 and "LEFTOVER" not in shown.out, shown.err
    assert "--prune --yes --environment-filter env-b" in shown.out
    run = partwise("cluster", "keys", "--prune", "--yes", "--environment-filter", "env-b", env=settings(stub))
    assert run.status == 0 and [key.id for key in stub.control.deleted] == ["STAGING"], run.err


def test_keys_of_many_pages_are_all_found(judged, partwise):
    stub = judged(environments())
    for n in range(130):
        stub.control.add_key(ApiKey(f"KEY{n}", "x", OWNER, "lkc-1", "partwise-temporary lkc-1" if n % 2 else "other", note()))
    run = partwise("cluster", "keys", "--prune", "--yes", env=settings(stub))
    assert run.status == 0, run.err
    assert len(stub.control.deleted) == 65 and all(key.display_name == "other" for key in stub.control.keys.values())


def test_a_delete_that_fails_is_tried_again_and_one_that_is_gone_is_no_failure(cloud, partwise):
    stub = with_keys(cloud(environments()))
    stub.fault(f"{KEYS}/LEFTOVER", method="DELETE", times=2, status=500)
    stub.fault(f"{KEYS}/LEFTTOO", method="DELETE", reset=True, acted=True)
    run = partwise("cluster", "keys", "--prune", "--yes", env=settings(stub))
    assert run.status == 0, run.err
    assert sorted(key.id for key in stub.control.deleted) == ["LEFTOVER", "LEFTTOO"]


def test_a_key_that_cannot_be_deleted_is_named(cloud, partwise):
    stub = with_keys(cloud(environments()))
    stub.fault(f"{KEYS}/LEFTTOO", method="DELETE", times=None, status=401, html=True)
    run = partwise("cluster", "keys", "--prune", "--yes", env=settings(stub))
    assert run.status == 4, run.err
    assert [key.id for key in stub.control.deleted] == ["LEFTOVER"]
    assert "LEFTTOO" in run.err and "<" not in run.err


def test_a_delete_that_is_forbidden_while_the_key_is_there_is_no_success(cloud, partwise):
    """Where a deleted key is asked for, the answer is 403 as well."""
    stub = with_keys(cloud(environments()))
    stub.fault(KEYS + "/", method="DELETE", times=None, status=403)
    run = partwise("cluster", "keys", "--prune", "--yes", env=settings(stub))
    assert run.status == 3 and "LEFTOVER" in run.err and "LEFTTOO" in run.err


@pytest.mark.parametrize("env, found", [({"PRINCIPAL_ID": "u-9"}, []), ({"KAFKA_CLUSTER_FILTER": "lkc-2"}, ["INUSE"])])
def test_keys_are_those_of_the_owner_and_the_clusters_that_are_named(cloud, partwise, env, found):
    stub = with_keys(cloud(environments()))
    run = partwise("cluster", "keys", "--format", "json", env=settings(stub, **env))
    assert run.status == 0, run.err
    assert [key["id"] for key in json.loads(run.out)["api_keys"]] == found
