"""keys simulate: the program against other arithmetic than its own, and what it says of bad input."""

import csv
import fcntl
import io
import json
import os
import pathlib
import signal
import statistics
import subprocess
import termios
import time
import zlib

import pytest
from harness import PARTWISE

STRATEGIES = ["murmur2", "crc32", "fnv1a", "murmur3", "round_robin", "sticky_batches", "sticky_bytes", "range",
              "salted", "two_choices"]


@pytest.fixture
def simulate(partwise):
    def run(*arguments, **more):
        return partwise("keys", "simulate", *arguments, **more)
    return run


@pytest.fixture
def report(simulate):
    def run(*arguments, **more):
        ran = simulate("--format", "json", *arguments, **more)
        assert ran.status == 0, ran.err
        return json.loads(ran.out)
    return run


def by_name(report):
    return {strategy["name"]: strategy for strategy in report["strategies"]}


def test_every_strategy_has_every_statistic(report):
    found = report("--records", "5000", "--partitions", "7")
    assert found["schema"] == "partwise.keys/1" and found["partitions"] == 7
    assert [strategy["name"] for strategy in found["strategies"]] == STRATEGIES
    for strategy in found["strategies"]:
        counts = strategy["counts"]
        assert len(counts) == 7 and sum(counts) == 5000
        assert strategy["mean"] == pytest.approx(statistics.mean(counts))
        assert strategy["sd_sample"] == pytest.approx(statistics.stdev(counts))
        assert strategy["sd_population"] == pytest.approx(statistics.pstdev(counts))
        assert strategy["cv_percent"] == pytest.approx(100 * statistics.stdev(counts) / statistics.mean(counts))
        assert strategy["max_over_mean"] == pytest.approx(max(counts) / statistics.mean(counts))
        # Half of the mean difference of all pairs, of the mean.
        pairs = sum(abs(a - b) for a in counts for b in counts)
        assert strategy["gini"] == pytest.approx(pairs / (2 * 49 * statistics.mean(counts)), abs=1e-8)
        assert 0 <= strategy["p_value"] <= 1 and 0 <= strategy["entropy_normalised"] <= 1
        assert strategy["quality"] == ("good" if strategy["cv_percent"] < 20 else
                                       "moderate" if strategy["cv_percent"] < 51 else "severe")
        assert strategy["cause"] in ("none", "too_few_keys", "hot_key", "bad_hash_or_range", "unkeyed_stickiness")
        assert strategy["verdict"]
        # 100 keys of 50 records each.
        assert strategy["cv_percent_by_chance"] == pytest.approx(100 * (7 / 100) ** 0.5)


# The tables of the document: 1,000 records on 10 partitions. Its murmur2 is not Kafka's.
@pytest.mark.parametrize("simulation, cv", [("typical", 31.6), ("less", 3.2), ("more", 105.4), ("none", 3.2)])
def test_the_documented_tables(report, simulation, cv):
    found = by_name(report("--simulation", simulation))
    assert round(found["range"]["cv_percent"], 1) == cv
    assert found["round_robin"]["counts"] == [100] * 10


def test_keys_of_each_pattern_are_counted_by_partition(report):
    found = by_name(report("--simulation", "none", "--key-pattern", "a-,b-,c-", "--records", "3000"))
    for name in ("crc32", "round_robin"):
        expected = [[0] * 10 for _ in range(3)]
        for record in range(3000):
            key = "abc"[record % 3] + "-" + str(record)
            partition = zlib.crc32(key.encode()) % 10 if name == "crc32" else record % 10
            expected[record % 3][partition] += 1
        assert [pattern["pattern"] for pattern in found[name]["key_patterns"]] == ["a-", "b-", "c-"]
        assert [pattern["counts"] for pattern in found[name]["key_patterns"]] == expected


def test_bytes_are_those_of_keys_and_values(report):
    found = by_name(report("--simulation", "none", "--records", "2000", "--value-size", "1kB", "--partitions", "3"))
    expected = [0] * 3
    for record in range(2000):
        key = ("tenant_id-", "user_id-")[record % 2] + str(record)
        expected[zlib.crc32(key.encode()) % 3] += len(key) + 1000
    assert found["crc32"]["bytes"] == expected


def test_a_hot_key_is_told(report):
    found = by_name(report("--simulation", "hot", "--records", "100000"))
    assert found["murmur2"]["cause"] == "hot_key" and "80 %" in found["murmur2"]["verdict"]
    assert found["salted"]["cv_percent"] < found["murmur2"]["cv_percent"]
    assert found["two_choices"]["cv_percent"] < found["murmur2"]["cv_percent"]
    assert not found["salted"]["keeps_key_order"] and found["murmur2"]["keeps_key_order"]


