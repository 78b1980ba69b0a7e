"""Folders of visits to the inspection page, of which each server process has its own."""

from __future__ import annotations

from pathlib import Path

import pytest
from filelock import FileLock
from streamlit.testing.v1 import AppTest


def test_what_a_dead_server_left_is_swept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HARMONY_UPLOADS", str(tmp_path))
    sessions = tmp_path / "sessions"
    for name in ("dead", "alive", "strange"):
        (sessions / name).mkdir(parents=True)
        (sessions / name / "data.csv").write_text("x,label\n1,a\n")
    (sessions / "dead" / "lock").touch()

    def page() -> None:
        from pages._inspect.visit_folder import visit_folder

        visit_folder().new_folder()

    with FileLock(sessions / "alive" / "lock"):
        at = AppTest.from_function(page).run()
        assert not at.exception
        found = {path.name for path in sessions.iterdir() if path.is_dir()}
    assert {"alive", "strange"} < found
    assert "dead" not in found
