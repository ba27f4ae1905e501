"""Requests and replies inside the stand-in."""

import base64
import dataclasses
import urllib.parse
import uuid


@dataclasses.dataclass
class Asked:
    method: str
    target: str  # path and query, as they came
    headers: object  # looked up without regard to case
    body: bytes

    @property
    def path(self):
        return urllib.parse.urlsplit(self.target).path

    @property
    def query(self):
        """The last value of each parameter."""
        return dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(self.target).query, keep_blank_values=True))

    @property
    def login(self):
        """Name and password, or None."""
        kind, _, given = (self.headers.get("Authorization") or "").partition(" ")
        if kind.lower() != "basic":
            return None
        try:
            name, colon, password = base64.b64decode(given, validate=True).decode().partition(":")
        except ValueError:
            return None
        return (name, password) if colon else None


@dataclasses.dataclass
class Reply:
    status: int
    document: object = None  # none: the body is empty
    headers: list = dataclasses.field(default_factory=list)
    html: str = ""


class Refused(Exception):
    """An answer that is no success; in the errors' form of both services."""

    def __init__(self, status, detail, code="", headers=(), source=None):
        super().__init__(detail)
        error = {"id": uuid.uuid4().hex, "status": str(status), "detail": detail}
        if code:
            error["code"] = code
        if source is not None:
            error["source"] = source
        self.reply = Reply(status, {"errors": [error]}, list(headers))


UNAUTHORIZED_PAGE = """<html>
<head>
<meta http-equiv="Content-Type" content="text/html;charset=utf-8"/>
<title>Error 401 Unauthorized</title>
</head>
<body><h2>HTTP ERROR 401 Unauthorized</h2>
<table>
<tr><th>STATUS:</th><td>401</td></tr>
<tr><th>MESSAGE:</th><td>Unauthorized</td></tr>
</table>
</body>
</html>
"""


def whole_number(text, name, low, high):
    if not text.isascii() or not text.isdigit() or not low <= int(text) <= high:
        raise Refused(400, f"{name} must be a number from {low} to {high}", "invalid_filter",
                      source={"parameter": name})
    return int(text)
