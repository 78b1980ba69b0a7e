"""A provider of OpenID Connect on this machine, whose people choose who they are by a click."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

jwt: Any = pytest.importorskip("joserfc.jwt", reason="Authlib is not installed")
jwk: Any = pytest.importorskip("joserfc.jwk", reason="Authlib is not installed")

CLIENT = {"client_id": "harmony", "client_secret": "a secret of the tests"}
PEOPLE = {"anna": "1001", "ben": "1002"}
"""Who can sign in, by name, and the number of each."""


@dataclass
class Provider:
    """Its address, its key, and what it has handed out: the name and the nonce of a code."""

    address: str
    key: Any = field(default_factory=lambda: jwk.RSAKey.generate_key(2048, {"kid": "one"}))
    codes: dict[str, tuple[str, str]] = field(default_factory=dict)
    signed_out: int = 0

    def settings(self) -> dict[str, object]:
        return {
            "issuer": self.address,
            "authorization_endpoint": f"{self.address}/authorize",
            "token_endpoint": f"{self.address}/token",
            "jwks_uri": f"{self.address}/keys",
            "end_session_endpoint": f"{self.address}/end",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "code_challenge_methods_supported": ["S256"],
        }

    def secrets(self, app: str) -> str:
        """A secrets.toml for the app at this address."""
        values = {
            "redirect_uri": f"{app}/oauth2callback",
            "cookie_secret": "c" * 40,
            **CLIENT,
            "server_metadata_url": f"{self.address}/.well-known/openid-configuration",
        }
        return "[auth]\n" + "".join(
            f"{key} = {json.dumps(value)}\n" for key, value in values.items()
        )

    def id_token(self, code: str) -> str:
        name, nonce = self.codes.pop(code)
        now = int(time.time())
        claims = {
            "iss": self.address, "sub": PEOPLE[name], "aud": CLIENT["client_id"], "name": name,
            "iat": now, "exp": now + 600, "nonce": nonce,
        }  # fmt: skip
        return str(jwt.encode({"alg": "RS256", "kid": "one"}, claims, self.key))


class Answers(BaseHTTPRequestHandler):
    provider: Provider

    def do_GET(self) -> None:
        asked = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(asked.query).items()}
        if asked.path == "/.well-known/openid-configuration":
            self.say(self.provider.settings())
        elif asked.path == "/keys":
            self.say({"keys": [self.provider.key.as_dict(private=False)]})
        elif asked.path == "/authorize":
            links = [f'<a href="/as/{name}?{asked.query}">{name}</a>' for name in PEOPLE]
            self.answer(200, " ".join(links).encode(), "text/html")
        elif asked.path.startswith("/as/"):
            code = f"code-{time.monotonic_ns()}"
            self.provider.codes[code] = asked.path.removeprefix("/as/"), query["nonce"]
            self.send_to(query["redirect_uri"], code=code, state=query["state"])
        else:
            assert asked.path == "/end"
            self.provider.signed_out += 1
            self.send_to(query["post_logout_redirect_uri"])

    def do_POST(self) -> None:
        form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        token = self.provider.id_token(form["code"][0])
        self.say(
            {"access_token": "a", "token_type": "Bearer", "expires_in": 600, "id_token": token}
        )

    def send_to(self, address: str, **query: str) -> None:
        self.send_response(302)
        self.send_header("Location", f"{address}?{urlencode(query)}" if query else address)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def say(self, value: object) -> None:
        self.answer(200, json.dumps(value).encode(), "application/json")

    def answer(self, status: int, content: bytes, kind: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Nothing."""


@contextmanager
def provider() -> Iterator[Provider]:
    """The provider on a free port."""
    with ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler) as server:
        found = Provider(f"http://127.0.0.1:{server.server_address[1]}")
        server.RequestHandlerClass = type("Its", (Answers,), {"provider": found})
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield found
        server.shutdown()
        thread.join()
