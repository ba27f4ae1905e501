"""A token endpoint of OAuth 2.0: client credentials for a token that a node started with --tls takes."""

import base64
import http.server
import json
import subprocess
import threading
import time
import urllib.parse


def base64url(raw):
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


class TokenEndpoint:
    """Gives whoever knows the secret a token for an hour, signed by RS256 (RFC 7515, 7519), in the client's own name."""

    def __init__(self, key_file, clients):
        self.key_file = key_file
        self.clients = clients  # secret by client id
        self.asked = []         # the form of each request
        endpoint = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                form = urllib.parse.parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
                endpoint.asked.append(form)
                status, answer = endpoint.answer(self.headers.get("Authorization", ""), form)
                body = json.dumps(answer).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *arguments):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/token"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()

    def answer(self, authorization, form):
        client, _, secret = base64.b64decode(authorization.removeprefix("Basic ")).decode().partition(":")
        if form.get("grant_type") != ["client_credentials"] or self.clients.get(client) != secret:
            return 401, {"error": "invalid_client", "error_description": "unknown client, or a wrong secret"}
        return 200, {"access_token": self.token(client, form.get("scope", [""])[0]), "token_type": "Bearer", "expires_in": 3600}

    def token(self, subject, scope):
        now = int(time.time())
        head = {"alg": "RS256", "typ": "JWT", "kid": "tests"}
        claims = {"iss": "partwise-tests", "aud": "partwise-tests", "sub": subject, "iat": now, "exp": now + 3600}
        if scope:
            claims["scope"] = scope
        text = ".".join(base64url(json.dumps(part).encode()) for part in (head, claims))
        signature = subprocess.run(["openssl", "dgst", "-sha256", "-sign", str(self.key_file)], input=text.encode(),
                                   check=True, capture_output=True).stdout
        return f"{text}.{base64url(signature)}"
