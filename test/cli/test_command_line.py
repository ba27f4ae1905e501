"""Help, flags, settings and their mistakes: what needs no cluster."""

import pathlib
import re
import subprocess

import pytest
from harness import PARTWISE

TOP = pathlib.Path(__file__).resolve().parent.parent.parent
NOWHERE = ("--bootstrap-servers", "127.0.0.1:1")


def flags_in(text):
    return set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", text))


def test_alone_it_says_what_it_is_and_where_to_go_on(partwise):
    run = partwise()
    assert run.status == 0
    assert "recommend" in run.out and "Examples:" in run.out and "--help" in run.out


def test_version_names_the_kafka_library(partwise):
    run = partwise("--version")
    assert run.status == 0
    assert re.fullmatch(r"partwise \d+\.\d+\.\d+ \(librdkafka \d+\.\d+\.\d+.*\)\n", run.out)


def test_help_of_a_command_is_the_same_both_ways(partwise):
    assert partwise("help", "recommend").out == partwise("recommend", "--help").out
    assert partwise("recommend", "-h").status == 0


def test_help_of_a_command_below_another_is_the_same_three_ways(partwise):
    shown = partwise("cluster", "keys", "--help")
    assert shown.status == 0 and "--prune" in shown.out
    assert partwise("help", "cluster", "keys").out == shown.out
    assert partwise("cluster", "help", "keys").out == shown.out
    assert partwise("cluster", "help").out == partwise("cluster", "--help").out


def test_help_and_page_list_every_option(partwise):
    shown = flags_in(partwise("recommend", "--help").out)
    page = flags_in((TOP / "docs" / "recommend.md").read_text())
    assert {"--sampling-days", "--full-scan", "--explain", "--max-workers-per-cluster"} <= shown
    assert shown - page == set(), "docs/recommend.md lacks options"


@pytest.mark.parametrize("arguments", [["recommend", "--show-config"], ["recommend", "--help"], ["--version"],
                                       ["recommend", *NOWHERE, "--timeout", "1s", "--format", "json"]])
def test_output_that_cannot_be_written_is_a_failure(tmp_path, arguments):
    with open("/dev/full", "w") as full:
        process = subprocess.run([PARTWISE, *arguments], cwd=tmp_path, env={}, timeout=60, check=False,
                                 stdin=subprocess.DEVNULL, stdout=full, stderr=subprocess.PIPE, text=True)
    assert process.returncode == 1, process.stderr
    assert process.stderr.count("cannot write to standard output: No space left on device") == 1


def test_an_unknown_command_names_the_nearest(partwise):
    run = partwise("recomend")
    assert run.status == 2
    assert "unknown command 'recomend'" in run.err and "partwise recommend" in run.err


def test_an_unknown_flag_names_the_nearest(partwise):
    run = partwise("recommend", "--samplng-days", "3")
    assert run.status == 2
    assert "unknown flag --samplng-days" in run.err
    assert "try:  --sampling-days" in run.err
    assert run.err.count("error: ") == 1, "its value is not another mistake"
    assert run.out == ""


def test_a_word_that_belongs_to_no_flag(partwise):
    run = partwise("recommend", "orders")
    assert run.status == 2
    assert "'orders' is not understood here (word 1 behind the command)" in run.err


@pytest.mark.parametrize("words", [("orders", "--show-keys"), ("--show-keys", "orders"), ("--from", "6h", "orders", "--show-keys"),
                                   ("--show-keys", "--topic", "orders"), ("--show-keys", "--topic=orders")])
def test_a_topic_may_stand_anywhere(partwise, words):
    run = partwise("keys", "scan", *words, *NOWHERE, "--show-config")
    assert run.status == 0, run.err
    assert "--topic=orders " in run.out and "--show-keys=True " in run.out, run.out


def test_of_two_topics_one_is_not_understood(partwise):
    for words, wrong in ((("orders", "trips"), "'trips' is not understood here (word 2"),
                         (("--topic", "orders", "trips"), "'trips' is not understood here (word 3"),
                         (("orders", "--show-keys", "trips"), "trips")):
        run = partwise("keys", "scan", *words, *NOWHERE)
        assert run.status == 2 and wrong in run.err, run.err
        assert run.err.count("error: ") == 1


def test_a_piece_of_a_secret_is_no_topic(partwise):
    run = partwise("keys", "scan", "--kafka-credentials", "[{a,", "s3cret}]")
    assert run.status == 2 and "s3cret" not in run.err
    assert "word 3 behind the command is not understood" in run.err


