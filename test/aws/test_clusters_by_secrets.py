"""Clusters whose credentials are secrets of AWS Secrets Manager, by the whole program against moto."""

import json
import sys

import pytest
from test_secrets_manager import TOP, moto  # noqa: F401 (a fixture)

AWS = {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing", "AWS_EC2_METADATA_DISABLED": "true"}


def kafka_secret(cluster):
    return json.dumps({"kafka_cluster_id": cluster, "environment_id": "env-9", "bootstrap.servers": "127.0.0.1:1",
                       "sasl.username": "user", "sasl.password": "kept-in-aws"})


@pytest.fixture
def secrets(moto):  # noqa: F811
    sys.path.insert(0, str(TOP / "build/moto"))
    import boto3
    client = boto3.client("secretsmanager", region_name="eu-central-1", endpoint_url=moto,
                          aws_access_key_id="testing", aws_secret_access_key="testing")
    client.create_secret(Name="kafka/prod one", SecretString=kafka_secret("lkc-1"))
    client.create_secret(Name="kafka/bytes", SecretBinary=kafka_secret("lkc-2").encode())
    client.create_secret(Name="broken", SecretString='{"kafka_cluster_id": "lkc-3", "sasl.password": "kept-in-aws"')
    client.create_secret(Name="two faults", SecretString='{"sasl.username": "user"}')
    client.create_secret(Name="with a serializer",
                         SecretString=kafka_secret("lkc-7").replace("{", '{"key.serializer": "x", ', 1))
    arn = client.describe_secret(SecretId="kafka/bytes")["ARN"]
    return {**AWS, "AWS_ENDPOINT_URL_SECRETS_MANAGER": moto, "USE_AWS_SECRETS_MANAGER": "True"}, arn


def paths(*names):
    return json.dumps([{"region_name": "eu-central-1", "secret_name": name} for name in names])


def test_a_secret_for_each_cluster(partwise, secrets):
    environment, arn = secrets
    environment["KAFKA_API_SECRET_PATHS"] = json.dumps([{"region_name": "eu-central-1", "secret_name": "kafka/prod one"},
                                                        {"secret_name": arn}])
    run = partwise("cluster", "list", "--format", "json", env=environment)
    assert run.status == 0, run.err
    found = json.loads(run.out)["clusters"]
    assert [(each["id"], each["environment"], each["origin"]) for each in found] == [
        ("lkc-1", "env-9", "secret kafka/prod one"), ("lkc-2", "env-9", f"secret {arn}")]
    assert "kept-in-aws" not in run.out + run.err


def test_a_secret_that_is_wrong_does_not_hide_the_others(partwise, secrets):
    environment, _ = secrets
    environment["KAFKA_API_SECRET_PATHS"] = paths("kafka/prod one", "broken", "not.there")
    run = partwise("cluster", "list", env=environment)
    assert run.status == 4
    assert "lkc-1" in run.out
    assert "secret broken is not valid JSON" in run.out
    assert "not.there" in run.out
    assert "kept-in-aws" not in run.out + run.err
    run = partwise("recommend", env=environment)
    assert run.status == 1, "nothing listens at any of the addresses"
    assert "is not valid JSON: unexpected end of input" in run.err and "kept-in-aws" not in run.err


def test_a_filter_does_not_hide_why_a_secret_is_not_read(partwise, secrets):
    environment, _ = secrets
    environment["KAFKA_API_SECRET_PATHS"] = paths("kafka/prod one", "not.there")
    environment["KAFKA_CLUSTER_FILTER"] = "lkc-2"
    run = partwise("cluster", "list", env=environment)
    assert run.status == 1, run.err
    assert "no cluster lkc-2 among 1" in run.err and "not.there" in run.err
    environment["KAFKA_API_SECRET_PATHS"] = paths("kafka/prod one")
    run = partwise("cluster", "list", env=environment)
    assert run.status == 2 and "no cluster lkc-2 among 1" in run.err


def test_a_login_that_nobody_needs_is_not_read(partwise, secrets):
    environment, _ = secrets
    environment["KAFKA_API_SECRET_PATHS"] = paths("kafka/prod one")
    environment["CONFLUENT_CLOUD_API_SECRET_PATH"] = '{"region_name": "eu-central-1", "secret_name": "not.there"}'
    run = partwise("recommend", "--timeout", "2s", env=environment)
    assert run.status == 1 and "cannot reach" in run.err and "not.there" not in run.err
    run = partwise("recommend", "--timeout", "2s", "--method", "metrics_api", env=environment)
    assert run.status == 1 and "not.there" in run.err


def test_registries_are_read_before_anything_is_done(partwise, secrets):
    environment, _ = secrets
    environment["KAFKA_API_SECRET_PATHS"] = paths("kafka/prod one")
    environment["USE_KAFKA_WRITER"] = "True"
    environment["SCHEMA_REGISTRY_API_SECRET_PATH"] = '{"region_name": "eu-central-1", "secret_name": "not.there"}'
    run = partwise("recommend", "--timeout", "2s", env=environment)
    assert run.status == 1 and "not.there" in run.err and "cannot reach" not in run.err


def test_all_that_is_wrong_with_a_secret_is_told_without_a_name_that_it_has_not(partwise, secrets):
    environment, _ = secrets
    environment["KAFKA_API_SECRET_PATHS"] = paths("kafka/prod one", "two faults")
    for command in ["recommend"], ["cluster", "describe"]:
        run = partwise(*command, "--timeout", "2s", env=environment)
        assert run.status in (1, 4), run.err
        assert "kafka_cluster_id is missing" in run.err and "bootstrap.servers is missing" in run.err
        assert "error: secret two faults" in run.err and "cluster :" not in run.err


def test_warnings_of_secrets_are_told(partwise, secrets):
    environment, _ = secrets
    environment["KAFKA_API_SECRET_PATHS"] = paths("with a serializer")
    run = partwise("cluster", "list", env=environment)
    assert run.status == 0
    assert "secret with a serializer: " in run.err and "key.serializer" in run.err


def test_variables_of_the_env_file_count(partwise, secrets):
    environment, _ = secrets
    environment["KAFKA_API_SECRET_PATHS"] = paths("kafka/prod one")
    lines = "".join(f"{name}='{value}'\n" for name, value in environment.items())
    run = partwise("cluster", "list", files={".env": lines})
    assert run.status == 0, run.err
    assert "lkc-1" in run.out


def test_no_credentials_of_aws(partwise, secrets):
    environment, _ = secrets
    environment["KAFKA_API_SECRET_PATHS"] = paths("kafka/prod one")
    del environment["AWS_ACCESS_KEY_ID"]
    run = partwise("cluster", "list", env={**environment, "HOME": "/nowhere"})
    assert run.status == 1, run.err
    assert "kafka/prod one" in run.out
