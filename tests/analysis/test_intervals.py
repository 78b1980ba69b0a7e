"""Intervals against SciPy's own tests."""

from __future__ import annotations

import math
import warnings

import numpy as np
import pytest
from scipy import stats

from harmony_core.analysis.intervals import mean_interval, paired, student_quantile, wilson
from harmony_core.analysis.summary import SeedValues


@pytest.mark.parametrize("n", [2, 3, 4, 5, 9, 30, 100])
@pytest.mark.parametrize("level", [0.5, 0.95, 1 - 0.05 / 3])
def test_the_interval_of_a_mean_is_that_of_the_t_test(n: int, level: float) -> None:
    values = np.random.default_rng(n).normal(size=n)
    expected = stats.ttest_1samp(values, 0).confidence_interval(level)
    assert mean_interval(values, level) == pytest.approx((expected.low, expected.high))
    assert SeedValues(tuple(values)).interval(level) == mean_interval(values, level)
    scale = float(values.std(ddof=1)) / math.sqrt(n)
    same = stats.t.interval(level, n - 1, loc=float(values.mean()), scale=scale)
    assert mean_interval(values, level) == same


def test_equal_values_have_an_interval_without_width_and_one_value_has_none() -> None:
    assert mean_interval((0.5, 0.5)) == (0.5, 0.5)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert all(math.isnan(end) for end in mean_interval((0.5,)))


def test_quantiles_are_those_of_students_t() -> None:
    freedom = np.array([*range(1, 100), 1000])
    for p in (0.025, 0.9, 0.975, 1 - 0.025 / 6):
        np.testing.assert_array_equal(student_quantile(p, freedom), stats.t.ppf(p, freedom))


def test_the_paired_interval_is_scipys() -> None:
    a, b = np.array([0.8, 0.75, 0.9, 0.7]), np.array([0.7, 0.74, 0.8, 0.65])
    found = paired(a, b)
    expected = stats.ttest_rel(a, b).confidence_interval(0.95)
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high))
    assert not found.clear
    assert paired(a + 0.1, b).clear
    # Splits that overlap: the standard error grows by √((1/4 + 1/2) / (1/4)).
    wider = paired(a, b, overlap=0.5)
    assert wider.mean - wider.low == pytest.approx((found.mean - found.low) * np.sqrt(3))
    four = paired(a, b, comparisons=4)
    reach = stats.t.ppf(1 - 0.025 / 4, 3) * (a - b).std(ddof=1) / 2
    assert four.high - four.mean == pytest.approx(reach)
    assert np.isnan(paired(a[:1], b[:1]).low)
    assert "+6.5 points (95 % interval" in found.points()


@pytest.mark.parametrize(("hits", "n"), [(7, 10), (0, 3), (5, 5), (93, 100), (1, 1)])
@pytest.mark.parametrize("level", [0.9, 0.95])
def test_the_interval_of_a_share_is_wilsons(hits: int, n: int, level: float) -> None:
    expected = stats.binomtest(hits, n).proportion_ci(level, method="wilson")
    assert wilson(hits, n, level) == pytest.approx((expected.low, expected.high))


def test_without_samples_a_share_can_be_anything() -> None:
    assert wilson(0, 0) == (0.0, 1.0)
