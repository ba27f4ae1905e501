"""The demo's fleet, measured, against its generator's truth. The arithmetic here is this file's own."""

import csv
import json
import math
import time

import pytest

FACTOR = 3


def truth_peak(topic):
    """Bytes per second of the busiest minute."""
    return max((minute[2] for minute in topic["minutes"]), default=0) / 60


def truth_count(topic, capacity, floor, threshold=0):
    required = FACTOR * truth_peak(topic)
    return floor if required < threshold else max(floor, math.ceil(required / capacity - 1e-9))


def measured(partwise, node, capacity, floor, *more):
    run = partwise("recommend", "--bootstrap-servers", node.bootstrap, "--topic-filter", ".0",
                   "--consumer-throughput", f"{capacity}B/s", "--min-consumption-throughput", 0,
                   "--min-recommended-partitions", floor, *more)
    assert run.status == 0, run.err
    return run


def holds(interval, value, slack=1e-6):
    return interval["low"] <= value * (1 + slack) and value <= interval["high"] * (1 + slack)


# From a capacity that leaves most topics at the floor to one that makes nearly all hard to decide.
@pytest.mark.parametrize("capacity,floor", [(20_000, 2), (5_000, 2), (1_000, 2), (300, 1), (20, 1)])
def test_every_topic_agrees_with_the_truth(partwise, node, truth, capacity, floor):
    run = measured(partwise, node, capacity, floor)
    topics = run.report["clusters"][0]["topics"]
    assert {t["name"] for t in topics} == set(truth)
    outside, sizes_outside, wrong = [], [], []
    for topic in topics:
        known = truth[topic["name"]]
        assert topic["records"] == known["records"], topic["name"]
        assert topic["partitions"] == known["partitions"]
        assert topic["records_in_window"] in (None, known["records"]), topic["name"]
        count = truth_count(known, capacity, floor)
        recommended = topic["recommended_partitions"]
        assert recommended["low"] <= recommended["value"] <= recommended["high"]
        if not (recommended["low"] <= count <= recommended["high"] and holds(topic["peak_bytes_per_s"], truth_peak(known))):
            outside.append((topic["name"], count, recommended, truth_peak(known), topic["peak_bytes_per_s"]))
        if known["records"] and not holds(topic["mean_record_bytes"], known["bytes"] / known["records"]):
            sizes_outside.append((topic["name"], known["bytes"] / known["records"], topic["mean_record_bytes"]))
        if topic["decided_by"] in ("proved", "watermarks", "stored_bytes") and recommended["value"] != count:
            wrong.append((topic["name"], count, recommended))
    # Mean sizes are sampled: their intervals are of 95 %, over 36 topics. What is sure is right.
    assert len(outside) <= 1, outside
    assert wrong == []
    assert len(sizes_outside) <= 5, sizes_outside


def test_the_full_scan_is_exact(partwise, node, truth):
    run = measured(partwise, node, 5_000, 2, "--full-scan")
    for topic in run.report["clusters"][0]["topics"]:
        known = truth[topic["name"]]
        assert topic["recommended_partitions"] == dict.fromkeys(
            ("value", "low", "high"), truth_count(known, 5_000, 2)), topic["name"]
        assert topic["peak_bytes_per_s"]["value"] == pytest.approx(truth_peak(known), rel=1e-8)
        if not known["records"]:
            assert topic["status"] == "empty"
            continue
        assert topic["decided_by"] == "full_scan"
        assert topic["records_in_window"] == known["records"]
        assert topic["mean_record_bytes"]["value"] == pytest.approx(known["bytes"] / known["records"], rel=1e-8)
        if known["records"] < 40_000:
            continue  # several minutes may be as busy as each other
        busiest = known["busiest_minute_by_partition"]
        assert topic["hottest_partition_share"] == pytest.approx(max(busiest) / sum(busiest))


def test_proving_settles_every_topic_that_is_not_compacted(partwise, node, truth):
    run = measured(partwise, node, 2_000, 2, "--prove")
    open_ones = []
    for topic in run.report["clusters"][0]["topics"]:
        known = truth[topic["name"]]
        if known["compacted"] or topic["status"] == "empty":
            continue
        recommended = topic["recommended_partitions"]
        if topic["decided_by"] == "estimate":
            # Lookups are not what is missing, but sizes: a range of a few counts.
            assert recommended["high"] - recommended["low"] <= 1 + recommended["value"] * 0.25, topic["name"]
            open_ones.append(topic["name"])
        else:
            assert recommended["value"] == truth_count(known, 2_000, 2), topic["name"]
    assert len(open_ones) <= 6, open_ones


