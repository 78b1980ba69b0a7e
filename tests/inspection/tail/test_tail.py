"""Every figure of the tail against a value by hand or an independent computation."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import optimize, stats

from harmony_core.data.long_tail import long_tail_counts
from harmony_core.errors import DataError
from harmony_core.inspection.quality.measures import CHECKS
from harmony_core.inspection.tail.class_counts import effective_numbers
from harmony_core.inspection.tail.figures import FIGURES, SEVERAL
from harmony_core.inspection.tail.figures.gini import gini
from harmony_core.inspection.tail.fits import better_fit, fit_tail
from harmony_core.inspection.tail.groups import group_classes
from harmony_core.inspection.tail.references import COMPARED, nearest, references
from harmony_core.inspection.tail.statistics import analyse_tail

COUNTS = np.array([8, 4, 2, 1, 1])
SIZES = st.lists(st.integers(1, 10_000), min_size=1, max_size=40).map(np.array)


def test_figures_by_hand() -> None:
    f = analyse_tail(COUNTS, beta=0.5).figures
    assert f["samples"] == 16
    assert f["classes_present"] == 5
    assert (f["largest_class"], f["smallest_class"], f["median_class"]) == (8, 1, 2)
    assert f["imbalance_factor"] == 8
    # Shares 1/2, 1/4, 1/8, 1/16, 1/16: 1.875 bits.
    assert f["entropy"] == pytest.approx(1.875 * math.log(2))
    assert f["effective_classes"] == pytest.approx(2**1.875)
    assert f["normalised_entropy"] == pytest.approx(1.875 / math.log2(5))
    # (1 − 2⁻ᴺ)/(1 − ½) for 8, 4, 2, 1, 1.
    assert f["effective_samples"] == pytest.approx(1.9921875 + 1.875 + 1.5 + 1 + 1)
    assert f["effective_imbalance"] == pytest.approx(1.9921875)
    assert f["top_1_share"] == f["top_10_percent_share"] == 0.5
    assert f["rare_half_share"] == 2 / 16
    assert f["classes_for_half"] == 1
    assert f["below_10"] == 5


@given(SIZES)
def test_gini_is_the_mean_absolute_difference(counts: np.ndarray) -> None:
    x = counts.astype(float)
    direct = np.abs(x[:, None] - x[None]).sum() / (2 * len(x) ** 2 * x.mean())
    assert gini(x) == pytest.approx(direct, abs=1e-12)


@given(SIZES)
def test_entropy_agrees_with_scipy_and_bounds_hold(counts: np.ndarray) -> None:
    tail = analyse_tail(counts)
    f = tail.figures
    assert f["entropy"] == pytest.approx(float(stats.entropy(counts)), abs=1e-9)
    assert 1 - 1e-9 <= f["effective_classes"] <= len(counts) + 1e-9
    assert 0 <= f["gini"] <= 1 - 1 / len(counts) + 1e-12
    assert f["effective_samples"] <= f["samples"] * (1 + 1e-9)
    assert sum(tail.groups.classes) == len(counts)
    assert sum(tail.groups.shares) == pytest.approx(1)
    classes, held = tail.lorenz()
    assert (held <= classes + 1e-12).all()
    assert (np.diff(held) >= 0).all()
    # Twice the area between the diagonal and the Lorenz curve is the Gini coefficient.
    assert 1 - 2 * np.trapezoid(held, classes) == pytest.approx(f["gini"], abs=1e-9)


@given(SIZES, st.randoms(use_true_random=False))
def test_the_order_of_the_classes_does_not_matter(counts: np.ndarray, random: object) -> None:
    shuffled = counts.copy()
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert analyse_tail(shuffled).figures == pytest.approx(
        analyse_tail(counts).figures, nan_ok=True
    )


def test_one_class_and_equal_classes() -> None:
    one = analyse_tail(np.array([7]))
    assert one.figures["imbalance_factor"] == one.figures["normalised_entropy"] == 1
    assert one.figures["gini"] == one.figures["entropy"] == 0
    assert one.fits is None
    assert one.better_fit == "neither"
    even = analyse_tail(np.full(10, 500), np.full(10, 10))
    assert even.figures["gini"] == even.figures["prior_shift"] == 0
    assert even.groups.rule == "even"
    assert even.groups.classes == (0, 10, 0)


def test_effective_numbers_keep_their_digits_near_one() -> None:
    exact = [math.fsum(0.9999**k for k in range(n)) for n in (1, 50, 5000)]
    assert effective_numbers(np.array([1, 50, 5000])) == pytest.approx(exact, rel=1e-9)
    assert effective_numbers(np.array([0, 3]), 0.0).tolist() == [0, 1]


def test_fits_find_the_law_that_made_the_counts() -> None:
    ranks = np.arange(1, 101)
    power = fit_tail(np.round(1e6 * ranks**-1.2).astype(int))
    assert power is not None
    assert power[0].slope == pytest.approx(1.2, abs=1e-3)
    assert power[0].r_squared > 0.9999
    assert better_fit(power) == "power_law"
    exponential = fit_tail(long_tail_counts(5000, 10, 100, "exponential"))
    assert exponential is not None
    assert exponential[1].slope == pytest.approx(math.log(100) / 9, rel=5e-3)
    assert exponential[1].worst_factor < 1.02
    assert better_fit(exponential) == "exponential"


def test_fits_agree_with_scipy() -> None:
    sizes = np.array([900, 400, 220, 190, 60, 33, 30, 5])
    fits = fit_tail(sizes)
    assert fits is not None
    for fit, steps in zip(fits, (np.log(np.arange(1, 9)), np.arange(8.0)), strict=True):
        line = stats.linregress(steps, np.log(sizes))
        assert fit.slope == pytest.approx(-line.slope)
        assert fit.r_squared == pytest.approx(line.rvalue**2)
        best = optimize.least_squares(
            lambda p, s=steps: p[0] - p[1] * s - np.log(sizes), [1.0, 1.0]
        )
        assert np.log(fit.sizes(np.arange(1, 9))) == pytest.approx(best.x[0] - best.x[1] * steps)


def test_prior_shift_by_hand_and_by_scipy() -> None:
    train, test = np.array([6, 3, 1]), np.array([10, 10, 20])
    f = analyse_tail(train, test).figures
    assert f["prior_shift"] == pytest.approx((0.35 + 0.05 + 0.4) / 2)
    assert f["prior_shift_kl"] == pytest.approx(float(stats.entropy(test, train)))
    assert f["test_imbalance_factor"] == 2
    never = analyse_tail(np.array([6, 3, 0]), test).figures
    assert never["prior_shift_kl"] == math.inf


def test_groups_by_bounds_thirds_and_editable_bounds() -> None:
    assert group_classes(np.array([500, 101, 100, 20, 19])).of_class.tolist() == [0, 0, 1, 1, 2]
    assert group_classes(np.array([500, 101, 100, 20, 19])).rule == "bounds"
    cifar = long_tail_counts(5000, 10, 100, "exponential")
    thirds = group_classes(cifar)
    assert thirds.rule == "thirds"
    assert thirds.classes == (3, 4, 3)
    assert thirds.shares[0] == pytest.approx((5000 + 2997 + 1796) / 12406)
    assert group_classes(cifar, (100, 1000)).classes == (4, 4, 2)
    with pytest.raises(DataError, match="low"):
        group_classes(cifar, (100, 10))


def test_empty_classes_count_as_tail_and_do_not_disturb() -> None:
    tail = analyse_tail(np.array([10, 0, 5, 1]))
    assert tail.figures["classes_present"] == 3
    assert tail.figures["smallest_class"] == 1
    assert tail.groups.of_class[1] == 2


@pytest.mark.parametrize(
    "counts",
    [np.zeros(3, int), np.array([]), np.array([-1, 2]), np.array([1.5]), np.ones((2, 2), int)],
)
def test_bad_counts_are_refused(counts: np.ndarray) -> None:
    with pytest.raises(DataError, match="Expected counts"):
        analyse_tail(counts)


def test_ten_thousand_classes() -> None:
    counts = np.maximum(np.round(1e5 / np.arange(1, 10_001)), 1).astype(int)
    tail = analyse_tail(counts)
    assert tail.figures["classes_present"] == 10_000
    assert tail.top_share(1) == tail.figures["top_1_share"]
    assert tail.better_fit == "power_law"


def test_every_figure_is_declared_with_words() -> None:
    figures = analyse_tail(COUNTS, COUNTS).figures
    assert list(figures) == [f.name for f in FIGURES.values() if f.section != SEVERAL]
    for measure in (FIGURES | CHECKS).values():
        assert measure.definition.endswith(".")
        assert measure.meaning.endswith(".")
        assert measure.show(None) == measure.show(math.nan) == "–"
    assert FIGURES["imbalance_factor"].show(5000 / 50) == "100 ×"
    assert FIGURES["head_share"].show(0.5) == "50.0 %"


def test_references_hold_what_their_sources_state() -> None:
    found = {r.name: r.figures for r in references()}
    assert len(found) == 10
    assert found["CIFAR-10-LT, factor 100"]["samples"] == 12_406
    assert found["CIFAR-100-LT, factor 100"]["samples"] == 10_847
    assert found["ImageNet-LT"]["imbalance_factor"] == 256
    assert found["iNaturalist 2018"]["imbalance_factor"] == 500
    places, lvis = found["Places-LT"], found["LVIS v1"]
    assert (places["classes_present"], places["samples"]) == (365, 62_500)
    assert (places["largest_class"], places["smallest_class"]) == (4980, 5)
    assert lvis["classes_present"] == 1203
    # LVIS states 405 frequent (> 100 images), 461 common and 337 rare (≤ 10) categories.
    counts = next(r.counts for r in references() if r.name == "LVIS v1")
    assert counts is not None
    assert ((counts > 100).sum(), (counts <= 10).sum()) == (405, 337)
    assert all(set(figures) <= set(COMPARED) for figures in found.values())
    assert nearest(110).name in ("CIFAR-10-LT, factor 100", "CIFAR-100-LT, factor 100")
    assert json.dumps(found)
