"""From a training to one HTML file, through the store."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from harmony_core.analysis.embedding import EmbeddingSettings, load_embedding, sample_terms
from harmony_core.config import (
    DataConfig,
    ExperimentConfig,
    MethodConfig,
    RecordConfig,
    quick_recipe,
)
from harmony_core.export.embedding_page import export_embedding_html
from harmony_core.runs.embedding.store import embed_run, embedding_path, landmarks_of, stored_epochs
from harmony_core.runs.execute import execute
from harmony_core.runs.store import RunStore


def test_a_run_becomes_one_file(tmp_path: Path) -> None:
    store = RunStore(tmp_path / "runs")
    run_id = store.create(
        ExperimentConfig(
            data=DataConfig("hard_head", {"n_max": 100, "test_per_class": 30}),
            methods=(MethodConfig("ce"), MethodConfig("balanced_softmax"), MethodConfig("ldam")),
            optim=quick_recipe(32),
            epochs=2,
            device="cpu",
            record=RecordConfig(grid=8, tracked=60, embedding=True, landmarks=80),
        ),
        "Tail & all",
    ).id
    record = execute(store, run_id)
    assert record.state == "done", record.error
    out = export_embedding_html(store, record, tmp_path / "out.html")
    assert "Tail &amp; all" in out.read_text("utf-8")
    assert stored_epochs(store.root, run_id) == [0, 1, 2]
    assert embed_run(store, run_id) == []

    settings = EmbeddingSettings()
    first = load_embedding(embedding_path(store.root, run_id, 0, settings, 0))
    ce, balanced, ldam = first.panels
    np.testing.assert_array_equal(ce.positions, balanced.positions)  # the same initial weights
    frames = store.frames(run_id, 0, 2)
    last = load_embedding(embedding_path(store.root, run_id, 0, settings, 2))
    for frame, panel in zip(frames, last.panels, strict=True):
        np.testing.assert_array_equal(panel.predicted, frame.landmark_logits.argmax(axis=1))
        assert panel.fidelity.balanced_accuracy == frame.balanced_accuracy
    assert landmarks_of(store.scene(run_id)).is_test.sum() == 60

    plane = EmbeddingSettings(layout="plane")
    embed_run(store, run_id, settings=plane)
    scene = store.scene(run_id)
    drawn = load_embedding(embedding_path(store.root, run_id, 0, plane, 2)).panels[2]
    np.testing.assert_array_equal(drawn.positions, scene.landmark_inputs)
    assert ldam.label == drawn.label

    weight, grad_norm = sample_terms(scene, frames[1])
    index, tracked = scene.landmark_index, scene.tracked_index
    assert index is not None
    np.testing.assert_array_equal(np.isfinite(weight), np.isin(index, tracked))
    both = np.flatnonzero(np.isin(index, tracked))
    assert both.size
    at = int(np.flatnonzero(tracked == index[both[0]])[0])
    assert grad_norm[both[0]] == frames[1].tracked_grad_norm[at]