def test_quick_looks_up_less_and_never_says_proved(partwise, node, truth, tmp_path):
    full = measured(partwise, node, 500, 2, "--out", tmp_path / "full", "--format", "json")
    quick = measured(partwise, node, 500, 2, "--out", tmp_path / "quick", "--format", "json", "--quick")
    full, quick = (json.loads(run.out)["clusters"][0] for run in (full, quick))
    assert quick["lookups"] < 0.7 * full["lookups"]
    for topic in quick["topics"]:
        if topic["partitions"] > 3 and topic["lookups"]:
            assert topic["decided_by"] != "proved" or topic["lookups"] <= 2 * topic["partitions"], topic["name"]
        assert holds(topic["peak_bytes_per_s"], truth_peak(truth[topic["name"]])), topic["name"]


def test_the_hot_key_is_found(partwise, node, truth):
    run = measured(partwise, node, 20_000, 6)
    users = run.topic("users.032")
    known = truth["users.032"]
    assert users["binding"] == "hot_key"
    assert users["hot_partition_ingress"] == "yes" and users["hot_partition_egress"] == "yes"
    share = users["heaviest_key"]["bytes_share"]
    assert holds(share, known["hot_key_bytes"] / known["bytes"])
    example = users["heaviest_key"]["example"]
    assert example["partition"] == max(range(8), key=lambda p: known["by_partition"][p])


def test_the_topic_that_needs_more_is_told_what_it_costs(partwise, node, truth):
    run = measured(partwise, node, 20_000, 6)
    ledger = run.topic("ledger.035")
    assert ledger["recommended_partitions"]["value"] == truth_count(truth["ledger.035"], 20_000, 6) > 6
    assert ledger["binding"] == "egress"
    new = ledger["recommended_partitions"]["value"]
    assert ledger["keys_moved_share"] == pytest.approx(1 - math.gcd(3, new) / new)
    assert ledger["next_multiple"] == 3 * math.ceil(new / 3)


def test_grow_only_tells_whether_the_present_count_is_enough(partwise, node, truth):
    run = measured(partwise, node, 1_000, 1, "--decide", "grow")
    for topic in run.report["clusters"][0]["topics"]:
        needed = truth_count(truth[topic["name"]], 1_000, 1)
        recommended = topic["recommended_partitions"]
        if recommended["high"] <= topic["partitions"]:
            assert needed <= topic["partitions"], topic["name"]
            assert recommended["value"] == topic["partitions"]


def test_the_ratio_model(partwise, node, truth):
    run = measured(partwise, node, 1_000, 2, "--model", "ratio", "--full-scan")
    topic = run.topic("ledger.035")
    known = truth["ledger.035"]
    minutes = known["minutes"]
    first = minutes[0][0] // 60
    # The mean is over the topic's life in the window: from its first record to the window's end.
    end = time.mktime(time.strptime(topic["window_end"], "%Y-%m-%dT%H:%M:%SZ")) - time.timezone
    mean = known["bytes"] / (end - 60 * first)
    assert topic["mean_bytes_per_s"]["value"] == pytest.approx(mean, rel=1e-6)
    assert topic["recommended_partitions"]["value"] == math.ceil(FACTOR * truth_peak(known) / mean)
    assert topic["binding"] == "ratio"


