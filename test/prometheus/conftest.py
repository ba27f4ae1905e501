"""Prometheus servers: one with a known history, one that scrapes a stand-in for an exporter."""

import base64
import http.server
import json
import os
import socket
import subprocess
import threading
import time
import urllib.error
import urllib.parse
import urllib.request

import history
import pytest

# bcrypt of "secret", the only kind that Prometheus takes.
PASSWORD_HASH = "$2b$04$3yw.5IOrySHkBJH/83IaQOB8ROG2DadfX7yukTB9niDT0UA3rK5Qu"


def program(name):
    return os.environ["PARTWISE_PROMETHEUS_BIN"] + "/" + name


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def get(url, user=None):
    request = urllib.request.Request(url)
    if user:
        request.add_header("Authorization", "Basic " + base64.b64encode(user.encode()).decode())
    with urllib.request.urlopen(request, timeout=10) as reply:
        return reply.read()


def wait_for(condition, what):
    until = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < until, what
        time.sleep(0.1)


class Server:
    def __init__(self, folder, config, prefix="", user=None, *options):
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}{prefix}"
        self.user = user
        (folder / "prometheus.yml").write_text(config)
        self.log = open(folder / "log", "wb")
        self.process = subprocess.Popen(
            [program("prometheus"), f"--config.file={folder}/prometheus.yml", f"--storage.tsdb.path={folder}/data",
             f"--web.listen-address=127.0.0.1:{self.port}", f"--web.route-prefix={prefix or '/'}",
             "--storage.tsdb.retention.time=100y", *options],
            stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log)
        wait_for(self.ready, f"Prometheus does not answer, see {folder}/log")

    def ready(self):
        assert self.process.poll() is None, "Prometheus ended"
        try:
            get(self.url + "/-/ready", self.user)
        except (urllib.error.URLError, OSError):
            return False
        return True

    def value(self, expression):
        query = urllib.parse.urlencode({"query": expression})
        result = json.loads(get(f"{self.url}/api/v1/query?{query}", self.user))["data"]["result"]
        return float(result[0]["value"][1]) if result else 0

    def end(self):
        self.process.kill()
        self.process.wait()
        self.log.close()


@pytest.fixture(scope="session")
def known(tmp_path_factory):
    folder = tmp_path_factory.mktemp("known")
    history.write(folder / "history.txt")
    subprocess.run([program("promtool"), "tsdb", "create-blocks-from", "openmetrics", folder / "history.txt",
                    folder / "data"], check=True, stdout=subprocess.DEVNULL, timeout=300)
    server = Server(folder, "global: {}\n")
    yield server
    server.end()


class Exporter(http.server.BaseHTTPRequestHandler):
    """Counters that grow by 1,000 with each scrape, as MSK's open monitoring writes them."""

    scrapes = 0

    def do_GET(self):
        Exporter.scrapes += 1
        name = "kafka_server_BrokerTopicMetrics_Count"
        total = 1000 * Exporter.scrapes
        body = f"# TYPE {name} untyped\n"
        for kind in ("BytesInPerSec", "MessagesInPerSec"):
            for labels in (f'name="{kind}",', f'name="{kind}",topic="orders",'):
                body += f"{name}{{{labels}}} {total}\n"
        self.send_response(200)
        self.send_header("Content-Type", "text/plain; version=0.0.4")
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *_):
        pass


@pytest.fixture(scope="session")
def scraping(tmp_path_factory):
    """Behind a login and below a path, and with half a minute of scrapes, one each second."""
    exporter = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Exporter)
    threading.Thread(target=exporter.serve_forever, daemon=True).start()
    folder = tmp_path_factory.mktemp("scraping")
    (folder / "web.yml").write_text(f"basic_auth_users:\n  reader: {PASSWORD_HASH}\n")
    config = f"""
global: {{scrape_interval: 1s}}
scrape_configs:
  - job_name: kafka
    static_configs:
      - targets: ['127.0.0.1:{exporter.server_port}']
"""
    server = Server(folder, config, "/prometheus", "reader:secret", f"--web.config.file={folder}/web.yml")
    enough = 'count_over_time(kafka_server_BrokerTopicMetrics_Count{topic="orders",name="BytesInPerSec"}[1h])'
    wait_for(lambda: server.value(enough) >= 25, "too few scrapes")
    yield server
    server.end()
    exporter.shutdown()
    exporter.server_close()
