"""Signing in, as far as it needs no provider: what is set up, who is refused, the way back."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from http.client import HTTPMessage
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.free_port import free_port

from .served import ROOT, ask, serving, visit

pytest.importorskip("authlib", reason="Authlib is not installed")
ADDRESS = "https://lab.example/oauth2callback"
WHOLE = {
    "redirect_uri": ADDRESS,
    "cookie_secret": "c" * 40,
    "client_id": "harmony",
    "client_secret": "secret",
    "server_metadata_url": "http://127.0.0.1:9/.well-known/openid-configuration",
}


def secrets(folder: Path, section: str = "auth", **changes: str) -> Path:
    """A secrets.toml with one provider; an empty value leaves a key out."""
    values = {key: value for key, value in {**WHOLE, **changes}.items() if value}
    path = folder / "secrets.toml"
    path.write_text(f"[{section}]\n" + "".join(f'{k} = "{v}"\n' for k, v in values.items()))
    return path


def said_at_the_start(path: Path | None, folder: Path, **settings: str) -> tuple[int, str]:
    """The exit status of a server that does not start, and what it says."""
    command = [sys.executable, "-m", "streamlit", "run", str(ROOT / "app.py"),
               "--server.headless=true", f"--server.port={free_port()}",
               f"--secrets.files={path or folder / 'none.toml'}"]  # fmt: skip
    done = subprocess.run(
        command, cwd=ROOT, env={**os.environ, "HARMONY_RUNS": str(folder), **settings},
        capture_output=True, text=True,
    )  # fmt: skip
    return done.returncode, done.stderr


@pytest.mark.slow
@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"redirect_uri": "https://lab.example/"}, "Expected redirect_uri of [auth] to be"),
        ({"cookie_secret": "short"}, "at least 32 characters"),
        ({"client_secret": ""}, "Expected [auth] to be a provider, but got no client_secret"),
        ({"section": "auth.my_lab"}, "Expected redirect_uri"),
        ({"section": "other"}, "but got none. docs/operate.md shows what it holds."),
    ],
)
def test_what_is_set_up_by_half_is_said_at_the_start(
    tmp_path: Path, changes: dict[str, str], message: str
) -> None:
    status, said = said_at_the_start(
        secrets(tmp_path, **changes), tmp_path, HARMONY_REQUIRE_LOGIN="1"
    )
    assert message in said
    assert "Traceback" not in said
    assert status != 0


@pytest.mark.slow
def test_nothing_set_up_is_said_too(tmp_path: Path) -> None:
    status, said = said_at_the_start(None, tmp_path, HARMONY_REQUIRE_LOGIN="1")
    assert "Expected a readable .streamlit/secrets.toml with [auth]" in said
    assert "Traceback" not in said
    assert status != 0


@pytest.fixture(scope="module")
def closed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of a server for those who have signed in."""
    folder = tmp_path_factory.mktemp("closed")
    with serving(folder, f"--secrets.files={secrets(folder)}", HARMONY_REQUIRE_LOGIN="1") as server:
        yield server.port


def test_who_has_not_signed_in_can_upload_nothing(closed: int) -> None:
    with visit(closed, "inspect_data") as stranger:
        assert stranger.put("one", 10) == 403
    assert 'harmony_refused_total{reason="login"} 1.0' in ask(closed, "GET", "/metrics")[2]


def test_health_needs_no_signing_in(closed: int) -> None:
    assert ask(closed, "GET", "/healthz")[0] == 200


def test_the_page_that_was_left_is_remembered(closed: int) -> None:
    here = f"127.0.0.1:{closed}"
    for came, kept in (
        (f"http://{here}/arena?run=1", quote("/arena?run=1", safe="")),
        ("http://evil.example/arena", ""),
        (f"http://{here}//evil.example", ""),
    ):
        given = ask(closed, "GET", "/auth/login", Referer=came)[1].get_all("Set-Cookie", [])
        assert [c for c in given if c.startswith(f"harmony_return={kept};")] if kept else True
        assert bool(kept) == any(c.startswith("harmony_return=") for c in given)


def come_back(port: int, place: str) -> tuple[int, HTTPMessage]:
    """Return from the provider with ``place`` in the cookie."""
    cookie = f"harmony_return={quote(place, safe='')}"
    status, headers, _ = ask(port, "GET", "/oauth2callback?state=none", Cookie=cookie)
    return status, headers


@pytest.mark.parametrize("place", ["/arena?run=1&epoch=2", "/learn"])
def test_the_way_back_leads_to_that_page(closed: int, place: str) -> None:
    status, headers = come_back(closed, place)
    assert (status, headers["Location"]) == (302, place)
    assert any("harmony_return=; Path=/; Max-Age=0" in c for c in headers.get_all("Set-Cookie", []))


@pytest.mark.parametrize(
    "place", ["//evil.example", "/\\evil.example", "https://evil.example", "/a\r\nX: y", "/ü", ""]
)
def test_the_way_back_leads_nowhere_else(closed: int, place: str) -> None:
    status, headers = come_back(closed, place)
    assert (status, headers["Location"]) == (302, "/")
    assert "X" not in headers


def test_behind_https_every_cookie_travels_encrypted_alone(closed: int) -> None:
    for path in ("/", "/_stcore/health", "/oauth2callback?state=none"):
        headers = ask(
            closed, "GET", path, Accept="text/html", X_Forwarded_Proto="https",
            Cookie="_streamlit_user=forged; harmony_return=%2Flearn",
        )[1]  # fmt: skip
        given = headers.get_all("Set-Cookie", [])
        assert given
        assert all(cookie.endswith("; Secure") for cookie in given)
