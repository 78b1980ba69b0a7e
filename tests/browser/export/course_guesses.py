"""Predictions for every step of the course, and what Python says to them."""

from __future__ import annotations

from random import Random
from typing import Any

import numpy as np
import pytest

from harmony_core.lessons.course.axes import drawn_axes
from harmony_core.lessons.course.expression import SLOT, fill, number
from harmony_core.lessons.course.facts import facts
from harmony_core.lessons.course.feedback import Guess, feedback, happened
from harmony_core.lessons.course.lesson import Lesson, lessons
from harmony_core.lessons.course.outcome import Outcome

COURSE = lessons()
EVERY = pytest.mark.parametrize("lesson", COURSE, ids=lambda lesson: lesson.name)


def file_of(lesson: Lesson) -> str:
    return f"{lesson.number:02d}-{lesson.name}.html"


def every_guess(lesson: Lesson, outcome: Outcome) -> list[Guess]:
    """All that the controls allow; of lines, some of every kind."""
    predict = lesson.predict
    if predict.kind == "choice":
        return [option.key for option in predict.options]
    if predict.kind == "number":
        steps = round((predict.high - predict.low) / predict.step)
        truth = number(predict.truth, facts(outcome))
        edges = [truth, truth - predict.near, truth + predict.near]
        return [*(predict.low + i * predict.step for i in range(steps + 1)), *edges]
    x0, x1, y0, y1 = outcome.scenes[0].extent or (0, 0, 0, 0)
    random = Random(3)
    wild = [
        tuple((random.uniform(x0, x1), random.uniform(y0, y1)) for _ in range(corners))
        for corners in (2, 3, 7, 40)
    ]
    level = [((x0, y), (x1, y)) for y in np.linspace(y0, y1, 9).tolist()]
    return [traced(outcome), *level, *wild]


def traced(outcome: Outcome) -> tuple[tuple[float, float], ...]:
    """The boundary of the first network as a line."""
    grid = outcome.last[0][0].grid_class
    assert grid is not None
    x0, x1, y0, y1 = outcome.scenes[0].extent or (0, 0, 0, 0)
    columns = np.linspace(0, len(grid) - 1, 12).astype(int)
    heights = (grid[:, columns] == 1).sum(axis=0) / len(grid)  # class 1 lies below
    return tuple(
        (x0 + (c + 0.5) / len(grid) * (x1 - x0), y0 + h * (y1 - y0))
        for c, h in zip(columns.tolist(), heights.tolist(), strict=True)
    )


def told_by_python(lesson: Lesson, outcome: Outcome, guess: Guess) -> dict[str, Any]:
    told = feedback(lesson, outcome, guess)
    gaps = [match for one in lesson.formulas for match in SLOT.finditer(one.latex)]
    return {
        "right": told.right,
        "text": told.text,
        "prediction": told.prediction,
        "happened": told.happened,
        "result": told.result,
        "after": fill(lesson.after, told.numbers),
        "slots": [fill(match[0], told.numbers) for match in gaps],
        "notes": [fill(one.note, told.numbers) for one in lesson.formulas],
        "axes": [
            {
                "title": axis.title,
                "unit": axis.unit,
                "low": pytest.approx(axis.low, rel=1e-12),
                "high": pytest.approx(axis.high, rel=1e-12),
                "near": None if axis.near is None else pytest.approx(axis.near, rel=1e-12),
                "marks": [
                    {
                        "label": mark.label,
                        "kind": mark.kind,
                        "low": pytest.approx(mark.low, rel=1e-12),
                        "high": pytest.approx(mark.high, rel=1e-12),
                        "value": mark.value and pytest.approx(mark.value, rel=1e-12),
                        "dots": list(mark.dots),
                        "method": mark.method,
                        "yours": mark.yours,
                        "said": mark.said,
                    }
                    for mark in axis.marks
                ],
            }
            for axis in drawn_axes(lesson, outcome, guess, told.numbers)
        ],
    }


def guess_that_is(right: bool, lesson: Lesson, outcome: Outcome) -> Guess:
    """A prediction that the controls allow and that is right, or not."""
    if lesson.predict.kind == "line":
        x0, x1, _, y1 = outcome.scenes[0].extent or (0, 0, 0, 0)
        return traced(outcome) if right else ((x0, y1 * 0.6), (x1, y1 * 0.6))
    if lesson.predict.kind == "choice":
        true = happened(lesson, facts(outcome)).key
        return next(o.key for o in lesson.predict.options if (o.key == true) is right)
    steps = every_guess(lesson, outcome)[:-3]
    return next(g for g in steps if feedback(lesson, outcome, g).right is right)
