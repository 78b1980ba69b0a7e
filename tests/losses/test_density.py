"""The density of gradient norms on given g, away from any logits."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from torch import Tensor

from harmony_core.losses.density import (
    GradientDensity,
    adaptive_regions,
    histogram,
    locate,
    region_of,
    region_weights,
)

CIFAR = torch.tensor([5000, 2997, 1796, 1077, 645, 387, 232, 139, 83, 50])


def _density(counts: list[int], regions: list[int], horizon: float = 1.0) -> GradientDensity:
    return GradientDensity(torch.tensor(counts), torch.tensor(regions), horizon).double()


def _observe(density: GradientDensity, norms: Tensor, row: Tensor) -> Tensor:
    place = density.locate(norms, row)
    density.observe(density.seen(norms, place), row)
    return place.region


def test_precision_follows_the_cube_root_of_the_class_size() -> None:
    assert adaptive_regions(CIFAR, 1.0).tolist() == [17, 14, 12, 10, 9, 7, 6, 5, 4, 4]


@pytest.mark.parametrize(
    ("samples", "kappa", "regions"), [(1, 1.0, 2), (8, 1.0, 2), (27, 1.0, 3), (10**6, 1.0, 30)]
)
def test_precision_is_clipped(samples: int, kappa: float, regions: int) -> None:
    assert adaptive_regions(torch.tensor([samples]), kappa).item() == regions


def test_regions_are_half_open_but_the_last_and_differ_between_rows() -> None:
    norms = torch.tensor([0.0, 0.25, 0.5, 1.0, 0.5, 0.99, 1.0, math.nan, math.nan])
    row = torch.tensor([0, 0, 0, 0, 1, 1, 1, 0, 1])
    assert region_of(norms, row, torch.tensor([4, 3])).tolist() == [0, 1, 2, 3, 1, 2, 2, 3, 2]


def test_histogram_counts_by_row_and_region_without_nan() -> None:
    norms = torch.tensor([0.1, 0.1, 0.9, math.nan, 0.2])
    table = torch.zeros(2, 3)
    place = locate(norms, torch.tensor([0, 0, 0, 0, 1]), torch.tensor([3, 3]), table)
    assert place.region.tolist() == [0, 0, 2, 2, 0]
    assert place.flat.tolist() == [0, 0, 2, 2, 3]
    counted = histogram(norms, place, table)
    assert counted.tolist() == [[2, 0, 1], [1, 0, 0]]


def test_counts_fade_with_the_samples_of_their_own_row() -> None:
    density = _density([10, 4], [2, 2], horizon=0.5)
    _observe(density, torch.tensor([0.1, 0.1, 0.9]), torch.tensor([0, 0, 1]))
    _observe(density, torch.tensor([0.9]), torch.tensor([0]))
    assert density.counts[0].tolist() == pytest.approx([2 * math.exp(-1 / 5), 1])
    assert density.counts[1].tolist() == [0, 1]


def test_one_pass_leaves_head_and_tail_with_the_same_share_of_the_old() -> None:
    density = _density([1000, 10], [2, 2])
    with torch.no_grad():
        density.counts[:, 1] = 1.0
    for _ in range(100):
        _observe(density, torch.full((10,), 0.1), torch.zeros(10, dtype=torch.int64))
    for _ in range(10):
        _observe(density, torch.tensor([0.1]), torch.tensor([1]))
    assert density.counts[:, 1].tolist() == pytest.approx([math.exp(-1)] * 2)


def test_a_region_long_without_samples_becomes_empty() -> None:
    density = _density([4], [2])
    _observe(density, torch.tensor([0.9]), torch.tensor([0]))
    for _ in range(28):
        _observe(density, torch.tensor([0.1]), torch.tensor([0]))
    assert density.counts[0, 1] == 0
    weights = density.weights(1.0, 0.0, False)
    assert weights.tolist() == [pytest.approx([1, 0])]


def test_a_row_absent_from_the_batch_keeps_its_state_bit_for_bit() -> None:
    density = GradientDensity(torch.tensor([7, 5]), torch.tensor([2, 3]), 1.0)
    rng = torch.Generator().manual_seed(0)
    for _ in range(5):
        _observe(density, torch.rand(6, generator=rng), torch.tensor([0, 0, 0, 1, 1, 1]))
    before = density.counts.clone()
    _observe(density, torch.rand(4, generator=rng), torch.zeros(4, dtype=torch.int64))
    assert torch.equal(density.counts[1], before[1])
    assert not torch.equal(density.counts[0], before[0])


def _state(seed: int = 0) -> tuple[Tensor, Tensor]:
    """Counts (4, 6) with empty regions, an unseen row, and rows of 6, 4, 3 and 2 regions."""
    rng = torch.Generator().manual_seed(seed)
    valid = torch.arange(6) < torch.tensor([6, 4, 3, 2])[:, None]
    counts = 20 * torch.rand(4, 6, generator=rng, dtype=torch.float64)
    counts = counts * valid * (torch.rand(4, 6, generator=rng) > 0.4)
    counts[3] = 0
    return counts, valid


@pytest.mark.parametrize("alpha", [0.0, 0.3, 1.0, 2.0])
@pytest.mark.parametrize("smoothing", [0.0, 1.0])
@pytest.mark.parametrize("envelope", [False, True])
@pytest.mark.parametrize("seed", range(5))
def test_mean_weight_under_the_density_is_one(
    alpha: float, smoothing: float, envelope: bool, seed: int
) -> None:
    counts, valid = _state(seed)
    weights = region_weights(counts, valid, alpha, smoothing, envelope)
    share = (counts + smoothing) * valid
    share = share / share.sum(1, keepdim=True)
    mean = (share * weights).sum(1)[~share.isnan().any(1)]
    torch.testing.assert_close(mean, torch.ones_like(mean))
    assert (weights[~valid] == 0).all()
    assert torch.isfinite(weights).all()


@pytest.mark.parametrize("alpha", [0.3, 1.0])
@pytest.mark.parametrize("smoothing", [0.0, 1.0])
@pytest.mark.parametrize("seed", range(5))
def test_the_envelope_never_falls_with_difficulty(
    alpha: float, smoothing: float, seed: int
) -> None:
    counts, valid = _state(seed)
    weights = region_weights(counts, valid, alpha, smoothing, True)
    for row, regions in enumerate(valid.sum(1).tolist()):
        steps = weights[row, :regions].diff()
        assert (steps >= 0).all()


def test_without_the_envelope_a_dense_hard_region_is_starved() -> None:
    counts, valid = torch.tensor([[1.0, 1.0, 40.0]]), torch.ones(1, 3, dtype=torch.bool)
    plain = region_weights(counts, valid, 1.0, 0.0, False)[0]
    monotone = region_weights(counts, valid, 1.0, 0.0, True)[0]
    assert plain[2] < plain[0] / 30
    torch.testing.assert_close(monotone, torch.ones(3))


def test_literal_gives_every_occupied_region_the_same_total() -> None:
    counts, valid = _state()
    totals = counts * region_weights(counts, valid, 1.0, 0.0, False)
    for row in range(3):
        occupied = totals[row][counts[row] > 0]
        assert len(occupied) > 1
        torch.testing.assert_close(occupied, occupied.mean().expand_as(occupied))


def test_a_row_never_seen_weighs_one_with_and_without_smoothing() -> None:
    counts, valid = torch.zeros(2, 3), torch.tensor([[True] * 3, [True, True, False]])
    for smoothing in (0.0, 1e-45, 1.0):
        for envelope in (False, True):
            weights = region_weights(counts, valid, 0.5, smoothing, envelope)
            torch.testing.assert_close(weights, valid.float())


@pytest.mark.parametrize("envelope", [False, True])
@pytest.mark.parametrize("smoothing", [1e-30, 1e-45])
def test_a_vanishing_smoothing_overflows_nothing(smoothing: float, envelope: bool) -> None:
    counts, valid = torch.tensor([[0.0, 5.0, 5.0]]), torch.ones(1, 3, dtype=torch.bool)
    weights = region_weights(counts, valid, 2.0, smoothing, envelope)
    assert torch.isfinite(weights).all()
    torch.testing.assert_close(weights[0, 1:], torch.ones(2))


@pytest.mark.parametrize("alpha", [0.3, 1.0, 2.0])
def test_a_class_with_all_its_samples_in_one_hard_region_keeps_weight_one(alpha: float) -> None:
    # with only counted regions called occupied the weight would be 1/p = 8/5
    counts, valid = torch.tensor([[0.0, 0.0, 0.0, 4.0]]), torch.ones(1, 4, dtype=torch.bool)
    weights = region_weights(counts, valid, alpha, 1.0, True)
    assert weights[0, 3].item() == pytest.approx(1)


def _ghm_c(norms: np.ndarray, bins: int) -> np.ndarray:
    """GHM-C's weights without momentum, normalised by the non-empty bins, sample by sample."""
    region = [min(int(g * bins), bins - 1) for g in norms]
    filled = len(set(region))
    return np.array([len(norms) / (region.count(b) * filled) for b in region])


