"""Payloads of runs with thousands of classes: what is in them, and how large a page becomes."""

from __future__ import annotations

import json

import numpy as np
import pytest

from harmony_core.viewer import ARENA, DENSITY, WEIGHTS, build_payload, parts_of
from harmony_core.viewer.epoch_step import (
    PAYLOAD_MOST,
    epoch_bytes,
    epoch_step,
    kept_epochs,
    sparse_sentence,
)
from harmony_core.viewer.frame_arrays import NO_CLASS, most_confused

from .many_classes import make_frame, make_many
from .synthetic import make_run
from .test_payload import record

EPOCHS = 91
"""Epochs 0 to 90."""


@pytest.mark.parametrize("panels", [ARENA, DENSITY, WEIGHTS], ids=["arena", "density", "weights"])
@pytest.mark.parametrize("classes", [1_000, 10_000])
def test_a_page_of_four_methods_and_ninety_epochs_stays_light(
    classes: int, panels: tuple[str, ...]
) -> None:
    scene, frames, labels = make_many(classes, methods=4, epochs=0)
    step = epoch_step(scene, frames[0], panels, EPOCHS)
    kept = kept_epochs(range(EPOCHS), step, ended=True)
    assert (kept[0], kept[-1]) == (0, EPOCHS - 1)
    assert len(kept) >= 9
    assert len(kept) * epoch_bytes(scene, frames[0], panels) <= PAYLOAD_MOST
    payload = build_payload("a", scene, labels, frames, 90, "done", parts=parts_of(panels))
    assert payload.meta["stride"] * 4 == epoch_bytes(scene, frames[0], panels)
    # what is sent once, and the scalars of all epochs
    once = len(json.dumps({name: payload.meta[name] for name in ("scene", "style", "static")}))
    scalars = len(json.dumps(payload.meta["frames"])) * len(kept)
    assert once + scalars < 1_000_000


def test_few_classes_are_sent_every_epoch_however_much_they_take() -> None:
    scene, frames, _ = make_run(classes=8, methods=4, epochs=1)
    assert epoch_step(scene, frames[0], ARENA, EPOCHS, most=1) == 1
    assert sparse_sentence(1, 8) == ""


def test_a_step_keeps_the_first_epoch_and_the_last_of_a_run_that_ended() -> None:
    scene, frames, _ = make_many(1_000, methods=2, epochs=0)
    size = epoch_bytes(scene, frames[0], DENSITY)
    assert epoch_step(scene, frames[0], DENSITY, 11, most=11 * size) == 1
    assert epoch_step(scene, frames[0], DENSITY, 11, most=11 * size - 1) == 2
    assert epoch_step(scene, frames[0], DENSITY, 11, most=1) == 10
    assert kept_epochs(range(11), 4, ended=False) == [0, 4, 8]
    assert kept_epochs(range(11), 4, ended=True) == [0, 4, 8, 10]
    assert kept_epochs([], 4, ended=True) == []
    assert "every 4th recorded epoch and the last" in sparse_sentence(4, 10_000)
    assert "10,000 classes" in sparse_sentence(4, 10_000)


def test_epochs_of_a_training_that_goes_on_are_those_it_is_sent_at_the_end() -> None:
    whole = kept_epochs(range(91), 7, ended=True)
    for so_far in range(1, 91):
        assert set(kept_epochs(range(so_far), 7, ended=False)) <= set(whole)


@pytest.mark.parametrize(("classes", "kept"), [(1_000, 3), (10_000, 1)])
def test_the_most_frequent_mistakes_replace_the_confusion(classes: int, kept: int) -> None:
    scene, frames, labels = make_many(classes, methods=1, epochs=1)
    payload = build_payload("a", scene, labels, frames, 1, "done")
    got = record(payload, 1, 0)
    assert "confusion" not in got
    assert got["mistaken"].shape == (classes, kept)
    recall = frames[1][0].recall
    wrong = recall < 1
    np.testing.assert_array_equal(
        got["mistaken"][:, 0], np.where(wrong, (np.arange(classes) + 1) % classes, NO_CLASS)
    )
    np.testing.assert_allclose(got["mistaken_share"][:, 0], 1 - recall, atol=1 / 65_535)
    np.testing.assert_allclose(got["recall"], recall, rtol=1e-3)


def test_mistakes_are_in_falling_order_and_leave_out_the_diagonal() -> None:
    frame = make_run(classes=5, methods=1, epochs=2)[1][1][0]
    mistaken, share = most_confused(frame, 3)
    for c, row in enumerate(np.asarray(frame.confusion)):
        wrong = sorted(((n, -to) for to, n in enumerate(row) if to != c and n), reverse=True)[:3]
        assert [int(to) for to in mistaken[c] if to != NO_CLASS] == [-to for _, to in wrong]
        np.testing.assert_allclose(share[c][: len(wrong)], [n / row.sum() for n, _ in wrong])


def test_unit_regions_of_many_classes_lie_end_to_end() -> None:
    scene, frames, labels = make_many(1_000, methods=2, epochs=1)
    payload = build_payload("a", scene, labels, frames, 1, "done", parts=parts_of(DENSITY))
    plain, dense = record(payload, 1, 0), record(payload, 1, 1)
    frame = frames[1][1]
    assert frame.regions is not None
    assert frame.density is not None
    starts = np.concatenate([[0], np.cumsum(frame.regions)[:-1]])
    for c in (0, 1, 7, 999):
        m = frame.regions[c]
        np.testing.assert_array_equal(
            dense["density"][starts[c] : starts[c] + m], frame.density[c, :m]
        )
    assert dense["density"].shape == (int(frame.regions.sum()),)
    assert dense["one_row"] == 0
    assert not plain["regions"].any()
    assert "hist_weight" not in dense
    np.testing.assert_allclose(dense["hist_count"].sum(axis=1), frame.grad_counts.sum(axis=1))


def test_a_density_that_all_classes_share_is_sent_once() -> None:
    scene, _, labels = make_many(1_000, methods=1, epochs=0)
    shared = {
        "density": np.tile(np.arange(4, dtype=np.float32), (1_000, 1)),
        "regions": np.full(1_000, 4),
        "region_weight": np.ones((1_000, 4), dtype=np.float32),
    }
    frame = make_frame(scene, 0, 0, own_density=False)
    for name, value in shared.items():
        object.__setattr__(frame, name, value)
    payload = build_payload("a", scene, labels, [[frame]], 1, "done", parts=parts_of(DENSITY))
    got = record(payload, 0, 0)
    np.testing.assert_array_equal(got["density"], [0, 1, 2, 3])
    assert got["one_row"] == 1
    assert payload.meta["densities"] == ["shared"]
