"""The embedded cluster as a command: its start, its truth, its faults, bad input."""

import json
import os
import pty
import resource
import select
import signal
import socket
import subprocess

import pytest
from embedded_cluster import EmbeddedCluster
from harness import PARTWISE

FLEET = """
name = "two"
history = "2d"

[[topic]]
name = "steady"
partitions = 4
demand = [{shape = "flat", rate = 100}]
size = {shape = "fixed", bytes = 500}

[[topic]]
name = "burst"
partitions = 2
demand = [{shape = "flat", rate = 1}, {shape = "burst", rate = 5000, at = "1d", lasts = "10min"}]
size = {shape = "fixed", bytes = 1000}
"""


@pytest.fixture
def started(tmp_path):
    """Starts embedded clusters with options and files, and stops them."""
    running = []

    def start(*options, files=None):
        for name, text in (files or {}).items():
            (tmp_path / name).write_text(text)
        running.append(EmbeddedCluster(*options, folder=tmp_path))
        return running[-1]

    yield start
    for cluster in running:
        cluster.stop()


def test_it_says_what_it_is_and_where(started):
    cluster = started("--brokers", 3)
    assert "not Apache Kafka" in cluster.start
    assert len(cluster.bootstrap.split(",")) == 3
    assert all(server.startswith("127.0.0.1:") for server in cluster.bootstrap.split(","))


def test_a_terminal_has_one_status_line_that_goes_at_the_end(tmp_path):
    def read_on():
        assert select.select([outer], [], [], 20)[0], f"nothing more on the terminal after {shown}"
        return os.read(outer, 4096)

    outer, terminal = pty.openpty()
    process = subprocess.Popen([PARTWISE, "broker", "--port", "0"], cwd=tmp_path, stdin=subprocess.DEVNULL,
                               stdout=subprocess.DEVNULL, stderr=terminal)
    os.close(terminal)
    shown = b""
    try:
        while shown.count(b"connections") < 2:
            shown += read_on()
        process.send_signal(signal.SIGINT)
        while True:
            try:
                shown += read_on()
            except OSError:  # how a terminal without a writer ends
                break
        assert process.wait(timeout=20) == 0
    finally:
        process.kill()
        process.wait()
        os.close(outer)
    assert b"\n" not in shown.split(b"stopping")[0]
    assert shown.rstrip(b"\r\n").endswith((b"stopping", b"\x1b[K"))


def test_the_truth_is_that_of_pen_and_paper(started, tmp_path):
    started("--fleet", "fleet.toml", "--now", "2026-03-04T12:00:00Z", "--truth", "truth.json",
            files={"fleet.toml": FLEET})
    truth = json.loads((tmp_path / "truth.json").read_text())
    topics = {topic["name"]: topic for topic in truth["topics"]}
    steady = topics["steady"]
    assert steady["records"] == 100 * 2 * 86_400
    assert steady["bytes"] == steady["records"] * 500
    assert steady["peak"]["records"] == 100 * 60
    # 3 x 100 x 500 B/s is below 10 MiB/s: the least count.
    assert steady["recommendation"]["partitions"] == 6
    burst = topics["burst"]
    assert burst["peak"]["records"] == 5_001 * 60
    assert burst["peak"]["bytes"] == 5_001 * 60 * 1000
    # 3 x 5.001 MB/s over 10 MiB/s is 1.43; the floor is 6.
    assert burst["recommendation"]["partitions"] == 6


def test_recommend_finds_the_truth(started, partwise, tmp_path):
    cluster = started("--fleet", "fleet.toml", "--now", "now", "--truth", "truth.json",
                      "--consumer-throughput", "1MB/s", "--min-consumption-throughput", 0,
                      "--min-recommended-partitions", 1, files={"fleet.toml": FLEET})
    truth = {t["name"]: t for t in json.loads((tmp_path / "truth.json").read_text())["topics"]}
    run = partwise("recommend", "--bootstrap-servers", cluster.bootstrap, "--consumer-throughput", "1MB/s",
                   "--min-consumption-throughput", 0, "--min-recommended-partitions", 1)
    assert run.status == 0, run.err
    for name in ("steady", "burst"):
        topic = run.topic(name)
        assert topic["records"] == truth[name]["records"]
        assert topic["recommended_partitions"]["value"] == truth[name]["recommendation"]["partitions"], name
    # 3 x 5.001 MB/s over 1 MB/s, rounded up.
    assert truth["burst"]["recommendation"]["partitions"] == 16