def test_a_percentile_leaves_the_busiest_minutes_out(partwise, node, truth):
    run = measured(partwise, node, 1_000, 1, "--peak", "p99", "--full-scan")
    for name in ("ledger.035", "clicks.005"):
        known = truth[name]
        windows = run.topic(name)["peak_window"]
        minutes = sorted((minute[2] for minute in known["minutes"]), reverse=True)
        covered = 7 * 1440 - (known["minutes"][0][0] // 60 - _start_minute(run.topic(name)))
        allowed = math.floor(0.01 * covered + 1e-9)
        assert run.topic(name)["peak_bytes_per_s"]["value"] == pytest.approx(minutes[allowed] / 60, rel=1e-8)
        assert windows["exact"]


def _start_minute(topic):
    return int(time.mktime(time.strptime(topic["window_start"], "%Y-%m-%dT%H:%M:%SZ")) - time.timezone) // 60


def test_nested_windows_of_five_minutes(partwise, node, truth):
    run = measured(partwise, node, 1_000, 1, "--peak-window", "5min", "--full-scan")
    known = truth["ledger.035"]
    windows = {}
    for start, _, size in known["minutes"]:
        windows[start // 300] = windows.get(start // 300, 0) + size
    assert run.topic("ledger.035")["peak_bytes_per_s"]["value"] == pytest.approx(max(windows.values()) / 300, rel=1e-8)


def test_detail_and_summary_files_have_the_known_names_and_columns(partwise, node, truth):
    before = int(time.time())
    run = measured(partwise, node, 20_000, 6, "--consumer-throughput", "20kB/s")
    cluster = run.report["clusters"][0]
    detail = run.file("-detail-report.csv")
    identity, epoch = detail.name.removesuffix("-detail-report.csv").split("-recommender-")
    assert identity == cluster["cluster_id"]
    assert before - 1 <= int(epoch) <= time.time()
    rows = list(csv.reader(detail.open()))
    assert rows[0][:11] == ("method,topic_name,is_compacted,number_of_records,number_of_partitions,required_throughput,"
                            "consumer_throughput,recommended_partitions,hot_partition_ingress,hot_partition_egress,status").split(",")
    assert len(rows) == 1 + len(truth)
    assert all(len(row) == len(rows[0]) for row in rows)
    by_name = {row[1]: dict(zip(rows[0], row)) for row in rows[1:]}
    for topic in cluster["topics"]:
        row = by_name[topic["name"]]
        assert row["method"] == "sampling_records"
        assert int(row["number_of_records"]) == truth[topic["name"]]["records"]
        assert row["is_compacted"] == ("yes" if truth[topic["name"]]["compacted"] else "no")
        # What its peak really required, or the bound that the count was found to hold for.
        required = float(row["required_throughput"]) * 1048576
        truly = max((3 * size / 60 for _, _, size in truth[topic["name"]]["minutes"]), default=0)
        assert topic["is_compacted"] or required >= 0.9 * truly
        assert required <= topic["required_bytes_per_s"]["high"] * (1 + 1e-6)
        assert float(row["consumer_throughput"]) == pytest.approx(20_000 / 1048576)
        assert row["hot_partition_ingress"] in ("yes", "no", "n/a")
    summary = dict(csv.reader(run.file("-summary-report.csv").open()))
    active = [t for t in cluster["topics"] if t["status"] == "active"]
    assert summary["total_topics"] == str(len(truth))
    assert summary["active_topic_count"] == str(sum(1 for t in truth.values() if t["records"]))
    assert summary["total_records"] == str(sum(t["records"] for t in truth.values()))
    assert summary["total_partitions"] == str(sum(t["partitions"] for t in truth.values()))
    assert summary["total_recommended_partitions"] == str(sum(t["recommended_partitions"]["value"] for t in active))
    assert summary["sampling_timeout"] == "2.0" and summary["internal_topics_included"] == "False"
    assert float(summary["percentage_increase"]) * float(summary["percentage_decrease"]) == 0


def test_the_table_is_plain_and_aligned_in_a_pipe(partwise, node, truth):
    run = measured(partwise, node, 20_000, 6)
    assert "\x1b" not in run.out + run.err
    lines = run.out.splitlines()
    heading = next(line for line in lines if "TOPIC" in line)
    rows = [line for line in lines if line.startswith("  ") and line.split()[0] in truth]
    assert len(rows) == len(truth)
    assert {line.index("WHY") for line in lines if "TOPIC" in line} == {heading.index("WHY")}
    assert any("hot key" in line for line in rows)
    assert "36 measured, 3 empty, 0 not measured" in run.out


def test_json_on_standard_output_is_the_report_and_nothing_else(partwise, node, truth):
    run = measured(partwise, node, 20_000, 6, "--format", "json")
    printed = json.loads(run.out)
    assert printed["schema"] == "partwise.recommend/1"
    assert [t["name"] for t in printed["clusters"][0]["topics"]] == sorted(truth, key=str.lower)


def test_explain_shows_numbers_that_add_up(partwise, node, truth):
    run = partwise("recommend", "--bootstrap-servers", node.bootstrap, "--consumer-throughput", "20kB/s",
                   "--min-consumption-throughput", 0, "--explain", "ledger.035")
    assert run.status == 0, run.err
    assert "ledger.035 on cluster" in run.out
    assert "45,000 records in 3 partitions" in run.out
    quotient = float(run.out.split("quotient")[1].split()[0])
    assert quotient == pytest.approx(FACTOR * truth_peak(truth["ledger.035"]) / 20_000, rel=0.05)
    assert "kafka-topics.sh --bootstrap-server" in run.out and "--partitions" in run.out
    assert len(run.report["clusters"][0]["topics"]) == 1


def test_it_leaves_no_trace_on_the_cluster(partwise, node, truth):
    topics = node.topics()
    configs = node.tool("org.apache.kafka.tools.TopicCommand", "--describe", "--topic", "orders.000")
    measured(partwise, node, 1_000, 2)
    measured(partwise, node, 1_000, 2, "--full-scan")
    assert node.topics() == topics, "a topic was created (of offsets, even)"
    assert "__consumer_offsets" not in topics
    assert node.tool("org.apache.kafka.tools.TopicCommand", "--describe", "--topic", "orders.000") == configs
