"""The judge of the contract: Prism, between a client and the stand-in, with the descriptions of the services.

It refuses what a description forbids, in either direction: a wrong request gets a 4xx before the stand-in sees it,
a wrong reply becomes a 500 with the header sl-violations; both are of type application/problem+json, and both are in
what it says. It closes each connection, and joins headers of one name with commas."""

import contextlib
import os
import pathlib
import queue
import shutil
import socket
import subprocess
import threading
import urllib.error
import urllib.request

from harness import TOP

PRISM = TOP / "build" / "prism" / "node_modules" / ".bin" / "prism"
SPECS = pathlib.Path(os.environ.get("PARTWISE_SPECS", TOP.parent / "shared" / "specs"))
CLOUD_SPEC = SPECS / "confluent_cloud_subset.yaml"
METRICS_SPEC = SPECS / "confluent_metrics_subset.yaml"
START_S = 60


def missing():
    """Why there can be no judge here; empty: there can."""
    if not shutil.which("node"):
        return "node is not there"
    for needed in (PRISM, CLOUD_SPEC, METRICS_SPEC):
        if not needed.exists():
            return f"{needed} is not there"
    return ""


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as found:
        return found.getsockname()[1]


class Judge:
    """One Prism with one description, until `stop`."""

    def __init__(self, spec, upstream):
        self.said = ""
        self._errors = queue.Queue()
        self._asked = 0
        self._listening = threading.Event()
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        environment = {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/"), "NO_COLOR": "1"}
        self._process = subprocess.Popen(
            ["node", PRISM, "proxy", "--errors", "--host", "127.0.0.1", "--port", str(port), spec, upstream],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        if not self._listening.wait(START_S):
            self.stop()
            raise RuntimeError(f"prism did not start: {self.said}")

    def _read(self):
        for line in self._process.stdout:
            self.said += line
            if "terminated with error" in line:
                self._errors.put(line.strip())
            if "Prism is listening" in line:
                self._listening.set()

    def findings(self):
        """What it has found since it was last asked. It is sent a request that it must refuse: once it has said so, it
        has said all that came before."""
        self._asked += 1
        last = f"/asked-{self._asked}"
        with contextlib.suppress(urllib.error.HTTPError):
            urllib.request.urlopen(self.url + last, timeout=START_S)
        findings = []
        while last not in (line := self._errors.get(timeout=START_S)):
            findings.append(line)
        return findings

    def stop(self):
        self._process.kill()
        self._process.wait()
        self._reader.join()
        self._process.stdout.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()