def test_a_cross_check_that_was_asked_for_and_failed_is_a_part_that_is_missing(started, partwise):
    cluster = started("--fleet", "fleet.toml", "--now", "now", files={"fleet.toml": FLEET})
    run = partwise("recommend", "--bootstrap-servers", cluster.bootstrap, "--cross-check",
                   "--prometheus-url", "http://127.0.0.1:1", "--service-timeout", "1s")
    assert run.status == 4, run.err
    assert "warning: no cross-check by prometheus" in run.out + run.err


def test_files_that_find_no_room_are_told_and_leave_no_parts(started, tmp_path):
    cluster = started("--fleet", "fleet.toml", "--now", "now", files={"fleet.toml": FLEET})
    out = tmp_path / "reports"
    run = subprocess.run([PARTWISE, "recommend", "--bootstrap-servers", cluster.bootstrap, "--out", out],
                         capture_output=True, text=True, timeout=60, check=False,
                         preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (3_000, 3_000)))
    assert run.returncode == 1, run.stderr
    assert "report.json: File too large" in run.stderr and "make room there" in run.stderr
    assert not list(out.glob("*.part")) and list(out.glob("*detail-report.csv"))


def test_a_filter_that_internal_topics_alone_match_says_how_to_take_them_in(started, partwise):
    cluster = started("--fleet", "fleet.toml", "--now", "now",
                      files={"fleet.toml": FLEET.replace('"steady"', '"_schemas"')})
    run = partwise("recommend", "--bootstrap-servers", cluster.bootstrap, "--topic-filter", "schema")
    assert run.status != 0 and "--include-internal-topics" in run.err


def test_two_runs_at_a_set_time_are_the_same(started, partwise):
    reports = []
    for _ in range(2):
        cluster = started("--fleet", "fleet.toml", "--now", "2026-03-04T12:00:00Z", files={"fleet.toml": FLEET})
        run = partwise("recommend", "--bootstrap-servers", cluster.bootstrap, "--full-scan",
                       "--topic-filter", "burst", "--sampling-days", 365)
        assert run.status == 0, run.err
        topic = run.topic("burst")
        reports.append({key: topic[key] for key in ("records", "peak_bytes_per_s", "mean_record_bytes", "peak_window")})
    assert reports[0] == reports[1]


def test_faults_come_and_go_over_the_control_endpoint(started, partwise):
    cluster = started("--fleet", "fleet.toml", "--now", "now", "--control-port", 0, files={"fleet.toml": FLEET})
    assert cluster.asked("/state")[1]["topics"] == 2
    status, answer = cluster.asked("/faults", "POST",
                           '[[fault]]\napi = "Metadata"\ntopic = "steady"\nerror = "TOPIC_AUTHORIZATION_FAILED"\n')
    assert status == 200 and answer == {"ids": [1]}
    assert cluster.asked("/faults")[1]["faults"][0]["error"] == "TOPIC_AUTHORIZATION_FAILED"
    assert cluster.asked("/faults/7", "DELETE")[0] == 404
    assert cluster.asked("/faults/1", "DELETE")[0] == 200
    assert cluster.asked("/faults")[1] == {"faults": []}
    status, answer = cluster.asked("/faults", "POST", '[[fault]]\ndelay = "-1s"\n')
    assert status == 400 and "delay" in answer["error"]
    assert cluster.asked("/topics/steady/0/leader", "PUT", "none")[0] == 200
    run = partwise("recommend", "--bootstrap-servers", cluster.bootstrap, "--timeout", "3s")
    assert run.status == 4
    assert any(failure["partition"] == 0 for failure in run.topic("steady")["failures"])


def test_the_clock_is_set_over_the_control_endpoint(started):
    cluster = started("--fleet", "fleet.toml", "--now", "2026-03-04T12:00:00Z", "--control-port", 0,
                      files={"fleet.toml": FLEET})
    before = cluster.asked("/truth")[1]["topics"][0]["records"]
    assert cluster.asked("/clock", "PUT", "+1h") == (200, {"now": "2026-03-04T13:00:00Z", "stands": True})
    assert cluster.asked("/truth")[1]["topics"][0]["records"] == before + 100 * 3600
    assert cluster.asked("/clock", "PUT", "yesterday")[0] == 400


