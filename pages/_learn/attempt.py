"""What a student did at one step, and the same as plain values for the browser to keep."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from harmony_core.lessons.course.feedback import Guess, as_line
from harmony_core.lessons.course.lesson import Lesson

LONGEST = 200
"""Characters of a text that is taken back from the browser."""


@dataclass(frozen=True)
class Told:
    """What came of a prediction, in words."""

    prediction: str
    happened: str
    right: bool


@dataclass(frozen=True)
class Attempt:
    """What the student did at one step."""

    guess: Guess | None = None
    draft: Guess | None = None
    """The prediction on the controls, not committed yet."""
    run: str = ""
    """The student's own run; empty if it could not be started."""
    since: float = 0.0
    """When it was started, by `time.monotonic`."""
    prepared: bool = False
    """Whether the prepared result is on screen."""
    answer: int | None = None
    """Position of the answer to the check question."""
    told: Told | None = None
    """What came of it, once its run was known."""


def to_plain(attempt: Attempt) -> dict[str, Any]:
    """The attempt as values for JSON; only what is worth keeping."""
    told = attempt.told
    plain = {
        "guess": attempt.guess,
        "draft": attempt.draft,
        "run": attempt.run,
        "prepared": attempt.prepared,
        "answer": attempt.answer,
        "told": None if told is None else [told.prediction, told.happened, told.right],
    }
    # by identity: a guess of 0 and the first answer are worth keeping
    return {k: v for k, v in plain.items() if v is not None and v is not False and v != ""}


def from_plain(lesson: Lesson, plain: object, now: float) -> Attempt:
    """The attempt that a browser kept; whatever does not fit ``lesson`` is left out."""
    if not isinstance(plain, Mapping):
        return Attempt()
    guess, answer = _guess(lesson, plain.get("guess")), plain.get("answer")
    known = guess is not None and isinstance(answer, int) and not isinstance(answer, bool)
    return Attempt(
        guess=guess,
        draft=_guess(lesson, plain.get("draft")),
        run=_text(plain.get("run")) if guess is not None else "",
        since=now,
        prepared=plain.get("prepared") is True,
        answer=answer if known and answer in range(len(lesson.answers)) else None,
        told=_told(plain.get("told")) if guess is not None else None,
    )


def _guess(lesson: Lesson, value: object) -> Guess | None:
    predict = lesson.predict
    if predict.kind == "line":
        return as_line(value)
    if predict.kind == "choice":
        return next((one.key for one in predict.options if one.key == value), None)
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    return float(value) if predict.low <= value <= predict.high else None


def _told(value: object) -> Told | None:
    if not isinstance(value, list | tuple) or len(value) != 3:
        return None
    return Told(_text(value[0]), _text(value[1]), value[2] is True)


def _text(value: object) -> str:
    return value[:LONGEST] if isinstance(value, str) else ""
