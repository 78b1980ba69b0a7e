"""The payload says what the frames say, by the layout its docstring documents."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from harmony_core.analysis.boundary import disagreement
from harmony_core.errors import DataError
from harmony_core.viewer import Payload, build_payload, unpack_payload
from harmony_core.viewer.payload import class_groups

from .synthetic import make_image_run, make_run


def read(payload: Payload, field: dict[str, Any], base: int = 0) -> NDArray[Any]:
    """One array, by the documented layout and nothing else."""
    dtype = np.dtype(field["dtype"]).newbyteorder("<")
    size = int(np.prod(field["shape"], dtype=int))
    start = base + field["at"]
    assert start % 4 == 0
    raw = np.frombuffer(payload.blob, dtype=dtype, count=size, offset=start)
    return raw.reshape(field["shape"]) * field["scale"]


def record(payload: Payload, frame: int, method: int) -> dict[str, NDArray[Any]]:
    base = payload.meta["frames"][frame]["at"] + method * payload.meta["stride"]
    return {field["name"]: read(payload, field, base) for field in payload.meta["record"]}


def test_a_class_without_test_samples_is_left_out_of_every_mean() -> None:
    scene, frames, labels = make_run(classes=4, methods=1, epochs=1)
    confusion = frames[0][0].confusion.copy()
    confusion[3] = 0
    last = dataclasses.replace(frames[0][0], confusion=confusion)
    counts = confusion.sum(axis=1)
    scene = dataclasses.replace(scene, test_counts=counts)
    payload = build_payload("a", scene, labels, [[last]], 1, "done")
    json.dumps(payload.meta, allow_nan=False)
    figures = payload.meta["frames"][0]["methods"][0]
    recall = np.diag(confusion)[:3] / counts[:3]
    assert figures["accuracy"] == pytest.approx(recall.mean(), rel=1e-5)
    assert figures["groups"][-1] is None
    assert payload.meta["scene"]["test_counts"] == counts.tolist()
    assert np.isnan(record(payload, 0, 0)["recall"][3])


def test_every_array_comes_back() -> None:
    scene, frames, labels = make_run(classes=4, methods=3, epochs=5)
    payload = build_payload("a", scene, labels, frames, 5, "done")
    fixed = {field["name"]: read(payload, field) for field in payload.meta["static"]}
    np.testing.assert_array_equal(fixed["points"], scene.tracked_inputs)
    np.testing.assert_array_equal(fixed["targets"], scene.tracked_targets)
    np.testing.assert_array_equal(fixed["flipped"], scene.tracked_flipped)
    np.testing.assert_array_equal(fixed["bayes"], scene.bayes_class)
    levels = 256 // 4
    for e, row in enumerate(frames):
        for m, frame in enumerate(row):
            got = record(payload, e, m)
            np.testing.assert_allclose(got["recall"], frame.recall, rtol=1e-6)
            share = frame.confusion / frame.confusion.sum(axis=1, keepdims=True)
            np.testing.assert_allclose(got["confusion"], share, atol=1 / 65535)
            assert frame.grid_confidence is not None
            np.testing.assert_array_equal(got["grid"] // levels, frame.grid_class)
            sure = 1 / 4 + (got["grid"] % levels) / (levels - 1) * (3 / 4)
            np.testing.assert_allclose(sure, frame.grid_confidence / 255, atol=0.75 / levels)
            np.testing.assert_allclose(got["weight"], frame.tracked_weight, rtol=1e-3)
            np.testing.assert_allclose(got["grad"], frame.tracked_grad_norm, atol=1 / 255)
            np.testing.assert_array_equal(got["predicted"], frame.tracked_logits.argmax(axis=1))
            z = frame.tracked_logits.astype(np.float64)
            own = (np.exp(z) / np.exp(z).sum(axis=1, keepdims=True))[
                np.arange(len(z)), scene.tracked_targets
            ]
            np.testing.assert_allclose(got["own"], own, atol=1 / 255)


def test_class_means_follow_the_counts_and_fall_back_on_tracked_samples() -> None:
    scene, frames, labels = make_run(classes=3, methods=2, epochs=2, tracked=900)
    payload = build_payload("a", scene, labels, frames, 2, "done")
    frame = frames[2][1]
    centres = (np.arange(50) + 0.5) / 50
    mean = (frame.grad_counts * centres).sum(axis=1) / frame.grad_counts.sum(axis=1)
    np.testing.assert_allclose(record(payload, 2, 1)["mean_grad"], mean, rtol=1e-5)
    np.testing.assert_allclose(record(payload, 2, 1)["mean_weight"], frame.mean_weight, rtol=1e-5)
    start = [frames[0][1].tracked_grad_norm[scene.tracked_targets == c].mean() for c in range(3)]
    np.testing.assert_allclose(record(payload, 0, 1)["mean_grad"], start, rtol=1e-5)


def test_only_later_epochs_are_sent() -> None:
    scene, frames, labels = make_run(epochs=6)
    whole = build_payload("a", scene, labels, frames, 6, "running")
    later = build_payload("a", scene, labels, frames, 6, "running", since=4)
    nothing = build_payload("a", scene, labels, frames, 6, "running", since=6)
    assert [f["epoch"] for f in later.meta["frames"]] == [5, 6]
    assert "scene" not in later.meta
    assert whole.last_epoch == later.last_epoch == nothing.last_epoch == 6
    assert nothing.blob == b""
    for name, values in record(later, 1, 1).items():
        np.testing.assert_array_equal(values, record(whole, 6, 1)[name])


def test_the_wire_form_holds_both_parts() -> None:
    scene, frames, labels = make_run()
    payload = build_payload("a", scene, labels, frames, 4, "done")
    again = unpack_payload(payload.wire())
    assert again == Payload(json.loads(json.dumps(payload.meta)), payload.blob)
    with pytest.raises(DataError, match="whole payload"):
        unpack_payload(payload.wire()[:9])


def test_disagreement_is_the_balanced_density_decided_otherwise() -> None:
    scene, frames, labels = make_run(grid=12)
    grid = frames[3][0].grid_class
    assert grid is not None
    assert scene.bayes_density is not None
    assert scene.bayes_class is not None
    total = 0.0
    for row in range(12):
        for column in range(12):
            if grid[row, column] != scene.bayes_class[row, column]:
                total += float(scene.bayes_density[row, column])
    assert disagreement(scene, grid) == pytest.approx(total, rel=1e-6)
    assert disagreement(scene, scene.bayes_class) == 0
    sent = build_payload("a", scene, labels, frames, 4, "done").meta["frames"][3]["methods"][0]
    assert sent["disagreement"] == pytest.approx(total, rel=1e-5)
    assert disagreement(scene, grid[:5, :5]) is None


def test_what_is_not_a_number_is_null_and_never_breaks_the_json() -> None:
    scene, frames, labels = make_run(methods=1, epochs=1)
    bad = dataclasses.replace(
        frames[1][0],
        test_loss=float("inf"),
        tracked_weight=np.full(len(scene.tracked_index), np.inf, dtype=np.float32),
        tracked_grad_norm=np.full(len(scene.tracked_index), np.nan, dtype=np.float32),
    )
    payload = build_payload("a", scene, labels, [frames[0], [bad]], 1, "done")
    numbers = unpack_payload(payload.wire()).meta["frames"]
    assert numbers[0]["methods"][0]["train_loss"] is None
    assert numbers[1]["methods"][0]["test_loss"] is None
    assert np.isfinite(record(payload, 1, 0)["weight"]).all()


def test_images_have_confusion_and_no_plane() -> None:
    scene, frames, labels = make_image_run(classes=5, methods=2, epochs=2)
    payload = build_payload("a", scene, labels, frames, 2, "done")
    names = {field["name"] for field in payload.meta["record"]}
    assert "confusion" in names
    assert "grid" not in names
    assert {field["name"] for field in payload.meta["static"]} == {"targets", "flipped", "index"}
    assert payload.meta["frames"][0]["methods"][0]["disagreement"] is None


def test_groups_are_thirds_by_count_and_can_be_named() -> None:
    counts = np.array([5, 100, 50, 20, 10, 80, 1])
    assert class_groups(counts) == {"Head": [1, 5], "Medium": [2, 3, 4], "Tail": [0, 6]}
    assert class_groups(np.array([3, 9])) == {"Head": [1], "Tail": [0]}
    scene, frames, labels = make_run()
    named = build_payload("a", scene, labels, frames, 4, "done", groups={"Rare": [2], "None": []})
    assert named.meta["scene"]["groups"] == [{"name": "Rare", "classes": [2]}]
    recall = frames[4][1].recall[2]
    assert named.meta["frames"][4]["methods"][1]["groups"] == [pytest.approx(recall)]


def test_an_epoch_without_a_frame_for_each_method_is_refused() -> None:
    scene, frames, labels = make_run(methods=2)
    with pytest.raises(DataError, match="2 frames at epoch 1"):
        build_payload("a", scene, labels, [frames[0], frames[1][:1]], 4, "done")


def test_many_classes_keep_the_payload_small() -> None:
    scene, frames, labels = make_image_run(classes=60, methods=1, epochs=1)
    payload = build_payload("a", scene, labels, frames, 1, "done")
    field = next(f for f in payload.meta["record"] if f["name"] == "confusion")
    assert field["dtype"] == "u1"


def test_the_largest_promised_run_fits() -> None:
    """4 methods, 100 epochs, a 100 × 100 grid, 2,000 samples: below 10 MB."""
    scene, frames, labels = make_run(classes=8, methods=4, epochs=1, grid=100, tracked=2000)
    payload = build_payload("a", scene, labels, frames, 100, "done")
    assert payload.meta["stride"] * 4 * 101 < 9_000_000