def test_a_login_is_asked_for_and_encrypted(started, partwise):
    cluster = started("--users", "users", "--tls", "--tls-ca-out", "ca.pem", "--fleet", "fleet.toml", "--now", "now",
                      files={"users": "alice=wonder\n", "fleet.toml": FLEET})
    assert "security.protocol=SASL_SSL" in cluster.start and "wonder" not in cluster.start
    ca = (cluster.folder / "ca.pem").read_text()
    for mechanism in ("PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"):
        for password, status in (("wonder", 0), ("wander", 3)):
            run = partwise("recommend", "--config", "client.properties", "--timeout", "20s", files={
                "ca.pem": ca,
                "client.properties": f"bootstrap.servers={cluster.bootstrap}\nsecurity.protocol=SASL_SSL\n"
                                     f"ssl.ca.location=ca.pem\nsasl.mechanism={mechanism}\n"
                                     f"sasl.username=alice\nsasl.password={password}\n"})
            assert run.status == status, (mechanism, password, run.err)
            assert password not in run.out + run.err


def test_users_come_and_go_over_the_control_endpoint(started, partwise):
    cluster = started("--users", "users", "--control-port", 0, "--fleet", "fleet.toml", "--now", "now",
                      files={"users": "alice=wonder\n", "fleet.toml": FLEET})

    def status_of(user, password):
        return partwise("recommend", "--config", "client.properties", "--timeout", "20s", files={
            "client.properties": f"bootstrap.servers={cluster.bootstrap}\nsecurity.protocol=SASL_PLAINTEXT\n"
                                 f"sasl.mechanism=PLAIN\nsasl.username={user}\nsasl.password={password}\n"}).status

    assert status_of("bob", "builder") == 3
    assert cluster.asked("/users/bob", "PUT", "builder\n") == (200, {"done": True})
    assert cluster.asked("/users/alice", "PUT", "looking glass") == (200, {"done": True})
    assert [status_of("bob", "builder"), status_of("alice", "looking glass"), status_of("alice", "wonder")] == [0, 0, 3]
    assert cluster.asked("/users/alice", "DELETE")[0] == cluster.asked("/users/bob", "DELETE")[0] == 200
    assert status_of("bob", "builder") == 3  # that nobody is left lets nobody in
    assert cluster.asked("/users/bob", "DELETE")[0] == 404
    assert cluster.asked("/users/carol", "PUT", " ")[0] == 400
    open_to_all = started("--control-port", 0)
    assert "no login" in open_to_all.asked("/users/bob", "PUT", "builder")[1]["error"]


def aborted(command, folder, ready):
    """Its wait status after SIGABRT, sent once it has said what it says when it runs."""
    process = subprocess.Popen(
        command, cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        env={"PATH": os.environ["PATH"], "ASAN_OPTIONS": "disable_coredump=0", "TSAN_OPTIONS": "disable_coredump=0"},
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_CORE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY)))
    with process.stdout:
        assert any(line.startswith(ready) for line in process.stdout)
        process.send_signal(signal.SIGABRT)
        status = os.waitpid(process.pid, 0)[1]
    process.returncode = -os.WTERMSIG(status)
    return status


def test_a_crash_leaves_no_core_which_would_hold_secrets(tmp_path):
    try:
        other = aborted(["sh", "-c", "echo ready; exec sleep 60"], tmp_path, "ready")
    except (ValueError, subprocess.SubprocessError) as error:
        pytest.skip(f"no program may leave a core here: {error}")
    if not os.WCOREDUMP(other):
        pytest.skip("no program leaves a core here")
    status = aborted([PARTWISE, "broker", "--port", "0"], tmp_path, "bootstrap.servers=")
    assert os.WTERMSIG(status) == signal.SIGABRT and not os.WCOREDUMP(status)


@pytest.mark.parametrize("path, method, body", [
    ("/brokers/4294967298", "PUT", "down"),
    ("/topics/steady/0/leader", "PUT", "4294967298"),
    ("/topics/steady/4294967296/leader", "PUT", "none"),
    ("/topics/steady/0/replicas/4294967297", "PUT", "offline"),
    ("/topics/steady/0/replicas/4294967297", "PUT", "online"),
    ("/topics/steady/4294967296/replicas/1", "PUT", "online"),
    ("/topics/steady/4294967296/log-start", "PUT", "5"),
    ("/faults/4294967297", "DELETE", None),
])
def test_an_id_that_is_too_large_is_unknown_and_changes_nothing(started, path, method, body):
    cluster = started("--fleet", "fleet.toml", "--brokers", 3, "--control-port", 0, files={"fleet.toml": FLEET})
    assert cluster.asked("/faults", "POST", '[[fault]]\napi = "Fetch"\ndelay = "1s"\n')[1] == {"ids": [1]}
    status, answer = cluster.asked(path, method, body)
    assert status in (400, 404) and "42949672" in answer["error"], answer
    assert all(broker["up"] for broker in cluster.asked("/state")[1]["brokers"])
    assert len(cluster.asked("/faults")[1]["faults"]) == 1


