from __future__ import annotations

import dataclasses
import json
import random
import resource
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from harmony_core.errors import RunError
from harmony_core.files import write_npz
from harmony_core.frames import (
    Frame,
    Scene,
    load_frames,
    load_scene,
    save_frames,
    save_scene,
)

C, B, K = 3, 5, 4


def make_frame(method: int = 0, **changes: Any) -> Frame:
    rng = np.random.default_rng(method)
    frame = Frame(
        method=method,
        repeat=0,
        epoch=7,
        lr=0.1,
        train_loss=float("nan"),
        test_loss=1.25,
        ece=0.03,
        confusion=np.array([[8, 2, 0], [1, 3, 0], [0, 5, 5]]),
        grad_counts=np.array([[1.0, 2, 3, 0, 0], [0, 0, 0, 0, 0], [4, 0, 0, 0, 0]]),
        grad_weights=np.array([[2.0, 4, 6, 0, 0], [0, 0, 0, 0, 0], [2, 0, 0, 0, 0]]),
        grad_pull=rng.random((C, B)),
        weight_square=rng.random(C),
        head_norms=rng.random(C).astype(np.float32),
        tracked_weight=rng.random(K).astype(np.float32),
        tracked_grad_norm=rng.random(K).astype(np.float32),
        tracked_logits=rng.random((K, C)).astype(np.float16),
    )
    return dataclasses.replace(frame, **changes)


def make_scene(**changes: Any) -> Scene:
    scene = Scene(
        kind="points",
        class_names=("Kopf", "尾", "tail with space"),
        train_counts=np.array([100, 10, 1]),
        test_counts=np.array([9, 9, 9]),
        tracked_index=np.arange(K),
        tracked_targets=np.array([0, 0, 1, 2]),
        tracked_flipped=np.array([False, True, False, False]),
        tracked_inputs=np.zeros((K, 2), np.float32),
        extent=(-1.0, 1.0, -2.0, 2.0),
        bayes_class=np.zeros((8, 8), np.uint8),
        bayes_accuracy=0.75,
        notes=("One sentence.",),
    )
    return dataclasses.replace(scene, **changes)


def assert_same(left: Any, right: Any) -> None:
    """Field by field, with dtypes, and NaN equal to NaN."""
    assert type(left) is type(right)
    for item in dataclasses.fields(left):
        a, b = getattr(left, item.name), getattr(right, item.name)
        if isinstance(a, np.ndarray):
            assert a.dtype == b.dtype, item.name
            np.testing.assert_array_equal(a, b, err_msg=item.name)
        else:
            assert type(a) is type(b), item.name
            np.testing.assert_equal(a, b, err_msg=item.name)


def test_frames_survive_the_disk(tmp_path: Path) -> None:
    grid = np.arange(64, dtype=np.uint8).reshape(8, 8)
    frames = [make_frame(0), make_frame(1, grid_class=grid, regions=np.array([2, 3, 4]))]
    save_frames(tmp_path / "00007.npz", frames)
    loaded = load_frames(tmp_path / "00007.npz")
    assert len(loaded) == 2
    for before, after in zip(frames, loaded, strict=True):
        assert_same(before, after)


def test_a_frame_written_without_auprc_has_none(tmp_path: Path) -> None:
    values = dict(vars(make_frame(auprc=0.75)))
    del values["auprc"]
    arrays = {k: v for k, v in values.items() if isinstance(v, np.ndarray)}
    plain = {k: v for k, v in values.items() if k not in arrays and v is not None}
    write_npz(tmp_path / "00001.npz", [(plain, arrays)])
    (loaded,) = load_frames(tmp_path / "00001.npz")
    assert np.isnan(loaded.auprc)


@pytest.mark.parametrize("extent", [(-1.0, 1.0, -2.0, 2.0), None])
def test_a_scene_survives_the_disk(tmp_path: Path, extent: tuple[float, ...] | None) -> None:
    scene = make_scene(extent=extent)
    save_scene(tmp_path / "scene.npz", scene)
    assert_same(scene, load_scene(tmp_path / "scene.npz"))