@pytest.mark.parametrize("flag", ["--kafka-credentials", "--kafka-credential"])
def test_a_secret_that_the_shell_took_apart_is_not_shown(partwise, flag):
    run = partwise("recommend", "--topic-filter", "s3cret}]", flag,
                   "[{kafka_cluster_id:", "a,", "sasl.password:", "-s3cret", "s3cret}]", "--samplng-days=3")
    assert run.status == 2
    assert "word 5 behind the command is not understood" in run.err
    assert "try:  single quotes around the whole value of --kafka-credentials" in run.err
    assert "unknown flag --samplng-days" in run.err
    assert "s3cret" not in run.err


def test_a_property_without_its_separator_may_be_a_secret(partwise):
    run = partwise("recommend", *NOWHERE, "--config", "c.properties",
                   files={"c.properties": "client.id=c\nsasl.passwords3cret\n"})
    assert run.status == 2
    assert "not a name=value line" in run.err and "from: c.properties line 2" in run.err
    assert "s3cret" not in run.err


def test_a_flag_without_its_value_is_named(partwise):
    run = partwise("recommend", "--sampling-days")
    assert run.status == 2
    assert "--sampling-days has no value" in run.err


def test_several_wrong_settings_are_told_together(partwise):
    run = partwise("recommend", *NOWHERE, "--sampling-days", "-1", "--modell", "--model", "capcity",
                   env={"MAX_CLUSTER_WORKERS": "none", "READ_BUDGET": "4 parsecs"})
    assert run.status == 2
    assert run.err.count("error: ") == 5
    assert "unknown flag --modell" in run.err
    assert "--sampling-days: -1 is out of range" in run.err and "the nearest allowed is" in run.err
    assert "'capcity' is not one of capacity|ratio" in run.err
    assert "MAX_CLUSTER_WORKERS: 'none' is not a number" in run.err
    assert "from: READ_BUDGET" in run.err


def test_settings_that_exclude_each_other(partwise):
    run = partwise("recommend", *NOWHERE, "--full-scan", "--prove")
    assert run.status == 2
    assert "--full-scan, --prove and --quick exclude each other" in run.err


def test_a_topic_filter_that_names_nothing_is_not_all_topics(partwise):
    run = partwise("recommend", *NOWHERE, env={"TOPIC_FILTER": " , "})
    assert run.status == 2
    assert "TOPIC_FILTER ',' names nothing" in run.err and "from: TOPIC_FILTER" in run.err


@pytest.mark.parametrize("servers", ["localhost:99999", "localhost:abc", "5"])
def test_a_wrong_address_is_found_before_any_connection(partwise, servers):
    run = partwise("recommend", "--bootstrap-servers", f"127.0.0.1:1,{servers}")
    assert run.status == 2
    assert f"bootstrap servers: '{servers}' " in run.err and "from: --bootstrap-servers" in run.err
    run = partwise("recommend", "--config", "c.properties",
                   files={"c.properties": f"bootstrap.servers={servers}\n"})
    assert run.status == 2
    assert f"bootstrap servers: '{servers}' " in run.err and "from: c.properties line 1" in run.err


def test_no_cluster_at_all(partwise):
    run = partwise("recommend")
    assert run.status == 2
    assert "no cluster is named" in run.err and "--bootstrap-servers" in run.err


CLOUD = {"CONFLUENT_CLOUD_CREDENTIAL":
         '{"confluent_cloud_api_key": "k", "confluent_cloud_api_secret": "a-secret"}'}
FROM_CLOUD = "USE_CONFLUENT_CLOUD_API_KEY_TO_FETCH_KAFKA_CREDENTIALS"


@pytest.mark.parametrize("environment, what, hint", [
    ({"USE_SAMPLE_RECORDS": "False"}, "the Metrics API needs an API key", "CONFLUENT_CLOUD_CREDENTIAL="),
    ({"USE_SAMPLE_RECORDS": "False", "ANALYSIS_METHOD": "sampling_records", **CLOUD},
     "USE_SAMPLE_RECORDS is False, but the method is sampling_records", "leave one of them out"),
    ({"ANALYSIS_METHOD": "prometheus"}, "no server is named", "--prometheus-url"),
    ({"ANALYSIS_METHOD": "prometheus", "PROMETHEUS_URL": "localhost"}, "PROMETHEUS_URL: ", "http"),
    ({"ANALYSIS_METHOD": "metrics_api", "PROVE": "True", **CLOUD}, "PROVE says how brokers are asked", "leave one"),
    ({"CROSS_CHECK": "True"}, "--cross-check has no second method", "--prometheus-url"),
    ({"PROMETHEUS_USER": "u", "PROMETHEUS_TOKEN": "t"}, "both a user and a token", "leave one of them out"),
    ({"CONFLUENT_METRICS_API_URL": "http://metrics.example.com", **CLOUD},
     "CONFLUENT_METRICS_API_URL is plain http to metrics.example.com", "https://"),
    ({"CONFLUENT_CLOUD_CREDENTIAL": "{"}, "CONFLUENT_CLOUD_CREDENTIAL", ""),
    ({"USE_KAFKA_WRITER": "True", "KAFKA_WRITER_TOPIC_NAME": "a b"}, "'a b'", "249"),
    ({"USE_KAFKA_WRITER": "True", "SCHEMA_REGISTRY_URL": "registry"}, "SCHEMA_REGISTRY_URL", ""),
])
def test_settings_that_do_not_fit_together(partwise, environment, what, hint):
    run = partwise("recommend", *NOWHERE, env=environment)
    assert run.status == 2, run.err
    assert what in run.err and hint in run.err
    assert "a-secret" not in run.err


