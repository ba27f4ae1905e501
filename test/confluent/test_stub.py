"""The stand-in itself: it keeps to the descriptions of the services, and to the rules that those do not tell."""

import http.client
import json
import subprocess
import sys
import threading
import time
import urllib.parse

import pytest
from asking import ask, both, of_cluster, of_topic, query
from cloud_stub import CLOUD_KEY, CloudStub, from_json
from control_plane import ApiKey
from harness import TOP
from metric_kinds import METRICS
from traffic import Cluster, Counts, Environment, Topic, daily, office_hours

NOW = 1_795_000_000 // 86_400 * 86_400 + 13 * 3600 + 150  # a day at 13:02:30, UTC
MINUTE = int(NOW // 60)
KEYS = "/iam/v2/api-keys"
QUERY = "/v2/metrics/cloud/query"


def utc(minute):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(minute * 60))


def interval(begin, end):
    return f"{utc(begin)}/{utc(end)}"


def orders(**more):
    return Topic("orders", Counts(daily(6000, 0.7, 9), [(MINUTE - 200, 3, 50_000)]), 700, 4, readers=2,
                 weights=(7, 1, 1, 1), retained_bytes=10**9, lag={"billing": 40}, **more)


def environments():
    night = Topic("night", Counts(office_hours(60)), 100, 6)
    young = Topic("young", Counts(600, since=MINUTE - 90), 250, 2, retained_bytes=7)
    first = Cluster("lkc-1", "first", topics=[orders(), night, young], kind="Dedicated", cku=2,
                    load=[minute / 1440 for minute in range(1440)])
    return [Environment("env-1", "production", [first, Cluster("lkc-2", topics=[Topic("alone", Counts(60))])]),
            Environment("env-2", clusters=[Cluster("lkc-3", phase="PROVISIONING"),
                                           Cluster("lkc-4", addresses="endpoints", kind="Freight"),
                                           Cluster("lkc-5", addresses="deprecated", kind="Basic")]),
            *(Environment(f"env-{n}") for n in range(3, 13))]


@pytest.fixture
def stub(cloud):
    return cloud(environments(), clock=lambda: NOW)


def asked(stub, body, token=None):
    more = "?" + urllib.parse.urlencode({"page_token": token}) if token else ""
    return ask(stub.metrics_url + QUERY + more, body)


def points(answer):
    assert answer.status == 200, answer.body
    return {point["timestamp"]: point["value"] for point in answer.document["data"]}


def refused(stub, **more):
    """The 400 that a query for received bytes of 6 hours gets with those changes."""
    answer = asked(stub, query(**{"metric": "received_bytes", "interval": interval(MINUTE - 360, MINUTE), **more}))
    assert answer.status == 400, answer.body
    return answer.detail


def all_pages(url, path, **parameters):
    items, token = [], ""
    while True:
        page = ask(f"{url}{path}?{urllib.parse.urlencode({**parameters, **({'page_token': token} if token else {})})}")
        assert page.status == 200, page.body
        items += page.document["data"]
        link = (page.document.get("metadata") or {}).get("next")
        if not link:
            return items
        token = urllib.parse.parse_qs(urllib.parse.urlsplit(link).query)["page_token"][0]


# The contract, by the judge


def test_every_call_keeps_to_the_descriptions_of_the_services(judged):
    stub = judged(environments(), clock=lambda: NOW)
    cloud, metrics = stub.cloud_url, stub.metrics_url
    assert len(all_pages(cloud, "/org/v2/environments", page_size=5)) == 12
    assert ask(f"{cloud}/org/v2/environments/env-1").status == 200
    assert [each["id"] for each in all_pages(cloud, "/cmk/v2/clusters", environment="env-2", page_size=1)] == [
        "lkc-3", "lkc-4", "lkc-5"]
    assert ask(f"{cloud}/cmk/v2/clusters/lkc-1?environment=env-1").status == 200
    for resource in ({"resource": {"id": "lkc-1"}}, {}):
        made = ask(cloud + KEYS, {"spec": {"display_name": "mine", "owner": {"id": "sa-1"}, **resource}})
        assert made.status == 202
        assert ask(f"{cloud}{KEYS}/{made.document['id']}").status == 200
    assert len(all_pages(cloud, KEYS, **{"spec.owner": "sa-1", "page_size": 1})) == 2
    for status in (204, 403, 403):
        assert ask(f"{cloud}{KEYS}/{made.document['id']}", method="DELETE").status == status
    assert ask(f"{cloud}{KEYS}/NEVERTHERE", method="DELETE").status == 404
    assert ask(f"{cloud}/cmk/v2/clusters?environment=env-99").status == 403
    assert ask(f"{cloud}/org/v2/environments", key=("nobody", "wrong")).status == 401
    assert ask(f"{metrics}/v2/metrics/cloud/descriptors/metrics?resource_type=kafka&page_size=5").status == 200
    assert ask(f"{metrics}/v2/metrics/cloud/descriptors/resources").status == 200
    assert ask(f"{metrics}/v2/metrics/cloud/attributes", {
        "metric": "io.confluent.kafka.server/sent_bytes", "group_by": ["metric.topic"], "filter": of_cluster("lkc-1"),
        "intervals": [interval(MINUTE - 60, MINUTE)], "limit": 2}).status == 200
    assert ask(f"{metrics}{QUERY}", query("received_bytes", "PT1H/now", "lkc-99")).status == 403


