"""The server as others meet it: over plain HTTP and a websocket, in both modes."""

from __future__ import annotations

import os
import re
import secrets
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from .served import ROOT, ask, serving


def handshake(port: int, host: str, origin: str = "", path: str = "/_stcore/stream") -> int:
    """The status of an answer to a websocket's opening: 101 if it is let in."""
    headers = {
        "Connection": "Upgrade", "Upgrade": "websocket", "Sec_WebSocket_Version": "13",
        "Sec_WebSocket_Key": "dGhlIHNhbXBsZSBub25jZQ==", "Host": host,
    }  # fmt: skip
    return ask(port, "GET", path, **headers, **({"Origin": origin} if origin else {}))[0]


@pytest.fixture(scope="module")
def solo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    with serving(tmp_path_factory.mktemp("solo")) as server:
        yield server.port


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """A shared server under a path, that knows its name and has a token for its metrics."""
    with serving(
        tmp_path_factory.mktemp("shared"), "--server.baseUrlPath=harmony",
        HARMONY_MODE="shared", HARMONY_HOSTS="lab.example", HARMONY_METRICS_TOKEN="reader",
    ) as server:  # fmt: skip
        yield server.port


def test_a_page_gives_a_new_browser_a_token_that_scripts_cannot_read(solo: int) -> None:
    _, headers, _ = ask(solo, "GET", "/arena", Accept="text/html,*/*")
    cookie = headers["Set-Cookie"]
    assert re.fullmatch(
        r"harmony_visitor=[0-9a-f]{32}; Path=/; Max-Age=\d+; HttpOnly; SameSite=Lax", cookie
    )
    assert ask(solo, "GET", "/", Accept="text/html")[1]["Set-Cookie"] != cookie


def test_a_browser_keeps_the_token_it_has(solo: int) -> None:
    token = secrets.token_hex(16)
    known = ask(solo, "GET", "/", Accept="text/html", Cookie=f"a=b; harmony_visitor={token}")[1]
    assert "Set-Cookie" not in known
    forged = ask(solo, "GET", "/", Accept="text/html", Cookie="harmony_visitor=me")[1]
    assert "Set-Cookie" in forged


def test_a_page_that_the_browser_still_has_brings_a_token_all_the_same(solo: int) -> None:
    tag = ask(solo, "GET", "/", Accept="text/html")[1]["ETag"]
    status, headers, _ = ask(solo, "GET", "/", Accept="text/html", If_None_Match=tag)
    assert status == 304
    assert "harmony_visitor" in headers["Set-Cookie"]


def test_nothing_but_a_page_brings_a_token(solo: int) -> None:
    for path in ("/favicon.png", "/_stcore/health", "/healthz"):
        headers = ask(solo, "GET", path, Accept="text/html,*/*")[1]
        assert "harmony_visitor" not in headers.get("Set-Cookie", "")


def test_behind_https_the_token_travels_encrypted_alone(shared: int) -> None:
    headers = ask(
        shared, "GET", "/harmony/", Accept="text/html",
        Host="lab.example", X_Forwarded_Proto="https",
    )[1]  # fmt: skip
    assert headers["Set-Cookie"].endswith("; Secure")
    assert "Path=/harmony;" in headers["Set-Cookie"]


@pytest.mark.parametrize("path", ["/", "/arena", "/favicon.png", "/media/none", "/_stcore/health"])
def test_every_answer_says_what_a_page_may_load_and_who_may_frame_it(solo: int, path: str) -> None:
    headers = ask(solo, "GET", path)[1]
    policy = dict(p.strip().split(" ", 1) for p in headers["Content-Security-Policy"].split(";"))
    assert policy["frame-ancestors"] == "'none'"
    assert policy["img-src"] == "'self' data: blob:"
    assert policy["connect-src"] == f"'self' ws://127.0.0.1:{solo} wss://127.0.0.1:{solo}"
    scripts = policy["script-src"].split()
    assert {"'unsafe-inline'", "'unsafe-eval'", "*", "data:"}.isdisjoint(scripts)
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"


@pytest.mark.parametrize("host", ["evil.example", "evil.example:{port}", "localhost@evil", ""])
def test_a_solo_server_answers_to_its_own_names_alone(solo: int, host: str) -> None:
    host = host.format(port=solo)
    status, _, text = ask(solo, "GET", "/", Host=host)
    assert status == 403
    assert "HARMONY_HOSTS" in text
    assert handshake(solo, host, f"http://{host}") == 403


