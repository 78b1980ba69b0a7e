"""Who must sign in, and the ids of those who have."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from harmony_core.errors import ConfigError, RunError
from harmony_core.serving import mode as serving_mode
from harmony_core.serving.mode import mode, serve_at
from harmony_core.serving.people import KEY_FILE, login_required, person_id

ISSUER = "https://id.example.org"


def test_a_person_has_one_id_and_two_people_have_two(tmp_path: Path) -> None:
    ids = {person_id(tmp_path, ISSUER, sub) for sub in ("1001", "1002", "1001")}
    ids.add(person_id(tmp_path, "https://other.example.org", "1001"))
    assert len(ids) == 3
    assert all(re.fullmatch(r"[0-9a-f]{32}", found) for found in ids)
    assert person_id(tmp_path, "a", "bc") != person_id(tmp_path, "ab", "c")


def test_an_id_cannot_be_computed_without_the_key_of_the_server(tmp_path: Path) -> None:
    assert person_id(tmp_path / "a", ISSUER, "1001") != person_id(tmp_path / "b", ISSUER, "1001")
    assert (tmp_path / "a" / KEY_FILE).stat().st_mode & 0o077 == 0


def test_the_id_outlives_the_server_and_moves_with_the_runs(tmp_path: Path) -> None:
    before = person_id(tmp_path / "runs", ISSUER, "1001")
    (tmp_path / "runs").rename(tmp_path / "moved")
    assert person_id(tmp_path / "moved", ISSUER, "1001") == before


def test_nobody_is_nobody(tmp_path: Path) -> None:
    for issuer, subject in (("", "1001"), (ISSUER, "")):
        with pytest.raises(ConfigError, match="provider to say who you are"):
            person_id(tmp_path, issuer, subject)


def test_a_damaged_key_makes_nobody_a_new_visitor(tmp_path: Path) -> None:
    (tmp_path / KEY_FILE).write_bytes(b"half")
    with pytest.raises(RunError, match="to hold 32 bytes, but got 4"):
        person_id(tmp_path, ISSUER, "1001")


def test_signing_in_makes_a_server_shared(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serving_mode, "SERVING", {})
    monkeypatch.delenv("HARMONY_MODE", raising=False)
    monkeypatch.setenv("HARMONY_REQUIRE_LOGIN", "1")
    serve_at("localhost")
    assert mode() == "shared"
    monkeypatch.setenv("HARMONY_MODE", "solo")
    assert mode() == "solo"


def test_yes_is_not_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HARMONY_REQUIRE_LOGIN", "yes")
    with pytest.raises(ConfigError, match="HARMONY_REQUIRE_LOGIN to be 0 or 1, but got 'yes'"):
        login_required()
