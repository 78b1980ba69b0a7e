"""What a browser kept of a step and sends back: what fits is taken, everything else is left out."""

from __future__ import annotations

import json

import pytest

from harmony_core.lessons.course.lesson import lessons
from pages._learn.attempt import Attempt, Told, from_plain, to_plain

NUMBER, _, LINE, *_ = COURSE = lessons()
CHOICE = COURSE[8]


@pytest.mark.parametrize(
    ("lesson", "guess"),
    [(NUMBER, 45.0), (NUMBER, 0.0), (CHOICE, "some"), (LINE, ((-1.0, 0.5), (2.0, -0.5)))],
    ids=["number", "zero", "choice", "line"],
)
def test_an_attempt_comes_back_as_it_was(lesson, guess) -> None:  # type: ignore[no-untyped-def]
    told = Told("40", "47", right=True)
    attempt = Attempt(guess, guess, "some-run", 3.0, prepared=True, answer=0, told=told)
    assert from_plain(lesson, json.loads(json.dumps(to_plain(attempt))), 3.0) == attempt
    assert to_plain(Attempt()) == {}


@pytest.mark.parametrize(
    "plain",
    [
        None, [], {"guess": "x"}, {"guess": float("nan")}, {"guess": True}, {"guess": 1e9},
        {"guess": [[0, 0]]}, {"answer": 1}, {"told": ["a", "b", True]}, {"run": "r"},
    ],
)  # fmt: skip
def test_nothing_else_is_taken(plain: object) -> None:
    assert from_plain(NUMBER, plain, 0.0) == Attempt()


@pytest.mark.parametrize("answer", [-1, 99, "0", True, None])
def test_an_answer_that_is_none_is_left_out(answer: object) -> None:
    found = from_plain(NUMBER, {"guess": 50, "answer": answer, "run": 7, "told": 1}, 0.0)
    assert found == Attempt(guess=50.0)