@pytest.mark.parametrize("metric", METRICS)
def test_queries_of_every_metric_and_form_keep_to_the_description(judged, metric):
    stub = judged(environments(), clock=lambda: NOW)
    last_hour = interval(MINUTE - 60, MINUTE)
    labels = [f"metric.{label}" for label in METRICS[metric].labels]
    assert points(asked(stub, query(metric, last_hour, agg=None))) or metric == "cluster_link_mirror_topic_bytes"
    for label in labels:
        for form in ("FLAT", "GROUPED"):
            body = query(metric, last_hour, granularity="PT5M", group_by=[label], format=form, limit=1)
            first = asked(stub, body)
            assert first.status == 200
            token = first.document["meta"]["pagination"].get("next_page_token")
            assert token is None or asked(stub, body, token).status == 200


def test_the_judge_finds_what_a_reply_and_a_request_lack(judges):
    """Else all other tests with it would mean nothing."""
    ports, (cloud_judge, metrics_judge) = judges
    for each in judges[1]:
        each.findings()
    with CloudStub(environments(), ports=ports, keeps_connections=False) as stub:
        stub.fault("environments", edit="fewer_fields")
        answer = ask(cloud_judge.url + "/org/v2/environments")
        assert answer.status == 500 and "metadata" in answer.headers["sl-violations"]
        answer = ask(cloud_judge.url + "/cmk/v2/clusters")
        assert answer.status == 422 and not stub.asked("clusters")
    reply, request = cloud_judge.findings()
    assert "VIOLATIONS" in reply and "/org/v2/environments" in reply
    assert "UNPROCESSABLE_ENTITY" in request and "/cmk/v2/clusters" in request
    assert cloud_judge.findings() == metrics_judge.findings() == []


# The control plane


def test_pages_are_followed_by_a_token_that_is_not_last_in_the_link(stub):
    page = ask(f"{stub.cloud_url}/cmk/v2/clusters?page_size=2&environment=env-2").document
    link = urllib.parse.urlsplit(page["metadata"]["next"])
    assert link.netloc == "api.confluent.cloud"
    assert list(urllib.parse.parse_qs(link.query)) == ["page_size", "page_token", "environment"]
    rest = ask(f"{stub.cloud_url}/cmk/v2/clusters?{link.query}").document
    assert [each["id"] for each in page["data"] + rest["data"]] == ["lkc-3", "lkc-4", "lkc-5"]
    assert "next" not in rest["metadata"]


def test_without_a_page_size_a_page_has_ten(stub):
    assert len(ask(f"{stub.cloud_url}/org/v2/environments").document["data"]) == 10


@pytest.mark.parametrize("given", ["page_size=0", "page_size=101", "page_size=x", "page_token=made-up"])
def test_a_page_that_cannot_be_is_refused(stub, given):
    answer = ask(f"{stub.cloud_url}/org/v2/environments?{given}")
    assert answer.status == 400 and answer.document["errors"][0]["source"]["parameter"] == given.split("=")[0]


def test_a_token_is_good_for_its_list_only(stub):
    link = ask(f"{stub.cloud_url}/cmk/v2/clusters?page_size=1&environment=env-2").document["metadata"]["next"]
    token = urllib.parse.parse_qs(urllib.parse.urlsplit(link).query)["page_token"][0]
    for path in ("/cmk/v2/clusters?environment=env-1", "/org/v2/environments?"):
        assert ask(f"{stub.cloud_url}{path}&{urllib.parse.urlencode({'page_token': token})}").status == 400


def test_a_token_can_be_told_to_repeat_itself(stub):
    stub.control.pages.repeat_token = True
    tokens = []
    path = "/org/v2/environments?page_size=2"
    for _ in range(3):
        path = ask(stub.cloud_url + path).document["metadata"]["next"].removeprefix("https://api.confluent.cloud")
        tokens.append(urllib.parse.parse_qs(urllib.parse.urlsplit(path).query)["page_token"][0])
    assert tokens[0] == tokens[1] == tokens[2]


