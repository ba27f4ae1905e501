"""The program's own embedded cluster, run for tests."""

import concurrent.futures
import contextlib
import json
import os
import signal
import subprocess
import tempfile
import threading
import urllib.request

from harness import PARTWISE
from kafka_node import Filled


def fleet_of(*topics, head=""):
    """The text of a fleet file; a topic is its name, its partitions and its records a second."""
    return head + "".join(f'''
[[topic]]
name = "{name}"
partitions = {partitions}
demand = [{{ rate = {rate} }}]
''' for name, partitions, rate in topics)


class EmbeddedCluster(Filled):
    """A running `partwise broker`; stopping it fails when a sanitizer or the program complained."""

    def __init__(self, *options, folder="/"):
        self.folder = folder
        self._complaints = tempfile.TemporaryFile("w+")
        environment = {k: os.environ[k] for k in ("PATH", "HOME", "ASAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS") if k in os.environ}
        self._process = subprocess.Popen(
            [PARTWISE, "broker", "--port", "0", *map(str, options)], cwd=folder, env=environment, text=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=self._complaints)
        self.bootstrap = self.control = None
        self.start = ""
        for line in self._process.stdout:
            self.start += line
            if line.startswith("control="):
                self.control = line.strip().partition("=")[2].rstrip("/")
            if line.startswith("bootstrap.servers="):
                self.bootstrap = line.strip().partition("=")[2]
                break
        assert self.bootstrap, f"it did not start: {self.said()}"

    def asked(self, path, method="GET", body=""):
        """What the control endpoint answers."""
        request = urllib.request.Request(self.control + path, method=method, data=body.encode() or None)
        with urllib.request.urlopen(request, timeout=20) as answer:
            return json.loads(answer.read())

    @contextlib.contextmanager
    def at_fetch(self, number, action):
        """Calls `action` while the `number`-th Fetch is held, as every one behind it is, for three seconds each."""
        over = threading.Event()

        def act_when_it_is_there():
            while self.asked("/faults")["faults"][0]["matched"] < number:
                if over.wait(0.01):
                    return
            action()

        self.asked("/faults", "POST", f'[[fault]]\napi = "Fetch"\nskip = {number - 1}\ndelay = "3s"\n')
        with concurrent.futures.ThreadPoolExecutor(1) as pool:
            acting = pool.submit(act_when_it_is_there)
            try:
                yield self.bootstrap
            finally:
                over.set()
                acting.result()
                self.asked("/faults", "DELETE")

    def said(self):
        self._complaints.seek(0)
        return self._complaints.read()

    def stop(self):
        self._process.send_signal(signal.SIGTERM)
        try:
            status = self._process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            raise
        finally:
            self._process.stdout.close()
        said = self.said()
        assert "AddressSanitizer" not in said and "runtime error" not in said, said
        assert status == 0, f"status {status}: {said}"
