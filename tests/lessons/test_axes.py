"""What a student bets on is drawn: guess and result on one axis, with the numbers of that run."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest

from harmony_core.analysis.intervals import mean_interval
from harmony_core.errors import ConfigError
from harmony_core.lessons.course.axes import GUESS, RESULT, DrawnAxis, drawn_axes
from harmony_core.lessons.course.expression import number
from harmony_core.lessons.course.facts import facts
from harmony_core.lessons.course.feedback import Guess, feedback
from harmony_core.lessons.course.lesson import FOLDER, Lesson, lessons, parse
from harmony_core.lessons.course.prepare import prepared
from pages._shared.one_axis import one_axis, ticks_of

COURSE = lessons()
EVERY = pytest.mark.parametrize("lesson", COURSE, ids=lambda lesson: lesson.name)
LINE: Guess = ((-1.0, 0.0), (1.0, 0.5))


def some_guess(lesson: Lesson) -> Guess:
    if lesson.predict.kind == "number":
        return lesson.predict.low + lesson.predict.step
    return LINE if lesson.predict.kind == "line" else lesson.predict.options[0].key


def drawn(lesson: Lesson, guess: Guess) -> tuple[DrawnAxis, ...]:
    outcome = prepared(lesson)
    return drawn_axes(lesson, outcome, guess, feedback(lesson, outcome, guess).numbers)


@EVERY
def test_every_step_draws_what_is_bet_on(lesson: Lesson) -> None:
    axes = drawn(lesson, some_guess(lesson))
    marks = [mark for axis in axes for mark in axis.marks]
    assert any(mark.kind == GUESS or mark.yours for mark in marks)
    for axis in axes:
        for mark in axis.marks:
            values = [mark.low, mark.high, *mark.dots]
            assert np.isfinite(values).all()
            assert axis.low <= min(values) <= max(values) <= axis.high


@pytest.mark.parametrize("lesson", [one for one in COURSE if one.predict.kind == "number"])
def test_a_number_is_drawn_beside_the_result(lesson: Lesson) -> None:
    guess = some_guess(lesson)
    axis = drawn(lesson, guess)[0]
    truth = number(lesson.predict.truth, facts(prepared(lesson)))
    mine, result = axis.marks[:2]
    assert (mine.kind, mine.value) == (GUESS, guess)
    assert result.kind == RESULT
    assert result.value == pytest.approx(truth)
    assert axis.near == pytest.approx((truth - lesson.predict.near, truth + lesson.predict.near))


def test_a_guess_beyond_what_came_out_still_fits() -> None:
    lesson = COURSE[6]
    outcome = prepared(lesson)
    known = dict(feedback(lesson, outcome, 5.0).numbers) | {"tail_B": 150.0}
    axis = drawn_axes(lesson, outcome, -10.0, known)[0]
    assert axis.high == axis.marks[1].value > lesson.predict.high
    assert axis.low == -10


def test_an_interval_over_seeds_has_a_dot_for_each() -> None:
    lesson = COURSE[10]
    table = np.array([[100 * f.balanced_accuracy for f in row] for row in prepared(lesson).last])
    gaps = table[:, 1] - table[:, 0]
    difference, methods = drawn(lesson, "open")
    bet, result = difference.marks
    assert (bet.low, bet.high, bet.said) == (0, 0, "contains 0")
    assert result.dots == pytest.approx(gaps)
    assert (result.low, result.high) == pytest.approx(mean_interval(gaps))
    assert [mark.dots for mark in methods.marks] == [pytest.approx(column) for column in table.T]
    assert drawn(lesson, "second")[0].marks[0].said == "above 0"
    assert drawn(lesson, "first")[0].marks[0].said == "below 0"


def test_the_method_that_was_bet_on_is_marked() -> None:
    (axis,) = drawn(COURSE[9], "inter")
    assert [mark.yours for mark in axis.marks] == [False, False, True, False]
    assert all(len(mark.dots) == 3 for mark in axis.marks)


def test_the_axis_as_html_has_marks_numbers_and_a_table() -> None:
    axis = replace(drawn(COURSE[0], 40.0)[0], title="a < b")
    page = one_axis(axis)
    assert "a &lt; b" in page
    assert page.count('class="axis-mark') == len(axis.marks)
    assert 'class="axis-near"' in page
    body = page[page.index("<tbody>") :]
    for mark in axis.marks:
        assert mark.said in body
    shares = [float(x) for x in re.findall(r"left:([\d.]+)%", page)]
    assert min(shares) >= 0
    assert max(shares) <= 100
    assert 'left:40.00%"></i>' in page


@pytest.mark.parametrize(("low", "high"), [(0, 100), (-2, 2), (88, 91), (50, 100), (0, 1000)])
def test_ticks_are_few_and_inside(low: float, high: float) -> None:
    ticks = ticks_of(low, high)
    assert 3 <= len(ticks) <= 7
    assert low <= ticks[0] < ticks[-1] <= high


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("        of: first_A\n", "", "`of` or `seeds`"),
        ("    high: 100\n    bet", "    high: 0\n    bet", "`high` above `low`"),
        ("    bet: true\n", "    colour: red\n    bet: true\n", "colour"),
    ],
)
def test_an_axis_that_cannot_be_drawn_is_refused(old: str, new: str, said: str) -> None:
    text = (FOLDER / "01-tail.md").read_text("utf-8")
    assert old in text
    with pytest.raises(ConfigError, match=said):
        parse("01-tail.md", text.replace(old, new, 1))


def test_a_range_has_two_ends() -> None:
    text = (FOLDER / "09-both.md").read_text("utf-8")
    with pytest.raises(ConfigError, match="two numbers"):
        parse("09-both.md", text.replace("range: [5, 15]", "range: [5]", 1))
