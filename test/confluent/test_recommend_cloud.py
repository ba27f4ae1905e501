"""`partwise recommend` on clusters of the stand-in: what the Metrics API counts, by keys that do not outlive the run."""

import calendar
import json
import math
import time

import pytest
from cloud_stub import METRICS_LIMIT
from control_plane import ApiKey
from traffic import Cluster
from visiting import MIB, OWNER, assert_no_secrets, settings, this_minute, visited

KEYS = "/iam/v2/api-keys"
QUERY = "/v2/metrics/cloud/query"
WEEK = 7 * 1440


@pytest.fixture
def recommend(kafka, partwise):
    """Runs it by the Metrics API on the clusters of a stand-in, which all lead to one Kafka."""
    def call(stub, *arguments, **env):
        kafka.knows_keys_of(stub)
        return partwise("recommend", "--config", "client.properties", *arguments,
                        env=settings(stub, USE_SAMPLE_RECORDS="False", **env), files=kafka.files, timeout=240)
    return call


def minute_of(text):
    return calendar.timegm(time.strptime(text, "%Y-%m-%dT%H:%M:%SZ")) // 60


def highest(topic, metric, first, last):
    """The largest count of a minute."""
    return max(topic.at(metric, minute) for minute in range(first, last))


def partitions_for(peak):
    """By docs/model.md, with its defaults: bytes a second of the peak to partitions."""
    required = 3 * peak
    return 6 if required < 10 * MIB else max(6, math.ceil(required / (10 * MIB)))


def assert_answers_are_the_truth(run, stub, cluster="lkc-1"):
    (report,) = [each for each in run.report["clusters"] if each["cluster_id"] == cluster]
    topics = {topic["name"]: topic for topic in report["topics"]}
    truths = stub.control.clusters[cluster].topics
    assert sorted(topics) == sorted(topic.name for topic in truths)
    for truth in truths:
        told = topics[truth.name]
        first, last = minute_of(told["window_start"]), minute_of(told["window_end"])
        assert last - first > WEEK - 120 and this_minute() - 15 < last <= this_minute() - 5
        peak = highest(truth, "received_bytes", first, last) / 60
        assert told["recommended_partitions"] == dict.fromkeys(("value", "low", "high"), partitions_for(peak)), truth.name
        if peak:
            assert told["peak_bytes_per_s"]["low"] <= peak * (1 + 1e-9)
            assert told["peak_bytes_per_s"]["high"] >= peak * (1 - 1e-9)
            assert told["mean_record_bytes"]["value"] == pytest.approx(truth.record_bytes)
            records = sum(truth.at("received_records", minute) for minute in range(first, last))
            assert told["records_in_window"] == pytest.approx(records, rel=0.01)  # hours at the ends may be cut
            assert told["hot_partition_ingress"] == ("yes" if truth.hot else "no")
    return report, topics


def assert_keys_came_and_went(run, stub, clusters=("lkc-1",)):
    """One for each of those clusters, of the owner, told and gone."""
    assert sorted(key.resource for key in stub.control.created) == sorted(clusters)
    assert all(key.owner == OWNER and key.display_name.startswith("partwise-temporary") for key in stub.control.created)
    assert not stub.control.keys
    for key in stub.control.created:
        assert f"deleted API key {key.id}" in run.err
    assert_no_secrets(run, stub)


# What is counted


def test_counts_come_from_the_busiest_minutes_that_the_service_counted(judged, kafka, recommend):
    stub = judged(visited(kafka.bootstrap))
    run = recommend(stub)
    assert run.status == 0, run.err
    assert run.report["settings"]["method"] == "metrics_api"
    report, topics = assert_answers_are_the_truth(run, stub)
    # 3 x 3,004,... records of 700 B in the burst's minute: some 35 MB/s, so 11 partitions; far above any hour.
    assert topics["orders"]["recommended_partitions"]["value"] in (11, 12)
    # 5 M x 1.6 records of 400 B a minute: 53.3 MB/s.
    assert topics["clicks"]["recommended_partitions"]["value"] == 16
    assert topics["clicks"]["hottest_partition"] == 0
    assert topics["clicks"]["hottest_partition_share"] == pytest.approx(13 / 20, rel=0.01)
    assert report["cluster_load"] == 0.75
    assert report["service_requests"] == len(stub.asked(api="metrics"))
    assert_keys_came_and_went(run, stub)


