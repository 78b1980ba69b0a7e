"""Feedback from prepared runs: right and wrong predictions, by the numbers of that very run."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest

from harmony_core.errors import ConfigError
from harmony_core.experiments.complete import complete
from harmony_core.lessons.course.expression import SLOT, fill, number
from harmony_core.lessons.course.facts import facts
from harmony_core.lessons.course.feedback import (
    Guess,
    as_line,
    decided,
    feedback,
    happened,
    line_numbers,
)
from harmony_core.lessons.course.lesson import Lesson, lessons
from harmony_core.lessons.course.outcome import Outcome, load, save
from harmony_core.lessons.course.prepare import FOLDER, path_of, prepared

COURSE = lessons()
EVERY = pytest.mark.parametrize("lesson", COURSE, ids=lambda lesson: lesson.name)
MOST_BYTES = 1_500_000


def good_and_bad(lesson: Lesson, outcome: Outcome) -> tuple[Guess, list[Guess]]:
    """A prediction that is right for this run, and wrong ones of every kind."""
    known = facts(outcome)
    predict = lesson.predict
    if predict.kind == "number":
        truth = number(predict.truth, known)
        far = predict.near + 1
        return truth, [truth + far, truth - far]
    if predict.kind == "choice":
        true = happened(lesson, known).key
        return true, [option.key for option in predict.options if option.key != true]
    grid = outcome.last[0][0].grid_class
    assert grid is not None
    x0, x1, y0, y1 = outcome.scenes[0].extent or (0, 0, 0, 0)
    columns = np.linspace(0, len(grid) - 1, 12).astype(int)
    heights = (grid[:, columns] == 1).sum(axis=0) / len(grid)  # class 1 lies below
    traced = tuple(
        (x0 + (c + 0.5) / len(grid) * (x1 - x0), y0 + h * (y1 - y0))
        for c, h in zip(columns.tolist(), heights.tolist(), strict=True)
    )
    return traced, [((x0, y1), (x1, y1)), ((x0, 0.0), (x1, 0.0))]


@EVERY
def test_a_right_and_a_wrong_prediction_hear_the_numbers_of_the_run(lesson: Lesson) -> None:
    outcome = prepared(lesson)
    right, wrong = good_and_bad(lesson, outcome)
    told = feedback(lesson, outcome, right)
    assert told.right
    texts = {told.text}
    for guess in wrong:
        said = feedback(lesson, outcome, guess)
        assert not said.right
        assert said.happened == told.happened
        texts.add(said.text)
    assert len(texts) == 1 + len(wrong)
    for text in texts:
        assert len(re.findall(r"\d", text)) >= 2
        assert not SLOT.search(text)
        assert "nan" not in text


@EVERY
def test_every_text_can_be_filled(lesson: Lesson) -> None:
    told = feedback(lesson, prepared(lesson), good_and_bad(lesson, prepared(lesson))[0])
    texts = [lesson.after, *(f.latex for f in lesson.formulas), *(f.note for f in lesson.formulas)]
    texts += [option.said for option in lesson.predict.options]
    for text in texts:
        assert "nan" not in fill(text, told.numbers)
    assert np.isfinite(told.result)


@EVERY
def test_the_prepared_run_is_of_the_lesson_as_it_stands(lesson: Lesson) -> None:
    assert complete(prepared(lesson).config) == lesson.config


def test_the_prepared_runs_are_small() -> None:
    assert sum(path.stat().st_size for path in FOLDER.iterdir()) < MOST_BYTES
    assert {path.name for path in FOLDER.iterdir()} == {path_of(one).name for one in COURSE}


def test_feedback_follows_the_run_not_the_file() -> None:
    """The same prediction on a run that came out otherwise hears other numbers."""
    lesson = COURSE[0]
    outcome = prepared(lesson)
    frame = outcome.last[0][0]
    confusion = frame.confusion.copy()
    confusion[-1] = 0
    confusion[-1, 0] = 250
    other = replace(outcome, last=((replace(frame, confusion=confusion),),))
    guess = 50.0
    assert feedback(lesson, outcome, guess).right
    said = feedback(lesson, other, guess)
    assert not said.right
    assert said.result == 0
    assert "only 0 of 100" in said.text


@pytest.mark.parametrize("guess", ["yes", float("nan"), True, ((0.0, 0.0), (1.0, 1.0))])
def test_a_prediction_of_another_kind_is_refused(guess: Guess) -> None:
    with pytest.raises(ConfigError, match="Expected the prediction of step 1 to be a number"):
        feedback(COURSE[0], prepared(COURSE[0]), guess)


def test_unknown_options_and_broken_lines_are_refused() -> None:
    with pytest.raises(ConfigError, match="one of more, some, none"):
        feedback(COURSE[8], prepared(COURSE[8]), "maybe")
    with pytest.raises(ConfigError, match="corners of a line"):
        feedback(COURSE[2], prepared(COURSE[2]), ((0.0, 0.0),))


@pytest.mark.parametrize(
    "corners",
    [None, "ab", [[0, 0]], [[0, 0], [0, 1]], [[0, 0], [1]], [[0, 0], [1, float("inf")]],
     [[0, "a"], [1, 1]], [[i, 0] for i in range(1000)]],
)  # fmt: skip
def test_what_is_no_line_is_none(corners: object) -> None:
    assert as_line(corners) is None


def test_a_line_splits_the_plane() -> None:
    line = as_line([[1, 1], [-1, -1]])
    assert line == ((-1.0, -1.0), (1.0, 1.0))
    points = np.array([[0, 0.1], [0, -0.1], [5, 1.1], [5, 0.9], [-5, -1.1]])
    assert decided(line, points).tolist() == [0, 1, 0, 1, 1]


def test_a_line_on_the_boundary_of_bayes_is_next_to_it() -> None:
    """Two equal clouds, one above the other: the best line is level and in the middle."""
    outcome = prepared(COURSE[2])
    scene, frame = outcome.scenes[0], outcome.last[0][0]
    assert line_numbers(scene, frame, ((-1.0, 0.0), (1.0, 0.0)))["drawn_best"] < 3
    assert line_numbers(scene, frame, ((-1.0, 9.0), (1.0, 9.0)))["drawn_best"] == pytest.approx(
        50, abs=3
    )


def test_numbers_of_a_run_are_what_they_are_called() -> None:
    outcome = prepared(COURSE[4])
    known = facts(outcome)
    scene, weighted = outcome.scenes[0], outcome.last[0][1]
    counts = scene.train_counts
    assert known["n_all"] == counts.sum()
    assert known["factor"] == counts.max() / counts.min()
    weights = np.repeat(1 / counts, counts)
    kish = weights.sum() ** 2 / (weights**2).sum()
    assert known["effective_B"] == pytest.approx(kish, rel=1e-4)
    assert known["effective_A"] == pytest.approx(counts.sum(), rel=1e-6)
    assert known["balanced_B"] == pytest.approx(100 * weighted.recall.mean())
    skewed = (weighted.recall * counts).sum() / counts.sum()
    assert known["skewed_B"] == pytest.approx(100 * skewed)
    assert 0 <= float(known["hard_B"]) <= 100


def test_spread_over_seeds() -> None:
    outcome = prepared(COURSE[10])
    known = facts(outcome)
    table = np.array([[100 * f.balanced_accuracy for f in row] for row in outcome.last])
    gap = table[:, 1] - table[:, 0]
    assert known["gap_balanced_BA"] == pytest.approx(gap.mean())
    assert known["wins_balanced_BA"] == (gap > 0).sum()
    assert known["balanced_A"] == pytest.approx(table[:, 0].mean())
    assert float(known["best_A"]) >= float(known["balanced_A"])


def test_a_prepared_run_survives_its_file(tmp_path) -> None:  # type: ignore[no-untyped-def]
    outcome = prepared(COURSE[9])
    save(tmp_path / "again.npz", outcome)
    again = load(tmp_path / "again.npz")
    known = facts(outcome)
    for name, value in facts(again).items():
        assert value == (known[name] if isinstance(value, str) else pytest.approx(known[name]))
    assert [row[0].epoch for row in again.film] == [row[0].epoch for row in outcome.film]
