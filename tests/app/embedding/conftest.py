"""One experiment with pictures for all tests of the embedding page."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from harmony_core.runs.embedding import process as drawings
from harmony_core.runs.embedding.process import Drawing
from harmony_core.runs.store import RunStore
from tests.app.embedding.recorded import (
    record_it,
)


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """An experiment with pictures, made once for all tests."""
    store = RunStore(tmp_path_factory.mktemp("trained"))
    return store.root, record_it(store)


@pytest.fixture
def run(trained: tuple[Path, str], store: RunStore) -> str:
    root, run_id = trained
    shutil.copytree(root / run_id, store.root / run_id)
    return run_id


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[Drawing]:
    """What the page asked to draw; nothing is drawn."""
    asked: list[Drawing] = []
    monkeypatch.setattr(
        drawings.DrawingProcess, "start", lambda self, drawing: asked.append(drawing)
    )
    return asked