def test_the_rows_name_the_method(cloud, kafka, recommend):
    run = recommend(cloud(visited(kafka.bootstrap)))
    header, *rows = run.file("detail-report.csv").read_text().splitlines()
    assert "method" in header and len(rows) == 4 and all("metrics_api" in row for row in rows)


@pytest.mark.parametrize("order, split", [("newest", False), ("shuffled", True)])
def test_the_order_of_points_and_where_pages_end_change_nothing(judged, kafka, recommend, order, split):
    stub = judged(visited(kafka.bootstrap))
    stub.metrics.order, stub.metrics.split_groups = order, split
    run = recommend(stub)
    assert run.status == 0, run.err
    assert_answers_are_the_truth(run, stub)


def test_replies_without_meta_and_with_unknown_fields_are_understood(cloud, kafka, recommend):
    stub = cloud(visited(kafka.bootstrap))
    stub.fault(QUERY, edit="meta_missing", times=3)
    stub.fault(QUERY, edit=lambda reply: {**reply, "colour": "blue", "data": [
        {**each, "flux": None} for each in reply["data"]]}, times=None)
    run = recommend(stub)
    assert run.status == 0, run.err
    assert_answers_are_the_truth(run, stub)


def test_a_cluster_of_which_nothing_is_told_is_no_success(cloud, kafka, recommend):
    stub = cloud(visited(kafka.bootstrap))
    stub.fault(QUERY, edit=lambda reply: {**reply, "data": []}, times=None)
    run = recommend(stub)
    assert run.status == 4, run.err
    assert "tells nothing of any topic" in run.out + run.err
    assert run.report["clusters"][0]["status"] == "partial"


@pytest.mark.parametrize("fault", [{"status": 429}, {"status": 500}, {"status": 502}, {"status": 503}, {"reset": True},
                                   {"cut": 100}, {"trickle": 0.05}])
def test_a_query_that_fails_twice_is_asked_again(cloud, kafka, recommend, fault):
    stub = cloud(visited(kafka.bootstrap), window=2)
    stub.fault(QUERY, skip=1, times=2, **fault)
    run = recommend(stub)
    assert run.status == 0, run.err
    assert_answers_are_the_truth(run, stub)


def test_a_token_that_expires_once_costs_a_query_and_nothing_else(cloud, kafka, recommend):
    stub = cloud(visited(kafka.bootstrap))
    stub.metrics.split_groups = True  # the 4 topics' 8 parts still fit a page: so pages are made small
    stub.metrics.largest_page = 2
    stub.fault("page_token", status=400)
    run = recommend(stub)
    assert run.status == 0, run.err
    assert_answers_are_the_truth(run, stub)
    assert len(stub.asked("page_token")) > 1


def test_a_token_that_repeats_is_an_error_of_that_cluster(cloud, kafka, recommend):
    stub = cloud(visited(kafka.bootstrap))
    stub.metrics.largest_page = 1
    stub.metrics.repeat_token = True
    run = recommend(stub)
    assert run.status == 1 and "page_token" in run.err
    assert_keys_came_and_went(run, stub)


@pytest.mark.parametrize("html", [False, True])
def test_a_key_without_the_right_to_read_metrics_is_told(cloud, kafka, recommend, html):
    stub = cloud(visited(kafka.bootstrap))
    stub.fault("/v2/metrics", status=401, html=html, times=None)
    run = recommend(stub)
    assert run.status == 3 and "<" not in run.err
    cluster = run.report["clusters"][0]
    assert cluster["status"] == "failed"
    assert [topic["status"] for topic in cluster["topics"]] == 4 * ["error"]
    assert all("HTTP status 401" in topic["failures"][0]["message"] for topic in cluster["topics"])
    assert len(run.file("detail-report.csv").read_text().splitlines()) == 1 + 4
    assert_keys_came_and_went(run, stub)