@pytest.mark.parametrize("seed", range(3))
def test_literal_with_one_class_is_ghm_c_on_the_same_norms(seed: int) -> None:
    norms = torch.rand(40, generator=torch.Generator().manual_seed(seed), dtype=torch.float64) ** 3
    row = torch.zeros(40, dtype=torch.int64)
    density = _density([40], [10])
    region = _observe(density, norms, row)
    weights = density.weights(alpha=1.0, smoothing=0.0, envelope=False)[0][region]
    np.testing.assert_allclose(weights, _ghm_c(norms.numpy(), 10), rtol=1e-12)


@pytest.mark.parametrize(("alpha", "smoothing", "envelope"), [(0.3, 1.0, True), (1.0, 0.0, False)])
def test_many_rows_and_few_samples_give_the_same_numbers_as_whole_tables(
    alpha: float, smoothing: float, envelope: bool
) -> None:
    rng = torch.Generator().manual_seed(3)
    samples = torch.randint(1, 5000, (300,), generator=rng)
    few, whole = (GradientDensity(samples, adaptive_regions(samples, 1.0), 1.0) for _ in range(2))
    whole.touches_few_rows = lambda row: False  # type: ignore[method-assign]
    for n in (40, 7, 299, 1):
        row = torch.randint(0, 60, (n,), generator=rng)
        norm = torch.rand(n, generator=rng)
        norm[0] = math.nan if n == 7 else norm[0]
        place = few.locate(norm, row)
        for density in (few, whole):
            density.observe(density.seen(norm, place), row)
        assert few.touches_few_rows(row)
        assert torch.equal(few.counts, whole.counts)
        one, other = (
            density.weight_of(place, alpha, smoothing, envelope) for density in (few, whole)
        )
        assert torch.equal(one, other)
