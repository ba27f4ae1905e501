"""A client of the stand-in for tests: one call, one answer, nothing repeated."""

import base64
import json
import urllib.error
import urllib.request

from cloud_stub import CLOUD_KEY
from metric_kinds import PREFIX


class Answer:
    def __init__(self, reply):
        self.status = reply.status
        self.headers = reply.headers
        self.body = reply.read()

    @property
    def document(self):
        return json.loads(self.body)

    @property
    def detail(self):
        """Of the only error."""
        (error,) = self.document["errors"]
        assert error["status"] == str(self.status)
        return error["detail"]


def ask(url, body=None, method=None, key=CLOUD_KEY):
    """Errors of HTTP are answers as well; bytes are sent as they are, all else as JSON."""
    headers = {"Content-Type": "application/json"}
    if key:
        headers["Authorization"] = "Basic " + base64.b64encode(":".join(key).encode()).decode()
    if body is not None and not isinstance(body, bytes):
        body = json.dumps(body).encode()
    request = urllib.request.Request(url, data=body, method=method, headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=20) as reply:
            return Answer(reply)
    except urllib.error.HTTPError as reply:
        return Answer(reply)


def of_cluster(id):
    return {"field": "resource.kafka.id", "op": "EQ", "value": id}


def of_topic(name):
    return {"field": "metric.topic", "op": "EQ", "value": name}


def both(*filters):
    return {"op": "AND", "filters": list(filters)}


def query(metric, interval, cluster="lkc-1", granularity="PT1M", **more):
    """The body of a query; `None` leaves a field out."""
    body = {"aggregations": [{"metric": PREFIX + metric}], "filter": of_cluster(cluster),
            "granularity": granularity, "intervals": [interval], **more}
    return {name: value for name, value in body.items() if value is not None}
