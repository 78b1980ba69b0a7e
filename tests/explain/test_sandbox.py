"""The sandbox's weights against the loss's own, and its picture against a real training's."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from harmony_core.config import (
    DataConfig,
    ExperimentConfig,
    MethodConfig,
    RecordConfig,
    quick_recipe,
)
from harmony_core.data import build_dataset
from harmony_core.experiments.complete import complete
from harmony_core.explain.density import adaptive_regions, region_weights
from harmony_core.explain.sandbox import redraw
from harmony_core.frames import Frame, Scene
from harmony_core.losses import density
from harmony_core.training.lockstep import Lockstep

ROWS = st.lists(
    st.lists(st.one_of(st.just(0.0), st.floats(1e-3, 1e4)), min_size=2, max_size=12),
    min_size=1,
    max_size=4,
)


@settings(max_examples=60)
@given(
    ROWS,
    st.sampled_from([0.0, 0.3, 1.0, 2.0]),
    st.sampled_from([0.0, 1e-9, 1.0, 10.0]),
    st.booleans(),
    st.sampled_from([np.float32, np.float64]),
)
def test_weights_are_those_of_the_loss(
    rows: list[list[float]], alpha: float, smoothing: float, envelope: bool, dtype: type
) -> None:
    regions = np.array([len(row) for row in rows])
    counts = np.zeros((len(rows), regions.max()), dtype)
    for r, row in enumerate(rows):
        counts[r, : len(row)] = row
    valid = torch.arange(counts.shape[1]) < torch.from_numpy(regions)[:, None]
    theirs = density.region_weights(torch.from_numpy(counts), valid, alpha, smoothing, envelope)
    ours = region_weights(counts, regions, alpha, smoothing, envelope)
    assert ours.dtype == dtype
    np.testing.assert_allclose(ours, theirs.numpy(), rtol=3e-6 if dtype == np.float32 else 1e-12)


def test_weights_by_hand() -> None:
    # λ = 0, α = 1, three occupied regions of 8, 1, 1 and an empty one: p = .8, .1, 0, .1.
    counts, regions = np.array([[8.0, 1.0, 0.0, 1.0]]), np.array([4])
    plain = region_weights(counts, regions, 1.0, 0.0, False)
    assert plain[0] == pytest.approx([10 / 8 / 3, 10 / 3, 0, 10 / 3])  # each region: p·w = 1/3
    rising = region_weights(counts, regions, 1.0, 0.0, True)
    assert rising[0] == pytest.approx([10 / 8 / 3, 10 / 3, 10 / 3, 10 / 3])


@pytest.mark.parametrize("kappa", [0.1, 0.5, 1.0, 2.0, 5.0])
def test_regions_are_those_of_the_loss(kappa: float) -> None:
    samples = np.unique(np.r_[1:400, 645, 1077, 1796, 2997, 5000, 50_000])
    theirs = density.adaptive_regions(torch.from_numpy(samples), kappa)
    assert adaptive_regions(samples, kappa).tolist() == theirs.tolist()


def settled(**params: float | bool | int) -> tuple[Scene, Frame, ExperimentConfig]:
    """The last frame of a training whose network hardly moves any more, all samples tracked."""
    config = complete(
        ExperimentConfig(
            data=DataConfig("clouds", {"n_max": 200, "test_per_class": 20}, imbalance_factor=10),
            methods=(MethodConfig("harmonized", {"warmup": 0, "anneal": 0.0, **params}),),
            optim=replace(quick_recipe(), lr=1e-5, weight_decay=0.0),
            epochs=6,
            device="cpu",
            record=RecordConfig(every=6, grid=8, tracked=2000, bins=4),
        )
    )
    lockstep = Lockstep(config, build_dataset(config.data, 0))
    frame = [frames[0] for frames in lockstep.run() if frames][-1]
    return lockstep.scene(), frame, config


@pytest.mark.parametrize(
    "params",
    [
        {},
        {"alpha": 1.0, "kappa": 2.0, "smoothing": 0.5, "tau": 0.0, "envelope": False},
        {"classwise": False, "fixed_bins": 12, "alpha": 0.5},
        {"difficulty": "margin", "alpha": 0.3},
    ],
)
def test_the_recorded_settings_draw_the_recorded_density(
    params: dict[str, float | bool | int],
) -> None:
    scene, frame, _ = settled(**params)
    names = (
        "alpha",
        "kappa",
        "smoothing",
        "tau",
        "envelope",
        "classwise",
        "fixed_bins",
        "difficulty",
    )
    drawn = redraw(scene, frame, **{n: params[n] for n in names if n in params})
    assert frame.density is not None
    assert frame.regions is not None
    assert frame.region_weight is not None
    for c, curve in enumerate(drawn):
        many = int(frame.regions[c])
        assert curve.edges == pytest.approx(np.linspace(0, 1, many + 1))
        recorded = frame.density[c, :many] / frame.density[c].sum()
        assert curve.counts / curve.counts.sum() == pytest.approx(recorded, abs=0.03)
        assert curve.counts.sum() == pytest.approx(frame.density[c].sum(), rel=0.35)
        seen = recorded > 0.02  # a region of one or two samples weighs by chance
        assert curve.weights[seen] == pytest.approx(frame.region_weight[c, :many][seen], rel=0.25)


def test_a_class_tracked_in_part_counts_as_a_whole() -> None:
    scene, frame, _ = settled()
    part = np.sort(np.random.default_rng(0).permutation(len(scene.tracked_targets))[:150])
    few_scene = replace(scene, tracked_targets=scene.tracked_targets[part])
    few_frame = replace(frame, tracked_logits=frame.tracked_logits[part])
    for whole, sampled in zip(redraw(scene, frame), redraw(few_scene, few_frame), strict=True):
        assert sampled.counts.sum() == pytest.approx(whole.counts.sum())


def test_the_mean_weight_of_a_class_is_one_under_its_density() -> None:
    scene, frame, _ = settled()
    for curve in redraw(scene, frame, alpha=0.8, smoothing=0.0):
        share = curve.counts / curve.counts.sum()
        assert share @ curve.weights == pytest.approx(1)


def test_without_tracked_samples_every_weight_is_one() -> None:
    scene, frame, _ = settled()
    empty_scene = replace(scene, tracked_targets=scene.tracked_targets[:0])
    empty_frame = replace(frame, tracked_logits=frame.tracked_logits[:0])
    for curve in redraw(empty_scene, empty_frame):
        assert curve.weights == pytest.approx(np.ones(len(curve.edges) - 1))
