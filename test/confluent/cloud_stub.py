#!/usr/bin/env python3
"""A stand-in for Confluent Cloud: its control plane and its Metrics API, with state, limits and faults.

Used from Python as CloudStub, or run: it prints a line of JSON with its addresses, and at its end (SIGTERM, or
the end of its standard input) one with what was asked of it."""

import argparse
import collections
import dataclasses
import http.server
import json
import signal
import socket
import socketserver
import struct
import sys
import threading
import time
import uuid

from control_plane import ControlPlane
from faults import Fault, Faults
from messages import UNAUTHORIZED_PAGE, Asked, Refused, Reply
from metrics_api import MetricsApi
from traffic import Cluster, Counts, Environment, Topic, daily

CLOUD_KEY = ("CLOUDKEYOFTESTS1", "cloud-secret-that-must-not-show")
METRICS_LIMIT = 300  # requests in a minute, for an address
OTHER_SCOPE_LIMIT = 1000  # of the second set of headers, which is never reached


@dataclasses.dataclass
class Request:
    """One that came, in the log."""

    time: float  # seconds, of a clock that is never set
    api: str  # "cloud", "metrics"
    method: str
    target: str  # path and query
    body: bytes
    status: int  # 0: it got no reply
    seconds: float = 0  # until its reply was sent