@pytest.mark.parametrize("wrong", [
    "[[broker]]\nid = 9\n",
    '[[partition]]\ntopic = "zz"\nleader = "none"\n',
    '[[partition]]\ntopic = "steady"\npartition = 4\nleader = "none"\n',
    '[[partition]]\ntopic = "steady"\noffline_replica = 3\n',
    '[[partition]]\ntopic = "steady"\ndelete_before = 1000000000000\n',
    '[[fault]]\nbroker = 50\ndelay = "1s"\n',
    '[[broker]]\nid = 9\nafter = "1h"\n',
])
def test_faults_are_added_all_or_none(started, wrong):
    cluster = started("--fleet", "fleet.toml", "--brokers", 3, "--now", "now", "--control-port", 0,
                      files={"fleet.toml": FLEET})
    right = '[[fault]]\napi = "Fetch"\ndelay = "1s"\n[[broker]]\nid = 2\n'
    status, answer = cluster.asked("/faults", "POST", right + wrong)
    assert status == 400 and "the request line " in answer["error"], answer
    assert cluster.asked("/faults")[1] == {"faults": []}
    assert all(broker["up"] for broker in cluster.asked("/state")[1]["brokers"])
    assert cluster.asked("/faults", "POST", right)[0] == 200
    assert [broker["up"] for broker in cluster.asked("/state")[1]["brokers"]] == [True, False, True]


@pytest.mark.parametrize("faults, line, said", [
    ("[[broker]]\nid = 9\n", 2, ("id", "9", "1 to 3")),
    ('[[broker]]\nafter = "1h"\nid = 9\n', 3, ("id", "9", "1 to 3")),
    ('[[partition]]\npartition = 1\nleader = 1\ntopic = "staedy"\n', 4, ("topic", "staedy", "did you mean 'steady'?")),
    ('[[partition]]\ntopic = "steady"\npartition = 4\nleader = 1\n', 3, ("partition", "4", "0 to 3")),
    ('[[partition]]\ntopic = "steady"\npartition = 4\nleader = 1\nafter = "1h"\n', 3, ("partition", "0 to 3")),
    ('[[partition]]\ntopic = "steady"\nleader = 5\n', 3, ("leader", "5", "1 to 3")),
    ('[[partition]]\ntopic = "steady"\noffline_replica = 7\n', 3, ("offline_replica", "7")),
    ('[[partition]]\ntopic = "later"\noffline_replica = 7\nafter = "1h"\n', 3, ("offline_replica", "1 to 3")),
    ('[[fault]]\ndelay = "1s"\nbroker = 50\n', 3, ("broker", "50", "1 to 3")),
])
def test_a_fault_file_that_names_what_is_not_there_is_told_with_its_line(partwise, faults, line, said):
    run = partwise("broker", "--port", 0, "--brokers", 3, "--fleet", "fleet.toml", "--faults", "f.toml",
                   files={"fleet.toml": FLEET, "f.toml": faults})
    assert run.status == 2, run.err
    assert f"f.toml line {line}" in run.err and "GET /state" not in run.err, run.err
    for word in said:
        assert word in run.err, run.err


@pytest.mark.parametrize("query, said", [
    ("consumer_throughput=0", "consumer_throughput"),
    ("consumer_throughput=much", "consumer_throughput"),
    ("min_recommended_partitions=1.5", "min_recommended_partitions"),
    ("model=guess", "model"),
    ("peak_window=-1s", "peak_window"),
    ("consumer_throughputt=1MB/s", "consumer_throughputt"),
])
def test_a_parameter_of_the_truth_that_cannot_be_is_told(started, query, said):
    cluster = started("--fleet", "fleet.toml", "--now", "now", "--control-port", 0, files={"fleet.toml": FLEET})
    status, answer = cluster.asked("/truth?" + query)
    assert status == 400 and said in answer["error"], answer
    assert "consumer_throughput, " in answer["hint"] and "peak_window" in answer["hint"], answer


