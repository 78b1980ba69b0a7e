"""Pictures of the embedding made while an experiment trains."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import harmony_core.runs.embedding.store as stored
from harmony_core.analysis.embedding import EmbeddingSettings, load_embedding
from harmony_core.config import RecordConfig
from harmony_core.errors import RunError
from harmony_core.runs import RunStore
from harmony_core.runs.embedding.store import embed_run, embedding_path, stored_epochs
from harmony_core.runs.execute import execute
from tests.runs.conftest import FakeEngine, small_config

RECORD = RecordConfig(grid=8, tracked=10, bins=4, embedding=True, landmarks=60)


@pytest.mark.slow
def test_pictures_drawn_on_the_way_are_those_drawn_afterwards(
    store: RunStore, tmp_path: Path
) -> None:
    record = execute(store, store.create(small_config(2, record=RECORD)).id)
    assert record.state == "done"
    assert stored_epochs(store.root, record.id) == [0, 1, 2]

    def positions() -> np.ndarray[Any, Any]:
        path = embedding_path(store.root, record.id, 0, EmbeddingSettings(), 2)
        return np.stack([panel.positions for panel in load_embedding(path).panels])

    live = positions()
    for path in embedding_path(store.root, record.id, 0, EmbeddingSettings()).glob("*.npz"):
        path.unlink()
    assert embed_run(store, record.id) == [0, 1, 2]
    np.testing.assert_allclose(positions(), live, atol=1e-4)


@pytest.mark.parametrize(
    ("error", "kept"), [(RunError("Expected more. Try less."), False), (ValueError("bad"), True)]
)
def test_a_picture_that_fails_does_not_end_the_training(
    store: RunStore, engine: FakeEngine, monkeypatch: pytest.MonkeyPatch, error: Exception,
    kept: bool,
) -> None:  # fmt: skip
    calls: list[str] = []
    messages: list[str] = []

    def fail(store: RunStore, run_id: str, repeat: int, **options: object) -> list[int]:
        calls.append(run_id)
        raise error

    monkeypatch.setattr(stored, "embed_run", fail)
    run_id = store.create(small_config(3, record=RECORD)).id
    record = execute(store, run_id, lambda record, frames: messages.append(record.message))
    assert record.state == "done"
    assert record.error == ""
    assert len(calls) == 1, "it is not tried again"
    assert any(m.startswith("training, without embedding: Expected") for m in messages)
    assert (store.root / run_id / "traceback.txt").exists() == kept


def test_nothing_is_drawn_unless_it_is_asked_for(
    store: RunStore, engine: FakeEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stored, "embed_run", lambda *args, **options: pytest.fail("drawn"))
    assert execute(store, store.create(small_config(2)).id).state == "done"
