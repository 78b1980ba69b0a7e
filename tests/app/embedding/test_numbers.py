"""What the page is made of: points of a selection, its figures, the offline page."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from harmony_core.analysis.embedding import EmbeddingSettings, load_embedding
from harmony_core.plots.embedding.overlay import chosen_dots
from harmony_core.plots.embedding.traces import PER_PANEL
from harmony_core.runs.embedding.store import embedding_path, landmarks_of
from harmony_core.runs.store import RunStore
from pages._embedding.maps import offline_page
from pages._embedding.seed_noise import aligned
from pages._embedding.stored_maps import stored_maps


def test_the_offline_page_has_all_epochs(run: str, store: RunStore) -> None:
    page = offline_page(stored_maps(store.get(run), 0), "light").decode()
    assert "three clouds" in page
    assert "Plotly.newPlot" in page
    assert "differs from that at epoch 1" in page
    assert all(f'"label":"{epoch}"' in page for epoch in range(3))


def test_points_of_a_selection_are_dots_or_nothing() -> None:
    points = [
        {"curve_number": PER_PANEL, "point_index": 7},
        {"curve_number": 0, "point_index": 7},
        {"curve_number": PER_PANEL + 1, "point_index": 1},  # a rim
        {"curve_number": 2 * PER_PANEL, "point_index": 2},  # beyond the panels
        {"curve_number": 0, "point_index": 50},  # beyond the samples
        {"curve_number": "0", "point_index": None},
        {"curve_number": 0, "point_index": 3},
    ]
    assert chosen_dots(points, panels=2, landmarks=50) == [3, 7]
    assert chosen_dots(None, panels=2, landmarks=50) == []


def test_numbers_of_a_selection(trained: tuple[Path, str]) -> None:
    from harmony_core.analysis.embedding.selection import class_mix, confusion, sample_curves

    store, run_id = RunStore(trained[0]), trained[1]
    scene = store.scene(run_id, 0)
    marks = landmarks_of(scene)
    panels = [
        load_embedding(embedding_path(store.root, run_id, 0, EmbeddingSettings(), e)).panels
        for e in (0, 2)
    ]
    everyone = np.arange(len(marks.targets))
    mix = class_mix(marks, everyone, *panels)
    assert sum(m.chosen for m in mix) == len(everyone)
    matrix = confusion(marks, everyone, panels[1][1])
    assert matrix.sum() == len(everyone)
    assert sum(m.right[1][1] for m in mix) == np.trace(matrix)
    frames = [store.frames(run_id, 0, e) for e in (0, 1, 2)]
    training = np.flatnonzero(~marks.is_test)
    assert sample_curves(scene, frames, training).followed == len(training)
    assert np.isnan(sample_curves(scene, frames, np.flatnonzero(marks.is_test)).weight).all()


def test_a_turned_mirrored_and_shifted_map_is_aligned_its_original() -> None:
    rng = np.random.default_rng(4)
    originals = [rng.normal(size=(30, 2)), rng.normal(size=(30, 2)) + 2]
    turn = np.array([[0.6, 0.8], [0.8, -0.6]])  # a rotation and a mirror image
    moved = [one @ turn + [3.0, -1.0] for one in originals]
    for back, one in zip(aligned(moved, originals), originals, strict=True):
        np.testing.assert_allclose(back, one, atol=1e-12)