def test_a_sweep_says_what_another_count_would_do(report):
    found = report("--simulation", "none", "--records", "50000", "--partitions", "1..24", "--strategy", "crc32",
                   "--strategy", "range", "--current-partitions", "6", "--target-cv", "2")
    assert [strategy["name"] for strategy in found["sweep"]["strategies"]] == ["crc32", "range"]
    points = found["sweep"]["strategies"][0]["points"]
    assert [point["partitions"] for point in points] == list(range(1, 25))
    hashes = [zlib.crc32((("tenant_id-", "user_id-")[i % 2] + str(i)).encode()) for i in range(50000)]
    within = []
    for point in points:
        count = point["partitions"]
        counts = [0] * count
        for value in hashes:
            counts[value % count] += 1
        if count > 1:
            cv = 100 * statistics.stdev(counts) / statistics.mean(counts)
            assert point["cv_percent"] == pytest.approx(cv)
            if cv < 2:
                within.append(count)
        moved = sum(value % 6 != value % count for value in hashes)
        assert point["moved_keys_percent"] == pytest.approx(moved / 500)
    assert found["sweep"]["strategies"][0]["smallest_within"] == min(within)
    assert found["sweep"]["strategies"][0]["largest_within"] == max(within)
    assert found["partitions"] == 6  # the present count, looked at by itself


def test_keys_from_standard_input(report, tmp_path):
    lines = [f"order-{i % 37}" for i in range(1000)] + ["\\N"] * 50 + [""] * 25
    text = "\n".join(lines) + "\n"
    found = report("--keys-file", "-", "--partitions", "5", said=text)
    assert found["keys"]["records"] == 1075 and found["keys"]["distinct_keys"] == 38
    assert found["keys"]["null_key_records"] == 50 and found["keys"]["empty_key_records"] == 25
    expected = [0] * 5
    for line in lines[:1000]:
        expected[zlib.crc32(line.encode()) % 5] += 1
    # librdkafka's default takes empty keys for none: 75 records stick together.
    extra = [n - keyed for n, keyed in zip(by_name(found)["crc32"]["counts"], expected)]
    assert sum(extra) == 75 and min(extra) == 0


def test_weights_from_a_file(report, tmp_path):
    (tmp_path / "keys.csv").write_text("key,weight\nacme,700\n" + "".join(f"k{i},1\n" for i in range(300)))
    found = report("--keys-file", str(tmp_path / "keys.csv"), "--keys-format", "csv")
    assert found["keys"]["records"] == 1000
    assert found["keys"]["heaviest"][0] == {"key": "acme", "records": 700, "share": 0.7}
    assert by_name(found)["murmur2"]["cause"] == "hot_key"


def test_csv_has_the_existing_columns_first(simulate):
    run = simulate("--format", "csv")
    rows = list(csv.DictReader(io.StringIO(run.out)))
    assert list(rows[0])[:6] == ["partition_strategy", "total_records", "average_per_partition",
                                 "standard_deviation", "coefficient_of_variation_percent", "quality"]
    assert [row["partition_strategy"] for row in rows] == STRATEGIES
    assert rows[7]["standard_deviation"].startswith("31.62")


def test_files_are_written_where_asked(simulate, tmp_path):
    run = simulate("--out", str(tmp_path / "reports"), "--partitions", "2..4", "--current-partitions", "3")
    assert run.status == 0, run.err
    files = sorted(path.name.split("-", 3)[-1] for path in (tmp_path / "reports").iterdir())
    assert [name for name in files if name != "report.html"] == ["partitions.csv", "report.json", "strategies.csv",
                                                                 "sweep.csv"]
    for path in (tmp_path / "reports").iterdir():
        assert f"Written: {path}" in run.out
    rows = list(csv.DictReader(next((tmp_path / "reports").glob("*partitions.csv")).open()))
    assert sum(int(row["records"]) for row in rows if row["partition_strategy"] == "murmur2") == 1000


def test_the_table_has_charts_statistics_and_verdicts(simulate):
    run = simulate("--strategy", "murmur2,range")
    assert run.status == 0 and not run.err
    for words in ("typical: 1,000 records, 100 keys · 10 partitions", "█", "BY CHANCE %", "⚠ moderate",
                  "too few keys", "the ranges are to blame", "tenant_id-"):
        assert words in run.out
    assert "\x1b" not in run.out