def test_parameters_of_the_truth_are_those_of_the_command(started, tmp_path):
    files = {"fleet.toml": FLEET}
    at = ("--fleet", "fleet.toml", "--now", "2026-03-04T12:00:00Z")
    one = started(*at, "--truth", "truth.json", "--peak-window", "5min", "--min-recommended-partitions", 2,
                  "--consumer-throughput", "1MB/s", "--control-port", 0, files=files)
    truth = json.loads((tmp_path / "truth.json").read_text())
    assert one.asked("/truth") == (200, truth)
    other = started(*at, "--control-port", 0, files=files)
    assert other.asked("/truth") != (200, truth)
    asked_for = "peak_window=5min&min_recommended_partitions=2&consumer_throughput=1MB/s"
    assert other.asked("/truth?" + asked_for) == (200, truth)


def test_a_log_start_is_bounded_by_its_log(started):
    cluster = started("--fleet", "fleet.toml", "--now", "2026-03-04T12:00:00Z", "--control-port", 0,
                      files={"fleet.toml": FLEET})
    path = "/topics/steady/0/log-start"
    for offset in ("-5", "1000000000", "9223372036854775807", "99999999999999999999", "x"):
        status, answer = cluster.asked(path, "PUT", offset)
        assert status == 400 and offset in answer["error"], answer
    assert cluster.asked(path, "PUT", "1000") == (200, {"done": True, "log_start": 1000})
    assert cluster.asked(path, "PUT", "10") == (200, {"done": True, "log_start": 1000})


def test_the_clock_does_not_go_back_behind_what_is_deleted(started):
    cluster = started("--fleet", "fleet.toml", "--now", "2026-03-04T12:00:00Z", "--control-port", 0,
                      files={"fleet.toml": FLEET})
    assert cluster.asked("/topics/steady/0/log-start", "PUT", "4000000")[0] == 200
    status, answer = cluster.asked("/clock", "PUT", "2026-03-04T00:00:00Z")
    assert status == 400 and "steady" in answer["error"], answer
    assert cluster.asked("/state")[1]["clock"] == {"now": "2026-03-04T12:00:00Z", "stands": True}
    # 4,000,000 records are 44 of the 48 hours, at 25 a second.
    assert cluster.asked("/clock", "PUT", "2026-03-04T11:59:00Z")[0] == 200


def test_a_port_that_is_taken_is_told_with_its_holder(partwise):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        run = partwise("broker", "--port", port)
        control = partwise("broker", "--port", 0, "--control-port", port)
    assert run.status == 1
    assert str(port) in run.err and "--port 0" in run.err
    assert control.status == 1 and "--control-port 0" in control.err


@pytest.mark.parametrize("slip, line, said", [
    ('[[topic]]\nname = "a"\npartitons = 3\n', 3, "partitions"),
    ('[[topic]]\nname = "a"\ndemand = [{shape = "flat", rate = -1}]\n', 3, "rate"),
    ('[[topic]]\nname = "a"\nkeys = {shape = "hot", hot = {x = 0.7, y = 0.6}, others = 3}\n', 3, "share"),
    ('[[topic]]\nname = "a"\npartitions = 0\n', 3, "partitions"),
    ("[[topic]\n", 1, "fleet.toml"),
    ('[[topic]]\nname = "a"\n[[topic]]\nname = "b"\ncount = 11\npartitions = 100000\n', 3,
     "1,100,001 partitions in all"),
    ('[[topic]]\nname = "a.b"\n[[topic]]\nname = "a_b"\n', 4, "line 2"),
    ('[[topic]]\nname = "a"\nreplication_factor = 3\n', 3, "--brokers 3"),
    ('[[topic]]\nname = "a"\nconfigs = { "cleanup.polcy" = "compact" }\n', 3, "did you mean 'cleanup.policy'?"),
])
def test_a_slip_in_a_fleet_file_is_told_with_its_line(partwise, slip, line, said):
    run = partwise("broker", "--port", 0, "--brokers", 2, "--fleet", "fleet.toml", files={"fleet.toml": slip})
    assert run.status == 2
    assert said in run.err and f"fleet.toml line {line}" in run.err and run.err.count("error:") == 1, run.err


def test_a_made_fleet_with_more_replicas_than_brokers_is_told(partwise):
    run = partwise("broker", "--port", 0, "--brokers", 2, "--fleet", "bench:3")
    assert run.status == 2
    assert "the fleet bench:3 has topics of 3 replicas, but --brokers is 2" in run.err, run.err


