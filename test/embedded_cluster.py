"""The program's own embedded cluster, run for tests."""

import concurrent.futures
import contextlib
import json
import os
import signal
import subprocess
import tempfile
import threading
import urllib.error
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

    def asked(self, path, method="GET", body=None):
        """The control endpoint's status and answer."""
        request = urllib.request.Request(self.control + path, method=method, data=None if body is None else body.encode())
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                return answer.status, json.loads(answer.read())
        except urllib.error.HTTPError as error:
            return error.code, json.loads(error.read())

    def told(self, path, method="GET", body=None):
        """The control endpoint's answer to what is right."""
        status, answer = self.asked(path, method, body)
        assert status == 200, answer
        return answer

    @contextlib.contextmanager
    def at_request(self, api_key, number, action):
        """Calls `action` while the `number`-th request of that kind is held, which is for three seconds."""
        (fault,) = self.told("/faults", "POST", f'[[fault]]\napi = "{api_key}"\nskip = {number - 1}\ndelay = "3s"\n')["ids"]
        over = threading.Event()

        def act_when_it_is_there():
            while self.told("/faults")["faults"][0]["matched"] < number:
                if over.wait(0.01):
                    return
            action()
            self.told(f"/faults/{fault}", "DELETE")

        with concurrent.futures.ThreadPoolExecutor(1) as pool:
            acting = pool.submit(act_when_it_is_there)
            try:
                yield self.bootstrap
            finally:
                over.set()
                concurrent.futures.wait([acting])
                self.told("/faults", "DELETE")
                acting.result()

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