@pytest.mark.parametrize("environment, what", [
    ({FROM_CLOUD: "True"}, "there is no API key of Confluent Cloud"),
    ({FROM_CLOUD: "True", "USE_AWS_SECRETS_MANAGER": "True"}, "there is no API key of Confluent Cloud"),
    ({FROM_CLOUD: "True", **CLOUD}, "PRINCIPAL_ID is missing"),
    ({FROM_CLOUD: "True", "PRINCIPAL_ID": "me", **CLOUD}, "PRINCIPAL_ID 'me' is neither sa-... nor u-..."),
    ({"USE_AWS_SECRETS_MANAGER": "True"}, "KAFKA_API_SECRET_PATHS names no secret"),
    ({"USE_AWS_SECRETS_MANAGER": "True", "KAFKA_API_SECRET_PATHS": "[]"}, "KAFKA_API_SECRET_PATHS"),
    ({"KAFKA_CREDENTIALS": '[{"kafka_cluster_id": "a", "bootstrap.servers": "127.0.0.1:1"}]',
      "KAFKA_CLUSTER_FILTER": "b"}, "KAFKA_CLUSTER_FILTER: no cluster b among 1"),
])
def test_clusters_that_cannot_be_found(partwise, environment, what):
    run = partwise("recommend", env=environment)
    assert run.status == 2, run.err
    assert what in run.err
    assert "a-secret" not in run.err


def test_the_newer_name_of_a_variable(partwise):
    run = partwise("recommend", env={"USE_CONFLUENT_CLOUD_API_KEY_TO_FETCH_RESOURCE_CREDENTIALS": "True"})
    assert run.status == 2 and "there is no API key of Confluent Cloud" in run.err


def shown(run):
    assert run.status == 0, run.err
    return dict(line.split("=", 1) for line in run.out.splitlines())


def test_show_config_tells_value_and_origin_and_no_secret(partwise):
    settings = shown(partwise(
        "recommend", "--show-config", "--sampling-days=3",
        env={"MIN_RECOMMENDED_PARTITIONS": "9",
             "KAFKA_CREDENTIALS": '[{"kafka_cluster_id": "a", "bootstrap.servers": "h:1", "sasl.password": "hunter2"}]'},
        files={".env": "SAMPLING_DAYS=5\nTOPIC_FILTER=orders,payments\nMIN_RECOMMENDED_PARTITIONS=7\n"}))
    assert settings["SAMPLING_DAYS"] == "3  # --sampling-days"
    assert settings["MIN_RECOMMENDED_PARTITIONS"] == "9  # MIN_RECOMMENDED_PARTITIONS"
    assert settings["TOPIC_FILTER"] == "orders,payments  # .env line 2"
    assert settings["MIN_CONSUMPTION_THROUGHPUT"] == "10485760  # default"
    assert settings["KAFKA_CREDENTIALS"] == "***  # KAFKA_CREDENTIALS"


def test_show_config_tells_no_login_of_a_url(partwise):
    settings = shown(partwise("recommend", "--show-config", "--prometheus-url", "https://u:hunter2@prom/x",
                              env={"SCHEMA_REGISTRY_URL": "https://user:hunter2@registry:8081",
                                   "CONFLUENT_CLOUD_API_URL": "https://u:hunter2@api.example"}))
    assert settings["SCHEMA_REGISTRY_URL"] == "https://***@registry:8081  # SCHEMA_REGISTRY_URL"
    assert settings["PROMETHEUS_URL"] == "https://***@prom/x  # --prometheus-url"
    assert "hunter2" not in str(settings)


