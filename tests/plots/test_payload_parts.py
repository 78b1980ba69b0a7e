"""The parts of a payload beside those of the Arena: histograms, densities, effects, thumbnails."""

from __future__ import annotations

import dataclasses
import json

import numpy as np
import pytest

from harmony_core.analysis.seeds import Curves
from harmony_core.errors import DataError
from harmony_core.viewer import (
    ARENA,
    DENSITY,
    WEIGHTS,
    blank_payload,
    build_payload,
    parts_of,
    unpack_payload,
    view_bands,
)
from harmony_core.viewer.frame_arrays import join_of
from harmony_core.viewer.thumbnails import BYTES_MOST, EXTREMES, chosen_samples

from . import hand_made
from .synthetic import make_image_run, make_run
from .test_payload import read, record


def hand(parts: frozenset[str], epochs: int = 2):
    scene, frames = hand_made.scene(), hand_made.frames(epochs)
    return build_payload("hand", scene, hand_made.LABELS, frames, epochs, "done", parts=parts)


def test_counts_densities_and_weights_come_back_as_they_were_counted() -> None:
    payload = hand(parts_of(DENSITY))
    plain, dense = record(payload, 1, 0), record(payload, 1, 1)
    np.testing.assert_array_equal(plain["hist_count"], hand_made.COUNTS)
    np.testing.assert_array_equal(plain["hist_weight"], hand_made.WEIGHTS)
    np.testing.assert_allclose(plain["hist_pull"], hand_made.PULLS, rtol=1e-3)
    np.testing.assert_array_equal(dense["density"], hand_made.DENSITY)
    np.testing.assert_array_equal(dense["region_weight"], hand_made.REGION_WEIGHT)
    np.testing.assert_array_equal(dense["regions"], hand_made.REGIONS)
    assert not plain["regions"].any()
    np.testing.assert_allclose(dense["grad"], hand_made.GRADS[1], atol=1 / 65535)
    assert payload.meta["densities"] == [None, "own"]
    assert payload.meta["bins"] == {"recorded": 10, "joined": 1}


def test_effects_are_the_effective_number_of_samples_and_the_norms() -> None:
    got = record(hand(parts_of(WEIGHTS)), 0, 1)
    # 40 and 16 samples of weight 2 each, sums of squares 200 and 80
    np.testing.assert_allclose(got["effective"], [80**2 / 200, 32**2 / 80])
    np.testing.assert_allclose(got["head_norm"], [1.5, 0.5])


def test_only_what_a_page_shows_is_sent() -> None:
    names = {
        page: {f["name"] for f in hand(parts_of(panels)).meta["record"]}
        for page, panels in (("arena", ARENA), ("density", DENSITY), ("weights", WEIGHTS))
    }
    assert "confusion" in names["arena"]
    assert not names["arena"] & {"hist_count", "density", "effective"}
    assert not names["density"] & {"confusion", "grid", "effective"}
    assert not names["weights"] & {"confusion", "grid", "hist_count"}
    with pytest.raises(DataError, match="panel"):
        parts_of(["densities"])
    with pytest.raises(DataError, match="parts"):
        hand(frozenset({"everything"}))


def test_before_training_the_histograms_are_of_the_tracked_samples() -> None:
    scene, frames = hand_made.scene(), hand_made.frames()
    nothing = np.zeros((2, 10))
    start = [
        dataclasses.replace(
            f, epoch=0, grad_counts=nothing, grad_weights=nothing, grad_pull=nothing
        )
        for f in frames[0]
    ]
    payload = build_payload(
        "hand", scene, hand_made.LABELS, [start], 2, "done", parts=parts_of(DENSITY)
    )
    got = record(payload, 0, 0)["hist_count"]
    assert got[0].tolist() == [1, 0, 0, 0, 1, 0, 0, 0, 0, 2]
    assert got[1].tolist() == [0, 0, 0, 1, 0, 0, 0, 1, 0, 0]


def test_one_density_for_all_classes_is_told_apart() -> None:
    scene, frames = hand_made.scene(), hand_made.frames(1)
    same = np.array([[1, 2, 3, 0, 0]] * 2, np.float32)
    frames[0][1] = dataclasses.replace(frames[0][1], density=same, regions=np.array([3, 3]))
    payload = build_payload(
        "hand", scene, hand_made.LABELS, frames, 1, "done", parts=parts_of(DENSITY)
    )
    assert payload.meta["densities"] == [None, "shared"]


def test_many_classes_join_bins_and_keep_their_totals() -> None:
    assert [join_of(c, 50) for c in (8, 50, 100, 250, 1000)] == [1, 1, 2, 5, 5]
    assert join_of(1000, 7) == 1
    scene, frames, labels = make_image_run(classes=60, methods=1, epochs=1)
    payload = build_payload("a", scene, labels, frames, 1, "done", parts=parts_of(DENSITY))
    got = record(payload, 1, 0)["hist_count"]
    assert got.shape == (60, 25)
    np.testing.assert_array_equal(got, frames[1][0].grad_counts.reshape(60, 25, 2).sum(axis=2))
    assert payload.meta["bins"] == {"recorded": 50, "joined": 2}


