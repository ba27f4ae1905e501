"""A real Apache Kafka node, and what tests do with clusters of any kind."""

import contextlib
import json
import os
import pathlib
import subprocess

from proxy import Proxy

TOP = pathlib.Path(__file__).resolve().parent.parent
FLEET = os.environ.get("PARTWISE_FLEET", str(TOP / "build" / "release" / "tools" / "fleet" / "partwise-fleet"))
KAFKA = str(TOP / "tools" / "kafka" / "kafka")


def kafka(*arguments):
    return subprocess.run([KAFKA, *arguments], check=True, capture_output=True, text=True,
                          stdin=subprocess.DEVNULL).stdout.strip()


class Filled:
    """A running cluster of any kind, by its `bootstrap` servers: what tests put there and look up."""

    def tool(self, name, *arguments):
        """One of Kafka's own Java tools: an oracle that shares no code with the program."""
        return kafka("tool", name, "--bootstrap-server", self.bootstrap, *arguments)

    def script(self, commands, codec="none", transactional=False):
        """Records and topic commands, as tools/fleet/script.h lists them."""
        subprocess.run([FLEET, self.bootstrap, "script", codec, *(["transactional"] if transactional else [])],
                       input="\n".join(commands) + "\n", text=True, check=True)

    def fill(self, fleet, truth_file):
        subprocess.run([FLEET, self.bootstrap, fleet, str(truth_file)], check=True)
        return json.loads(truth_file.read_text())

    def topics(self):
        return set(self.tool("org.apache.kafka.tools.TopicCommand", "--list").split())


class Node(Filled):
    """A running Kafka node."""

    def __init__(self, name, *options):
        self.name = name
        self.proxy = Proxy()
        self.bootstrap = kafka("start", name, "--advertise", str(self.proxy.port), *options)
        self.secured = kafka("address", name, "SECURED")
        self.proxy.lead_to(kafka("address", name, "PROXIED"))
        self.folder = TOP / "build" / "kafka" / name

    @contextlib.contextmanager
    def at_request(self, api_key, number, action):
        """Calls `action` before the `number`-th request of that kind goes on of those to the address it yields."""
        self.proxy.reset()
        self.proxy.before(api_key, number, action)
        try:
            yield self.proxy.address
        finally:
            self.proxy.reset()

    def stop(self):
        self.proxy.close()
        kafka("stop", self.name)

    def join(self, broker):
        return kafka("join", self.name, str(broker))
