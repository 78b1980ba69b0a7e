"""The log of a shared server while visitors open links and upload files: none of their words."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from harmony_core.runs.store import RunStore

from .served import PATIENCE, ask, serving, visit

pytestmark = pytest.mark.slow
SECRET = "Krankenblatt"


def test_no_words_of_users_are_logged(tmp_path: Path) -> None:
    link = {"v": "4", "data": "moons~n_max-40", "m": [f"ce~label-{SECRET}"], "epochs": "2"}
    store = RunStore(tmp_path / "runs")
    with serving(tmp_path, HARMONY_MODE="shared") as server:
        with visit(server.port, "arena", link) as page:
            deadline = time.monotonic() + PATIENCE
            while not (runs := store.list()) or runs[0].active:
                assert time.monotonic() < deadline
                time.sleep(0.1)
            page.put(f"{SECRET}.csv", 100)
        with visit(server.port, "arena", {"run": f"../{SECRET}", "data": SECRET}):
            time.sleep(0.5)
        ask(server.port, "GET", f"/{SECRET}?label={SECRET}", Cookie=f"harmony_visitor={SECRET}")
    assert runs[0].state == "done"
    said = (tmp_path / "server.log").read_text("utf-8", "replace")
    assert "Harmony is shared" in said
    assert SECRET not in said
