"""What is drawn of a prediction: guess and result on one axis, and the numbers behind the result.

Plain numbers, for a page or a sheet to draw. Rows of an axis share its unit and its range.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from ...analysis.intervals import mean_interval
from .expression import fill, number, written
from .facts import LETTERS, seed_values
from .feedback import Guess
from .lesson import AxisRow, Lesson, LessonAxis
from .outcome import Outcome

GUESS, RESULT, NUMBER = "guess", "result", "number"


@dataclass(frozen=True)
class Mark:
    """One row of an axis."""

    label: str
    kind: str
    """`GUESS`, `RESULT`, or `NUMBER` for one behind the result"""
    low: float
    high: float
    """Equal to ``low`` for a single value; else an interval, or the range that was bet on"""
    value: float | None = None
    """None for a range that was bet on"""
    dots: tuple[float, ...] = ()
    """One value for each seed"""
    method: int | None = None
    yours: bool = False
    """Whether this row is what was bet on"""
    words: str = ""
    """What to say instead of the numbers"""

    @property
    def said(self) -> str:
        """The row in numbers, without its unit."""
        if self.words:
            return self.words
        if self.value is None:
            return f"{_plain(self.low)} to {_plain(self.high)}"
        if self.high > self.low:
            digits = 1 if self.high - self.low >= 1 else 2
            value, low, high = (written(v, digits) for v in (self.value, self.low, self.high))
            return f"{value} [{low}, {high}]"
        return _plain(self.value)


@dataclass(frozen=True)
class DrawnAxis:
    """An axis and its rows."""

    title: str
    unit: str
    low: float
    high: float
    marks: tuple[Mark, ...]
    near: tuple[float, float] | None = None
    """The range of guesses that count as right"""


def drawn_axes(
    lesson: Lesson, outcome: Outcome, guess: Guess, numbers: Mapping[str, float | str]
) -> tuple[DrawnAxis, ...]:
    """The axis of the bet, if the step has one, and those of the numbers behind it.

    ``numbers`` are those of the step's `Feedback`.
    """
    seeds = seed_values(outcome)
    found = []
    beside: list[Mark] = []
    number_bet = lesson.predict.kind == "number"
    for axis in lesson.axes:
        marks = [_mark(row, axis, lesson, guess, numbers, seeds) for row in axis.rows]
        if axis.bet and number_bet:
            beside += marks
            continue
        if axis.bet and (bet := _range(lesson, axis, guess)) is not None:
            marks.insert(0, bet)
        found.append(_axis(axis.name, axis.unit, axis.low, axis.high, marks))
    if number_bet and isinstance(guess, int | float):
        found.insert(0, _of_number(lesson, float(guess), numbers, beside))
    return tuple(found)


def _of_number(
    lesson: Lesson, guess: float, numbers: Mapping[str, float | str], others: list[Mark]
) -> DrawnAxis:
    """The axis of the slider, with guess, result and what the step puts beside them."""
    predict = lesson.predict
    truth = number(predict.truth, numbers)
    marks = [
        Mark("Your prediction", GUESS, guess, guess, guess),
        Mark("This run", RESULT, truth, truth, truth),
        *others,
    ]
    near = (truth - predict.near, truth + predict.near)
    axis = _axis(predict.axis or predict.ask, predict.unit, predict.low, predict.high, marks)
    return replace(axis, near=near)


def _axis(name: str, unit: str, low: float, high: float, marks: list[Mark]) -> DrawnAxis:
    """An axis that is wide enough for all of its marks."""
    values = [v for mark in marks for v in (mark.low, mark.high, *mark.dots)]
    return DrawnAxis(name, unit, min(low, *values), max(high, *values), tuple(marks))


def _mark(
    row: AxisRow,
    axis: LessonAxis,
    lesson: Lesson,
    guess: Guess,
    numbers: Mapping[str, float | str],
    seeds: Mapping[str, tuple[float, ...]],
) -> Mark:
    dots = seeds.get(row.seeds, ())
    value = sum(dots) / len(dots) if dots else number(row.of, numbers)
    low, high = mean_interval(dots) if len(dots) > 1 else (value, value)
    mine = row.yours == guess or (bool(row.yours) and lesson.predict.kind == "line")
    kind = RESULT if axis.bet and not row.method and lesson.predict.kind == "choice" else NUMBER
    kind = GUESS if mine and lesson.predict.kind == "line" else kind
    method = LETTERS.index(row.method) if row.method else None
    return Mark(fill(row.name, numbers), kind, low, high, value, dots, method, mine)


def _range(lesson: Lesson, axis: LessonAxis, guess: Guess) -> Mark | None:
    """The part of the axis that the chosen option stands for."""
    option = next((one for one in lesson.predict.options if one.key == guess), None)
    if option is None or not option.range:
        return None
    low, high = (max(axis.low, min(axis.high, v)) for v in option.range)
    label, value, words = "Your prediction", None, ""
    if low == high:
        value, words = low, f"contains {_plain(low)}"
    elif high == axis.high:
        words = f"above {_plain(low)}"
    elif low == axis.low:
        words = f"below {_plain(high)}"
    return Mark(label, GUESS, low, high, value, words=words)


def _plain(value: float) -> str:
    return written(value, 0 if float(value).is_integer() else 1)