def test_clusters_need_their_environment(stub):
    assert "environment is required" in ask(f"{stub.cloud_url}/cmk/v2/clusters").detail


def test_addresses_are_where_clusters_of_each_age_have_them(stub):
    found = {each["id"]: each["spec"] for environment in ("env-1", "env-2") for each in
             ask(f"{stub.cloud_url}/cmk/v2/clusters?environment={environment}").document["data"]}
    where = {id: (spec.get("kafka_bootstrap_endpoint"), spec.get("endpoints", {}).get("PUBLIC", {}).get(
        "kafka_bootstrap_endpoint")) for id, spec in found.items()}
    assert where["lkc-1"] == ("SASL_SSL://127.0.0.1:9092", "127.0.0.1:9092")
    assert where["lkc-3"] == (None, None)  # PROVISIONING
    assert where["lkc-4"] == (None, "127.0.0.1:9092")
    assert where["lkc-5"] == ("SASL_SSL://127.0.0.1:9092", None)


@pytest.mark.parametrize("path", ["/org/v2/environments", "/cmk/v2/clusters?environment=env-1", KEYS])
@pytest.mark.parametrize("key", [None, ("CLOUDKEYOFTESTS1", "wrong"), ("", "")])
def test_nobody_enters_without_the_cloud_key(stub, path, key):
    answer = ask(stub.cloud_url + path, key=key)
    assert answer.status == 401 and answer.headers["WWW-Authenticate"].startswith("Basic")
    assert ask(stub.metrics_url + "/v2/metrics/cloud/descriptors/metrics", key=key).status == 401


def made_key(stub, cluster="lkc-1", owner="sa-1", name="partwise-temporary"):
    answer = ask(stub.cloud_url + KEYS, {"spec": {"display_name": name, "description": "run 1", "owner": {"id": owner},
                                                  "resource": {"id": cluster}}})
    assert answer.status == 202, answer.body
    return answer


def test_a_secret_is_told_once(stub):
    made = made_key(stub)
    id, secret = made.document["id"], made.document["spec"]["secret"]
    assert made.headers["Location"] == f"https://api.confluent.cloud{KEYS}/{id}"
    assert secret and stub.control.keys[id].secret == secret
    for path in (KEYS, f"{KEYS}/{id}"):
        assert secret not in ask(stub.cloud_url + path).body.decode()


def test_a_deleted_key_is_forbidden_and_one_that_never_was_is_not_found(stub):
    id = made_key(stub).document["id"]
    assert ask(f"{stub.cloud_url}{KEYS}/{id}", method="DELETE").status == 204
    for method in ("GET", "DELETE"):
        assert ask(f"{stub.cloud_url}{KEYS}/{id}", method=method).status == 403
        assert ask(f"{stub.cloud_url}{KEYS}/NEVERTHERE", method=method).status == 404
    assert [key.id for key in stub.control.deleted] == [id] and not stub.control.keys


def test_a_key_needs_an_owner_and_a_cluster_that_is_there(stub):
    for spec in ({}, {"owner": {}}, {"owner": {"id": "someone"}}):
        assert ask(stub.cloud_url + KEYS, {"spec": spec}).status == 400
    assert ask(stub.cloud_url + KEYS, {"spec": {"owner": {"id": "u-1"}, "resource": {"id": "lkc-9"}}}).status == 403
    assert not stub.control.keys


def test_more_keys_than_the_quota_are_refused(cloud):
    stub = cloud(environments(), quota=1)
    made_key(stub)
    answer = ask(stub.cloud_url + KEYS, {"spec": {"owner": {"id": "sa-1"}, "resource": {"id": "lkc-1"}}})
    assert answer.status == 402 and "apikeys_per_org" in answer.detail


def test_keys_are_listed_by_owner_and_by_resource(stub):
    stub.control.add_key(ApiKey("OTHERKEY", "x", "u-9", "cloud", "of somebody else"))
    mine = made_key(stub, "lkc-1").document["id"]
    made_key(stub, "lkc-2", "sa-2")
    def listed(given):
        return [key["id"] for key in ask(f"{stub.cloud_url}{KEYS}?{given}").document["data"]]
    assert listed("spec.owner=sa-1") == listed("spec.resource=lkc-1") == [mine]
    assert listed("spec.resource=cloud") == ["OTHERKEY"] and len(listed("")) == 3


def test_a_new_key_may_be_missing_in_the_first_lists(stub):
    stub.control.hide_new_keys = 1
    made_key(stub)
    assert [len(ask(stub.cloud_url + KEYS).document["data"]) for _ in range(2)] == [0, 1]


