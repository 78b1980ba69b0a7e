"""The verdict on pilots whose figures are written down: each word, the choice, and the price."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from harmony_core.analysis.intervals import Estimate
from harmony_core.inspection import analyse_tail
from harmony_core.inspection.pilot.comparison import compare
from harmony_core.inspection.pilot.learning_curve import LearningCurve
from harmony_core.inspection.pilot.options import PilotOptions
from harmony_core.inspection.pilot.pilot import Pilot
from harmony_core.inspection.pilot.verdict import Recommendation, recommend
from harmony_core.inspection.quality import Finding, Quality

from .made_up import COUNTS, pilot, trial

TAIL = analyse_tail(COUNTS)
GLASS = [0.02, 0.05, 0.06, 0.08, 0.09, 0.10, 0.11, 0.13, 0.15, 0.19]
"""Better in 10 of 10 splits by 9.8 points on average."""


def advice(found: Pilot, quality: Quality | None = None) -> Recommendation:
    return recommend(found, TAIL, quality)


def two(gains: list[float] | float, **others: Any) -> Pilot:
    """A forest, and the same one with balanced classes, which gains so much in each split."""
    after = (0.5 + np.asarray(gains)).tolist()
    return pilot(
        trial("forest", 0.5, simplicity=1),
        trial("forest_balanced", after, simplicity=2, remedy="balanced", **others),
    )


@pytest.mark.parametrize(
    ("gains", "word"),
    [
        (0.1, "helps"),
        (GLASS, "helps"),
        ([0.6 * g - 0.02 for g in GLASS], "probably helps"),
        ([0.001] * 9 + [0.2], "probably helps"),  # all of ten splits, however uneven
        ([0.1, -0.1] * 5, "no sign"),
        ([0.3, -0.02, -0.02, -0.02, -0.02] * 2, "no sign"),
        (0.004, "no sign"),  # clear, but not worth it
        ([-g for g in GLASS], "hurts"),
        ([-0.001] * 9 + [-0.2], "hurts"),
    ],
)
def test_a_word_follows_from_the_interval_and_from_how_many_splits_agree(
    gains: list[float] | float, word: str
) -> None:
    assert compare(two(gains), "forest_balanced", "forest").word == word


def test_a_gain_in_all_of_ten_splits_is_advised_though_its_interval_holds_zero() -> None:
    uneven = [0.001] * 4 + [0.05, 0.1, 0.15, 0.2, 0.2, 0.278]
    found = advice(two(uneven))
    assert found.gains["balanced_accuracy"].low < 0 < found.gains["balanced_accuracy"].mean
    assert (found.verdict, found.method, found.word) == (
        "method", "forest_balanced", "probably helps"
    )  # fmt: skip
    assert "probably helps" in found.headline
    assert "better in 10 of 10 splits" in found.headline


def test_few_splits_need_a_larger_gain() -> None:
    few = pilot(
        trial("forest", 0.5, splits=3),
        trial("forest_balanced", [0.55, 0.51, 0.6], remedy="balanced", simplicity=1, splits=3),
    )
    assert compare(few, "forest_balanced", "forest").word == "no sign"
    one = pilot(
        trial("forest", 0.5, splits=1),
        trial("forest_balanced", 0.9, remedy="balanced", simplicity=1, splits=1),
    )
    assert compare(one, "forest_balanced", "forest").word == "no sign"
    assert advice(one).method == "forest"


def test_many_comparisons_widen_the_interval_but_not_the_hint() -> None:
    found = two([0.3 * g for g in GLASS])
    alone = compare(found, "forest_balanced", "forest")
    among = compare(found, "forest_balanced", "forest", comparisons=1_000)
    assert among.gain.low < 0 < alone.gain.low
    assert (alone.word, among.word) == ("helps", "probably helps")


def test_less_is_better_where_less_is_better() -> None:
    found = two(0.0, log_loss=0.3)
    compared = compare(found, "forest_balanced", "forest", "log_loss")
    assert compared.word == "helps"
    assert compared.gain.mean == pytest.approx(0.2)
    assert compared.sentence().startswith("+0.200 (95 % interval")


def test_of_methods_that_tie_the_simplest_is_advised() -> None:
    noisy = np.tile([0.1, -0.09], 5)
    found = advice(
        pilot(
            trial("linear", 0.5, simplicity=1),
            trial("forest", (0.6 + noisy).tolist(), simplicity=2),
            trial("boosting", (0.61 - noisy).tolist(), simplicity=3),
            trial("network", 0.3, simplicity=4),
        )
    )
    assert found.method == "forest"
    assert set(found.tied) == {"forest", "boosting"}
    assert found.verdict == "plain"
    assert "boosting (60.5 %)" in " ".join(found.reasons)
    assert "80 %" in " ".join(found.reasons)


def test_what_falls_short_by_more_than_a_standard_error_is_no_tie() -> None:
    """Too little for a word, too much to be given away for simplicity."""
    short = np.array([0.02, 0.08, 0.15, 0.08, 0.02, -0.05, 0.15, -0.06, 0.13, 0.08])
    uneven = pilot(
        trial("linear", (0.6 - short).tolist(), simplicity=1), trial("forest", 0.6, simplicity=2)
    )
    assert compare(uneven, "forest", "linear").word == "no sign"
    assert advice(uneven).method == "forest"


def test_a_remedy_whose_model_did_not_finish_without_it_is_said() -> None:
    found = advice(pilot(trial("linear", 0.5), trial("forest_adjusted", 0.9, remedy="adjusted")))
    assert (found.method, found.verdict) == ("forest_adjusted", "method")
    assert "without a remedy" not in found.headline
    assert any("did not finish" in reason for reason in found.reasons)


def test_what_nothing_beats_is_not_replaced() -> None:
    found = advice(pilot(trial("linear", 0.9), trial("forest", 0.7, simplicity=1)))
    assert found.method == "linear"
    assert "without a remedy for the tail" in found.headline
    assert "nothing else that was tried is clearly or probably better" in found.headline


def test_the_headline_is_true_of_the_remedies_of_the_advised_model() -> None:
    """A tie with the best is not enough if a remedy of the same model beats it."""
    noisy = np.tile([0.2, -0.16], 5)
    found = advice(
        pilot(
            trial("linear", 0.60, simplicity=1),
            trial("linear_balanced", 0.62, simplicity=2, remedy="balanced"),
            trial("forest", (0.62 + noisy).tolist(), simplicity=3),
        )
    )
    assert found.method == "linear_balanced"
    assert found.word == "helps"


def test_what_it_costs_stands_in_the_headline() -> None:
    found = advice(
        pilot(
            trial("forest", 0.80, simplicity=1, accuracy=0.973, macro_f1=0.851, ece=0.02),
            trial(
                "forest_balanced", 0.86, simplicity=2, remedy="balanced",
                accuracy=0.932, macro_f1=0.718, ece=0.09,
            ),
        )
    )  # fmt: skip
    assert "accuracy 97.3 → 93.2 %" in found.headline
    assert "macro F1 85.1 → 71.8 %" in found.headline
    assert "calibration error 2.0 → 9.0 %" in found.headline
    words = {change.metric: change.word for change in found.changes}
    assert (words["accuracy"], words["tail_precision"]) == ("hurts", "no sign")
    said = " ".join(found.reasons)
    assert "If accuracy counts more: forest, 97.3 % against 93.2 %." in said


def test_a_figure_that_no_split_can_measure_is_no_cost() -> None:
    """A model that never answers with a class of the tail has no precision there."""
    nothing = [np.nan] * 10
    found = advice(
        pilot(
            trial("linear", 0.5, simplicity=1, tail_precision=nothing),
            trial("linear_balanced", 0.8, simplicity=2, remedy="balanced"),
        )
    )
    assert "tail_precision" not in found.gains
    assert "costs nothing" in found.headline
    assert any("precision of the tail not defined → 80.0 %" in r for r in found.reasons)


def test_a_gain_that_costs_nothing_says_so() -> None:
    assert "It costs nothing that was measured." in advice(two(0.1)).headline


def test_the_metric_of_the_user_decides() -> None:
    trials = (
        trial("forest", 0.80, simplicity=1, accuracy=0.97),
        trial("forest_balanced", 0.86, simplicity=2, remedy="balanced", accuracy=0.93),
    )
    assert advice(pilot(*trials)).method == "forest_balanced"
    found = advice(pilot(*trials, options=PilotOptions(metric="accuracy")))
    assert found.method == "forest"
    assert "Accuracy 97.0 %, the best of all" in found.headline
    assert any("If balanced accuracy counts more" in reason for reason in found.reasons)


def networks(loss: float, **fields: Any) -> Pilot:
    """Boosting at 0.8, a network at 0.5, and one with a loss."""
    return pilot(
        trial("boosting", 0.8, simplicity=1),
        trial("network", 0.5, simplicity=2),
        trial("network_ldam", loss, simplicity=3, remedy="loss"),
        **fields,
    )


def test_a_loss_is_advised_only_where_a_network_is_worth_training() -> None:
    found = advice(networks(0.6))
    assert (found.method, found.loss) == ("boosting", "")
    assert any(
        "a network is not worth training here: boosting comes to 80.0 %" in reason
        for reason in found.reasons
    )
    worth = advice(networks(0.9))
    assert (worth.method, worth.loss) == ("network_ldam", "network_ldam")
    on_features = advice(networks(0.6, kind="points"))
    assert (on_features.method, on_features.loss) == ("boosting", "network_ldam")
    assert any("If you train a network: ldam helps" in reason for reason in on_features.reasons)


def test_where_no_loss_helps_cross_entropy_stays_and_the_power_is_said() -> None:
    noisy = (0.5 + np.tile([0.1, -0.08], 5)).tolist()
    found = advice(
        pilot(
            trial("network", 0.5, simplicity=2),
            trial("network_ldam", noisy, simplicity=3, remedy="loss"),
        )
    )
    assert (found.method, found.loss) == ("network", "network")
    said = " ".join(found.reasons)
    assert "better in 5 of 10 splits: no sign. These 10 splits would have shown a gain" in said


def test_networks_that_have_not_settled_lead_to_no_advice_on_the_loss() -> None:
    found = advice(
        pilot(
            trial("forest", 0.4, simplicity=1),
            trial("network", 0.5, simplicity=2),
            trial("network_ldam", 0.9, simplicity=3, remedy="loss", settled=False),
        )
    )
    assert found.method == "network"
    assert found.loss == ""
    assert any(
        "No advice on the loss" in reason and "network, ldam" in reason for reason in found.reasons
    )
    none = advice(pilot(trial("network", 0.5, settled=False)))
    assert (none.verdict, none.method) == ("none", "")
    assert "had not settled" in none.headline


def test_nothing_finished_is_said_with_the_budget() -> None:
    found = advice(pilot(out_of_time=("network",), options=PilotOptions(seconds=5.0)))
    assert found.verdict == "none"
    assert "within 5 s" in found.headline
    assert any("network, cross-entropy" in reason for reason in found.reasons)


def test_the_same_numbers_are_one_row_with_a_reason() -> None:
    same = replace(two(0.0), counts=np.full(4, 300))
    twin = replace(same.trials[1], same_as="forest")
    found = advice(replace(same, trials=(same.trials[0], twin)))
    assert found.method == "forest"
    assert found.comparisons == ()
    assert any("are one row: all classes have the same size" in r for r in found.reasons)


def curve(low: float, mean: float, high: float) -> LearningCurve:
    return LearningCurve(
        "forest", (0.25, 0.5, 1.0), np.array([[0.2], [0.4], [0.6]]), 50,
        last=Estimate(0.3, 0.25, 0.35), next=Estimate(mean, low, high),
    )  # fmt: skip


def test_a_steep_learning_curve_says_collect() -> None:
    found = advice(replace(two(0.1), curve=curve(0.25, 0.3, 0.35)))
    assert found.verdict == "collect"
    assert "'c', 'd'" in found.headline
    assert "50 more samples" in found.headline
    assert found.reasons[0].startswith("Use forest, balanced.")
    unsure = advice(replace(two(0.1), curve=curve(-0.02, 0.05, 0.12)))
    assert unsure.verdict == "method"
    assert any("cannot tell" in reason and "50 more" in reason for reason in unsure.reasons)
    steady = advice(replace(two(0.1), curve=curve(0.02, 0.05, 0.08)))
    assert any("would bring its recall about" in reason for reason in steady.reasons)
    flat = advice(replace(two(0.1), curve=curve(-0.01, 0.0, 0.01)))
    assert any("is flat" in reason for reason in flat.reasons)


def test_a_noisy_tail_is_said() -> None:
    counts = np.array([900, 300, 80, 25])
    tail = analyse_tail(counts)
    suspects = Finding(np.array([9, 3, 2, 6]), counts)
    quality = Quality({"suspects": suspects}, counts)
    reasons = recommend(two(0.1), tail, quality).reasons
    assert any("Rare means noisy" in reason for reason in reasons)
    assert any("20 labels are suspect, 6 of them in the tail" in reason for reason in reasons)
    clean = replace(quality, findings={"suspects": replace(suspects, counts=np.zeros(4, int))})
    assert not any("noisy" in reason for reason in recommend(two(0.1), tail, clean).reasons)


def test_the_mistakes_of_the_tail_and_classes_too_small_are_named() -> None:
    found = advice(replace(two(0.1), tested=np.array([90, 90, 29, 30]), untested=("d",)))
    assert set(found.too_few) == {"c", "d"}
    assert any("Too few test samples" in reason for reason in found.reasons)
    assert any("it takes 'c' for 'd' (33 %)" in reason for reason in found.reasons)
