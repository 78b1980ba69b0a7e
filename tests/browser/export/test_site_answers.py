"""What the static course answers in a browser, compared with what Python answers."""

from __future__ import annotations

from random import Random

import pytest

from harmony_core.lessons.course.expression import tree, value, written
from harmony_core.lessons.course.lesson import Lesson
from harmony_core.lessons.course.prepare import prepared
from tests.browser.export.conftest import Open
from tests.browser.export.course_guesses import (
    EVERY,
    every_guess,
    file_of,
    told_by_python,
)  # fmt: skip

ANSWERS = """([name, guesses]) => {
  const step = harmonySite.given("step", name);
  return guesses.map((guess) => harmonySite.answer(step, guess));
}"""


@EVERY
def test_the_browser_answers_every_prediction_as_python_does(lesson: Lesson, opened: Open) -> None:
    outcome = prepared(lesson)
    guesses = every_guess(lesson, outcome)
    page = opened(file_of(lesson))
    answers = page.evaluate(ANSWERS, [lesson.name, guesses])
    assert {said["right"] for said in answers} == {True, False}
    for guess, said in zip(guesses, answers, strict=True):
        assert said == told_by_python(lesson, outcome, guess), guess


@EVERY
def test_what_is_no_prediction_gets_no_answer(lesson: Lesson, opened: Open) -> None:
    page = opened(file_of(lesson))
    for guess in (None, "", "x", [], [[0, 1]], {}, True, [[0, "1"], [1, 0]]):
        assert page.evaluate(ANSWERS, [lesson.name, [guess]]) == [None], guess


def test_numbers_are_written_as_python_writes_them(opened: Open) -> None:
    random = Random(0)
    halves = [(k + 0.5) / 2**p for k in range(-40, 40) for p in range(5)]
    plain = [0.0, -0.0, -0.04, 0.15, 2.675, 1e21, 123456789.5, 1e-12, 999.95, 1234567.891]
    numbers = [*halves, *plain, *(random.gauss(0, 10 ** random.randint(-3, 7)) for _ in range(800))]
    cases = [(x, decimals) for x in numbers for decimals in (0, 1, 2, 5)]
    page = opened("index.html")
    said = page.evaluate("(cases) => cases.map((one) => harmonySite.written(...one))", cases)
    assert said == [written(x, decimals) for x, decimals in cases]


EXPRESSIONS = (
    "a + b * -c / 2", "2 ** -3 ** 2", "(a - b) ** 200", "1 < a <= 3 != b", "a > 1 and b > 99 or c",
    "not a", "not 0", "min(a, b, c) + max(a, b)", "abs(c)", "round(2.5) + round(3.5) + round(-0.5)",
    "round(2.675, 2)", "log(a)", "log(8, 2)", "sqrt(a)", "a == 2 and name_A != name_B", "name_A",
    "True + 1", "1 / 3 == a / 6", "0 or 7", "a and b",
)  # fmt: skip


def test_every_kind_of_expression_has_the_same_value(opened: Open) -> None:
    known = {"a": 2.0, "b": 0.75, "c": -3.25, "name_A": "One", "name_B": "Two"}
    page = opened("index.html")
    for text in EXPRESSIONS:
        found = page.evaluate(
            "([tree, known]) => harmonySite.evaluate(tree, known)", [tree(text), known]
        )
        wanted = value(text, known)
        assert found == (wanted if isinstance(wanted, str) else pytest.approx(wanted)), text
