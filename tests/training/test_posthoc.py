"""A method with a post-hoc step: trained as without it, evaluated through a new last layer."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from harmony_core.config import (
    DataConfig,
    ExperimentConfig,
    MethodConfig,
    ModelConfig,
    RecordConfig,
    Seeds,
)
from harmony_core.data import build_dataset
from harmony_core.errors import RunError
from harmony_core.experiments.complete import complete
from harmony_core.frames import Frame
from harmony_core.posthoc import POSTHOC
from harmony_core.training.lockstep import Lockstep
from harmony_core.training.posthoc import judge_steps

POINTS = DataConfig("clouds", {"n_max": 60, "test_per_class": 30, "classes": 3}, 10.0)
DIGITS = DataConfig("digits", imbalance_factor=20.0)


def config(step: str, losses: tuple[str, ...] = ("ce", "ldam"), **changes: Any) -> ExperimentConfig:
    values: dict[str, Any] = {
        "data": POINTS,
        "methods": tuple(MethodConfig(loss, posthoc=step) for loss in losses),
        "epochs": 3,
        "seeds": Seeds(4, 5, 6),
        "device": "cpu",
        "record": RecordConfig(grid=8, tracked=20, bins=4, embedding=True, landmarks=40),
    }
    return complete(ExperimentConfig(**{**values, **changes}))


def lockstep(config: ExperimentConfig) -> Lockstep:
    return Lockstep(config, build_dataset(config.data, config.seeds.data))


def trained(config: ExperimentConfig) -> tuple[Lockstep, list[list[Frame]]]:
    engine = lockstep(config)
    return engine, list(engine.run())


def assert_equal(a: Frame, b: Frame) -> None:
    for field in dataclasses.fields(Frame):
        np.testing.assert_array_equal(getattr(a, field.name), getattr(b, field.name), field.name)


@pytest.mark.parametrize("step", ["none", "tau_norm"])
def test_log_probabilities_are_those_that_frames_judge(step: str) -> None:
    engine, frames = trained(config(step))
    said = engine.log_probabilities(engine.dataset.test_inputs)
    targets = engine.dataset.test_targets
    assert np.exp(said).sum(axis=2) == pytest.approx(1, abs=1e-4)
    for own, frame in zip(said, frames[-1], strict=True):
        flat = targets * 3 + own.argmax(axis=1)
        assert (np.bincount(flat, minlength=9).reshape(3, 3) == frame.confusion).all()
        loss = -own[np.arange(len(targets)), targets].mean()
        assert loss == pytest.approx(frame.test_loss, rel=1e-4)


@pytest.mark.parametrize("step", POSTHOC)
def test_the_same_figures_during_training_and_afterwards(step: str) -> None:
    """Also under LDAM, whose cosine layer sees features of length 1 and whose logits are scaled."""
    plain, _ = trained(config("none"))
    own, new = judge_steps(plain, {step: {}})
    assert (own.step, new.step) == ("none", step)
    _, frames = trained(config(step))
    for frame, figures in zip(frames[-1], new.figures, strict=True):
        np.testing.assert_array_equal(frame.confusion, figures.confusion)
        assert frame.ece == pytest.approx(float(figures.ece), abs=1e-5)
        assert frame.test_loss == pytest.approx(float(figures.loss), rel=1e-4)


def test_the_networks_own_layers_are_judged_as_recorded() -> None:
    plain, frames = trained(config("none"))
    (own,) = judge_steps(plain, {})
    for frame, figures in zip(frames[-1], own.figures, strict=True):
        np.testing.assert_array_equal(frame.confusion, figures.confusion)
        assert frame.ece == pytest.approx(float(figures.ece), abs=1e-6)


def test_only_the_last_frame_is_of_the_new_layer() -> None:
    """And the training itself is untouched, down to the last bit of the checkpoint's networks."""
    plain, before = trained(config("none"))
    changed, after = trained(config("logit_adjustment"))
    for a, b in zip(before[:-1], after[:-1], strict=True):
        for one, other in zip(a, b, strict=True):
            assert_equal(one, other)
    for (name, a), b in zip(
        plain.networks.state_dict().items(), changed.networks.state_dict().values(), strict=True
    ):
        assert torch.equal(a, b), name
    for one, other in zip(before[-1], after[-1], strict=True):
        assert one.train_loss == other.train_loss
        np.testing.assert_array_equal(one.grad_counts, other.grad_counts)
        assert not np.array_equal(one.confusion, other.confusion)
        prior = plain.dataset.train_counts / plain.dataset.train_counts.sum()
        np.testing.assert_allclose(
            other.tracked_logits, one.tracked_logits - np.log(prior), rtol=0.01, atol=0.05
        )
        assert one.grid_confidence is not None
        assert not np.array_equal(one.grid_confidence, other.grid_confidence)