@pytest.mark.parametrize("arguments, words", [
    (["--partitions", "0"], "'0' is no number of partitions"),
    (["--partitions", "10001"], "'10001' is no number of partitions"),
    (["--partitions", "9..3"], "'9..3' is no number of partitions"),
    (["--partitions", "ten"], "'ten' is no number of partitions"),
    (["--partitions", ","], "no number of partitions"),
    (["--records", "9"], "--records"),
    (["--records", "1000000001"], "--records"),
    (["--key-pattern", ","], "no key pattern"),
    (["--simulation", "none", "--key-pattern", "k,k1-"], "can make the same key"),
    (["--strategy", "murmur"], "murmur2"),
    (["--simulation", "shares"], "needs --shares"),
    (["--simulation", "shares", "--shares", "acme"], "'acme' is no share"),
    (["--simulation", "shares", "--shares", "a=60%,b=50%"], "sum to"),
    (["--keys-file", "/nowhere/keys"], "/nowhere/keys"),
    (["--keys-file", "/"], "it is a folder"),
    (["--value-size", "-1"], "--value-size"),
    (["--simulation", "nine"], "--simulation"),
    (["--simulation", "none", "--records", "30000000", "--partitions", "1,2"], "a sweep over 30,000,000 keys"),
])
def test_what_cannot_be_is_refused(simulate, arguments, words):
    run = simulate(*arguments)
    assert run.status in (1, 2) and words in run.err and not run.out, run.err
    assert run.err.count("error:") == 1


def test_wrong_settings_are_told_together(simulate):
    run = simulate("--partitions", "0", "--strategy", "nothing", "--key-pattern", ",")
    assert run.status == 2 and run.err.count("error:") == 3


def test_a_line_that_is_no_key_is_named(simulate):
    run = simulate("--keys-file", "-", "--keys-format", "hex", said="6b\nxyz\n")
    assert run.status == 2 and "line 2" in run.err and "xyz" in run.err
    assert simulate("--keys-file", "-", said="").status == 2


def waits_for_more(process, pipe):
    """It has taken all that is in the pipe, and its first thread sleeps."""
    left = int.from_bytes(fcntl.ioctl(pipe, termios.FIONREAD, b"\0" * 4), "little")
    state = pathlib.Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()[0]
    return left == 0 and state == "S"


def test_a_stop_does_not_wait_for_keys(tmp_path):
    os.mkfifo(tmp_path / "keys")
    simulation = subprocess.Popen([PARTWISE, "keys", "simulate", "--keys-file", tmp_path / "keys"], stdin=subprocess.DEVNULL,
                                  stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    with (tmp_path / "keys").open("w") as keys:
        keys.write("one\ntwo\n")
        keys.flush()
        deadline = time.monotonic() + 30
        while not waits_for_more(simulation, keys):
            assert time.monotonic() < deadline and simulation.poll() is None
        simulation.send_signal(signal.SIGINT)
        out, err = simulation.communicate(timeout=30)  # while the file is open
    assert simulation.returncode == 130 and not out and "stopped while reading" in err, err


def test_csv_has_its_warnings_on_stderr(simulate):
    run = simulate("--format", "csv", "--keys", "5", "--strategy", "murmur2")
    assert run.status == 0 and "warning: --keys is not used" in run.err
    assert run.out.startswith("partition_strategy,") and "warning" not in run.out


def test_settings_that_say_nothing_are_told(simulate):
    run = simulate("--salt-ways", "4", "--batch-records", "7", "--strategy", "murmur2")
    assert "--salt-ways is not used" in run.out and "--batch-records is not used" in run.out
    run = simulate("--zipf-exponent", "2", "--target-cv", "5", "--strategy", "murmur2")
    assert run.status == 0
    assert "--zipf-exponent is not used" in run.out and "--target-cv is not used" in run.out
    run = simulate("--partitions", "2,3", "--strategy", "murmur2,round_robin")
    assert "round_robin looks at no key" in run.out


@pytest.mark.parametrize("arguments, words", [
    (["--group", "nightly"], "--group is given, and no --group-size"),
    (["--group-size", "3"], "--group-size is given, and no --group"),
    (["--group-wait", "3s"], "--group-wait is given, and no --group"),
    (["--group", "nightly", "--group-size", "1"], "--group-size"),
])
def test_a_shared_scan_needs_its_options(partwise, arguments, words):
    run = partwise("keys", "scan", "orders", "--bootstrap-servers", "127.0.0.1:1", *arguments)
    assert run.status == 2 and words in run.err, run.err
    assert run.err.count("error:") == 1, run.err