def test_no_more_is_asked_than_the_limit_allows(cloud, kafka, recommend):
    """So many clusters that their requests would pass it: all together wait, for about a minute."""
    stub = cloud(visited(kafka.bootstrap, 9))
    run = recommend(stub, MAX_CLUSTER_WORKERS="3")
    assert run.status == 0, run.err
    assert len(stub.asked(api="metrics")) > METRICS_LIMIT, "else nothing had to wait"
    assert stub.busiest_minute() <= METRICS_LIMIT and 429 not in {request.status for request in stub.requests}
    assert_keys_came_and_went(run, stub, [f"lkc-{number}" for number in range(1, 10)])


def test_a_smaller_limit_that_replies_tell_is_never_passed(cloud, kafka, recommend):
    stub = cloud(visited(kafka.bootstrap), metrics_limit=6, window=1)
    run = recommend(stub)
    assert run.status == 0, run.err
    assert {request.status for request in stub.asked(api="metrics")} == {200}
    assert_answers_are_the_truth(run, stub)


def test_a_smaller_limit_that_only_refusals_tell_is_learned(cloud, kafka, recommend):
    stub = cloud(visited(kafka.bootstrap), metrics_limit=6, window=1)
    stub.limits_on_every_reply = False
    run = recommend(stub)
    assert run.status == 0, run.err
    assert 429 in {request.status for request in stub.asked(api="metrics")}
    assert_answers_are_the_truth(run, stub)


# Clusters and keys


def test_clusters_that_do_not_pass_the_filter_get_no_key(cloud, kafka, recommend):
    stub = cloud(visited(kafka.bootstrap, 3))
    run = recommend(stub, KAFKA_CLUSTER_FILTER="lkc-2", ENVIRONMENT_FILTER="env-1")
    assert run.status == 0, run.err
    assert_keys_came_and_went(run, stub, ["lkc-2"])
    assert len(stub.asked(KEYS, "POST")) == 1
    assert not any("lkc-1" in request.body.decode() or "lkc-3" in request.body.decode() for request in stub.asked(QUERY))


def test_a_filter_that_nothing_passes_makes_no_key(cloud, kafka, recommend):
    stub = cloud(visited(kafka.bootstrap))
    run = recommend(stub, KAFKA_CLUSTER_FILTER="lkc-9")
    assert run.status in (1, 2) and "lkc-9" in run.err and not stub.asked(KEYS)


def test_a_cluster_that_is_not_there_yet_is_skipped_and_said(cloud, kafka, recommend):
    environments = visited(kafka.bootstrap)
    environments[0].clusters.append(Cluster("lkc-new", phase="PROVISIONING"))
    stub = cloud(environments)
    run = recommend(stub)
    assert_keys_came_and_went(run, stub)
    assert run.status in (0, 4) and "lkc-new" in run.err + run.out


def test_a_key_that_the_brokers_do_not_know_yet_is_waited_for(cloud, kafka, recommend):
    kafka.fault(api="SaslAuthenticate", error="SASL_AUTHENTICATION_FAILED", times=3)
    stub = cloud(visited(kafka.bootstrap))
    run = recommend(stub)
    assert run.status == 0, run.err
    assert kafka.struck() >= 3
    assert_answers_are_the_truth(run, stub)
    assert_keys_came_and_went(run, stub)


def test_a_key_whose_reply_is_lost_is_found_and_deleted(cloud, kafka, recommend):
    stub = cloud(visited(kafka.bootstrap))
    stub.fault(KEYS, method="POST", reset=True, acted=True)
    run = recommend(stub)
    assert run.status == 0, run.err
    assert len(stub.control.created) == 2 and not stub.control.keys
    assert_no_secrets(run, stub)


@pytest.mark.parametrize("broken", [{"truncate": 30}, {"cut": 30}, {"edit": lambda key: {**key, "spec": {}}},
                                    {"status": 500}, {"status": 503}])
def test_a_key_whose_reply_is_broken_does_not_stay(cloud, kafka, recommend, broken):
    stub = cloud(visited(kafka.bootstrap))
    stub.fault(KEYS, method="POST", acted=True, **broken)
    run = recommend(stub)
    assert stub.control.created and not stub.control.keys, run.err
    assert_no_secrets(run, stub)


