"""One experiment with pictures for all tests of the embedding page."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from harmony_core.analysis.embedding import (
    EmbeddingSettings,
    embed_run,
    embedding_path,
    load_embedding,
    save_embedding,
)
from harmony_core.catalog import complete
from harmony_core.frames import Scene
from harmony_core.runs import drawings
from harmony_core.runs.drawings import Drawing
from harmony_core.runs.store import RunStore
from tests.app.embedding.recorded import (
    CONFIG,
    PCA,
    PLANE,
    TARGETS,
    TRAIN,
    N,
    recorded,
)


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """An experiment of two repeats with pictures, made once for all tests.

    Nothing is trained, and the pictures that pass for umap's are PCA's, as umap takes its time.
    """
    store = RunStore(tmp_path_factory.mktemp("trained"))
    record = store.create(complete(CONFIG), "three clouds")
    places = np.random.default_rng(1).normal(size=(N, 2)) + 3 * TARGETS[:, None]
    scene = Scene(
        kind="points", class_names=("A", "B", "C"),
        train_counts=np.array([14, 8, 4]), test_counts=np.array([8, 8, 8]),
        tracked_index=np.arange(TRAIN), tracked_targets=TARGETS[:TRAIN],
        tracked_flipped=np.zeros(TRAIN, bool), tracked_inputs=places[:TRAIN].astype(np.float32),
        landmark_index=np.arange(N), landmark_targets=TARGETS,
        landmark_inputs=places.astype(np.float32),
    )  # fmt: skip
    for repeat in range(2):
        store.save_scene(record.id, repeat, scene)
        for epoch in range(3):
            frames = [recorded(m, repeat, epoch) for m in range(2)]
            store.save_frames(record.id, repeat, epoch, frames)
    store.save(replace(record, state="done", epoch=2, repeat=1))
    for repeat in range(2):
        for settings in (PCA, PLANE):
            embed_run(store, record.id, repeat, settings)
        for epoch in range(3):
            drawn = load_embedding(embedding_path(store.root, record.id, repeat, PCA, epoch))
            for alike in (EmbeddingSettings(), EmbeddingSettings(seed=1)):
                path = embedding_path(store.root, record.id, repeat, alike, epoch)
                path.parent.mkdir(parents=True, exist_ok=True)
                save_embedding(path, replace(drawn, settings=alike))
    return store.root, record.id


@pytest.fixture
def run(trained: tuple[Path, str], store: RunStore) -> str:
    root, run_id = trained
    shutil.copytree(root / run_id, store.root / run_id)
    return run_id


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[Drawing]:
    """What the page asked to draw; nothing is drawn."""
    asked: list[Drawing] = []
    monkeypatch.setattr(drawings.Drawings, "start", lambda self, drawing: asked.append(drawing))
    return asked