@pytest.mark.parametrize("name", ["localhost", "127.0.0.1", "[::1]", "LocalHost"])
def test_a_solo_server_answers_to_its_own_names(solo: int, name: str) -> None:
    assert ask(solo, "GET", "/", Host=f"{name}:{solo}")[0] == 200
    assert handshake(solo, f"{name}:{solo}", f"http://{name.lower()}:{solo}") == 101


@pytest.mark.parametrize(
    "origin", ["http://localhost:1", "http://localhost", "http://evil.example", "null", "file://"]
)
def test_another_origin_cannot_connect_or_send(solo: int, origin: str) -> None:
    host = f"localhost:{solo}"
    assert handshake(solo, host, origin) == 403
    assert ask(solo, "PUT", "/_stcore/upload_file/a/b", b"x", Host=host, Origin=origin)[0] == 403


def test_the_name_and_port_of_a_proxy_count(shared: int) -> None:
    stream = "/harmony/_stcore/stream"
    assert handshake(shared, "lab.example", "https://lab.example", stream) == 101
    assert handshake(shared, "lab.example", "https://lab.example:444", stream) == 403
    assert handshake(shared, "other.example", "https://other.example", stream) == 403


def test_health_is_for_everybody_and_names_nothing(shared: int) -> None:
    assert ask(shared, "GET", "/harmony/healthz", Host="10.0.0.7")[::2] == (200, "ok\n")


def test_metrics_are_for_this_machine(solo: int) -> None:
    status, headers, text = ask(solo, "GET", "/metrics")
    assert status == 200
    assert headers["Content-Type"].startswith("text/plain; version=")
    assert "harmony_runs_training 0.0" in text
    assert "process_resident_memory_bytes" in text
    assert ask(solo, "GET", "/metrics", X_Forwarded_For="10.0.0.7")[0] == 403


def test_metrics_are_for_who_has_the_token_if_there_is_one(shared: int) -> None:
    host = {"Host": "lab.example"}
    assert ask(shared, "GET", "/harmony/metrics", **host)[0] == 403
    assert ask(shared, "GET", "/harmony/metrics", **host, Authorization="Bearer wrong")[0] == 403
    assert ask(shared, "GET", "/harmony/metrics", **host, Authorization="Bearer reader")[0] == 200


def test_metrics_count_what_was_refused_and_name_nobody(solo: int) -> None:
    before = counted(ask(solo, "GET", "/metrics")[2], 'refused_total{reason="host"}')
    ask(solo, "GET", "/a-private-path", Host="evil.example")
    text = ask(solo, "GET", "/metrics")[2]
    assert counted(text, 'refused_total{reason="host"}') == before + 1
    assert "private" not in text
    assert "evil" not in text


def counted(text: str, name: str) -> float:
    return float(text.split(f"harmony_{name} ")[1].split("\n")[0])


def test_settings_that_mean_nothing_are_refused_at_the_start(tmp_path: Path) -> None:
    for setting in (
        "HARMONY_HOSTS=http://lab.example",
        "HARMONY_HELD_MB=much",
        "HARMONY_FRAMED=any",
    ):
        name, _, value = setting.partition("=")
        done = subprocess.run(
            [sys.executable, "-c", "from pages._server.door import door; door()"],
            cwd=ROOT, env={**os.environ, name: value}, capture_output=True, text=True,
        )  # fmt: skip
        assert done.returncode != 0
        assert f"Expected {name} to be" in done.stderr


def test_plain_secrets_are_settings_where_a_host_gives_no_other(tmp_path: Path) -> None:
    secrets = tmp_path / "secrets.toml"
    secrets.write_text('HARMONY_MODE = "shared"\nHARMONY_HOSTS = "lab.example"\n')
    with serving(tmp_path, f"--secrets.files={secrets}") as server:
        assert ask(server.port, "GET", "/", Host="lab.example")[0] == 200
        assert ask(server.port, "GET", "/", Host="other.example")[0] == 403
    assert "Harmony is shared" in (tmp_path / "server.log").read_text()


def test_only_a_page_of_the_same_address_may_frame_the_app_if_any_may(tmp_path: Path) -> None:
    with serving(tmp_path, HARMONY_FRAMED="self") as server:
        headers = ask(server.port, "GET", "/")[1]
    assert "frame-ancestors 'self';" in f"{headers['Content-Security-Policy']};"
    assert headers["X-Frame-Options"] == "SAMEORIGIN"