@pytest.fixture
def pems(tmp_path):
    """Two pairs of certificate and key, one key encrypted, one file of both."""
    for name in ("one", "two"):
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                        "-subj", "/CN=localhost", "-days", "2", "-keyout", tmp_path / f"{name}.key",
                        "-out", tmp_path / f"{name}.crt"], check=True, capture_output=True)
    subprocess.run(["openssl", "pkey", "-in", tmp_path / "one.key", "-aes256", "-passout", "pass:secret",
                    "-out", tmp_path / "locked.key"], check=True, capture_output=True)
    files = {path.name: path.read_text() for path in tmp_path.iterdir() if path.suffix in (".key", ".crt")}
    files["both.pem"] = files["one.crt"] + files["one.key"]
    return files


@pytest.mark.parametrize("certificate, key, option, said", [
    ("one.crt", "two.key", "--tls-key", "the private key two.key does not belong to the certificate one.crt"),
    ("one.crt", None, "--tls-certificate", "one.crt has a certificate, but not its private key"),
    ("one.crt", "nowhere.key", "--tls-key", "cannot read nowhere.key: No such file"),
    ("nowhere.crt", "one.key", "--tls-certificate", "cannot read nowhere.crt: No such file"),
    ("one.crt", ".", "--tls-key", "cannot read .: it is a folder"),
    ("one.crt", "one.crt", "--tls-key", "one.crt has no private key in PEM"),
    ("one.key", "one.key", "--tls-certificate", "one.key has no certificate in PEM"),
    ("one.crt", "locked.key", "--tls-key", "the private key locked.key is encrypted"),
    (None, "one.key", "--tls-key", "one.key is given without its certificate"),
])
def test_a_certificate_and_a_key_that_do_not_serve_are_told_once(partwise, pems, certificate, key, option, said):
    options = [each for name, file in (("--tls-certificate", certificate), ("--tls-key", key)) if file
               for each in (name, file)]
    run = partwise("broker", "--port", 0, *options, files=pems)
    assert run.status == 2, run.err
    assert said in run.err and option in run.err and run.err.count("error:") == 1, run.err


@pytest.mark.parametrize("options", [("--tls-certificate", "both.pem"),
                                     ("--tls-certificate", "one.crt", "--tls-key", "one.key")])
def test_a_certificate_and_its_key_serve(started, pems, options):
    cluster = started(*options, files=pems)
    assert "security.protocol=SSL" in cluster.start

@pytest.mark.parametrize("options, said", [
    (("--fleet", "nowhere.toml"), "nowhere.toml"),
    (("--now", "yesterday"), "yesterday"),
    (("--truth", "t.json"), "--fleet"),
    (("--brokers", 2, "--default-replication-factor", 3), "--default-replication-factor"),
    (("--tls-key", "k.pem"), "--tls-certificate"),
    (("--tls-certificate", "nowhere.pem", "--port", 0), "nowhere.pem"),
    (("--users", "empty"), "user"),
    (("--port", 65_535, "--brokers", 2), "65535"),
    (("--memory", "1B"), "memory"),
    (("--port", 65_535, "--fleet", "three"), "3 brokers from port 65535"),
    (("--fleet", "bench:0"), "1 to 50,000"),
    (("--fleet", "bench:60000"), "1 to 50,000"),
    (("--host", ""), "--host is empty"),
    (("--tls-ca-out", "ca.pem"), "--tls-ca-out"),
    (("--users", "twice"), "alice"),
    (("--port", 0, "--fleet", "three", "--truth", "no/where"), "cannot write no/where: No such file"),
])
def test_bad_options_are_told(partwise, options, said):
    three = '[[topic]]\nname = "a"\nreplication_factor = 3\n'
    run = partwise("broker", *options, files={"empty": "", "three": three, "twice": "alice=a\nalice=b\n"})
    assert run.status == 2, run.err
    assert said in run.err


def test_the_demo_has_the_truth_beside_its_table(partwise):
    run = partwise("demo")
    assert run.status == 0, run.err
    assert "TRUTH" in run.out and "not Apache Kafka" in run.out and "Try next:" in run.out
    assert "ledger" in run.out
    assert sorted("-".join(path.name.split("-")[3:]) for path in (run.folder / "partwise-demo").iterdir()) == [
        "detail-report.csv", "report.html", "report.json", "summary-report.csv"]
    assert "report.html\n" in run.out, "told where it is"
    page = next((run.folder / "partwise-demo").glob("*report.html")).read_text()
    assert page.startswith("<!doctype html>") and '"cluster_id": "demo"' in page
    report = json.loads(next((run.folder / "partwise-demo").glob("*report.json")).read_text())
    assert report["clusters"][0]["cluster_id"] == "demo"
    assert len(report["clusters"][0]["topics"]) > 40