@pytest.mark.parametrize("name", ["CONFLUENT_CLOUD_API_URL", "CONFLUENT_METRICS_API_URL", "PROMETHEUS_URL"])
@pytest.mark.parametrize("more", ["?key=hunter2", "#hunter2"])
def test_a_service_has_no_query_in_its_url(partwise, name, more):
    run = partwise("recommend", *NOWHERE, env={name: "https://service.example/path" + more})
    assert run.status == 2
    assert f"{name}: a service's URL has more than an address and a path" in run.err and "hunter2" not in run.err


REGISTRIES = '{"url": "https://registry.example"}'


@pytest.mark.parametrize("env, told", [
    ({"SCHEMA_REGISTRY_API_SECRET_PATH": '{"secret_name": "registry"}'},
     "SCHEMA_REGISTRY_API_SECRET_PATH names a secret, but USE_AWS_SECRETS_MANAGER is not True"),
    ({"SCHEMA_REGISTRY_URL": "https://a.example", "SCHEMA_REGISTRY_CREDENTIAL": REGISTRIES},
     "both SCHEMA_REGISTRY_URL and SCHEMA_REGISTRY_CREDENTIAL name registries")])
def test_settings_of_registries_that_exclude_each_other(partwise, env, told):
    run = partwise("recommend", *NOWHERE, env={"USE_KAFKA_WRITER": "True", **env})
    assert run.status == 2 and told in run.err


def test_settings_of_registries_that_are_not_used_are_told(partwise):
    run = partwise("recommend", *NOWHERE, "--timeout", "1s", env={
        "USE_KAFKA_WRITER": "True", "SCHEMA_REGISTRY_BASIC_AUTH_USER_INFO": "user:hunter2",
        "SCHEMA_REGISTRY_CREDENTIAL": REGISTRIES})
    assert run.status == 1
    assert "SCHEMA_REGISTRY_BASIC_AUTH_USER_INFO is not used" in run.err and "hunter2" not in run.err


def test_every_documented_variable_has_its_documented_default(partwise):
    settings = shown(partwise("recommend", "--show-config"))
    documented = {
        "INCLUDE_INTERNAL_TOPICS": "False", "MIN_RECOMMENDED_PARTITIONS": "6",
        "MIN_CONSUMPTION_THROUGHPUT": "10485760", "REQUIRED_CONSUMPTION_THROUGHPUT_FACTOR": "3",
        "USE_SAMPLE_RECORDS": "True", "SAMPLING_DAYS": "7", "SAMPLING_BATCH_SIZE": "10000",
        "SAMPLING_MAX_CONSECUTIVE_NULLS": "50", "SAMPLING_TIMEOUT_SECONDS": "2.0",
        "SAMPLING_MAX_CONTINUOUS_FAILED_BATCHES": "5", "MAX_CLUSTER_WORKERS": "3",
        "MAX_WORKERS_PER_CLUSTER": "8"}
    for name, value in documented.items():
        assert settings[name] == f"{value}  # default"
    assert settings["TOPIC_FILTER"] == "  # not set" or settings["TOPIC_FILTER"].endswith("# not set")


def test_env_file_as_people_write_it(partwise):
    text = ('\ufeff# comment\r\nexport SAMPLING_DAYS = 3 # days\r\nTOPIC_FILTER="a#b, c"\r\n\r\n'
            "MODEL_OF_NOTHING=1\r\nSIZING_MODEL='ratio'\r\n")
    settings = shown(partwise("recommend", "--show-config", files={".env": text.encode("utf-8")}))
    assert settings["SAMPLING_DAYS"] == "3  # .env line 2"
    assert settings["TOPIC_FILTER"] == "a#b, c  # .env line 3"
    assert settings["SIZING_MODEL"] == "ratio  # .env line 6"


def test_env_file_with_an_unclosed_quote_names_its_line(partwise):
    run = partwise("recommend", *NOWHERE, files={".env": 'A=1\nTOPIC_FILTER="orders\nB=2\n'})
    assert run.status == 2
    assert "the value of TOPIC_FILTER has an unclosed double quote" in run.err
    assert "from: .env line 2" in run.err


def test_a_named_env_file_must_exist(partwise):
    run = partwise("recommend", "--env-file", "missing.env")
    assert run.status == 2
    assert "cannot read missing.env" in run.err


@pytest.mark.parametrize("flag", ["--env-file", "--config"])
def test_a_folder_is_no_file_of_settings(partwise, flag):
    run = partwise("recommend", *NOWHERE, flag, "/usr")
    assert run.status == 2
    assert "cannot read /usr: it is a folder" in run.err and f"from: {flag}" in run.err


