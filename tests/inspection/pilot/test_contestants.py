"""Contestants on small data whose answer is known, their remedies, and how another is added."""

from __future__ import annotations

from functools import partial
from importlib.util import find_spec
from typing import Any

import numpy as np
import pytest

from harmony_core.arrays import Array
from harmony_core.errors import ConfigError
from harmony_core.inspection.pilot import contestants
from harmony_core.inspection.pilot.contestants import CONTESTANTS, chosen
from harmony_core.inspection.pilot.contestants.posthoc import best_offsets
from harmony_core.inspection.pilot.contestants.resampled import smote, undersample
from harmony_core.inspection.pilot.contestants.spec import Contestant, Task
from harmony_core.inspection.pilot.data import PilotData
from harmony_core.inspection.pilot.metrics import inner_score
from harmony_core.inspection.pilot.splits import draw_splits
from harmony_core.inspection.pilot.task import SplitTask

NAMES = ("a", "b", "c")
SKLEARN = [c.name for c in CONTESTANTS.values() if c.fit and c.family != "network"]


def clouds(counts: tuple[int, ...], distance: float = 1.5) -> PilotData:
    rng = np.random.default_rng(0)
    codes = np.repeat(np.arange(len(counts)), counts)
    angle = 2 * np.pi * codes / len(counts)
    centres = distance * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    features = (centres + rng.normal(size=centres.shape)).astype(np.float32)
    n = len(codes)
    return PilotData(
        features, codes, NAMES[: len(counts)], np.arange(len(counts)), np.zeros(n, dtype=bool),
        "2 features", "table", np.arange(n), np.arange(n), (),
    )  # fmt: skip


def task(data: PilotData, metric: str = "balanced_accuracy") -> SplitTask:
    split = draw_splits(data.codes, data.copies, data.given_test, splits=1, folds=3)[0]
    return SplitTask(data, split.train, split.test, 0, metric, {}, lambda: None)


def score(given: SplitTask, name: str) -> float:
    return inner_score("balanced_accuracy", given.of(name), given.data.codes[given.test])


@pytest.mark.parametrize("name", SKLEARN)
def test_each_gives_log_probabilities_that_tell_the_classes_apart(name: str) -> None:
    if CONTESTANTS[name].unavailable():
        pytest.skip("imbalanced-learn is not installed")
    given = task(clouds((90, 45, 24), distance=3.0))
    found = given.of(name)
    assert found.shape == (len(given.test), 3)
    assert np.exp(found).sum(axis=1) == pytest.approx(1)
    assert score(given, name) > 0.85
    assert given.notes_of(name)["recipe"]
    again = task(clouds((90, 45, 24), distance=3.0))
    assert (again.of(name) == found).all()


@pytest.mark.parametrize("name", [c.name for c in CONTESTANTS.values() if c.family == "linear"])
def test_remedies_raise_the_recall_of_the_tail(name: str) -> None:
    if not CONTESTANTS[name].plain or CONTESTANTS[name].unavailable():
        pytest.skip("no remedy, or imbalanced-learn is not installed")
    given = task(clouds((600, 90, 45)))
    truth = given.data.codes[given.test]
    tail = truth == 2
    hits = [(given.of(n).argmax(axis=1)[tail] == 2).mean() for n in (name, "logistic")]
    assert hits[0] > hits[1] + 0.1
    assert score(given, name) > score(given, "logistic")


def test_settings_are_chosen_once_and_kept_for_later_splits() -> None:
    data = clouds((120, 40, 20))
    splits = draw_splits(data.codes, data.copies, data.given_test, splits=2, folds=3)
    notes: dict[str, dict[str, Any]] = {}
    first, second = (
        SplitTask(data, s.train, s.test, s.seed, "balanced_accuracy", notes, lambda: None)
        for s in splits
    )
    first.of("boosting")
    kept = dict(notes["boosting"])
    second.of("boosting")
    assert notes["boosting"] == kept
    assert kept["settings"].rounds >= 20


def test_predictions_out_of_fold_are_by_models_that_have_not_seen_the_row() -> None:
    data = clouds((60, 20, 20), distance=0.0)  # nothing to learn
    given = task(data)
    found = given.out_of_fold("forest")
    assert np.isfinite(found).all()
    guessed = found.argmax(axis=1)
    assert (guessed == data.codes[given.train]).mean() < 0.75  # the forest would know its own


def test_offsets_serve_the_metric_they_are_chosen_for() -> None:
    rng = np.random.default_rng(0)
    targets = np.repeat([0, 1, 2], [400, 60, 30])
    scores = rng.normal(size=(490, 3)) + 1.5 * np.eye(3)[targets] + np.log([0.8, 0.13, 0.07])
    log_priors = np.log(np.bincount(targets) / 490)
    for metric in ("balanced_accuracy", "accuracy", "macro_f1"):
        moved = scores + best_offsets(scores, targets, log_priors, metric)
        assert inner_score(metric, moved, targets) >= inner_score(metric, scores, targets)
    balanced = scores + best_offsets(scores, targets, log_priors, "balanced_accuracy")
    assert inner_score("balanced_accuracy", balanced, targets) > 0.05 + inner_score(
        "balanced_accuracy", scores, targets
    )


def test_a_class_that_is_missing_from_training_costs_no_run() -> None:
    data = clouds((60, 30, 6))
    train = np.flatnonzero((data.codes < 2) & (np.arange(96) % 3 > 0))
    test = np.flatnonzero(np.arange(96) % 3 == 0)
    given = SplitTask(data, train, test, 0, "balanced_accuracy", {}, lambda: None)
    for name in ("logistic_balanced", "forest_thresholds", "boosting"):
        found = given.of(name)
        assert np.isfinite(found).all()
        assert set(found.argmax(axis=1)) <= {0, 1}


def test_without_the_package_resampling_says_how_to_get_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    with pytest.raises(ConfigError, match=r'pip install ".\[resample\]"'):
        chosen(("logistic_smote",))
    with pytest.raises(ConfigError, match=r'pip install ".\[resample\]"'):
        chosen(("resampled",))
    assert "logistic_smote" not in {c.name for c in chosen(("linear",))}


@pytest.mark.skipif(find_spec("imblearn") is None, reason="imbalanced-learn is not installed")
def test_resampling_keeps_classes_too_small_for_it() -> None:
    data = clouds((200, 40, 1))
    _, codes = smote(data.features, data.codes, 0)
    assert np.bincount(codes).tolist() == [200, 200, 1]
    _, codes = undersample(data.features, data.codes, 0)
    assert np.bincount(codes).tolist() == [30, 30, 1]


def nearest_mean(given: Task, spread: float) -> Array:
    """Log-probabilities by the distance to the mean of each class."""
    means = np.stack([given.features[given.codes == c].mean(axis=0) for c in range(given.classes)])
    far = ((given.test_features[:, None] - means) ** 2).sum(axis=2) / spread
    return np.asarray(-far - np.log(np.exp(-far).sum(axis=1, keepdims=True)))


def test_another_contestant_is_one_function_and_one_entry(monkeypatch: pytest.MonkeyPatch) -> None:
    added = Contestant("nearest", "nearest mean", "linear", 5, partial(nearest_mean, spread=2.0))
    monkeypatch.setitem(contestants.CONTESTANTS, "nearest", added)
    assert chosen(("nearest",)) == (added,)
    assert score(task(clouds((90, 45, 24), distance=3.0)), "nearest") > 0.85