def test_whoever_must_know_is_told_of_keys(stub):
    told = []
    stub.control.when_created = lambda key: told.append(("made", key.id, key.secret))
    stub.control.when_deleted = lambda key: told.append(("gone", key.id))
    stub.control.ready_keys = [("READYMADE", "known before")]
    made_key(stub)
    ask(f"{stub.cloud_url}{KEYS}/READYMADE", method="DELETE")
    assert told == [("made", "READYMADE", "known before"), ("gone", "READYMADE")]


# The Metrics API: values


def sum_of(topic, metric, begin, end):
    return sum(topic.at(metric, minute) for minute in range(begin, end))


def test_sums_of_days_are_those_of_their_minutes():
    for counts in (Counts(3), Counts(daily(100, 0.9, 3)), Counts(range(1440), [(2000, 50, 7), (2040, 1000, 1)], 1999)):
        for begin, end in ((0, 1), (1990, 2100), (1439, 1441), (100, 7000), (5, 5)):
            assert counts.total(begin, end) == sum(counts.at(minute) for minute in range(begin, end))


def test_minutes_are_those_of_the_formula(stub):
    topic = stub.control.clusters["lkc-1"].topic("orders")
    begin, end = MINUTE - 300, MINUTE - 5
    for metric in ("received_bytes", "sent_bytes", "received_records", "sent_records"):
        found = points(asked(stub, query(metric, interval(begin, end), filter=both(of_cluster("lkc-1"), of_topic("orders")))))
        assert found == {utc(minute): topic.at(metric, minute) for minute in range(begin, end)}
    assert max(topic.at("received_records", minute) for minute in range(begin, end)) > 50_000


def test_buckets_begin_on_the_clock_and_the_outer_ones_are_partial(stub):
    topic = stub.control.clusters["lkc-1"].topic("orders")
    begin, end = MINUTE // 60 * 60 - 130, MINUTE // 60 * 60 - 10
    found = points(asked(stub, query("received_bytes", interval(begin, end), granularity="PT1H",
                                     filter=both(of_cluster("lkc-1"), of_topic("orders")))))
    hour = MINUTE // 60 * 60
    assert found == {utc(hour - 180): sum_of(topic, "received_bytes", hour - 130, hour - 120),
                     utc(hour - 120): sum_of(topic, "received_bytes", hour - 120, hour - 60),
                     utc(hour - 60): sum_of(topic, "received_bytes", hour - 60, hour - 10)}


def test_what_is_not_named_is_added(stub):
    topics = stub.control.clusters["lkc-1"].topics
    minute = MINUTE - 30
    found = points(asked(stub, query("received_bytes", interval(minute, minute + 1))))
    assert found == {utc(minute): sum(topic.at("received_bytes", minute) for topic in topics)}


def test_buckets_without_traffic_are_absent(stub):
    day = MINUTE // 1440 * 1440 - 1440
    body = query("received_bytes", interval(day, day + 1440), granularity="PT1H",
                 filter=both(of_cluster("lkc-1"), of_topic("night")))
    assert list(points(asked(stub, body))) == [utc(day + hour * 60) for hour in range(8, 17)]


def test_a_topic_is_not_there_before_it_was(stub):
    body = query("retained_bytes", interval(MINUTE - 100, MINUTE - 80), filter=both(of_cluster("lkc-1"), of_topic("young")))
    assert list(points(asked(stub, body))) == [utc(minute) for minute in range(MINUTE - 90, MINUTE - 80)]


def test_the_newest_minutes_are_not_complete(stub):
    topic = stub.control.clusters["lkc-1"].topic("young")  # the same each minute
    found = points(asked(stub, query("received_bytes", interval(MINUTE - 5, MINUTE + 5),
                                     filter=both(of_cluster("lkc-1"), of_topic("young")))))
    full = topic.at("received_bytes", MINUTE)
    assert found == {utc(MINUTE - 5): full, utc(MINUTE - 4): full, utc(MINUTE - 3): full * 0.75,
                     utc(MINUTE - 2): full * 0.5, utc(MINUTE - 1): full * 0.25}


def test_what_is_older_than_seven_days_is_gone(stub):
    week = 7 * 1440
    found = points(asked(stub, query("received_bytes", interval(MINUTE - week - 120, MINUTE - week + 120),
                                     filter=both(of_cluster("lkc-1"), of_topic("orders")))))
    assert list(found)[0] == utc(MINUTE - week) and len(found) == 120


