"""Folders of visits to the inspection page that a dead server left behind."""

from __future__ import annotations

from pathlib import Path

from filelock import FileLock

from pages._inspect import visit_folder


def test_what_a_dead_server_left_is_swept(tmp_path: Path) -> None:
    sessions = tmp_path / "sessions"
    for name in ("dead", "alive", "strange"):
        (sessions / name).mkdir(parents=True)
        (sessions / name / "data.csv").write_text("x,label\n1,a\n")
    (sessions / "dead" / "lock").touch()
    with FileLock(sessions / "alive" / "lock"):
        visit_folder.remove_abandoned(sessions, sessions / "mine")
    assert sorted(p.name for p in sessions.iterdir()) == ["alive", "strange"]