class RateLimit:
    """At most so many requests in any window of that length; those that are refused count as well.

    threads: any"""

    def __init__(self, limit, window=60.0):
        self.limit = limit
        self.window = window
        self._times = collections.deque()
        self._lock = threading.Lock()

    def taken(self):
        """Whether the request may pass, how many more may, and in how many seconds all is as at first."""
        now = time.monotonic()
        with self._lock:
            while self._times and self._times[0] <= now - self.window:
                self._times.popleft()
            passes = len(self._times) < self.limit
            self._times.append(now)
            reset = -int(-(self._times[0] + self.window - now) // 1)
            return passes, max(0, self.limit - len(self._times)), max(1, reset)


class CloudStub:
    """Both services, each on a port of its own, until `stop`.

    `clock` tells the seconds since 1970. `delay` is before each reply. Whatever is changed from outside is to be
    changed while no request is under way, but for faults and the control plane's keys."""

    def __init__(self, environments=(), cloud_key=CLOUD_KEY, delay=0.0, clock=time.time, quota=100,
                 metrics_limit=METRICS_LIMIT, cloud_limit=None, window=60.0, ports=(0, 0), keeps_connections=True):
        self.control = ControlPlane(list(environments), cloud_key, quota)
        self.metrics = MetricsApi(self.control, clock)
        self.faults = Faults()
        self.delay = delay
        self.limits_on_every_reply = True  # else on refusals alone
        self.keeps_connections = keeps_connections
        self.requests = []
        self.ending = threading.Event()
        self._lock = threading.Lock()
        self._servers = [_Server(("127.0.0.1", port), self, api, limit) for port, api, limit in (
            (ports[0], "cloud", RateLimit(cloud_limit, window) if cloud_limit else None),
            (ports[1], "metrics", RateLimit(metrics_limit, window)))]
        self.cloud_url, self.metrics_url = (f"http://127.0.0.1:{server.server_address[1]}" for server in self._servers)
        for server in self._servers:
            threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def stop(self):
        self.ending.set()
        self.faults.clear()
        for server in self._servers:
            server.shutdown()
            server.server_close()

    def fault(self, path="", **what):
        """See Fault."""
        return self.faults.add(Fault(path, **what))

    def asked(self, path="", method="", api=""):
        """Requests of the log whose path has that in it."""
        with self._lock:
            return [each for each in self.requests
                    if path in each.target and method in ("", each.method) and api in ("", each.api)]

    def busiest_minute(self, api="metrics", window=60.0):
        """The largest number of requests that came in any window of that length."""
        times = sorted(each.time for each in self.asked(api=api))
        most = begin = 0
        for i, now in enumerate(times):
            while times[begin] <= now - window:
                begin += 1
            most = max(most, i - begin + 1)
        return most

    def until_quiet(self, patience=30):
        """Waits until all that clients have sent is carried out, which may be after they have left."""
        for server in self._servers:
            with socket.create_connection(server.server_address, timeout=patience) as last:
                last.sendall(b"GET /quiet HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n")
                while last.recv(1 << 16):  # earlier connections were accepted before this one
                    pass
            end = time.monotonic() + patience
            while server.connected():
                if time.monotonic() > end:
                    raise TimeoutError(f"{server.connected()} clients are still connected")
                time.sleep(0.02)

    def note(self, request):
        with self._lock:
            self.requests.append(request)

    def reply(self, api, asked):
        """Of the service itself."""
        try:
            return (self.control if api == "cloud" else self.metrics).reply(asked)
        except Refused as refused:
            return refused.reply


class _Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, address, stub, api, limit):
        self.stub = stub
        self.api = api
        self.limit = limit
        self._open = set()
        self._open_lock = threading.Lock()
        super().__init__(address, _Handler)

    def server_bind(self):
        socketserver.TCPServer.server_bind(self)  # without asking a name server for our name
        self.server_name, self.server_port = self.server_address

    def handle_error(self, request, client_address):
        if not isinstance(sys.exc_info()[1], OSError):  # clients may leave
            super().handle_error(request, client_address)

    def process_request(self, request, client_address):
        with self._open_lock:
            self._open.add(request)
        super().process_request(request, client_address)

    def connected(self):
        """Clients that are, or whose requests are not all answered."""
        with self._open_lock:
            return len(self._open)

    def shutdown_request(self, request):
        with self._open_lock:
            self._open.discard(request)
        super().shutdown_request(request)

    def server_close(self):
        super().server_close()
        with self._open_lock:
            for each in self._open:
                try:
                    each.shutdown(socket.SHUT_RDWR)
                except OSError:
                    pass


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1
    disable_nagle_algorithm = True

    def log_message(self, *_):
        pass

    def do_GET(self):
        self._answer()

    do_POST = do_DELETE = do_PUT = do_PATCH = do_GET

    def _answer(self):
        came = time.monotonic()
        asked = Asked(self.command, self.path, self.headers, self.rfile.read(int(self.headers.get("Content-Length") or 0)))
        noted = Request(came, self.server.api, asked.method, asked.target, asked.body, 0)
        self.server.stub.note(noted)
        noted.status = self._send(asked)
        noted.seconds = time.monotonic() - came

    def _send(self, asked):
        """Whatever a fault leaves of the reply; tells the status that the client sees, 0 where it sees none."""
        stub = self.server.stub
        limits, passes = self._limit_headers()
        fault = stub.faults.due(asked.method, asked.target, asked.body)
        reply = stub.reply(self.server.api, asked) if passes and (_plain(fault) or fault.acted) else None
        time.sleep(stub.delay + fault.delay)
        fault.reached.set()
        while fault.hang and not (fault.release.wait(0.02) or stub.ending.is_set() or self._client_left()):
            pass
        if fault.reset or (fault.hang and not fault.release.is_set()):
            return self._reset()
        if not passes:
            reply = Reply(429)
        elif fault.status is not None:
            reply = _failure(fault)
        elif reply is None:
            reply = stub.reply(self.server.api, asked)
        reply.headers += limits + list(fault.headers)
        return self._write(reply, fault)

    def _limit_headers(self):
        """Whether the request may pass, and what is told of limits: of two scopes, in headers of one name."""
        if self.server.limit is None:
            return [], True
        passes, remaining, reset = self.server.limit.taken()
        if passes and not self.server.stub.limits_on_every_reply:
            return [], True
        limit = self.server.limit.limit
        if self.server.api == "cloud":
            headers = [("X-RateLimit-Limit", limit), ("X-RateLimit-Remaining", remaining), ("X-RateLimit-Reset", reset)]
            return headers + ([] if passes else [("Retry-After", reset)]), passes
        return [("rateLimit-limit", limit), ("rateLimit-limit", OTHER_SCOPE_LIMIT),
                ("rateLimit-remaining", remaining), ("rateLimit-remaining", OTHER_SCOPE_LIMIT - 1),
                ("rateLimit-reset", reset), ("rateLimit-reset", 1)], passes

    def _write(self, reply, fault):
        body, kind = _body_of(reply, fault)
        shown = body if fault.truncate is None else body[:fault.truncate]
        self.send_response(reply.status)
        self.send_header("X-Request-Id", uuid.uuid4().hex)
        if kind:
            self.send_header("Content-Type", kind)
        for name, value in reply.headers:
            self.send_header(name, str(value))
        if reply.status != 204:
            self.send_header("Content-Length", str(len(shown)))
        if not self.server.stub.keeps_connections:
            self.send_header("Connection", "close")
        self.end_headers()
        if fault.cut is not None:
            self.wfile.write(shown[:fault.cut])
            self.wfile.flush()
            self.close_connection = True
        elif fault.trickle:
            self._trickle(shown, fault.trickle)
        else:
            self.wfile.write(shown)
        return reply.status

    def _trickle(self, body, pause):
        step = max(1, len(body) // 10)
        for begin in range(0, len(body), step):
            self.wfile.write(body[begin:begin + step])
            self.wfile.flush()
            if self.server.stub.ending.wait(pause):
                return

    def _client_left(self):
        """Whether the client has closed its end."""
        try:
            return self.connection.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT) == b""
        except BlockingIOError:
            return False
        except OSError:
            return True

    def _reset(self):
        """Ends the connection so that the client sees a reset, not an end."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()
        self.close_connection = True
        return 0


def _plain(fault):
    """Whether it leaves the request to the service."""
    return fault.status is None and not fault.reset and not fault.hang


def _failure(fault):
    if fault.html:
        return Reply(fault.status, html=UNAUTHORIZED_PAGE)
    if fault.status == 429:
        return Reply(429)
    return Refused(fault.status, f"the stand-in was told to answer {fault.status}", "told").reply


def _body_of(reply, fault):
    if reply.html:
        return reply.html.encode(), "text/html;charset=utf-8"
    if reply.document is None:
        return b"", ""
    return json.dumps(fault.edited(reply.document), separators=(",", ":")).encode(), "application/json"


def fleet(clusters, topics, bootstrap):
    """Environments of 10 clusters, whose topics have rhythms of a day; each 50th topic has a hot partition."""
    environments = []
    for c in range(clusters):
        if c % 10 == 0:
            environments.append(Environment(f"env-{c // 10:04}", f"environment {c // 10}"))
        environments[-1].clusters.append(Cluster(f"lkc-{c:05}", f"cluster {c}", bootstrap, fleet_topics(topics)))
    return environments


def fleet_topics(topics):
    """Named as those of `partwise broker --fleet` with a topic `bench` of that count."""
    return [Topic(f"bench.{t:03}", Counts(daily(60 * (5 + 37 * (t % 50)), 0.6, t % 24)), 400, 10, 1 + t % 3,
                  (9, 1, 1, 1, 1, 1, 1, 1, 1, 1) if t % 50 == 49 else (), 10**9) for t in range(topics)]


def from_json(text):
    """Environments of a configuration file: the fields of Environment, Cluster and Topic by their names; a topic's
    `records` is a number for each minute, or {"mean", "amplitude", "peak_hour", "bursts"}."""
    def counts(given):
        if isinstance(given, (int, float)):
            return Counts(given)
        return Counts(daily(given["mean"], given.get("amplitude", 0), given.get("peak_hour", 0)),
                      given.get("bursts", ()))

    def topic(given):
        return Topic(**{**given, "records": counts(given.get("records", 0))})

    def cluster(given):
        return Cluster(**{**given, "topics": [topic(each) for each in given.get("topics", [])]})

    return [Environment(**{**given, "clusters": [cluster(each) for each in given.get("clusters", [])]})
            for given in json.loads(text)["environments"]]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--config", help="a file of environments, clusters and topics, as JSON")
    parser.add_argument("--clusters", type=int, default=1, help="without a file: so many (1)")
    parser.add_argument("--topics", type=int, default=10, help="in each of them (10)")
    parser.add_argument("--bootstrap", default="127.0.0.1:9092", help="of all of them (127.0.0.1:9092)")
    parser.add_argument("--delay-ms", type=float, default=0, help="before each reply (0)")
    parser.add_argument("--cloud-port", type=int, default=0, help="0: any")
    parser.add_argument("--metrics-port", type=int, default=0, help="0: any")
    given = parser.parse_args()
    if given.config:
        with open(given.config, encoding="utf-8") as file:
            environments = from_json(file.read())
    else:
        environments = fleet(given.clusters, given.topics, given.bootstrap)
    ended = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: ended.set())
    signal.signal(signal.SIGINT, lambda *_: ended.set())
    threading.Thread(target=lambda: (sys.stdin.read(), ended.set()), daemon=True).start()
    with CloudStub(environments, delay=given.delay_ms / 1000, ports=(given.cloud_port, given.metrics_port)) as stub:
        print(json.dumps({"cloud": stub.cloud_url, "metrics": stub.metrics_url,
                          "key": CLOUD_KEY[0], "secret": CLOUD_KEY[1]}), flush=True)
        ended.wait()
        statuses = collections.Counter(each.status for each in stub.asked(api="metrics"))
        print(json.dumps({"cloud_requests": len(stub.asked(api="cloud")),
                          "metrics_requests": len(stub.asked(api="metrics")), "metrics_statuses": statuses,
                          "busiest_minute": stub.busiest_minute(), "keys_left": len(stub.control.keys),
                          "keys_made": len(stub.control.created)}), flush=True)


if __name__ == "__main__":
    main()