def test_partitions_share_a_topic_by_their_weights(stub):
    topic = stub.control.clusters["lkc-1"].topic("orders")
    minute = MINUTE - 30
    rows = asked(stub, query("received_bytes", interval(minute, minute + 1), group_by=["metric.topic", "metric.partition"],
                             filter=both(of_cluster("lkc-1"), of_topic("orders")), format="GROUPED")).document["data"]
    total = topic.at("received_bytes", minute)
    assert [(row["metric.partition"], row["points"][0]["value"] / total) for row in rows] == [
        ("0", pytest.approx(0.7)), ("1", pytest.approx(0.1)), ("2", pytest.approx(0.1)), ("3", pytest.approx(0.1))]


def test_a_topic_with_a_hot_partition_alone_is_flagged(stub):
    rows = asked(stub, query("hot_partition_ingress", interval(MINUTE - 30, MINUTE - 29), format="GROUPED",
                             group_by=["metric.topic"])).document["data"]
    assert rows == [{"metric.topic": "orders", "points": [{"timestamp": utc(MINUTE - 30), "value": 1.0}]}]


def test_gauges_are_averaged_unless_asked_otherwise(stub):
    load = stub.control.clusters["lkc-1"].load
    hour = MINUTE // 60 * 60 - 60
    values = [load[minute % 1440] for minute in range(hour, hour + 60)]
    for agg, expected in ((None, sum(values) / 60), ("MAX", max(values)), ("MIN", min(values))):
        body = query("cluster_load_percent", interval(hour, hour + 60), granularity="PT1H")
        if agg:
            body["aggregations"][0]["agg"] = agg
        assert points(asked(stub, body)) == {utc(hour): pytest.approx(expected)}
    assert points(asked(stub, query("cluster_load_percent", interval(hour, hour + 60), "lkc-2"))) == {}


def test_filters_are_trees(stub):
    minute = MINUTE - 30
    def topics(tree):
        body = query("received_bytes", interval(minute, minute + 1), filter=tree, group_by=["metric.topic"], format="GROUPED")
        return [row["metric.topic"] for row in asked(stub, body).document["data"]]
    cluster = of_cluster("lkc-1")
    assert topics(cluster) == ["night", "orders", "young"]
    assert topics(both(cluster, {"op": "NOT", "filter": of_topic("night")})) == ["orders", "young"]
    assert topics(both(cluster, {"op": "OR", "filters": [of_topic("night"), of_topic("young")]})) == ["night", "young"]
    assert topics(both(cluster, {"field": "metric.topic", "op": "GT", "value": "orders"})) == ["young"]
    assert topics(both(cluster, {"field": "metric.topic", "op": "GTE", "value": "orders"})) == ["orders", "young"]
    assert topics({"op": "OR", "filters": [cluster, of_cluster("lkc-2")]}) == ["alone", "night", "orders", "young"]


def test_intervals_may_have_durations_and_now(stub):
    same = [interval(MINUTE - 62, MINUTE - 2), f"{utc(MINUTE - 62)}/PT1H", f"PT60M/{utc(MINUTE - 2)}", "now-62m|m/PT1H",
            "PT1H/now-2m|m"]
    found = [points(asked(stub, query("received_bytes", each))) for each in same]
    assert len(found[0]) == 60 and all(each == found[0] for each in found)


def test_points_come_in_the_order_that_was_set(stub):
    body = query("received_bytes", interval(MINUTE - 60, MINUTE - 30))
    oldest = list(points(asked(stub, body)).items())
    stub.metrics.order = "newest"
    assert list(points(asked(stub, body)).items()) == oldest[::-1]
    stub.metrics.order = "shuffled"
    shuffled = list(points(asked(stub, body)).items())
    assert shuffled not in (oldest, oldest[::-1]) and sorted(shuffled) == oldest


def test_with_all_groups_come_by_their_value(stub):
    minute = MINUTE - 30
    def topics(**more):
        body = query("received_bytes", interval(minute, minute + 1), granularity="ALL", group_by=["metric.topic"], **more)
        return [row["metric.topic"] for row in asked(stub, body).document["data"]]
    assert topics() == ["orders", "young", "night"]
    assert topics(order_by=[{"metric": "io.confluent.kafka.server/received_bytes", "order": "ASCENDING"}]) == [
        "night", "young", "orders"]
    assert topics(limit=1) == ["orders"]


# The Metrics API: pages and refusals


def test_pages_have_so_many_groups_with_all_their_points(stub):
    body = query("received_bytes", interval(MINUTE - 60, MINUTE - 30), group_by=["metric.topic"], limit=2, format="GROUPED")
    first = asked(stub, body).document
    second = asked(stub, body, first["meta"]["pagination"]["next_page_token"]).document
    assert [(row["metric.topic"], len(row["points"])) for row in first["data"] + second["data"]] == [
        ("night", 30), ("orders", 30), ("young", 30)]
    assert "next_page_token" not in second["meta"]["pagination"]


