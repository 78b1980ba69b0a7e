"""Tables over seeds and paired comparisons, against SciPy and by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from harmony_core.analysis.summary import (
    FIGURES,
    MethodSummary,
    SeedValues,
    best,
    compare,
    comparisons,
    shown_figures,
    summarise,
)
from harmony_core.errors import DataError
from harmony_core.frames import Frame, Scene


def frame(method: int, rights: list[int], repeat: int = 0) -> Frame:
    """A frame whose class c has ``rights[c]`` of 10 test samples right."""
    c = len(rights)
    confusion = np.diag(rights)
    confusion[:, 0] += 10 - np.array(rights)
    confusion[0, 0] = rights[0]
    confusion[0, 1] += 10 - rights[0]
    counts, k = np.ones((c, 4)), 2
    return Frame(
        method, repeat, 3, 0.1, 1.0, 1.0, 0.25, confusion, counts, counts, counts, np.ones(c),
        np.ones(c, np.float32), np.ones(k, np.float32), np.ones(k, np.float32),
        np.zeros((k, c), np.float16),
    )  # fmt: skip


def scene(counts: list[int]) -> Scene:
    c, k = len(counts), 2
    return Scene(
        "points", tuple(f"class {i}" for i in range(c)), np.array(counts), np.full(c, 10),
        np.arange(k), np.zeros(k, np.int64), np.zeros(k, bool), np.zeros((k, 2), np.float32),
    )  # fmt: skip


def method(label: str, *values: float) -> MethodSummary:
    return MethodSummary(label, {name: SeedValues(values) for name in FIGURES}, ())


def test_a_figure_is_mean_and_sample_deviation() -> None:
    figure = SeedValues((0.744, 0.750, 0.738))
    assert figure.mean == pytest.approx(0.744)
    assert figure.spread == pytest.approx(0.006)
    assert figure.percent() == "74.4 ± 0.6"
    assert SeedValues((0.5,)).percent() == "50.0"
    assert math.isnan(SeedValues((0.5,)).spread)
    assert SeedValues(()).percent() == "–"


def test_a_summary_counts_final_frames_by_group() -> None:
    scenes = [scene([5, 100, 20]), scene([5, 100, 20])]
    frames = [[frame(0, [0, 10, 6]), frame(1, [6, 8, 7])]] * 2
    first, second = summarise(scenes, frames, ["a", "b"])
    assert first.label == "a"
    assert first["head"].values == (1.0, 1.0)
    assert first["medium"].values == (0.6, 0.6)
    assert first["tail"].values == (0.0, 0.0)
    assert first["ece"].mean == 0.25
    assert first["balanced_accuracy"].mean == pytest.approx(1.6 / 3)
    assert [figure.mean for figure in second.recall] == [0.6, 0.8, 0.7]


def test_shots_go_by_training_samples_and_an_empty_group_has_no_figure() -> None:
    scenes = [scene([500, 101, 100, 30])] * 2
    frames = [[frame(0, [10, 8, 6, 2])], [frame(0, [10, 10, 6, 4])]]
    (only,) = summarise(scenes, frames, ["a"])
    assert only["many_shot"].values == pytest.approx((0.9, 1.0))
    assert only["medium_shot"].values == pytest.approx((0.4, 0.5))
    assert only["few_shot"].percent() == "–"
    assert only["tail"].values == pytest.approx((0.2, 0.4)), "a third by rank"


def test_two_classes_have_no_medium() -> None:
    (only,) = summarise([scene([9, 1])], [[frame(0, [10, 5])]], ["a"])
    assert only["medium"].percent() == "–"
    assert only["tail"].percent() == "50.0"


def test_without_results_there_is_no_figure() -> None:
    (only,) = summarise([], [], ["a"])
    assert only["tail"].values == ()
    assert comparisons([only]) == []


def test_missing_frames_are_refused() -> None:
    with pytest.raises(DataError, match="2 frames of every repeat, but got 1"):
        summarise([scene([9, 1])], [[frame(0, [10, 5])]], ["a", "b"])


def test_the_better_one_is_named_first_with_its_uncertainty() -> None:
    a, b = method("A", 0.70, 0.71, 0.72), method("B", 0.76, 0.75, 0.77)
    comparison = compare(a, b)
    assert (comparison.better, comparison.wins, comparison.repeats) == ("B", 3, 3)
    expected = stats.ttest_rel(b["ece"].values, a["ece"].values).confidence_interval()
    assert (comparison.low, comparison.high) == pytest.approx((expected.low, expected.high))
    assert comparison.clear
    assert comparison.sentence() == (
        "B beats A in 3 of 3 seeds, by 5.0 points on average (95 % interval 2.5 to 7.5)."
    )


def test_by_a_figure_that_should_be_small_the_smaller_one_is_better() -> None:
    a, b = method("A", 0.70, 0.71, 0.72), method("B", 0.76, 0.75, 0.77)
    for figure in ("ece", "pdc"):
        comparison = compare(b, a, figure)
        assert (comparison.better, comparison.wins) == ("A", 3)
        assert comparison.difference == pytest.approx(0.05)
        assert [each.better for each in comparisons([b, a], figure)] == ["A"]
        assert best([b, a], figure) == {1}
    assert best([b, a], "auprc") == {0}
    assert best([a, a], "auprc") == {0, 1}
    assert best([method("A"), method("B")], "ece") == set()


def test_figures_that_no_method_has_are_not_shown() -> None:
    scenes, frames = [scene([9, 9, 9])], [[frame(0, [10, 5, 1])]]
    (even,) = summarise(scenes, frames, ["a"])
    assert shown_figures([even]) == FIGURES[:-2], "no AUPRC in the frame, no skew in the data"
    (skewed,) = summarise([scene([90, 9, 1])], frames, ["a"])
    assert shown_figures([skewed, even]) == FIGURES[:-1]


def test_no_clear_difference_is_a_possible_answer() -> None:
    comparison = compare(method("A", 0.70, 0.75, 0.72), method("B", 0.72, 0.73, 0.72))
    assert not comparison.clear
    assert comparison.sentence().startswith("A is ahead of B in 1 of 3 seeds")
    assert comparison.sentence().endswith("; no clear difference.")
    assert "(1 tied)" in comparison.sentence()


def test_one_seed_says_that_it_says_little() -> None:
    assert compare(method("A", 0.7), method("B", 0.8)).sentence() == (
        "B is ahead of A in 1 of 1 seed, by 10.0 points; one seed cannot tell a gain from luck."
    )
    assert compare(method("A", 0.7), method("B", 0.7)).sentence() == (
        "A and B tie in the only seed."
    )


def test_methods_of_different_repeats_cannot_be_paired() -> None:
    with pytest.raises(DataError, match="got 2 and 1"):
        compare(method("A", 0.9, 0.9), method("B", 0.8))


def test_the_best_is_compared_with_each_of_the_others() -> None:
    made = comparisons([method("A", 0.1, 0.2), method("B", 0.5, 0.6), method("C", 0.3, 0.3)])
    assert [(each.better, each.worse) for each in made] == [("B", "C"), ("B", "A")]


def test_intervals_around_the_best_hold_for_all_pairs_at_once() -> None:
    a, b, c = (
        method("A", 0.70, 0.71, 0.72),
        method("B", 0.76, 0.75, 0.77),
        method("C", 0.1, 0.1, 0.2),
    )
    first, second = comparisons([a, b, c])
    test = stats.ttest_rel(b["ece"].values, a["ece"].values)
    expected = test.confidence_interval(1 - 0.05 / 3)  # A and B, A and C, B and C
    assert (first.low, first.high) == pytest.approx((expected.low, expected.high))
    assert "(95 % interval for all 3 pairs at once: " in first.sentence()
    assert second.pairs == 3
    (only,) = comparisons([a, b])
    assert only == compare(a, b)
    assert "(95 % interval 2.5 to 7.5)" in only.sentence()


def test_of_equal_methods_one_seldom_clearly_beats_another() -> None:
    """At most in 5 % of experiments, although the best is chosen after the fact."""
    draws = np.random.default_rng(3).normal(0.7, 0.02, (800, 4, 5))
    wrong = sum(
        any(
            made.clear for made in comparisons([method(str(m), *row) for m, row in enumerate(draw)])
        )
        for draw in draws
    )
    assert 0 < wrong <= 40
