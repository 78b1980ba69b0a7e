"""A prediction against the outcome: right or not, by how much, and what to say.

A prediction is a number, the key of an option, or the corners of a line drawn over the plane.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ...arrays import Array
from ...errors import ConfigError
from ...frames import Frame, Scene
from .expression import fill, holds, number, written
from .facts import facts, plane
from .lesson import Lesson, Option
from .outcome import Outcome

Line = tuple[tuple[float, float], ...]
"""Corners (x, y) of a boundary from left to right; the first class is above it."""
Guess = float | str | Line
MOST_CORNERS = 200


@dataclass(frozen=True)
class Feedback:
    """What a student reads about a prediction."""

    right: bool
    text: str
    prediction: str
    """The prediction in words, as in "40 %"."""
    happened: str
    """What happened, in words."""
    numbers: Mapping[str, float | str]
    """All numbers of the run, those of the prediction among them."""
    result: float
    """The number that a class compares."""


def feedback(lesson: Lesson, outcome: Outcome, guess: Guess) -> Feedback:
    """Compare a prediction with a run; a guess of another kind raises `ConfigError`."""
    known = dict(facts(outcome))
    kind = lesson.predict.kind
    if kind == "number":
        right, words, prediction, happened = _number(lesson, known, guess)
    elif kind == "choice":
        right, words, prediction, happened = _choice(lesson, known, guess)
    else:
        right, words, prediction, happened = _line(lesson, outcome, known, guess)
    return Feedback(
        right, fill(words, known), prediction, happened, known, number(lesson.result, known)
    )


Verdict = tuple[bool, str, str, str]
"""Whether it is right, the feedback to fill in, the prediction and what happened in words."""


def _number(lesson: Lesson, known: dict[str, float | str], guess: Guess) -> Verdict:
    if isinstance(guess, bool) or not isinstance(guess, int | float) or not math.isfinite(guess):
        raise _unfit(lesson, guess)
    predict = lesson.predict
    truth = number(predict.truth, known)
    known |= {"guess": float(guess), "truth": truth, "off": abs(guess - truth)}
    right = abs(guess - truth) <= predict.near
    words = lesson.right if right else lesson.high if guess > truth else lesson.low
    unit = f" {predict.unit}" if predict.unit else ""
    digits = 0 if predict.step >= 1 else 1
    return right, words, f"{written(guess, digits)}{unit}", f"{written(truth, 1)}{unit}"


def _choice(lesson: Lesson, known: dict[str, float | str], guess: Guess) -> Verdict:
    chosen = next((o for o in lesson.predict.options if o.key == guess), None)
    if chosen is None:
        raise _unfit(lesson, guess)
    truth = happened(lesson, known)
    right = chosen.key == truth.key
    words = lesson.right if right else chosen.said or lesson.wrong
    return right, words, chosen.text, truth.text


def happened(lesson: Lesson, known: Mapping[str, float | str]) -> Option:
    """The option that is what happened."""
    options = lesson.predict.options
    return next((o for o in options if o.when and holds(o.when, known)), options[-1])


def _line(lesson: Lesson, outcome: Outcome, known: dict[str, float | str], guess: Guess) -> Verdict:
    line = as_line(guess)
    if line is None:
        raise _unfit(lesson, guess)
    scene, frame = outcome.scenes[0], outcome.last[0][0]
    known |= line_numbers(scene, frame, line)
    right = float(known["drawn"]) <= lesson.predict.near
    return (
        right,
        lesson.right if right else lesson.wrong,
        f"a line {written(float(known['drawn']), 0)} % of the plane away from the network’s",
        f"a boundary {written(float(known['differs_A']), 0)} % of the plane away from the best",
    )


def as_line(guess: object) -> Line | None:
    """``guess`` as corners from left to right, if it is at least two finite points."""
    if not isinstance(guess, Sequence) or isinstance(guess, str) or len(guess) > MOST_CORNERS:
        return None
    corners: dict[float, float] = {}
    for corner in guess:
        if not isinstance(corner, Sequence) or isinstance(corner, str) or len(corner) != 2:
            return None
        x, y = corner
        if not all(isinstance(v, int | float) and math.isfinite(v) for v in (x, y)):
            return None
        corners[float(x)] = float(y)
    return tuple(sorted(corners.items())) if len(corners) > 1 else None


def decided(line: Line, points: Array) -> Array:
    """(n, 2) points → (n,) class: 0 above the line, 1 below; its ends go on level."""
    x, y = np.array(line).T
    return np.where(points[:, 1] >= np.interp(points[:, 0], x, y), 0, 1)


def line_numbers(scene: Scene, frame: Frame, line: Line) -> dict[str, float]:
    """Percent of the balanced density on which a drawn line and the network, or Bayes, differ."""
    if scene.extent is None or frame.grid_class is None or scene.bayes_class is None:
        raise ConfigError("Expected a lesson with a drawn line to have two classes in the plane.")
    density = np.asarray(scene.bayes_density, dtype=float).ravel()
    mine = decided(line, plane(scene.extent, len(frame.grid_class)))
    return {
        "drawn": 100 * float(density[mine != frame.grid_class.ravel()].sum()),
        "drawn_best": 100 * float(density[mine != scene.bayes_class.ravel()].sum()),
    }


def _unfit(lesson: Lesson, guess: object) -> ConfigError:
    wanted = {
        "number": "a number",
        "choice": f"one of {', '.join(o.key for o in lesson.predict.options)}",
        "line": "the corners of a line",
    }[lesson.predict.kind]
    return ConfigError(
        f"Expected the prediction of step {lesson.number} to be {wanted}, but got "
        f"{str(guess)[:60]!r}. Predict again."
    )
