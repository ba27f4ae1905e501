"""What goes wrong in the stand-in on demand: which requests, how often, and how."""

import copy
import dataclasses
import re
import threading


@dataclasses.dataclass
class Fault:
    """Requests that match have this happen to them, `times` times after the first `skip`."""

    path: str = ""  # a regular expression, found anywhere in path and query
    method: str = ""  # empty: all
    body: str = ""  # a regular expression, found anywhere in the request's body
    skip: int = 0
    times: int | None = 1  # None: for ever

    acted: bool = False  # the request is carried out first: what follows is about the reply alone
    status: int | None = None
    html: bool = False  # the body of that status is a page
    headers: tuple = ()  # more of them
    reset: bool = False  # the connection, instead of a reply
    cut: int | None = None  # so many bytes of the body come, then the connection ends
    truncate: int | None = None  # the body is whole for HTTP, but has only so many bytes
    trickle: float = 0  # seconds between the pieces of the reply
    delay: float = 0  # seconds before it
    hang: bool = False  # no reply until `release` is set, or the stand-in ends
    edit: object = None  # what is done to the reply's document: a function, or a name of EDITS

    def __post_init__(self):
        self.seen = 0
        self.reached = threading.Event()  # it has struck, and, with `acted`, the request is carried out
        self.release = threading.Event()

    def matches(self, method, target, body):
        return (self.method in ("", method) and re.search(self.path, target) is not None
                and (not self.body or re.search(self.body, body.decode(errors="replace")) is not None))

    def due(self):
        """Whether it strikes now; each request that matches counts."""
        self.seen += 1
        return self.seen > self.skip and (self.times is None or self.seen <= self.skip + self.times)

    def edited(self, document):
        edit = EDITS[self.edit] if isinstance(self.edit, str) else self.edit
        return edit(copy.deepcopy(document)) if edit else document


class Faults:
    """threads: any"""

    def __init__(self):
        self._faults = []
        self._lock = threading.Lock()

    def add(self, fault):
        with self._lock:
            self._faults.append(fault)
        return fault

    def clear(self):
        with self._lock:
            faults, self._faults = self._faults, []
        for fault in faults:
            fault.release.set()

    def due(self, method, target, body):
        """The first that strikes this request, or one that does nothing."""
        with self._lock:
            for fault in self._faults:
                if fault.matches(method, target, body) and fault.due():
                    return fault
        return Fault()


def _without(document, *names):
    for name in names:
        document.pop(name, None)
    return document


def _each(document, change):
    for item in document.get("data", []):
        change(item)
    return document


def _with_more_fields(document):
    document["not_known_yet"] = {"nested": [1, None, {"deeper": "ä"}]}
    for place in (document, *document.get("data", [])):
        place.setdefault("metadata", {})
        if isinstance(place["metadata"], dict):
            place["metadata"]["colour"] = "blue"
        if isinstance(place.get("spec"), dict):
            place["spec"]["flux_capacitor"] = True
    return document


def _without_what_may_be_missing(document):
    """As real replies, which leave out what the description requires."""
    def change(item):
        _without(item, "api_version", "kind", "metadata")
        _without(item.get("spec", {}), "display_name", "availability", "region", "cloud", "config", "network")
        if item.get("status"):
            _without(item["status"], "cku")
    return _each(document, change)


def _metadata(value):
    def edit(document):
        document["metadata"] = value
        return document
    return edit


EDITS = {
    "metadata_null": _metadata(None),
    "metadata_empty": _metadata({}),
    "metadata_missing": lambda document: _without(document, "metadata"),
    "meta_missing": lambda document: _without(document, "meta"),
    "more_fields": _with_more_fields,
    "fewer_fields": _without_what_may_be_missing,
    "next_empty": lambda document: {**document, "metadata": {**document.get("metadata", {}), "next": ""}},
    "data_missing": lambda document: _without(document, "data"),
    "data_null": lambda document: {**document, "data": None},
}
