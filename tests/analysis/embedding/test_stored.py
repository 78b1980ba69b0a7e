"""The pictures of an experiment: computed once, in order, from what is on disk."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from harmony_core.analysis.embedding import EmbeddingSettings, load_embedding
from harmony_core.analysis.embedding.pictures import picture_epochs
from harmony_core.config import ExperimentConfig, MethodConfig, RecordConfig, Seeds
from harmony_core.errors import RunError
from harmony_core.frames import Frame, Scene
from harmony_core.runs.embedding.store import (
    embed_run,
    embedding_path,
    landmarks_of,
    stored_epochs,
)
from harmony_core.runs.store import RunStore

from .blobs import blobs

FEATURES, LOGITS, LABELS = blobs(48, 3, 6)
CONFIG = ExperimentConfig(
    methods=(MethodConfig("ce"), MethodConfig("harmonized", label="ours")),
    epochs=3,
    seeds=Seeds(repeats=2, vary=("init",)),
    record=RecordConfig(embedding=True),
)


def scene() -> Scene:
    return Scene(
        kind="points",
        class_names=("a", "b", "c"),
        train_counts=np.array([12, 6, 6]),
        test_counts=np.array([8, 8, 8]),
        tracked_index=np.arange(0),
        tracked_targets=np.arange(0),
        tracked_flipped=np.zeros(0, dtype=bool),
        tracked_inputs=np.zeros((0, 2), dtype=np.float32),
        landmark_index=np.arange(48),
        landmark_targets=LABELS.astype(np.int64),
        landmark_inputs=FEATURES[:, :2],
    )


def frames(epoch: int, repeat: int = 0) -> list[Frame]:
    noise = np.random.default_rng([epoch, repeat]).normal(size=(2, *FEATURES.shape))
    empty = np.zeros((3, 2))
    return [
        Frame(
            method=m, repeat=repeat, epoch=epoch, lr=0.1, train_loss=1.0, test_loss=1.0, ece=0.1,
            confusion=np.eye(3, dtype=np.int64), grad_counts=empty, grad_weights=empty,
            grad_pull=empty, weight_square=np.zeros(3), head_norms=np.zeros(3),
            tracked_weight=np.zeros(0), tracked_grad_norm=np.zeros(0),
            tracked_logits=np.zeros((0, 3)),
            landmark_features=(FEATURES + noise[m]).astype(np.float16),
            landmark_logits=LOGITS.astype(np.float16),
        )
        for m in range(2)
    ]  # fmt: skip


@pytest.fixture
def run(tmp_path: Path) -> tuple[RunStore, str]:
    store = RunStore(tmp_path / "runs")
    run_id = store.create(CONFIG).id
    for repeat in range(2):
        store.save_scene(run_id, repeat, scene())
        for epoch in range(4):
            store.save_frames(run_id, repeat, epoch, frames(epoch, repeat))
    return store, run_id


def picture(run: tuple[RunStore, str], epoch: int, repeat: int = 0) -> np.ndarray:
    path = embedding_path(run[0].root, run[1], repeat, EmbeddingSettings(), epoch)
    return np.stack([panel.positions for panel in load_embedding(path).panels])


def test_only_what_is_missing_is_computed_and_equals_one_go(run: tuple[RunStore, str]) -> None:
    told: list[tuple[int, int]] = []
    assert embed_run(*run, on_progress=lambda done, of: told.append((done, of))) == [0, 1, 2, 3]
    assert told == [(1, 4), (2, 4), (3, 4), (4, 4)]
    assert embed_run(*run) == []
    whole = picture(run, 3)
    folder = embedding_path(run[0].root, run[1], 0, EmbeddingSettings())
    for epoch in (2, 3):
        (folder / f"{epoch:05d}.npz").unlink()
    assert embed_run(*run) == [2, 3]
    np.testing.assert_array_equal(picture(run, 3), whole)


def test_pictures_without_frames_go_and_newer_frames_count(run: tuple[RunStore, str]) -> None:
    embed_run(*run)
    store, run_id = run
    store.drop_frames_after(run_id, 0, 2)
    assert embed_run(*run) == []
    assert stored_epochs(store.root, run_id) == [0, 1, 2]
    later = store.root / run_id / "repeat-0" / "frames" / "00001.npz"
    newer = later.stat().st_mtime_ns + 10**12
    os.utime(later, ns=(newer, newer))
    assert embed_run(*run) == [1, 2]


def test_one_at_a_time_gives_the_same_pictures(run: tuple[RunStore, str]) -> None:
    made = [embed_run(*run, limit=1) for _ in range(5)]
    assert made == [[0], [1], [2], [3], []]
    alone = picture(run, 3)
    for path in embedding_path(run[0].root, run[1], 0, EmbeddingSettings()).iterdir():
        path.unlink()
    embed_run(*run)
    np.testing.assert_array_equal(picture(run, 3), alone)


def test_it_stops_when_asked(run: tuple[RunStore, str]) -> None:
    calls = iter([False, False, True])
    assert embed_run(*run, should_stop=lambda: next(calls)) == [0, 1]
    assert stored_epochs(run[0].root, run[1]) == [0, 1]


def test_other_settings_live_beside_the_first(run: tuple[RunStore, str]) -> None:
    embed_run(*run)
    plane = EmbeddingSettings(layout="plane")
    embed_run(*run, settings=plane)
    path = embedding_path(run[0].root, run[1], 0, plane, 0)
    np.testing.assert_allclose(load_embedding(path).panels[0].positions, FEATURES[:, :2])
    assert stored_epochs(run[0].root, run[1]) == stored_epochs(run[0].root, run[1], 0, plane)


def test_another_repeat_is_aligned_the_first(run: tuple[RunStore, str]) -> None:
    store, run_id = run
    embed_run(*run, repeat=1)
    alone = picture(run, 0, 1)
    for path in embedding_path(store.root, run_id, 1, EmbeddingSettings()).iterdir():
        path.unlink()
    embed_run(*run)
    embed_run(*run, repeat=1)
    base = picture(run, 0)
    assert np.abs(picture(run, 0, 1) - base).mean() < np.abs(alone - base).mean()


def test_labels_test_samples_and_figures(run: tuple[RunStore, str]) -> None:
    embed_run(*run)
    frame = load_embedding(embedding_path(run[0].root, run[1], 0, EmbeddingSettings(), 3))
    assert [panel.label for panel in frame.panels][1] == "ours"
    assert frame.panels[0].fidelity.balanced_accuracy == 1.0
    marks = landmarks_of(run[0].scene(run[1]))
    assert marks.is_test.sum() == 24
    assert frame.panels[0].fidelity.agreement["all"].total == 24


def test_a_run_without_features_says_what_to_do(run: tuple[RunStore, str]) -> None:
    bare = replace(scene(), landmark_index=None, landmark_targets=None)
    run[0].save_scene(run[1], 0, bare)
    with pytest.raises(RunError, match="Turn on `embedding`"):
        embed_run(*run)


def test_long_runs_get_a_bounded_number_of_pictures() -> None:
    chosen = picture_epochs(replace(CONFIG, epochs=200), most=40)
    assert len(chosen) == 40
    assert (chosen[0], chosen[-1]) == (0, 200)
    assert picture_epochs(replace(CONFIG, epochs=7, record=RecordConfig(every=3))) == [0, 3, 6, 7]