@pytest.mark.parametrize("step", ["tau_norm", "crt"])
def test_the_recorded_layer_gives_the_recorded_logits(step: str) -> None:
    engine, frames = trained(config(step))
    for frame, loss in zip(frames[-1], engine.losses, strict=True):
        assert frame.head_weight is not None
        assert frame.landmark_logits is not None
        features = torch.tensor(np.asarray(frame.landmark_features), dtype=torch.float32)
        if loss.scale != 1:
            features = F.normalize(features, dim=-1)
        logits = F.linear(
            features, torch.tensor(frame.head_weight), torch.tensor(frame.head_bias)
        ).numpy()
        np.testing.assert_allclose(
            logits * loss.scale, frame.landmark_logits.astype(float), rtol=0.01, atol=0.05
        )
        np.testing.assert_allclose(
            frame.head_norms, np.linalg.norm(frame.head_weight, axis=1), rtol=1e-5
        )


def test_methods_with_and_without_a_step_share_a_training() -> None:
    mixed = config("none", methods=(MethodConfig("ce"), MethodConfig("ce", posthoc="ncm")))
    (_, frames), (_, alone) = trained(mixed), trained(config("ncm", losses=("ce",)))
    (_, plain) = trained(config("none", losses=("ce",)))
    np.testing.assert_array_equal(frames[-1][0].confusion, plain[-1][0].confusion)
    np.testing.assert_array_equal(frames[-1][1].confusion, alone[-1][0].confusion)


def test_networks_that_are_computed_one_by_one_get_their_own_layers() -> None:
    methods = tuple(MethodConfig("ce", posthoc=step) for step in ("none", "ncm", "tau_norm"))
    changes: dict[str, Any] = {"data": DIGITS, "model": ModelConfig("small_cnn"), "epochs": 1}
    _, frames = trained(config("none", methods=methods, **changes))
    plain, _ = trained(config("none", losses=("ce",), **changes))
    judged = list(judge_steps(plain, {"ncm": {}, "tau_norm": {}}))
    for frame, expected in zip(frames[-1], judged, strict=True):
        np.testing.assert_array_equal(frame.confusion, expected.figures[0].confusion)


def test_a_resumed_training_ends_with_the_same_frame() -> None:
    settings = config("crt")
    _, frames = trained(settings)
    first = lockstep(settings)
    run = first.run()
    for _ in range(3):
        next(run)
    second = lockstep(settings)
    second.restore(first.checkpoint())
    rest = list(second.run())
    assert len(rest) == 1
    for a, b in zip(frames[-1], rest[-1], strict=True):
        assert_equal(a, b)


def test_images_that_are_augmented_are_seen_as_they_are() -> None:
    """The means of features do not depend on the order seed, which draws the crops."""
    settings = config("ncm", losses=("ce",), data=DIGITS, model=ModelConfig("small_cnn"), epochs=1)
    engine, frames = trained(settings)
    data, dataset = engine.data, engine.dataset
    engine.networks.eval()
    with torch.no_grad():
        inputs = data.finish(data.load(dataset.train_inputs))
        _, features = engine.networks(inputs[None])
    targets = torch.from_numpy(dataset.train_targets)
    means = torch.stack([features[0][targets == c].mean(0) for c in range(10)])
    torch.testing.assert_close(
        torch.tensor(frames[-1][0].head_weight), F.normalize(means, dim=1), rtol=1e-3, atol=1e-4
    )


def test_unfinished_networks_are_refused() -> None:
    with pytest.raises(RunError, match="trained for 3 epochs, but the checkpoint is of epoch 0"):
        list(judge_steps(lockstep(config("none")), {"ncm": {}}))
