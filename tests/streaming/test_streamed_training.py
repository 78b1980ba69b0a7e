"""Training on images that stay on disk is training on images in memory, method by method."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from harmony_core.config import (
    DataConfig,
    ExperimentConfig,
    MethodConfig,
    RecordConfig,
    quick_recipe,
)
from harmony_core.data import build_dataset
from harmony_core.data.streamed.store import ImageStore
from harmony_core.errors import DataError
from harmony_core.experiments.complete import complete
from harmony_core.frames import Frame
from harmony_core.training.lockstep import Lockstep

METHODS = (
    MethodConfig("ce"),
    MethodConfig("harmonized", {"warmup": 1}, sampler="class_balanced"),
    MethodConfig("ldam", deferral="drs", mix="mixup"),
    MethodConfig("balanced_softmax", mix="remix", sam="imbsam", weight_decay=0.01),
)
Engine = Callable[..., Lockstep]


@pytest.fixture
def engine(folder: Path) -> Engine:
    def make(methods: tuple[MethodConfig, ...] = METHODS, **params: object) -> Lockstep:
        values = {"source": str(folder), "size": 16, "stream": "always", **params}
        config = complete(
            ExperimentConfig(
                DataConfig("images", values, profile="as_is"),  # type: ignore[arg-type]
                methods=methods,
                optim=quick_recipe(8),
                epochs=2,
                record=RecordConfig(embedding=True, landmarks=20, tracked=15),
            )
        )
        return Lockstep(config, build_dataset(config.data, 0))

    return make


def frames(lockstep: Lockstep) -> list[Frame]:
    return [frame for epoch in lockstep.run() for frame in epoch]


def assert_same_training(found: list[Frame], wanted: list[Frame]) -> None:
    assert len(found) == len(wanted)
    for one, other in zip(found, wanted, strict=True):
        assert one.train_loss == other.train_loss or np.isnan(other.train_loss)
        np.testing.assert_array_equal(one.grad_counts, other.grad_counts)
        np.testing.assert_array_equal(one.grad_weights, other.grad_weights)
        np.testing.assert_array_equal(one.confusion, other.confusion)
        assert one.test_loss == pytest.approx(other.test_loss, abs=1e-5)
        assert one.auprc == pytest.approx(other.auprc, abs=1e-5)
        for name in ("tracked_logits", "gallery_logits", "landmark_logits", "landmark_features"):
            np.testing.assert_allclose(getattr(one, name), getattr(other, name), atol=0.01)


@pytest.mark.parametrize(("processes", "kept"), [("0", "0"), ("0", "1"), ("2", "0"), ("2", "1")])
def test_the_same_as_in_memory(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, processes: str, kept: str
) -> None:
    wanted = frames(engine(stream="never"))
    monkeypatch.setenv("HARMONY_DECODERS", processes)
    monkeypatch.setenv("HARMONY_DECODED_GB", kept)
    assert_same_training(frames(engine()), wanted)


def test_each_image_is_decoded_once_for_all_methods(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[int] = []
    square = ImageStore.square

    def counted(store: ImageStore, row: int, seed: int = -1) -> object:
        read.append(row)
        return square(store, row, seed)

    lockstep = engine((MethodConfig("ce"), MethodConfig("harmonized"), MethodConfig("ldam")))
    lockstep.load_epoch()
    monkeypatch.setattr(ImageStore, "square", counted)
    lockstep.stepper.run()
    assert sorted(read) == list(range(len(lockstep.targets)))


def test_resized_parts_are_shared_and_new_in_every_epoch(engine: Engine) -> None:
    pair = (MethodConfig("ce"), MethodConfig("ce"))
    found = frames(engine(pair, crops="resized"))
    losses = [[f.train_loss for f in found if f.method == m and f.epoch] for m in (0, 1)]
    assert losses[0] == losses[1]
    assert losses[0][0] != frames(engine(pair))[2].train_loss
    assert frames(engine(pair, crops="resized"))[-1].train_loss == found[-1].train_loss


def test_a_checkpoint_goes_on_as_if_nothing_had_happened(engine: Engine) -> None:
    wanted = frames(engine())
    first = engine()
    run = first.run()
    next(run)
    next(run)
    saved = first.checkpoint()
    second = engine()
    second.restore(saved)
    assert_same_training(frames(second), wanted[-len(METHODS) :])


def test_an_image_that_vanishes_ends_the_training_with_its_name(
    engine: Engine, folder: Path
) -> None:
    lockstep = engine()
    run = lockstep.run()
    next(run)
    (folder / "train" / "bee" / "002.jpg").unlink()
    with pytest.raises(
        DataError, match=r"'train/bee/002.jpg' again.*Restore the file, then resume"
    ):
        next(run)


def test_a_scene_keeps_small_pictures(engine: Engine) -> None:
    scene = engine(size=48).scene()
    assert scene.tracked_inputs.shape == (15, 32, 32, 3)
    assert scene.landmark_inputs is not None
    assert scene.landmark_inputs.shape[1:] == (32, 32, 3)


def test_posthoc_steps_read_the_features_from_the_disk(engine: Engine) -> None:
    methods = (MethodConfig("ce", posthoc="ncm"), MethodConfig("ce", posthoc="crt"))
    assert_same_training(frames(engine(methods)), frames(engine(methods, stream="never")))


def test_the_memory_it_needs_is_said_before_the_first_step(engine: Engine) -> None:
    small, large = (engine(size=size).scene().notes[-1] for size in (16, 64))
    assert small.startswith("Memory needed: about 70")
    assert "activations" in large
    assert small != large
    assert "Memory needed" not in " ".join(engine(stream="never").scene().notes)
