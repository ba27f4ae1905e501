"""Clusters with TLS and logins: every way in works, and every way that should not has its own message."""

import json
import subprocess
import time

import pytest
from kafka_node import kafka
from token_endpoint import TokenEndpoint

pytestmark = pytest.mark.kafka_only

HOUR = 3_600_000
SECRETS = ("admin-secret", "reader-secret", "limited-secret", "service-secret", "client-secret", "wrong-secret")
MODULES = "org.apache.kafka.common.security"


class Listeners:
    """The node's listeners with TLS by name, and the files that belong to them."""

    def __init__(self, node):
        self.address = {name: kafka("address", node.name, name)
                        for name in ("PLAINTEXT", "SECURED", "TLS", "MUTUAL", "EXPIRED", "ELSEWHERE")}
        self.files = node.folder / "tls"

    def by_name(self, name):
        return "localhost:" + self.address[name].rpartition(":")[2]

    def file(self, name):
        return str(self.files / name)

    @property
    def ca(self):
        return {"ssl.ca.location": self.file("ca.crt")}

    def login(self, user="reader", password="reader-secret", mechanism="PLAIN"):
        return self.ca | {"security.protocol": "SASL_SSL", "sasl.mechanism": mechanism, "sasl.username": user,
                          "sasl.password": password}

    def token(self, endpoint, secret="service-secret", client="service"):
        return self.ca | {"security.protocol": "SASL_SSL", "sasl.mechanism": "OAUTHBEARER",
                          "sasl.oauthbearer.token.endpoint.url": endpoint.url, "sasl.oauthbearer.client.id": client,
                          "sasl.oauthbearer.client.secret": secret}

    def certificate(self, name="client.pem"):
        return self.ca | {"security.protocol": "SSL", "ssl.certificate.location": self.file(name), "ssl.key.location": self.file(name)}