def test_recall_and_mean_weight_by_hand() -> None:
    frame = make_frame()
    np.testing.assert_allclose(frame.recall, [0.8, 0.75, 0.5])
    assert frame.balanced_accuracy == pytest.approx((0.8 + 0.75 + 0.5) / 3)
    np.testing.assert_allclose(frame.mean_weight, [2.0, np.nan, 0.5])


def test_a_class_without_test_samples_has_no_recall_and_does_not_count() -> None:
    confusion = np.array([[2, 0, 0], [0, 0, 0], [0, 0, 4]])
    frame = make_frame(confusion=confusion)
    np.testing.assert_allclose(frame.recall, [1, np.nan, 1])
    assert frame.balanced_accuracy == 1


def test_any_truncation_is_one_clear_error(tmp_path: Path) -> None:
    path = tmp_path / "00001.npz"
    save_frames(path, [make_frame()])
    good = path.read_bytes()
    for size in (0, 1, 4, 100, len(good) // 2, len(good) - 30, len(good) - 1):
        path.write_bytes(good[:size])
        with pytest.raises(RunError, match=r"Expected 00001\.npz to be a readable file"):
            load_frames(path)


def test_damage_never_raises_anything_but_a_run_error(tmp_path: Path) -> None:
    path = tmp_path / "00001.npz"
    save_frames(path, [make_frame()])
    good = path.read_bytes()
    draw = random.Random(0)
    refused = 0
    for _ in range(400):
        bad = bytearray(good)
        for _ in range(draw.choice([1, 2, 20])):
            bad[draw.randrange(len(bad))] = draw.randrange(256)
        path.write_bytes(bad)
        try:
            load_frames(path)
        except RunError:
            refused += 1
    assert refused > 300


def test_a_missing_file_is_a_run_error(tmp_path: Path) -> None:
    with pytest.raises(RunError, match=r"scene\.npz"):
        load_scene(tmp_path / "scene.npz")


def savez(path: Path, header: object, **arrays: Any) -> None:
    text = np.frombuffer(json.dumps(header).encode(), np.uint8)
    with open(path, "wb") as file:
        np.savez(file, __header__=text, **arrays)


class Trap:
    """Leaves a file behind if it is ever unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> Any:
        return (Path.touch, (self.path,))


def test_a_pickled_array_is_refused_unopened(tmp_path: Path) -> None:
    trap = np.array([Trap(tmp_path / "sprung")], dtype=object)
    savez(tmp_path / "f.npz", [{"method": 0}], **{"0.confusion": trap})
    with pytest.raises(RunError, match=r"f\.npz"):
        load_frames(tmp_path / "f.npz")
    assert not (tmp_path / "sprung").exists()


@pytest.mark.parametrize("header", [None, 5, {}, [], [5], ["ab"], [[]], [{}], [{"kind": "x"}]])
def test_a_foreign_header_is_a_run_error(tmp_path: Path, header: object) -> None:
    savez(tmp_path / "f.npz", header)
    with pytest.raises(RunError, match=r"f\.npz"):
        load_scene(tmp_path / "f.npz")


def test_a_field_of_another_version_is_named(tmp_path: Path) -> None:
    write_npz(tmp_path / "f.npz", [({"method": 0, "surprise": 1}, {})])
    with pytest.raises(RunError, match=r"Frame of this version.*surprise"):
        load_frames(tmp_path / "f.npz")


def test_a_full_disk_is_one_clear_error(tmp_path: Path) -> None:
    """The kernel refuses to let a file grow past 4 kB, as a full disk would."""
    path = tmp_path / "00001.npz"
    save_frames(path, [make_frame()])
    old = path.read_bytes()
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (4096, limits[1]))
        with pytest.raises(RunError, match=r"Expected to write 00001\.npz .*Free some space"):
            save_frames(path, [make_frame(grid_class=np.zeros((400, 400), np.uint8))])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, handler)
    assert path.read_bytes() == old
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_that_is_not_there_is_one_clear_error(tmp_path: Path) -> None:
    with pytest.raises(RunError, match=r"Expected to write f\.npz into .*absent"):
        save_frames(tmp_path / "absent" / "f.npz", [make_frame()])


def test_frames_are_read_without_torch() -> None:
    code = "import sys, harmony_core.frames, harmony_core.config; assert 'torch' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)
