"""The statistics against SciPy's tests and Demšar's tables, and where they have nothing to say."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from harmony_core.arrays import Array
from harmony_core.studies.comparison import Comparison, compare
from harmony_core.studies.document import result_document
from harmony_core.studies.plan import Cell, Study
from harmony_core.studies.ranks import average_ranks, critical_difference
from harmony_core.studies.report import as_markdown, as_text
from harmony_core.studies.results import CellResult
from harmony_core.studies.sentences import sentences
from harmony_core.studies.statistics import Statistics, statistics_of

from .small import small_study

THREE = "ce, balanced_softmax~B, harmonized~H"


def study(settings: int = 3, count: int = 6, figure: str = "balanced_accuracy") -> Study:
    factors = list(range(2, 2 + settings))
    return small_study(
        methods=THREE,
        count=count,
        settings=f"- {{data: clouds, factors: {factors}, epochs: 2}}",
        more=f"baseline: B\nfigure: {figure}",
    )


def results(plan: Study, values: Array, figure: str = "balanced_accuracy") -> list[CellResult]:
    """Cells with values (settings, methods, seeds); NaN is a cell that has not been trained."""
    found = []
    for i, setting in enumerate(plan.settings):
        for j, method in enumerate(setting.methods):
            for k, seed in enumerate(setting.seeds):
                cell, value = Cell(setting, seed, method), float(values[i, j, k])
                if math.isnan(value):
                    found.append(CellResult(cell))
                else:
                    figures = {"balanced_accuracy": value, figure: value, "tail": value / 2}
                    found.append(CellResult(cell, "", "r", "done", "", figures))
    return found


def drawn(settings: int = 3, count: int = 6) -> Array:
    rng = np.random.default_rng(1)
    return np.asarray(0.6 + 0.05 * rng.standard_normal((settings, 3, count)))


def of(found: Statistics, setting: int, label: str) -> Comparison:
    title = found.study.settings[setting].title
    return next(c for c in found.comparisons if (c.setting, c.method) == (title, label))


def test_intervals_are_those_of_the_paired_t_test() -> None:
    values = drawn()
    found = statistics_of(study(), results(study(), values))
    assert found.family == 6
    for i in range(3):
        for j, label in ((0, "Cross-entropy"), (2, "H")):
            comparison = of(found, i, label)
            test = stats.ttest_rel(values[i, j], values[i, 1])
            alone = test.confidence_interval(0.95)
            at_once = test.confidence_interval(1 - 0.05 / 6)
            assert comparison.gain.mean == pytest.approx((values[i, j] - values[i, 1]).mean())
            assert (comparison.gain.low, comparison.gain.high) == pytest.approx(tuple(alone))
            wide = comparison.simultaneous
            assert (wide.low, wide.high) == pytest.approx(tuple(at_once))


def test_pooled_is_the_interval_of_the_seeds_means_over_settings() -> None:
    values = drawn()
    found = statistics_of(study(), results(study(), values))
    means = (values[:, 2] - values[:, 1]).mean(axis=0)
    pooled = next(c for c in found.pooled if c.method == "H")
    interval = stats.ttest_1samp(means, 0).confidence_interval(0.95)
    assert (pooled.gain.low, pooled.gain.high) == pytest.approx(tuple(interval))
    wide = stats.ttest_1samp(means, 0).confidence_interval(0.975)
    assert (pooled.simultaneous.low, pooled.simultaneous.high) == pytest.approx(tuple(wide))
    assert pooled.seeds == 6
    assert found.pooled_settings["H"] == 3


def test_less_is_better_for_some_figures() -> None:
    plan = study(figure="ece")
    values = drawn()
    values[:, 2] = values[:, 1] - 0.1 + 1e-4 * drawn()[:, 0]
    found = statistics_of(plan, results(plan, values, "ece"))
    assert of(found, 0, "H").verdict == "better"
    assert found.ranks is not None
    assert found.ranks.labels[0] == "H"


def test_ranks_are_friedmans() -> None:
    values = drawn(settings=8)
    plan = study(settings=8)
    ranks = statistics_of(plan, results(plan, values)).ranks
    assert ranks is not None
    means = values.mean(axis=2)
    test = stats.friedmanchisquare(*means.T)
    assert (ranks.statistic, ranks.p) == pytest.approx((test.statistic, test.pvalue))
    by_hand = dict(zip(plan.labels, stats.rankdata(-means, axis=1).mean(axis=0), strict=True))
    assert dict(zip(ranks.labels, ranks.ranks, strict=True)) == pytest.approx(by_hand)
    assert list(ranks.ranks) == sorted(ranks.ranks)


@pytest.mark.parametrize(("k", "q"), [(2, 1.960), (3, 2.343), (5, 2.728), (10, 3.164)])
def test_the_critical_difference_has_the_quantiles_of_demsars_table(k: int, q: float) -> None:
    assert critical_difference(k, 30) == pytest.approx(q * math.sqrt(k * (k + 1) / 180), rel=1e-3)


def test_groups_hold_what_is_nearer_than_the_critical_difference() -> None:
    rng = np.random.default_rng(0)
    values = rng.standard_normal((40, 4)) + np.array([0, 0, 3, 6])
    ranks = average_ranks(values, ("A", "B", "C", "D"))
    assert ranks is not None
    assert ranks.labels[:2] == ("D", "C")
    assert [set(group) for group in ranks.groups] == [{"A", "B"}]


def test_missing_cells_leave_only_complete_pairs() -> None:
    values = drawn()
    values[0, 2, :2] = np.nan
    values[0, 1, 5] = np.nan
    found = statistics_of(study(), results(study(), values))
    comparison = of(found, 0, "H")
    assert (comparison.seeds, comparison.missing) == (3, 3)
    gains = values[0, 2, 2:5] - values[0, 1, 2:5]
    assert comparison.gain.mean == pytest.approx(gains.mean())
    pooled = next(c for c in found.pooled if c.method == "H")
    assert (pooled.seeds, pooled.missing) == (3, 3)
    text = "\n".join(sentences(found))
    assert "51 of 54 have finished (3 missing)" in text
    assert "Only the 15 complete pairs count; pairs that are missing: 3" in text


def test_one_seed_has_no_interval_and_says_so() -> None:
    plan = study(count=1)
    found = statistics_of(plan, results(plan, drawn(count=1)))
    comparison = of(found, 0, "H")
    assert comparison.verdict == "one seed"
    assert math.isnan(comparison.gain.low)
    text = as_text(found)
    assert "one seed, which cannot tell a gain from luck" in text
    assert "clearly" not in text


def test_equal_values_are_no_difference_and_no_warning() -> None:
    values = np.full((3, 3, 6), 0.5)
    found = statistics_of(study(), results(study(), values))
    assert {c.verdict for c in found.comparisons} == {"no clear difference"}
    assert of(found, 0, "H").ties == 6
    assert found.ranks is not None
    assert math.isnan(found.ranks.p)
    assert len(found.ranks.groups[0]) == 3
    assert "Friedman" not in as_text(found)


def test_a_constant_gain_without_spread_is_clear() -> None:
    values = np.full((3, 3, 6), 0.5)
    values[0, 2] = 0.75
    found = statistics_of(study(), results(study(), values))
    assert of(found, 0, "H").verdict == "better"


def test_one_setting_has_no_ranks_and_nothing_done_has_no_comparison() -> None:
    plan = study(settings=1)
    assert statistics_of(plan, results(plan, drawn(settings=1))).ranks is None
    nothing = statistics_of(plan, results(plan, np.full((1, 3, 6), np.nan)))
    assert {c.verdict for c in nothing.comparisons} == {"nothing to compare"}
    assert sentences(nothing) == ["Trainings: 0 of 18 have finished (18 missing)."]
    assert result_document(nothing)["pooled"] == []


def test_a_loss_beyond_the_margin_is_told_from_one_that_is_only_clear() -> None:
    spread = 1e-4 * np.arange(5)

    def compared(gain: float) -> Comparison:
        values = 0.5 + gain + spread - spread.mean()
        return compare(values, np.full(5, 0.5), setting="", method="", figure="tail", comparisons=1)

    small, large, gain = compared(-0.001), compared(-0.01), compared(0.001)
    assert small.verdict == large.verdict == "worse"
    assert not small.worse_than(0.0015)
    assert large.worse_than(0.0015)
    assert small.loses_at_most(0.0015)
    assert not large.loses_at_most(0.0015)
    assert gain.loses_at_most(0.0015)


def test_sentences_say_what_the_intervals_say() -> None:
    values = np.repeat(drawn()[:, 1:2], 3, axis=1)
    noise = 1e-4 * np.random.default_rng(2).standard_normal((3, 3, 6))
    values[0, 2] += 0.02 + noise[0, 2]
    values[1, 2] += -0.03 + noise[1, 2]
    values[2, 2] += noise[2, 2]
    found = sentences(statistics_of(study(), results(study(), values)))
    h = next(line for line in found if line.startswith("H against B, balanced accuracy"))
    assert "clearly better in 1 (Clouds, factor 2: +2.0 points)" in h
    assert "clearly worse in 1 (Clouds, factor 3: −3.0 points)" in h
    assert "no clear difference in 1" in h
    margin = found[found.index(h) + 1]
    assert margin.startswith("H: a loss of more than 0.15 points is ruled out in 2 of 3 settings")
    assert margin.endswith("and certain in 1.")
    pooled = next(line for line in found if line.startswith("H against B, mean"))
    assert pooled.startswith("H against B, mean over 3 settings and 6 seeds: −0.33 points")
    ce = next(line for line in found if line.startswith("Cross-entropy against B, mean"))
    assert ce.endswith("no clear difference.")


def test_the_document_is_json_and_agrees_with_the_report() -> None:
    import json

    values = drawn()
    values[0, 0, 0] = np.nan
    found = statistics_of(study(), results(study(), values))
    document = json.loads(json.dumps(result_document(found), allow_nan=False))
    assert document["cells"] == {"missing": 1, "done": 53}
    assert len(document["comparisons"]) == 6
    assert {part["figure"] for part in document["parts"]} == {"tail"}
    assert [part["setting"] for part in document["parts"][:2]] == ["", ""]
    markdown = as_markdown(found)
    for sentence in document["sentences"]:
        assert f"- {sentence}" in markdown
    for section in ("### Gain over B", "### Where the gain is", "### Average ranks"):
        assert section in markdown