def test_sums_beyond_sixteen_bits_are_sent_whole() -> None:
    scene, frames = hand_made.scene(), hand_made.frames(1)
    big = hand_made.COUNTS * 100_000
    frames[0][0] = dataclasses.replace(frames[0][0], grad_counts=big)
    payload = build_payload(
        "hand", scene, hand_made.LABELS, frames, 1, "done", parts=parts_of(DENSITY)
    )
    np.testing.assert_array_equal(record(payload, 0, 0)["hist_count"], big)


def test_thumbnails_are_sent_once_and_are_those_of_their_samples() -> None:
    scene, frames, labels = make_image_run(classes=5, methods=2, epochs=2)
    parts = parts_of(WEIGHTS)
    payload = build_payload("a", scene, labels, frames, 2, "done", parts=parts)
    fixed = {field["name"]: read(payload, field) for field in payload.meta["static"]}
    np.testing.assert_array_equal(fixed["thumb_of"], np.arange(40))
    np.testing.assert_array_equal(fixed["thumbs"], scene.tracked_inputs)
    later = build_payload("a", scene, labels, frames, 2, "done", since=1, parts=parts)
    assert "static" not in later.meta


def test_too_many_thumbnails_keep_the_extremes_and_every_class() -> None:
    scene, frames, labels = make_image_run(classes=10, methods=2, epochs=1, tracked=1200, side=32)
    payload = build_payload("a", scene, labels, frames, 1, "done", parts=parts_of(WEIGHTS))
    fixed = {field["name"]: read(payload, field) for field in payload.meta["static"]}
    chosen = fixed["thumb_of"].astype(int)
    assert fixed["thumbs"].size <= BYTES_MOST
    assert len(chosen) == len(set(chosen)) == len(fixed["thumbs"]) < len(scene.tracked_index)
    weight = frames[1][1].tracked_weight
    extremes = {*np.argsort(weight)[:EXTREMES], *np.argsort(-weight, kind="stable")[:EXTREMES]}
    assert extremes <= set(chosen)
    have = np.bincount(scene.tracked_targets, minlength=10)
    sent = np.bincount(scene.tracked_targets[chosen], minlength=10)
    assert (sent >= np.minimum(have, 25)).all()
    again = chosen_samples(scene.tracked_targets, frames[1], len(chosen))
    np.testing.assert_array_equal(again, chosen)


def test_the_largest_promised_pages_fit() -> None:
    """4 methods, 100 epochs, 2,000 samples: each page below 10 MB for 8 classes."""
    scene, frames, labels = make_run(classes=8, methods=4, epochs=1, grid=100, tracked=2000)
    for panels in (DENSITY, WEIGHTS):
        parts = parts_of(panels)
        payload = build_payload("a", scene, labels, frames, 100, "done", parts=parts)
        assert payload.meta["stride"] * 4 * 101 + BYTES_MOST < 10_000_000


def test_bands_over_seeds_are_those_of_the_curves_and_pass_through() -> None:
    scene, frames, labels = make_run(classes=3, methods=2, epochs=2)
    curves = Curves(labels)
    for repeat in range(3):
        for row in frames:
            for frame in row:
                curves.add(scene, dataclasses.replace(frame, repeat=repeat, ece=0.1 * repeat))
    bands = view_bands(curves, whole_range=True)
    assert bands["epochs"] == [0, 1, 2]
    assert bands["repeats"] == 3
    mean, low, high = bands["ece"][1]
    assert mean == pytest.approx([0.1] * 3)
    assert low == pytest.approx([0] * 3)
    assert high == pytest.approx([0.2] * 3)
    payload = build_payload("a", scene, labels, frames, 2, "done", bands=bands)
    assert unpack_payload(payload.wire()).meta["bands"] == json.loads(json.dumps(bands))


def test_the_shift_at_the_tail_is_sent_with_its_two_sides() -> None:
    scene, frames, labels = make_run(grid=12)
    grid, bayes, density = frames[3][0].grid_class, scene.bayes_class, scene.bayes_density
    assert grid is not None
    assert bayes is not None
    assert density is not None
    rare = int(np.argmin(scene.train_counts))
    sent = build_payload("a", scene, labels, frames, 4, "done").meta["frames"][3]["methods"][0]
    lost = density[(bayes == rare) & (grid != rare)].sum()
    assert sent["tail_lost"] == pytest.approx(lost, rel=1e-4)
    assert sent["tail_taken"] == pytest.approx(density[(bayes != rare) & (grid == rare)].sum())
    assert lost > 0


def test_a_blank_board_has_classes_and_a_plane_but_no_frames() -> None:
    payload = blank_payload("blank", ["a", "b"], (-2.0, 2.0, -2.0, 2.0))
    assert payload.meta["frames"] == []
    assert payload.meta["scene"]["extent"] == [-2, 2, -2, 2]
    assert unpack_payload(payload.wire()).meta["scene"]["classes"] == ["a", "b"]