def test_a_group_may_be_split_between_pages(stub):
    stub.metrics.split_groups = True
    body = query("received_bytes", interval(MINUTE - 60, MINUTE - 30), group_by=["metric.topic"], limit=1, format="GROUPED")
    token, parts = None, []
    while token != "":
        page = asked(stub, body, token).document
        parts += [(row["metric.topic"], len(row["points"])) for row in page["data"]]
        token = page["meta"]["pagination"].get("next_page_token", "")
    assert parts == [(name, 15) for name in ("night", "orders", "young") for _ in range(2)]


def test_without_a_limit_a_page_has_a_hundred_groups(cloud):
    topics = [Topic(f"t{n:03}", Counts(60)) for n in range(150)]
    stub = cloud([Environment("env-1", clusters=[Cluster("lkc-1", topics=topics)])], clock=lambda: NOW)
    body = query("received_bytes", interval(MINUTE - 31, MINUTE - 30), group_by=["metric.topic"])
    assert len(asked(stub, body).document["data"]) == 100


def test_a_token_is_good_for_the_same_bytes_only(stub):
    body = query("received_bytes", interval(MINUTE - 60, MINUTE - 30), group_by=["metric.topic"], limit=1)
    token = asked(stub, body).document["meta"]["pagination"]["next_page_token"]
    assert asked(stub, body, token).status == 200
    assert asked(stub, json.dumps(body, indent=1).encode(), token).status == 400
    stub.metrics.expire_tokens()
    assert "expired" in asked(stub, body, token).detail


def test_tokens_go_with_groups_and_with_times_that_stand(stub):
    for more in ({}, {"group_by": ["metric.topic"], "granularity": "ALL"}):
        answer = asked(stub, query("received_bytes", interval(MINUTE - 60, MINUTE), **more), "any")
        assert answer.status == 400 and "page_token" in answer.detail
    moving = asked(stub, query("received_bytes", "PT1H/now", group_by=["metric.topic"]), "any")
    assert moving.status == 400 and "now" in moving.detail


LONGEST = {"PT1M": 6 * 60, "PT5M": 1440, "PT15M": 4 * 1440, "PT30M": 7 * 1440}


@pytest.mark.parametrize("granularity", LONGEST)
def test_fine_buckets_have_a_longest_interval(stub, granularity):
    longest = LONGEST[granularity]
    good = query("received_bytes", interval(MINUTE - longest, MINUTE), granularity=granularity)
    assert asked(stub, good).status == 200
    assert "hours long" in refused(stub, granularity=granularity, interval=interval(MINUTE - longest - 1, MINUTE))


def test_coarse_buckets_have_none(stub):
    for granularity in ("PT1H", "PT4H", "PT6H", "PT12H", "P1D", "ALL"):
        body = query("received_bytes", interval(MINUTE - 30 * 1440, MINUTE), granularity=granularity)
        assert asked(stub, body).status == 200


def one(metric, **more):
    return [{"metric": f"io.confluent.kafka.server/{metric}", **more}]


@pytest.mark.parametrize("more, said", [
    ({"aggregations": []}, "exactly one"),
    ({"aggregations": one("received_bytes") * 2}, "exactly one"),
    ({"aggregations": one("never_heard_of")}, "not known"),
    ({"aggregations": one("retained_bytes", agg="SUM")}, "SUM is not supported"),
    ({"aggregations": one("received_bytes", agg="AVG")}, "SUM, MIN or MAX"),
    ({"filter": None}, "mandatory"),
    ({"filter": of_topic("orders")}, "mandatory"),
    ({"filter": {"op": "OR", "filters": [of_cluster("lkc-1"), of_topic("orders")]}}, "mandatory"),
    ({"filter": {"op": "NOT", "filter": of_cluster("lkc-1")}}, "mandatory"),
    ({"filter": {**of_cluster("lkc-1"), "op": "LIKE"}}, "EQ, GT or GTE"),
    ({"filter": both(of_cluster("lkc-1"), {"field": "metric.colour", "op": "EQ", "value": "red"})}, "metric.colour"),
    ({"granularity": "PT2M"}, "granularity must be"),
    ({"granularity": None}, "granularity must be"),
    ({"intervals": []}, "at least one"),
    ({"intervals": ["yesterday/today"]}, "not a time"),
    ({"intervals": ["2026-11-20T00:00:00/PT1H"]}, "no time zone"),
    ({"intervals": ["2026-11-20T01:00:00Z/2026-11-20T00:00:00Z"]}, "end after"),
    ({"group_by": ["metric.partition"], "aggregations": one("received_records")}, "metric.partition is not supported"),
    ({"group_by": ["metric.topic"], "limit": 1001}, "1 to 1000"),
    ({"group_by": ["metric.topic"], "limit": 0}, "1 to 1000"),
    ({"limit": 10}, "needs group_by"),
    ({"order_by": [{"metric": "io.confluent.kafka.server/received_bytes"}]}, "only valid with the granularity ALL"),
    ({"format": "GROUPED"}, "group_by is not empty"),
])
def test_a_query_against_the_rules_is_refused(stub, more, said):
    assert said in refused(stub, **more)


