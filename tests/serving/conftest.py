"""A server's folders that go away, and a queue that trains nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from harmony_core.runs.store import RunStore


class IdleQueue:
    """Takes what it is given and does nothing."""

    def submit(self, run_id: str) -> None:
        pass

    def stop(self, run_id: str) -> None:
        pass


@pytest.fixture
def store(runs_folder: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> RunStore:
    """Experiments, uploads and decoded images in folders of their own."""
    monkeypatch.setenv("HARMONY_UPLOADS", str(tmp_path / "uploads"))
    monkeypatch.setenv("HARMONY_DATA", str(tmp_path / "data"))
    return RunStore(runs_folder)