def test_a_slip_in_the_env_file_is_pointed_at(partwise):
    run = partwise("recommend", *NOWHERE, "--timeout", "1s", files={".env": "SAMPLNG_DAYS=3\n"})
    assert "SAMPLNG_DAYS is not a setting; is SAMPLING_DAYS meant?" in run.err
    run = partwise("recommend", "--show-config", files={".env": "sampling_days=3\n"})
    assert run.status == 0 and "SAMPLING_DAYS=7  # default" in run.out
    assert run.err == "warning: .env line 1: sampling_days is not a setting; is SAMPLING_DAYS meant?\n"


def test_malformed_credentials_name_the_position_and_no_secret(partwise):
    run = partwise("recommend", files={
        ".env": '# mine\n\nKAFKA_CREDENTIALS=[{"kafka_cluster_id": "lkc-1", "sasl.password": "hunter2\n'})
    assert run.status == 2
    assert "KAFKA_CREDENTIALS is not valid JSON: unexpected end of input at character " in run.err
    assert "from: .env line 3" in run.err
    assert "hunter2" not in run.err


def test_a_property_that_cannot_be_honoured_is_an_error_naming_it(partwise):
    run = partwise("recommend", "--config", "client.properties", files={
        "client.properties": "bootstrap.servers=127.0.0.1:1\ngroup.id=mine\nssl.truststore.location=t.jks\n"})
    assert run.status == 2
    assert "property group.id cannot be honoured" in run.err and "client.properties line 2" in run.err
    assert "ssl.truststore.location" in run.err


def test_an_unknown_property_is_an_error_naming_it(partwise):
    run = partwise("recommend", "--config", "c.properties", files={
        "c.properties": "bootstrap.servers=127.0.0.1:1\nsecurity.protocl=SSL\n"})
    assert run.status == 2
    assert "property security.protocl is not known" in run.err and "c.properties line 2" in run.err


def test_a_slip_in_the_name_of_a_store_is_not_swallowed(partwise):
    run = partwise("recommend", *NOWHERE, "--config", "c.properties", files={
        "c.properties": "ssl.truststore.type=PEM\nssl.truststore.locaton=ca.pem\n"})
    assert run.status == 2
    assert "property ssl.truststore.locaton is not known" in run.err and "c.properties line 2" in run.err


@pytest.mark.parametrize("properties, what", [
    ("security.protocol=SASL_PLAINTEXT\nsasl.mechanism=PLAIN\n", "sasl.username"),
    ("security.protocol=SASL_PLAINTEXT\nsasl.mechanism=MAGIC\n", "mechanism"),
])
def test_properties_that_make_no_client(partwise, properties, what):
    run = partwise("recommend", *NOWHERE, "--config", "client.properties", files={"client.properties": properties})
    assert run.status == 2
    assert "the client settings do not fit together" in run.err and what in run.err


def test_a_certificate_that_is_not_there(partwise):
    run = partwise("recommend", *NOWHERE, "--config", "client.properties",
                   files={"client.properties": "security.protocol=SSL\nssl.ca.location=/nowhere/ca.pem\n"})
    assert run.status == 2
    assert "ssl.ca.location names /nowhere/ca.pem, which cannot be read: No such file" in run.err
    assert "from: client.properties line 2" in run.err


def test_credentials_leave_to_the_config_file_what_they_do_not_say(partwise):
    # Were SASL_SSL assumed over the file, the broker at port 1 would be asked for TLS all the same;
    # a mechanism that does not exist shows whose word counts.
    run = partwise("recommend", "--config", "client.properties",
                   env={"KAFKA_CREDENTIALS": '[{"kafka_cluster_id": "a", "bootstrap.servers": "127.0.0.1:1", '
                                             '"sasl.username": "u", "sasl.password": "p"}]'},
                   files={"client.properties": "sasl.mechanism=MAGIC\n"})
    assert run.status == 2 and "MAGIC" in run.err


def test_a_missing_config_file(partwise):
    run = partwise("recommend", "--config", "missing.properties")
    assert run.status == 2
    assert "cannot read missing.properties" in run.err


def test_an_unusable_output_folder_is_found_before_any_work(partwise):
    run = partwise("recommend", *NOWHERE, "--out", "file/below", files={"file": ""})
    assert run.status == 2
    assert "cannot write file/below" in run.err and "--out" in run.err
    assert "127.0.0.1:1" not in run.err, "it tried the cluster first"
    run = partwise("recommend", *NOWHERE, "--out", "/proc/partwise")
    assert run.status == 2 and "cannot write /proc/partwise" in run.err