def test_what_is_no_json_is_refused(stub):
    assert "not JSON" in asked(stub, b"{").detail and "not an object" in asked(stub, b"[]").detail


def test_clusters_and_datasets_that_are_not_ours_are_refused(stub):
    assert asked(stub, query("received_bytes", "PT1H/now", "lkc-99")).status == 403
    assert ask(f"{stub.metrics_url}/v2/metrics/other/query", query("received_bytes", "PT1H/now")).status == 404


# Limits, faults and the log


def test_more_requests_than_the_limit_are_refused_with_headers_that_come_twice(cloud):
    stub = cloud(environments(), metrics_limit=3)
    url = stub.metrics_url + "/v2/metrics/cloud/descriptors/resources"
    answers = [ask(url) for _ in range(5)]
    assert [answer.status for answer in answers] == [200] * 3 + [429] * 2
    assert [answer.headers.get_all("RateLimit-Remaining")[0] for answer in answers] == ["2", "1", "0", "0", "0"]
    refusal = answers[-1]
    assert refusal.body == b"" and refusal.headers["Retry-After"] is None
    assert refusal.headers.get_all("ratelimit-limit") == ["3", "1000"]
    resets = refusal.headers.get_all("ratelimit-reset")
    assert len(resets) == 2 and 55 <= int(resets[0]) <= 60
    assert ask(stub.cloud_url + KEYS).status == 200  # another limit


def test_after_the_reset_requests_pass_again(cloud):
    stub = cloud(environments(), metrics_limit=1, window=0.2)
    url = stub.metrics_url + "/v2/metrics/cloud/descriptors/resources"
    assert ask(url).status == 200
    until = time.monotonic() + 10
    while ask(url).status == 429:  # those that are refused count as well
        assert time.monotonic() < until
        time.sleep(0.21)


def test_the_control_plane_tells_its_limit_its_own_way(cloud):
    stub = cloud(environments(), cloud_limit=1)
    assert ask(stub.cloud_url + KEYS).headers["X-RateLimit-Remaining"] == "0"
    refusal = ask(stub.cloud_url + KEYS)
    assert refusal.status == 429 and refusal.body == b"" and int(refusal.headers["Retry-After"]) <= 60


def test_the_log_tells_all_that_came_and_the_busiest_minute(stub):
    ask(stub.cloud_url + KEYS)
    for _ in range(3):
        asked(stub, query("received_bytes", "PT1H/now"))
    asked(stub, b"{")
    assert [(each.api, each.method, each.status) for each in stub.requests] == [
        ("cloud", "GET", 200)] + [("metrics", "POST", 200)] * 3 + [("metrics", "POST", 400)]
    assert stub.asked("query")[-1].body == b"{"
    assert stub.busiest_minute() == 4
    for number, request in enumerate(stub.asked("query")):
        request.time = 100 + 25 * number  # any 60 seconds have three of them
    assert stub.busiest_minute() == 3


def test_a_fault_strikes_what_it_names_so_often(stub):
    stub.fault("/org/v2", method="GET", skip=1, times=2, status=503)
    statuses = [ask(stub.cloud_url + path).status for path in ("/org/v2/environments", KEYS) * 4]
    assert statuses == [200, 200, 503, 200, 503, 200, 200, 200]


@pytest.mark.parametrize("status", [429, 500, 502, 503])
def test_a_fault_can_be_any_status(stub, status):
    stub.fault(status=status)
    answer = ask(stub.cloud_url + KEYS)
    assert answer.status == status and (answer.body == b"") == (status == 429)


def test_a_fault_can_be_a_page_in_place_of_json(stub):
    stub.fault(status=401, html=True)
    answer = ask(stub.cloud_url + KEYS)
    assert answer.status == 401 and b"<h2>HTTP ERROR 401" in answer.body and "text/html" in answer.headers["Content-Type"]


def test_a_fault_can_break_a_connection_before_and_after_the_deed(stub):
    body = {"spec": {"owner": {"id": "sa-1"}, "resource": {"id": "lkc-1"}}}
    stub.fault(KEYS, reset=True)
    with pytest.raises(OSError):
        ask(stub.cloud_url + KEYS, body)
    assert not stub.control.keys
    stub.fault(KEYS, reset=True, acted=True)
    with pytest.raises(OSError):
        ask(stub.cloud_url + KEYS, body)
    assert len(stub.control.keys) == 1 and [each.status for each in stub.requests] == [0, 0]