def test_a_lost_key_that_lists_do_not_have_yet_does_not_stay(cloud, kafka, recommend):
    stub = cloud(visited(kafka.bootstrap))
    stub.control.hide_new_keys = 1
    stub.fault(KEYS, method="POST", reset=True, acted=True)
    run = recommend(stub)
    assert stub.control.created and not stub.control.keys, run.err


def test_too_many_keys_are_told_with_the_quota(cloud, kafka, recommend):
    stub = cloud(visited(kafka.bootstrap), quota=1)
    stub.control.add_key(ApiKey("OTHER", "x", "u-1", "cloud"))
    run = recommend(stub)
    assert run.status == 1 and "quota" in run.err
    assert list(stub.control.keys) == ["OTHER"]


def test_one_key_too_many_leaves_the_other_clusters(cloud, kafka, recommend):
    stub = cloud(visited(kafka.bootstrap, 2), quota=1)
    run = recommend(stub)
    assert run.status == 4 and "quota" in run.err
    told = run.out + run.err
    assert "Total Kafka clusters analyzed: 2" in told and "Successful Kafka cluster analyses: 1" in told
    assert "PARTIAL SUCCESS: 1 of 2 KAFKA CLUSTERS ANALYZED SUCCESSFULLY." in told
    assert len(stub.control.created) == 1 and not stub.control.keys


def test_a_delete_that_fails_some_times_is_tried_again(cloud, kafka, recommend):
    stub = cloud(visited(kafka.bootstrap))
    stub.fault(KEYS, method="DELETE", times=2, status=500)
    run = recommend(stub)
    assert run.status == 0, run.err
    assert_keys_came_and_went(run, stub)


def test_a_key_that_cannot_be_deleted_is_named_with_what_to_do(cloud, kafka, recommend):
    stub = cloud(visited(kafka.bootstrap))
    stub.fault(KEYS, method="DELETE", times=None, status=400)
    run = recommend(stub)
    (key,) = stub.control.keys
    assert run.status == 4, run.err
    assert key in run.err and "cluster keys --prune" in run.err
    assert_answers_are_the_truth(run, stub)


def test_a_cluster_that_cannot_be_reached_keeps_no_key(cloud, recommend):
    stub = cloud(visited("127.0.0.1:1"))
    run = recommend(stub, "--timeout", "2s")
    assert run.status == 1
    assert_keys_came_and_went(run, stub)


def test_a_principal_must_be_named(cloud, kafka, recommend):
    stub = cloud(visited(kafka.bootstrap))
    run = recommend(stub, PRINCIPAL_ID="")
    assert run.status == 2 and "PRINCIPAL_ID" in run.err and not stub.requests


def test_records_can_be_sampled_by_the_same_keys(judged, kafka, partwise):
    stub = judged(visited(kafka.bootstrap))
    kafka.knows_keys_of(stub)
    run = partwise("recommend", "--config", "client.properties", "--quick", env=settings(stub), files=kafka.files)
    assert run.status == 0, run.err
    assert run.report["settings"]["method"] == "sampling_records" and not stub.asked(api="metrics")
    assert_keys_came_and_went(run, stub)


def test_the_report_is_json_and_nothing_else_where_it_is_asked_for(cloud, kafka, recommend):
    run = recommend(cloud(visited(kafka.bootstrap)), "--format", "json")
    assert run.status == 0 and json.loads(run.out)["clusters"][0]["cluster_id"] == "lkc-1"


def test_keys_that_are_left_are_told_in_every_output(cloud, kafka, recommend):
    stub = cloud(visited(kafka.bootstrap))
    stub.fault(KEYS + "/", method="DELETE", times=None, status=403)
    run = recommend(stub, "--format", "json")
    assert run.status == 4, run.err
    (left,) = json.loads(run.out)["api_keys_left"]
    assert json.loads(run.file("report.json").read_text())["api_keys_left"] == [left]
    assert "api_keys_left,1\n" in run.file("summary-report.csv").read_text()
    (key,) = stub.control.keys
    assert f"error: API key {key} of cluster lkc-1 is left" in run.err
    assert "--prune --yes deletes it" in run.err and f"warning: API key {key} is not deleted yet" in run.err
