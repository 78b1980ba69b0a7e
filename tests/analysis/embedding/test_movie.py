"""Pictures of data whose answer is known, in order, live and from disk, and two at once."""

from __future__ import annotations

import itertools
import threading
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from harmony_core.analysis.embedding import (
    EmbeddingFrame,
    EmbeddingMovie,
    EmbeddingSettings,
    View,
    load_embedding,
    save_embedding,
    stragglers,
    trails,
)
from harmony_core.errors import ConfigError, DataError, RunError

from .blobs import FEATURES_ONLY, blobs, landmarks

FEATURES, LOGITS, LABELS = blobs()
MARKS = landmarks(LABELS)
RNG = np.random.default_rng(9)
BLUR = RNG.normal(scale=2.0, size=(3, *FEATURES.shape)).astype(np.float32)


def epochs(settings: EmbeddingSettings | None = None) -> list[EmbeddingFrame]:
    movie = EmbeddingMovie(MARKS, settings)
    return [movie.step(e, views(e)) for e in range(3)]


def views(epoch: int, methods: int = 2) -> list[View]:
    return [
        View(FEATURES + BLUR[epoch] * (1 + m), LOGITS, f"method {m}", m) for m in range(methods)
    ]


def same(a: EmbeddingFrame, b: EmbeddingFrame) -> bool:
    return all(
        np.array_equal(x.positions, y.positions) and np.array_equal(x.region_class, y.region_class)
        for x, y in zip(a.panels, b.panels, strict=True)
    )


def test_separated_classes_agree_and_shuffled_features_do_not() -> None:
    good = EmbeddingMovie(MARKS, FEATURES_ONLY).step(0, [View(FEATURES, LOGITS)]).panels[0]
    assert good.fidelity.agreement["all"].rate > 0.97
    assert good.fidelity.agreement["tail"].rate > 0.97
    assert (good.fidelity.trustworthiness or 0) > 0.9
    assert good.fidelity.balanced_accuracy == 1.0
    shuffled = RNG.permutation(FEATURES)
    bad = EmbeddingMovie(MARKS, FEATURES_ONLY).step(0, [View(shuffled, LOGITS)]).panels[0]
    assert bad.fidelity.agreement["all"].rate < 0.5


def test_true_labels_never_place_a_dot() -> None:
    other = landmarks(RNG.permutation(LABELS))
    first = EmbeddingMovie(MARKS).step(0, [View(FEATURES, LOGITS)])
    assert same(first, EmbeddingMovie(other).step(0, [View(FEATURES, LOGITS)]))


def test_identical_methods_do_not_move_apart() -> None:
    movie = EmbeddingMovie(MARKS)
    for epoch in range(3):
        one = views(epoch, 1)[0]
        frame = movie.step(epoch, [one, replace(one, method=1)])
        np.testing.assert_array_equal(frame.panels[0].positions, frame.panels[1].positions)
        assert stragglers(*frame.panels).index.size == 0
        assert frame.panels[1].tied is not None
        assert (frame.panels[1].tied == 255).all()


def test_a_network_that_stays_hardly_moves_the_map() -> None:
    movie = EmbeddingMovie(MARKS)
    view = View(FEATURES, LOGITS)
    movie.step(0, [view])
    still = movie.step(1, [view]).panels[0].fidelity.drift
    assert still is not None
    assert still < 0.1


def test_live_replay_and_resumed_pictures_are_the_same(tmp_path: Path) -> None:
    live, replay = epochs(), epochs()
    assert all(same(a, b) for a, b in zip(live, replay, strict=True))
    save_embedding(tmp_path / "1.npz", live[1])
    resumed = EmbeddingMovie(MARKS)
    resumed.restore(load_embedding(tmp_path / "1.npz"), views(1))
    assert same(resumed.step(2, views(2)), live[2])


def test_another_seed_gives_another_picture() -> None:
    assert not same(epochs()[0], epochs(EmbeddingSettings(seed=1))[0])


def test_disk_keeps_everything(tmp_path: Path) -> None:
    frame = epochs()[1]
    save_embedding(tmp_path / "a.npz", frame)
    back = load_embedding(tmp_path / "a.npz")
    assert (back.epoch, back.settings, back.extent) == (1, frame.settings, frame.extent)
    for a, b in zip(frame.panels, back.panels, strict=True):
        assert a.fidelity == b.fidelity
        assert (a.label, a.method, a.notes, a.radius) == (b.label, b.method, b.notes, b.radius)
        for name in ("positions", "predicted", "map_class", "region_purity", "kept", "tied"):
            np.testing.assert_array_equal(getattr(a, name), getattr(b, name))
    (tmp_path / "b.npz").write_bytes(b"no archive")
    with pytest.raises(RunError, match="readable file"):
        load_embedding(tmp_path / "b.npz")
    np.savez(tmp_path / "c.npz", __header__=np.frombuffer(b"[{}]", dtype=np.uint8))
    with pytest.raises(RunError, match="embedding of this version"):
        load_embedding(tmp_path / "c.npz")


