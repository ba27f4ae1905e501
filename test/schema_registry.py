"""A stand-in for a Schema Registry, for tests: keeps JSON Schemas by subject and gives them ids.

It speaks as much of Confluent's interface as a writer needs: POST /subjects/{subject}/versions and GET /schemas/ids/{id}.
"""

import base64
import http.server
import json
import threading
import urllib.parse

import jsonschema

MEDIA_TYPE = "application/vnd.schemaregistry.v1+json"


class SchemaRegistry:
    """Runs on a free port. With `login` ("user:password") it wants basic authentication; `answers` are (status,
    message) pairs that it gives to the next requests in place of its own."""

    def __init__(self, login=None, path=""):
        self.login = login
        self.path = path
        self.answers = []
        self.schemas = {}  # id: text
        self.subjects = {}  # subject: ids
        self.requests = []  # (method, path)
        registry = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                registry._answer(self, self.rfile.read(int(self.headers["Content-Length"])))

            def do_GET(self):
                registry._answer(self, b"")

            def log_message(self, *_):
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}{path}"
        self._thread = threading.Thread(target=self._server.serve_forever)
        self._thread.start()

    def stop(self):
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def schema(self, subject):
        """The newest schema of a subject, and its id."""
        number = self.subjects[subject][-1]
        return json.loads(self.schemas[number]), number

    def payload(self, subject, framed):
        """What is behind the wire format's five bytes, checked against the schema that they name."""
        assert framed[0] == 0, framed[:5]
        number = int.from_bytes(framed[1:5], "big")
        assert number in self.subjects[subject], f"id {number} is none of {subject}"
        value = json.loads(framed[5:])
        jsonschema.Draft7Validator(json.loads(self.schemas[number])).validate(value)
        return value

    def _answer(self, request, body):
        self.requests.append((request.command, request.path))
        status, answer = self._reply(request, body)
        text = json.dumps(answer).encode()
        request.send_response(status)
        request.send_header("Content-Type", MEDIA_TYPE)
        request.send_header("Content-Length", str(len(text)))
        request.end_headers()
        request.wfile.write(text)

    def _reply(self, request, body):
        if self.login is not None:
            wanted = "Basic " + base64.b64encode(self.login.encode()).decode()
            if request.headers["Authorization"] != wanted:
                return 401, {"error_code": 401, "message": "Unauthorized"}
        if self.answers:
            status, message = self.answers.pop(0)
            return status, {"error_code": status, "message": message}
        if not request.path.startswith(self.path + "/"):
            return 404, {"error_code": 404, "message": "HTTP 404 Not Found"}
        parts = [urllib.parse.unquote(part) for part in request.path[len(self.path) + 1:].split("/")]
        if request.command == "GET" and parts[:2] == ["schemas", "ids"]:
            return 200, {"schemaType": "JSON", "schema": self.schemas[int(parts[2])]}
        if request.command != "POST" or len(parts) != 3 or parts[0] != "subjects" or parts[2] != "versions":
            return 404, {"error_code": 404, "message": "HTTP 404 Not Found"}
        if request.headers["Content-Type"] != MEDIA_TYPE:
            return 415, {"error_code": 415, "message": "HTTP 415 Unsupported Media Type"}
        return self._register(parts[1], json.loads(body))

    def _register(self, subject, asked):
        if asked["schemaType"] != "JSON":
            return 422, {"error_code": 42201, "message": "Invalid schema type"}
        try:
            jsonschema.Draft7Validator.check_schema(json.loads(asked["schema"]))
        except (json.JSONDecodeError, jsonschema.SchemaError) as error:
            return 422, {"error_code": 42201, "message": f"Invalid schema: {error}"}
        known = [number for number, text in self.schemas.items() if text == asked["schema"]]
        number = known[0] if known else 100_001 + len(self.schemas)
        self.schemas[number] = asked["schema"]
        ids = self.subjects.setdefault(subject, [])
        if number not in ids:
            ids.append(number)
        return 200, {"id": number}
