"""What a class predicted and what came out at one step, side by side on one axis."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ..course.expression import written
from ..course.lesson import Lesson
from .classes import Entry

BINS = 10


@dataclass(frozen=True)
class SpreadRow:
    """How many predicted something, and for how many it came out."""

    label: str
    predicted: int
    came_out: int


@dataclass(frozen=True)
class Spread:
    """The predictions and the results of a class at one step, in one unit."""

    title: str
    unit: str
    low: float
    high: float
    guesses: tuple[float, ...]
    """Empty for a step with options"""
    results: tuple[float, ...]
    rows: tuple[SpreadRow, ...]
    """The same, counted: by option, or in equal parts of the axis"""
    students: int
    finished: int
    right: int

    @property
    def said(self) -> str:
        """Guesses and results in one or two sentences."""
        results = "Results" if self.guesses else self.title
        named = (("Predictions", self.guesses), (results, self.results))
        return " ".join(_said(name, values) for name, values in named if values)


def _said(name: str, values: Sequence[float]) -> str:
    low, high = min(values), max(values)
    if low == high:
        return f"{name}: {_short(low)}."
    mean = sum(values) / len(values)
    return f"{name} from {_short(low)} to {_short(high)}, {_short(mean)} on average."


def spread(lesson: Lesson, entries: Sequence[Entry]) -> Spread:
    """Collect the entries of a class.

    A drawn line counts by its distance from the network's boundary, once that is known.
    """
    predict = lesson.predict
    guesses = tuple(float(e.guess) for e in entries if not isinstance(e.guess, str))
    results = tuple(e.result for e in entries if e.result is not None)
    title, unit = lesson.result_name.capitalize(), ""
    if predict.kind == "choice":
        low, high = _around(results)
        rows = tuple(
            SpreadRow(
                option.text,
                sum(e.guess == option.key for e in entries),
                sum(e.happened == option.key for e in entries),
            )
            for option in predict.options
        )
        guesses = ()
    else:
        low, high = (0.0, 50.0) if predict.kind == "line" else (predict.low, predict.high)
        low, high = min([low, *guesses, *results]), max([high, *guesses, *results])
        if predict.kind == "line":
            title = "Predictions: how far the drawn lines are from the network’s boundary. " + (
                "Results: how far that is from the best one"
            )
            unit = "% of the plane"
        else:
            title, unit = predict.axis or predict.ask, predict.unit
        rows = _bins(guesses, results, low, high, unit)
    return Spread(
        title,
        unit,
        low,
        high,
        guesses,
        results,
        rows,
        len(entries),
        len(results),
        sum(e.right is True for e in entries),
    )


def _short(value: float) -> str:
    return written(value, 0 if float(value).is_integer() else 1)


def _around(values: Iterable[float]) -> tuple[float, float]:
    """An axis that holds zero and ``values``."""
    low, high = min([0.0, *values]), max([0.0, *values])
    room = (high - low or 1.0) * 0.1
    return (low - room if low < 0 else 0.0), high + room


def _bins(
    guesses: Sequence[float], results: Sequence[float], low: float, high: float, unit: str
) -> tuple[SpreadRow, ...]:
    step = (high - low) / BINS
    digits = 0 if float(low).is_integer() and float(step).is_integer() else 1
    tail = f" {unit}" if unit else ""

    def counts(values: Sequence[float]) -> list[int]:
        where = [max(0, min(BINS - 1, int((value - low) / step))) for value in values]
        return [where.count(i) for i in range(BINS)]

    return tuple(
        SpreadRow(
            f"{written(low + i * step, digits)} to {written(low + (i + 1) * step, digits)}{tail}",
            predicted,
            came_out,
        )
        for i, (predicted, came_out) in enumerate(
            zip(counts(guesses), counts(results), strict=True)
        )
    )