def test_one_frame_of_reference_that_never_shrinks() -> None:
    frames = epochs()
    for before, after in itertools.pairwise(frames):
        assert after.extent[0] <= before.extent[0]
        assert after.extent[3] >= before.extent[3]
        assert after.panels[0].extent == after.panels[1].extent


def test_anchors_hold_another_repeat_over_the_first() -> None:
    first = EmbeddingMovie(MARKS)
    base = first.step(0, views(0))
    anchors = first.anchors(base, views(0))
    other = EmbeddingMovie(MARKS)
    held = other.step(0, views(1), anchors).panels[0]
    free = EmbeddingMovie(MARKS, EmbeddingSettings(seed=5)).step(0, views(1)).panels[0]
    goal = base.panels[0].positions

    def gap(positions: np.ndarray) -> float:
        return float(np.median(np.linalg.norm(positions - goal, axis=1)))

    assert gap(held.positions) < gap(free.positions)


def test_stragglers_are_those_that_moved_most() -> None:
    before = epochs()[0].panels[0]
    positions, predicted = before.positions.copy(), before.predicted.copy()
    positions[[4, 7]] += np.array([[5.0, 0.0], [9.0, 0.0]], dtype=np.float32)
    predicted[7] += 1
    after = replace(before, positions=positions, predicted=predicted)
    found = stragglers(before, after, most=10)
    assert found.index.tolist() == [7, 4]
    assert found.distance[0] == pytest.approx(9 / before.radius, rel=1e-4)
    assert found.changed.tolist() == [True, False]
    assert found.flipped.sum() == 1
    assert found.usual == 0
    paths = trails([before, after], found.index)
    assert paths.shape == (2, 2, 2)
    np.testing.assert_allclose(paths[0, 1] - paths[0, 0], [9, 0], atol=1e-5)


def test_two_embeddings_at_once() -> None:
    expected = epochs()[1]
    results: list[EmbeddingFrame] = []
    workers = [threading.Thread(target=lambda: results.append(epochs()[1])) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert len(results) == 3
    assert all(same(result, expected) for result in results)


@pytest.mark.parametrize("layout", ["pca", "plane"])
def test_alternatives_to_umap(layout: str) -> None:
    plane = FEATURES[:, :2]
    movie = EmbeddingMovie(MARKS, EmbeddingSettings(layout=layout), plane)
    frame = [movie.step(e, views(e)) for e in range(2)][1]
    if layout == "plane":
        np.testing.assert_array_equal(frame.panels[1].positions, plane)
    else:
        turned = frame.panels[0]
        assert turned.fidelity.agreement["all"].rate > 0.6
        assert turned.fidelity.drift is not None
        assert turned.fidelity.drift < 0.7


def test_the_plane_needs_points_in_the_plane() -> None:
    with pytest.raises(ConfigError, match="two coordinates"):
        EmbeddingMovie(MARKS, EmbeddingSettings(layout="plane"))


def test_a_method_that_diverged_says_so_and_leaves_the_others_alone() -> None:
    broken = FEATURES.copy()
    broken[3, 2] = np.nan
    movie = EmbeddingMovie(MARKS)
    first = movie.step(0, views(0))
    good = views(1)[0]
    frame = movie.step(1, [View(broken, LOGITS, "gone"), good])
    assert "NaN or infinity in 1 of 120 rows" in frame.panels[0].notes[0]
    assert not frame.panels[0].region_purity.any()
    np.testing.assert_array_equal(frame.panels[0].positions, first.panels[0].positions)
    assert frame.panels[1].fidelity.agreement["all"].rate > 0.9
    back = movie.step(2, views(2))
    assert back.panels[0].fidelity.agreement["all"].rate > 0.9
    alone = EmbeddingMovie(MARKS).step(0, [View(broken, LOGITS)])
    assert alone.panels[0].fidelity.agreement == {}
    assert alone.panels[0].notes


def test_methods_may_not_come_and_go() -> None:
    movie = EmbeddingMovie(MARKS)
    movie.step(0, views(0))
    with pytest.raises(DataError, match="2 methods"):
        movie.step(1, views(1, 1))
    with pytest.raises(DataError, match="at least one method"):
        EmbeddingMovie(MARKS).step(0, [])