def test_a_fault_can_cut_truncate_and_slow_a_reply(stub):
    stub.fault(cut=20)
    with pytest.raises(http.client.IncompleteRead):
        ask(stub.cloud_url + KEYS)
    stub.fault(truncate=20)
    assert len(ask(stub.cloud_url + KEYS).body) == 20
    stub.fault(trickle=0.01)
    begin = time.monotonic()
    assert ask(stub.cloud_url + KEYS).document["data"] == [] and time.monotonic() - begin > 0.08


@pytest.mark.parametrize("edit, shown", [
    ("metadata_null", lambda d: d["metadata"] is None),
    ("metadata_empty", lambda d: d["metadata"] == {}),
    ("metadata_missing", lambda d: "metadata" not in d),
    ("more_fields", lambda d: d["data"][0]["spec"]["flux_capacitor"] and d["not_known_yet"]),
    ("fewer_fields", lambda d: "display_name" not in d["data"][0]["spec"] and "metadata" not in d["data"][0]),
    ("next_empty", lambda d: d["metadata"]["next"] == ""),
    ("data_missing", lambda d: "data" not in d),
    ("data_null", lambda d: d["data"] is None),
])
def test_a_fault_can_edit_a_reply_and_nothing_else(stub, edit, shown):
    url = f"{stub.cloud_url}/cmk/v2/clusters?environment=env-1"
    before = ask(url).document
    stub.fault(edit=edit)
    assert shown(ask(url).document)
    assert ask(url).document == before


def test_a_hanging_request_says_that_it_is_reached_and_goes_on_when_told(stub):
    fault = stub.fault(KEYS, method="POST", hang=True, acted=True)
    answers = []
    caller = threading.Thread(target=lambda: answers.append(made_key(stub)))
    caller.start()
    assert fault.reached.wait(10) and len(stub.control.keys) == 1 and not answers
    fault.release.set()
    caller.join(10)
    assert answers[0].document["id"] in stub.control.keys


def test_a_delete_can_fail_some_times(stub):
    id = made_key(stub).document["id"]
    stub.fault(KEYS, method="DELETE", times=2, status=500)
    assert [ask(f"{stub.cloud_url}{KEYS}/{id}", method="DELETE").status for _ in range(4)] == [500, 500, 204, 403]


def test_connections_are_kept(stub):
    host = urllib.parse.urlsplit(stub.cloud_url).netloc
    connection = http.client.HTTPConnection(host, timeout=10)
    ports = set()
    for _ in range(3):
        connection.request("GET", KEYS)
        connection.getresponse().read()
        ports.add(connection.sock.getsockname())
    connection.close()
    assert len(ports) == 1


# As a process


def test_it_runs_as_a_process_that_tells_what_it_was_asked():
    process = subprocess.Popen([sys.executable, TOP / "test" / "confluent" / "cloud_stub.py", "--clusters", "12",
                                "--topics", "3"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    told = json.loads(process.stdout.readline())
    assert (told["key"], told["secret"]) == CLOUD_KEY
    found = [each["id"] for environment in ("env-0000", "env-0001")
             for each in all_pages(told["cloud"], "/cmk/v2/clusters", environment=environment)]
    assert found == [f"lkc-{number:05}" for number in range(12)]
    rows = ask(told["metrics"] + QUERY, query("received_bytes", "PT1H/now", "lkc-00011", granularity="ALL",
                                              group_by=["metric.topic"])).document["data"]
    assert sorted(row["metric.topic"] for row in rows) == ["bench.000", "bench.001", "bench.002"]
    told = json.loads(process.communicate("", timeout=20)[0])
    assert process.returncode == 0
    assert told == {"cloud_requests": 2, "metrics_requests": 1, "metrics_statuses": {"200": 1}, "busiest_minute": 1,
                    "keys_left": 0, "keys_made": 0}


def test_a_configuration_file_tells_environments_clusters_and_topics():
    (environment,) = from_json(json.dumps({"environments": [{"id": "env-1", "clusters": [
        {"id": "lkc-1", "bootstrap": "localhost:1", "topics": [
            {"name": "a", "records": 5}, {"name": "b", "records": {"mean": 8, "bursts": [[10, 2, 100]]}}]}]}]}))
    a, b = environment.clusters[0].topics
    assert [a.at("received_records", minute) for minute in (9, 10)] == [5, 5]
    assert [b.at("received_records", minute) for minute in (9, 10, 11, 12)] == [8, 108, 108, 8]
