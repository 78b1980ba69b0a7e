"""Frames of 300 classes: what is recorded sparsely gives the figures of what it leaves out."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest

from harmony_core.analysis.accuracy import frame_figures
from harmony_core.analysis.seeds import frame_metrics
from harmony_core.arrays import Array
from harmony_core.cells import SparseTable
from harmony_core.config import ExperimentConfig, MethodConfig, ModelConfig, RecordConfig
from harmony_core.data.arrays import dataset_from_arrays
from harmony_core.data.dataset import LongTailedDataset
from harmony_core.errors import DataError, RunError
from harmony_core.experiments.complete import complete
from harmony_core.explain.pull import pull_of
from harmony_core.explain.sample import explain, explain_all
from harmony_core.explain.sandbox import redraw
from harmony_core.explain.switched import FORMULAS, switched
from harmony_core.files import read_npz, write_npz
from harmony_core.frames import Frame, Scene, load_frames, save_frames
from harmony_core.runs.embedding.store import views_of
from harmony_core.top_logits import ONLY_TOP, TopLogits, predicted_of
from harmony_core.training.lockstep import Lockstep
from harmony_core.viewer.frame_arrays import layout_of, record

C, EPOCHS = 300, 2
LOSSES = (
    "ce", "balanced_softmax", "harmonized", "ldam", "ghm", "focal", "weighted_ce", "seesaw",
)  # fmt: skip
EVERY_LOGIT = "seesaw"
PARTS = frozenset({"confusion", "samples", "histograms", "density", "effects"})


class Trained(NamedTuple):
    config: ExperimentConfig
    dataset: LongTailedDataset
    scene: Scene
    frames: list[Frame]
    dense: list[Frame]
    """The same frames with everything that `frames` left out."""
    log_p: Array
    """(m, n, c) of the test set."""


def many(classes: int) -> LongTailedDataset:
    rng = np.random.default_rng(0)
    counts = np.maximum(60 * (1 + np.arange(classes)) ** -0.7, 4).astype(int)
    targets = np.repeat(np.arange(classes), counts)
    centres = rng.normal(size=(classes, 6))
    inputs = centres[targets] + 0.2 * rng.normal(size=(len(targets), 6))
    return dataset_from_arrays(inputs.astype(np.float32), targets)


@pytest.fixture(scope="module")
def trained() -> Trained:
    dataset = many(C)
    config = complete(
        ExperimentConfig(
            model=ModelConfig("mlp"),
            methods=tuple(MethodConfig(loss) for loss in LOSSES),
            epochs=EPOCHS,
            device="cpu",
            record=RecordConfig(tracked=400, bins=20, embedding=True, landmarks=100),
        )
    )
    engine = Lockstep(config, dataset)
    frames = list(engine.run())[-1]
    scene = engine.scene()
    tracked = engine.log_probabilities(dataset.train_inputs[scene.tracked_index])
    return Trained(
        config, dataset, scene, frames,
        [
            replace(
                frame, tracked_logits=tracked[i], tracked_loss=None,
                **{n: np.asarray(getattr(frame, n)) for n in TABLES},
            )
            for i, frame in enumerate(frames)
        ],
        engine.log_probabilities(dataset.test_inputs),
    )  # fmt: skip


TABLES = ("confusion", "grad_counts", "grad_weights", "grad_pull")


def test_tables_are_sparse_and_whole(trained: Trained) -> None:
    dataset = trained.dataset
    for frame, log_p in zip(trained.frames, trained.log_p, strict=True):
        assert all(isinstance(getattr(frame, name), SparseTable) for name in TABLES)
        assert isinstance(frame.tracked_logits, TopLogits)
        expected = np.zeros((C, C), dtype=int)
        np.add.at(expected, (dataset.test_targets, log_p.argmax(axis=1)), 1)
        assert abs(np.asarray(frame.confusion) - expected).sum() <= 4  # ties, by rounding
        assert frame.tested.tolist() == dataset.test_counts.tolist()
        assert frame.grad_counts.sum(axis=1).tolist() == dataset.train_counts.tolist()
        assert frame.head_weight is None


def test_figures_are_those_of_dense_frames(trained: Trained) -> None:
    counts = trained.dataset.train_counts
    for frame, dense in zip(trained.frames, trained.dense, strict=True):
        np.testing.assert_array_equal(frame.recall, dense.recall)
        np.testing.assert_array_equal(frame.mean_weight, dense.mean_weight)
        assert frame.balanced_accuracy == dense.balanced_accuracy
        for label in (0, 17, C - 1):
            for found, expected in zip(
                frame.predicted_as(label), dense.predicted_as(label), strict=True
            ):
                assert found.tolist() == expected.tolist()
        np.testing.assert_equal(frame_figures(frame, counts), frame_figures(dense, counts))
        np.testing.assert_equal(
            frame_metrics(trained.scene, frame), frame_metrics(trained.scene, dense)
        )


def test_the_view_gets_the_same_arrays(trained: Trained) -> None:
    layouts = [layout_of(frames, PARTS) for frames in (trained.frames, trained.dense)]
    assert layouts[0] == layouts[1]
    for frame, dense in zip(trained.frames, trained.dense, strict=True):
        found, expected = (record(f, trained.scene, layouts[0]) for f in (frame, dense))
        assert found.keys() == expected.keys()
        for name, (values, scale) in found.items():
            other = expected[name][0]
            assert values.dtype == other.dtype, name
            assert scale == expected[name][1]
            wrong = values.astype(float) - other.astype(float)
            assert np.nanmax(np.abs(wrong)) <= 1, name  # one step of 1/255, or nothing
            assert (wrong != 0).mean() < 0.02, name


def test_a_sample_is_explained_as_from_all_logits(trained: Trained) -> None:
    for frame, dense in zip(trained.frames, trained.dense, strict=True):
        if LOSSES[frame.method] == EVERY_LOGIT:
            continue
        for sample in (0, 7, 399):
            found = explain(trained.config, trained.scene, frame, sample)
            expected = explain(trained.config, trained.scene, dense, sample)
            for name in (
                "p_y", "grad_norm", "difficulty", "intra", "inter", "weight", "unit",
                "cross_entropy", "loss",
            ):  # fmt: skip
                value = getattr(expected, name)
                assert getattr(found, name) == pytest.approx(value, rel=2e-3, abs=1e-5), name
            known = np.isfinite(found.p)
            assert 10 <= known.sum() <= 11
            assert known[found.label]
            for name in ("p", "p_adjusted", "gradient"):
                ours, theirs = getattr(found, name), getattr(expected, name)
                np.testing.assert_allclose(ours[known], theirs[known], rtol=0.01, atol=1e-4)
                assert np.isnan(ours[~known]).all()
            assert any(ONLY_TOP in note for note in found.notes)
            assert len(found.steps) == len(expected.steps)


def test_a_formula_that_needs_every_logit_says_so(trained: Trained) -> None:
    frame = trained.frames[LOSSES.index(EVERY_LOGIT)]
    with pytest.raises(DataError, match=ONLY_TOP):
        explain(trained.config, trained.scene, frame, 0)
    with pytest.raises(DataError, match=ONLY_TOP):
        redraw(trained.scene, frame, difficulty="margin")


def test_the_sandbox_and_switched_formulas(trained: Trained) -> None:
    frame, dense = trained.frames[0], trained.dense[0]
    for found, expected in zip(
        redraw(trained.scene, frame), redraw(trained.scene, dense), strict=True
    ):
        np.testing.assert_allclose(found.weights, expected.weights, rtol=1e-5)
    for name, formula in FORMULAS.items():
        if formula.shifts_logits:
            with pytest.raises(DataError, match=ONLY_TOP):
                switched(name, trained.scene, frame, 5)
            continue
        values = [switched(name, trained.scene, f, 5).values for f in (frame, dense)]
        assert values[0] == pytest.approx(values[1], rel=1e-3)


def test_the_pull_of_classes_is_the_recorded_one(trained: Trained) -> None:
    for frame, dense in zip(trained.frames, trained.dense, strict=True):
        found = pull_of(trained.config, trained.scene, frame)
        expected = pull_of(trained.config, trained.scene, dense)
        np.testing.assert_allclose(found.weights, expected.weights, rtol=2e-3)
        if LOSSES[frame.method] != EVERY_LOGIT:
            targets = trained.scene.tracked_targets
            norms = np.bincount(targets, frame.tracked_grad_norm, C) / np.bincount(targets)
            hard = norms > 0.01  # of learned ones, float32 holds few digits
            np.testing.assert_allclose(found.classes[hard], expected.classes[hard], rtol=0.02)
        assert np.isnan(found.samples).all()


def test_frames_pass_through_a_file(trained: Trained, tmp_path: Path) -> None:
    path = tmp_path / "00002.npz"
    save_frames(path, trained.frames)
    dense_bytes = sum(array.nbytes for array in vars(trained.dense[0]).values() if array is not None
                      and isinstance(array, np.ndarray))  # fmt: skip
    assert path.stat().st_size < len(LOSSES) * dense_bytes / 5
    for again, frame in zip(load_frames(path), trained.frames, strict=True):
        for name, value in vars(frame).items():
            assert_same(getattr(again, name), value)


def test_dense_frames_of_many_classes_are_still_read(trained: Trained, tmp_path: Path) -> None:
    """Runs of before 256 classes became the limit hold dense tables and all logits."""
    path = tmp_path / "00002.npz"
    save_frames(path, trained.dense)
    for again, frame in zip(load_frames(path), trained.dense, strict=True):
        for name, value in vars(frame).items():
            assert_same(getattr(again, name), value)


def test_a_file_that_lacks_part_of_a_table_is_an_error(trained: Trained, tmp_path: Path) -> None:
    path = tmp_path / "00002.npz"
    save_frames(path, trained.frames)
    parts = read_npz(path)
    del parts[1][1]["confusion.values"]
    write_npz(path, parts)
    with pytest.raises(RunError, match="00002.npz"):
        load_frames(path)


def test_the_map_shows_the_recorded_predictions(trained: Trained) -> None:
    (view, *_) = views_of(trained.frames, trained.config)
    logits = trained.frames[0].landmark_logits
    assert isinstance(logits, TopLogits)
    assert view.logits.shape == (100, C)
    assert view.logits.argmax(axis=1).tolist() == predicted_of(logits).tolist()


def assert_same(found: Any, expected: Any) -> None:
    assert type(found) is type(expected) or isinstance(found, int | float)
    if isinstance(expected, SparseTable | TopLogits):
        for name, part in expected.parts().items():
            other = found.parts()[name]
            assert other.dtype == part.dtype
            np.testing.assert_array_equal(other, part)
    else:
        np.testing.assert_array_equal(found, expected)


def test_every_sample_can_be_explained(trained: Trained) -> None:
    frame = trained.frames[LOSSES.index("harmonized")]
    weights = [seen.weight for seen in explain_all(trained.config, trained.scene, frame)]
    np.testing.assert_allclose(weights, frame.tracked_weight, rtol=2e-3)


def test_the_reader_is_told(trained: Trained) -> None:
    assert any(note.startswith(ONLY_TOP) for note in trained.scene.notes)
