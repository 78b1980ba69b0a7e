"""What a class predicted and saw at one step, counted for the teacher."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from ..course.expression import written
from ..course.lesson import Lesson
from .classes import Entry

BINS = 10


@dataclass(frozen=True)
class TallyRow:
    """One bar: its label and its count."""

    label: str
    count: int


@dataclass(frozen=True)
class Tally:
    """The predictions and the results of a class at one step."""

    predicted: tuple[TallyRow, ...]
    results: tuple[TallyRow, ...]
    students: int
    finished: int
    right: int
    mean: float
    """Of the results; NaN without one"""
    least: float
    most: float


def tally(lesson: Lesson, entries: Sequence[Entry]) -> Tally:
    """Count the entries of a class."""
    results = [entry.result for entry in entries if entry.result is not None]
    return Tally(
        predicted=_predicted(lesson, entries),
        results=_bins(results) if results else (),
        students=len(entries),
        finished=len(results),
        right=sum(entry.right is True for entry in entries),
        mean=sum(results) / len(results) if results else math.nan,
        least=min(results, default=math.nan),
        most=max(results, default=math.nan),
    )


def _predicted(lesson: Lesson, entries: Sequence[Entry]) -> tuple[TallyRow, ...]:
    predict = lesson.predict
    if predict.kind == "choice":
        guesses = [entry.guess for entry in entries]
        return tuple(TallyRow(option.text, guesses.count(option.key)) for option in predict.options)
    numbers = [float(e.guess) for e in entries if not isinstance(e.guess, str)]
    if predict.kind == "line":
        waiting = len(entries) - len(numbers)
        rows = _bins(numbers, 0, 100, " % of the plane off")
        return (*rows, TallyRow("drawn, run not done", waiting)) if waiting else rows
    return _bins(numbers, predict.low, predict.high, f" {predict.unit}" if predict.unit else "")


def _bins(
    values: Sequence[float], low: float | None = None, high: float | None = None, unit: str = ""
) -> tuple[TallyRow, ...]:
    """Counts in equal bins from ``low`` to ``high`` (default: what the values span)."""
    if low is None or high is None:
        low, high = min(values), max(values)
        if high - low < 1e-9:
            return (TallyRow(f"{written(low)}{unit}", len(values)),)
    step = (high - low) / BINS
    counts = [0] * BINS
    for value in values:
        counts[max(0, min(BINS - 1, int((value - low) / step)))] += 1
    digits = 0 if step >= 1 and float(low).is_integer() and float(step).is_integer() else 1
    return tuple(
        TallyRow(
            f"{written(low + i * step, digits)} to {written(low + (i + 1) * step, digits)}{unit}",
            count,
        )
        for i, count in enumerate(counts)
    )