@pytest.fixture(scope="module")
def tls(node):
    """`reader` and `service` may read tls.open, and only describe tls.closed."""
    now = int(time.time() // 60 * 60_000)
    node.script(["create tls.open 2", "create tls.closed 2"]
                + [f"send tls.{topic} {i % 2} {now - HOUR + i * 100} - 100" for topic in ("open", "closed") for i in range(2_000)])
    users = ("--allow-principal", "User:reader", "--allow-principal", "User:service")
    described = ("--operation", "Describe", "--operation", "DescribeConfigs")
    node.tool("org.apache.kafka.tools.AclCommand", "--add", *users, *described, "--topic", "tls.open", "--topic", "tls.closed")
    node.tool("org.apache.kafka.tools.AclCommand", "--add", *users, "--operation", "Read", "--topic", "tls.open")
    return Listeners(node)


@pytest.fixture(scope="module")
def endpoint(tls):
    started = TokenEndpoint(tls.file("token.key"), {"service": "service-secret", "stranger": "service-secret"})
    yield started
    started.close()


def text_of(properties):
    return "".join(f"{name}={value}\n" for name, value in properties.items())


def by_config(partwise, address, properties, *arguments):
    return checked(partwise("recommend", "--bootstrap-servers", address, "--config", "client.properties", *arguments,
                            files={"client.properties": text_of(properties)}))


def by_credentials(partwise, address, properties, *arguments, config=None):
    """The properties as further fields of KAFKA_CREDENTIALS; `config`: those that hold for every cluster."""
    cluster = {"kafka_cluster_id": "lkc-1", "bootstrap.servers": address} | properties
    return checked(partwise("recommend", *(("--config", "client.properties") if config else ()), *arguments,
                            env={"KAFKA_CREDENTIALS": json.dumps([cluster])},
                            files={"client.properties": text_of(config)} if config else None))


def checked(run):
    """No secret is anywhere but where it was put."""
    told = run.out + run.err + "".join(path.read_text() for path in run.folder.iterdir() if path.name != "client.properties")
    assert not [secret for secret in SECRETS if secret in told], told
    return run


def assert_measured(run):
    assert run.status == 0, run.err + run.out
    assert run.topic("tls.open")["records"] == 2_000 and run.topic("tls.open")["status"] == "active"


def assert_error(run, status, message, hint):
    assert run.status == status, run.err
    assert message in run.err and hint in run.err, run.err
    assert [line for line in run.err.splitlines() if line.startswith("error:")] == run.err.splitlines()[:1], run.err


WAYS = pytest.mark.parametrize("way", [by_config, by_credentials])
ONLY = ("--topic-filter", "tls.open", "--sampling-timeout-seconds", 10)
NO_SIZES = "sizes on disk are not known: "  # that connection is the program's own, with a login of its own


@WAYS
@pytest.mark.parametrize("mechanism", ["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"])
def test_passwords(partwise, tls, way, mechanism):
    run = way(partwise, tls.address["TLS"], tls.login(mechanism=mechanism), *ONLY)
    assert_measured(run)
    assert run.report["clusters"][0]["warnings"] == [NO_SIZES + "brokers tell none"]


@pytest.mark.parametrize("mechanism", ["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"])
def test_passwords_under_javas_names(partwise, tls, mechanism):
    module = "plain.PlainLoginModule" if mechanism == "PLAIN" else "scram.ScramLoginModule"
    assert_measured(by_config(partwise, tls.by_name("TLS"), {
        "security.protocol": "SASL_SSL", "sasl.mechanism": mechanism,
        "ssl.truststore.type": "PEM", "ssl.truststore.location": tls.file("ca.crt"),
        "sasl.jaas.config": f'{MODULES}.{module} required username="reader" password="reader-secret";'}, *ONLY))


def test_what_config_says_holds_for_clusters_of_the_credentials(partwise, tls):
    """The cluster names its user alone: SASL_SSL and PLAIN are assumed, and the CA is that of --config."""
    run = by_credentials(partwise, tls.address["TLS"], {"sasl.username": "reader", "sasl.password": "reader-secret"}, *ONLY,
                         config=tls.ca)
    assert_measured(run)


def test_what_a_cluster_says_replaces_what_config_says(partwise, tls):
    run = by_credentials(partwise, tls.address["TLS"], tls.login(mechanism="SCRAM-SHA-512"), *ONLY,
                         config={"sasl.mechanisms": "PLAIN", "sasl.username": "limited", "sasl.password": "limited-secret"})
    assert_measured(run)


@WAYS
def test_client_certificates(partwise, tls, way):
    run = way(partwise, tls.address["MUTUAL"], tls.certificate(), *ONLY)
    assert_measured(run)
    assert run.report["clusters"][0]["warnings"] == [NO_SIZES + "brokers tell none"]


@WAYS
@pytest.mark.parametrize("store", [
    {"ssl.keystore.type": "PEM", "ssl.keystore.location": "client.pem"},
    {"ssl.keystore.type": "PKCS12", "ssl.keystore.location": "client.p12", "ssl.keystore.password": "client-secret"},
    {"ssl.certificate.location": "client.crt", "ssl.key.location": "client.key"}], ids=["PEM", "PKCS12", "files"])
def test_client_certificates_in_stores(partwise, tls, way, store):
    given = {name: tls.file(value) if name.endswith(".location") else value for name, value in store.items()}
    run = way(partwise, tls.address["MUTUAL"], tls.ca | {"security.protocol": "SSL"} | given, *ONLY)
    assert_measured(run)
    assert run.report["clusters"][0]["warnings"] == [NO_SIZES + "brokers tell none"]


def test_client_certificates_in_the_credentials_themselves(partwise, tls):
    pem = {name: (tls.files / file).read_text() for name, file in
           (("ssl.truststore.certificates", "ca.crt"), ("ssl.keystore.certificate.chain", "client.crt"), ("ssl.keystore.key", "client.key"))}
    run = by_credentials(partwise, tls.address["MUTUAL"], {"security.protocol": "SSL"} | pem, *ONLY)
    assert_measured(run)
    assert run.report["clusters"][0]["warnings"] == [NO_SIZES + "brokers tell none"]
    assert "PRIVATE KEY" not in run.out + run.err


def test_sizes_on_disk_are_asked_for_over_tls(partwise, tls):
    run = by_config(partwise, tls.address["TLS"], tls.login("admin", "admin-secret"), *ONLY)
    assert_measured(run)
    assert run.report["clusters"][0]["bytes_stored"] > 0


@WAYS
def test_tokens(partwise, tls, endpoint, way):
    run = way(partwise, tls.address["TLS"], tls.token(endpoint) | {"sasl.oauthbearer.scope": "kafka"}, *ONLY)
    assert_measured(run)
    assert endpoint.asked[-1] == {"grant_type": ["client_credentials"], "scope": ["kafka"]}
    assert run.report["clusters"][0]["warnings"] == [NO_SIZES + "sasl.mechanism OAUTHBEARER is not spoken for this request"]


@pytest.mark.parametrize("given", [
    {"sasl.login.callback.handler.class": f"{MODULES}.oauthbearer.secured.OAuthBearerLoginCallbackHandler",
     "sasl.jaas.config": f"{MODULES}.oauthbearer.OAuthBearerLoginModule required clientId='service' clientSecret='service-secret';"},
    {"sasl.jaas.config": f"{MODULES}.oauthbearer.OAuthBearerLoginModule required;",
     "sasl.oauthbearer.jwt.retriever.class": f"{MODULES}.oauthbearer.ClientCredentialsJwtRetriever",
     "sasl.oauthbearer.client.credentials.client.id": "service",
     "sasl.oauthbearer.client.credentials.client.secret": "service-secret"}], ids=["login module", "Kafka 4.1"])
@WAYS
def test_tokens_under_javas_names(partwise, tls, endpoint, way, given):
    assert_measured(way(partwise, tls.address["TLS"], tls.ca | {
        "security.protocol": "SASL_SSL", "sasl.mechanism": "OAUTHBEARER",
        "sasl.oauthbearer.token.endpoint.url": endpoint.url} | given, *ONLY))


def test_a_wrong_ca(partwise, tls):
    run = by_config(partwise, tls.address["TLS"], tls.login() | {"ssl.ca.location": tls.file("other-ca.crt")})
    assert_error(run, 3, f"error: {tls.address['TLS']} is not trusted: its certificate is not signed by an authority that is "
                 "trusted here ('partwise tests: ca')", "ssl.ca.location must name")


def test_no_ca(partwise, tls):
    run = by_credentials(partwise, tls.address["TLS"], {"sasl.username": "reader", "sasl.password": "reader-secret"})
    assert_error(run, 3, "is not signed by an authority that is trusted here", "ssl.ca.location must name")


def test_no_verification_only_where_it_is_asked_for(partwise, tls):
    properties = tls.login() | {"ssl.ca.location": tls.file("other-ca.crt"), "enable.ssl.certificate.verification": "false"}
    assert_measured(by_config(partwise, tls.address["TLS"], properties, *ONLY))
    run = by_config(partwise, tls.address["TLS"], properties | {"sasl.password": "wrong-secret"})
    assert_error(run, 3, "refused the credentials", "check the user name")


def test_an_expired_certificate(partwise, tls):
    ends = subprocess.run(["openssl", "x509", "-in", tls.file("expired.crt"), "-noout", "-enddate", "-dateopt", "iso_8601"],
                          check=True, capture_output=True, text=True).stdout.strip().removeprefix("notAfter=")[:16]
    run = by_config(partwise, tls.address["EXPIRED"], tls.ca | {"security.protocol": "SSL"})
    assert_error(run, 3, f"error: {tls.address['EXPIRED']} is not trusted: its certificate expired on {ends} UTC", "clock")


def test_a_wrong_host_name(partwise, tls):
    properties = tls.ca | {"security.protocol": "SSL"}
    run = by_config(partwise, tls.address["ELSEWHERE"], properties)
    assert_error(run, 3, f"error: {tls.address['ELSEWHERE']} is not trusted: its certificate is for elsewhere.example, localhost, not "
                 "for 127.0.0.1", "ask for a name that is in the certificate")
    for off in ("none", ""):  # librdkafka's word, and Java's
        run = by_config(partwise, tls.address["ELSEWHERE"], properties | {"ssl.endpoint.identification.algorithm": off}, *ONLY)
        assert_measured(run)


def test_a_wrong_host_name_among_those_that_brokers_advertise(partwise, tls):
    """Asked as localhost, which is in the certificate, the node calls itself 127.0.0.1, which is not."""
    run = by_config(partwise, tls.by_name("ELSEWHERE"), tls.ca | {"security.protocol": "SSL"}, *ONLY, "--timeout", "5s")
    assert run.status == 3, run.err
    assert (f"error: no topic could be measured; tls.open: {tls.address['ELSEWHERE']} is not trusted: its certificate is for "
            "elsewhere.example, localhost, not for 127.0.0.1") in run.err


@pytest.mark.parametrize("mechanism", ["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"])
def test_a_wrong_password(partwise, tls, mechanism):
    run = by_config(partwise, tls.address["TLS"], tls.login(password="wrong-secret", mechanism=mechanism))
    assert_error(run, 3, f"error: {tls.address['TLS']} refused the credentials: Authentication failed", "check the user name")


def test_a_mechanism_that_is_not_offered(partwise, tls, endpoint):
    run = by_config(partwise, tls.address["SECURED"], tls.token(endpoint) | {"security.protocol": "SASL_PLAINTEXT"})
    assert_error(run, 3, f"{tls.address['SECURED']} does not offer this sasl.mechanism, but ", "set sasl.mechanism")
    assert "SCRAM-SHA-512" in run.err


def test_no_client_certificate(partwise, tls):
    run = by_config(partwise, tls.address["MUTUAL"], tls.ca | {"security.protocol": "SSL"})
    assert_error(run, 3, f"{tls.address['MUTUAL']} wants a client certificate, and none is given", "ssl.certificate.location")


def test_a_client_certificate_of_another_authority(partwise, tls):
    run = by_config(partwise, tls.address["MUTUAL"], tls.certificate("other-client.pem"))
    assert_error(run, 3, f"{tls.address['MUTUAL']} refused the client certificate: bad certificate", "signed by an authority that the cluster trusts")


def test_a_wrong_client_secret(partwise, tls, endpoint):
    run = by_config(partwise, tls.address["TLS"], tls.token(endpoint, "wrong-secret"))
    assert_error(run, 3, 'the token endpoint refused the client: {"error": "invalid_client"', "check sasl.oauthbearer.client.id")


def test_a_token_endpoint_that_is_not_there(partwise, tls):
    gone = TokenEndpoint(tls.file("token.key"), {})
    gone.close()
    run = by_config(partwise, tls.address["TLS"], tls.token(gone))
    assert_error(run, 1, "there is no token: Failed to connect to 127.0.0.1", "sasl.oauthbearer.token.endpoint.url")


def test_a_token_that_brokers_do_not_take(partwise, tls, tmp_path):
    """Signed by a key that is none of theirs."""
    key = tmp_path / "another.key"
    subprocess.run(["openssl", "genrsa", "-out", key, "2048"], check=True, capture_output=True)
    endpoint = TokenEndpoint(key, {"service": "service-secret"})
    try:
        run = by_config(partwise, tls.address["TLS"], tls.token(endpoint))
    finally:
        endpoint.close()
    assert_error(run, 3, f'{tls.address["TLS"]} refused the token: {{"status":"invalid_token"}}', "issuer, audience and scope")


def test_plain_text_to_a_port_that_wants_tls(partwise, tls):
    for properties in ({}, {"security.protocol": "SASL_PLAINTEXT", "sasl.mechanism": "PLAIN", "sasl.username": "reader",
                            "sasl.password": "reader-secret"}):
        run = by_config(partwise, tls.address["TLS"], properties)
        assert_error(run, 1, f"cannot reach {tls.address['TLS']} (what answers there is not Kafka, or wants TLS, tried for ",
                     "SSL or SASL_SSL")


def test_tls_to_a_port_that_speaks_none(partwise, tls):
    for listener, properties in (("PLAINTEXT", tls.ca | {"security.protocol": "SSL"}), ("SECURED", tls.login())):
        run = by_config(partwise, tls.address[listener], properties)
        assert_error(run, 1, f"cannot reach {tls.address[listener]} (the port speaks no TLS, tried for ", "security.protocol")


def test_no_login_where_one_is_wanted_and_the_other_way_round(partwise, tls):
    run = by_config(partwise, tls.address["TLS"], tls.ca | {"security.protocol": "SSL"})
    assert_error(run, 1, f"cannot reach {tls.address['TLS']} (it hangs up; it may want a login, tried for ", "SASL_SSL")
    run = by_config(partwise, tls.by_name("ELSEWHERE"), tls.login())
    assert_error(run, 1, f"{tls.by_name('ELSEWHERE')} takes no login", "security.protocol")


def test_a_user_who_may_describe_no_topic(partwise, tls, endpoint):
    for properties in (tls.login("limited", "limited-secret"), tls.token(endpoint, client="stranger")):
        run = by_config(partwise, tls.address["TLS"], properties)
        assert_error(run, 3, "the cluster shows no topic: this user may describe none", "allow DESCRIBE, DESCRIBE_CONFIGS and READ")


@pytest.mark.parametrize("login", ["password", "certificate", "token"])
def test_a_user_who_may_read_only_one_of_two_topics(partwise, tls, endpoint, login):
    listener, properties = {"password": ("TLS", tls.login()), "certificate": ("MUTUAL", tls.certificate()),
                            "token": ("TLS", tls.token(endpoint))}[login]
    run = by_config(partwise, tls.address[listener], properties, "--topic-filter", "tls.")
    assert run.status == 4, run.err
    assert run.topic("tls.open")["status"] == "active"
    closed = run.topic("tls.closed")
    assert closed["status"] == "error" and {f["kind"] for f in closed["failures"]} == {"unauthorized"}
    assert "Topic authorization failed" in closed["failures"][0]["message"]
    run = by_config(partwise, tls.address[listener], properties, "--topic-filter", "tls.closed")
    assert run.status == 3
    assert "error: no topic could be measured; tls.closed: cannot read tls.closed" in run.err


def test_secrets_are_neither_on_the_command_line_nor_in_the_settings_shown(partwise, tls):
    """Looked at while the program waits for its token."""
    seen = []

    class Watching(TokenEndpoint):
        def answer(self, authorization, form):
            seen.append(subprocess.run(["ps", "-eo", "args"], check=True, capture_output=True, text=True).stdout)
            return super().answer(authorization, form)

    endpoint = Watching(tls.file("token.key"), {"service": "service-secret"})
    try:
        for way in (by_config, by_credentials):
            assert_measured(way(partwise, tls.address["TLS"], tls.token(endpoint), *ONLY, "--verbose"))
    finally:
        endpoint.close()
    assert seen and all("recommend" in processes for processes in seen)
    assert not [processes for processes in seen if "service-secret" in processes]
    shown = by_credentials(partwise, tls.address["TLS"], tls.login(), "--show-config")
    assert shown.status == 0 and "KAFKA_CREDENTIALS=***" in shown.out
