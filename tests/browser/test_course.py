"""Every step of the course played to its end, with a wrong prediction and then with a right one.

The server shows the prepared results only, so the steps say the same as after training, at once.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from harmony_core.lessons.course.expression import fill, number
from harmony_core.lessons.course.facts import facts
from harmony_core.lessons.course.feedback import Feedback, Guess, feedback, happened
from harmony_core.lessons.course.lesson import Lesson, lessons
from harmony_core.lessons.course.outcome import Outcome
from harmony_core.lessons.course.prepare import prepared

from .conftest import PATIENCE, serving, settled, slide

COURSE = lessons()
COMMIT = ".st-key-learn-commit button:not([disabled])"
SAYS = """text => (document.querySelector(".st-key-lesson")?.innerText ?? "")
    .replace(/\\s+/g, " ").includes(text)"""


@pytest.fixture(scope="module")
def page(browser: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """One page for the whole course, as a student has it."""
    folder = tmp_path_factory.mktemp("course")
    with serving(folder, HARMONY_LESSONS="prepared") as address:
        context = browser.new_context(viewport={"width": 1200, "height": 900})
        opened = context.new_page()
        opened.set_default_timeout(PATIENCE)
        opened.goto(f"{address}/learn")
        yield opened
        context.close()


@pytest.mark.parametrize("lesson", COURSE, ids=lambda lesson: lesson.name)
def test_a_step_from_its_question_to_its_end(page: Any, lesson: Lesson) -> None:
    page.wait_for_selector(".st-key-learn-step-1 button")
    settled(page)
    page.locator(f".st-key-learn-step-{lesson.number} button:visible").first.click()
    page.get_by_role("heading", name=lesson.title).wait_for()
    outcome = prepared(lesson)
    for right in (False, True):
        guess = predict(page, lesson, outcome, right)
        settled(page)
        page.click(COMMIT)
        page.wait_for_selector(f".verdict[data-right={str(right).lower()}]")
        read(page, lesson, outcome, guess)
        settled(page)
        answer = next(one for one in lesson.answers if one.right is right)
        check = page.locator(f".st-key-learn-{lesson.name}-check label")
        check.filter(has_text=answer.text).click()
        says(page, answer.why)
        if not right:
            settled(page)
            page.locator(".st-key-learn-again button").click()
            page.wait_for_selector(".verdict", state="detached")
    page.get_by_role("button", name=f"{lesson.number} ✓", exact=True).wait_for()
    if lesson is COURSE[-1]:
        says(page, f"You have done all {len(lessons())} steps")
    else:
        page.locator(".st-key-learn-next button").wait_for()
    settled(page)


def predict(page: Any, lesson: Lesson, outcome: Outcome, right: bool) -> Guess | None:
    """Set the controls to a prediction; None for one that only the page knows to the last digit."""
    known = facts(outcome)
    if lesson.predict.kind == "choice":
        truth = happened(lesson, known)
        options = lesson.predict.options
        option = truth if right else next(one for one in options if one is not truth)
        place = page.locator(f".st-key-learn-{lesson.name}-guess label")
        place.filter(has_text=option.text).click()
        return option.key
    if lesson.predict.kind == "line":
        return draw(page, outcome) if right else level(outcome)
    if not right:
        return lesson.predict.low  # where the slider stands
    truth = number(lesson.predict.truth, known)
    steps = round((truth - lesson.predict.low) / lesson.predict.step)
    place = f".st-key-learn-{lesson.name}-guess input[type=range]"
    page.wait_for_function(
        "([place, value]) => Number(document.querySelector(place)?.value) === value",
        arg=[place, lesson.predict.low],
    )
    settled(page)
    return slide(page, place, steps, lesson.predict.step)


def level(outcome: Outcome) -> Guess:
    """The line that the board begins with."""
    x0, x1, _, high = outcome.scenes[0].extent  # type: ignore[misc]
    y = round(high * 0.6, 1)
    return ((x0, y), (x1, y))


def draw(page: Any, outcome: Outcome) -> None:
    """Draw the boundary of the network: in each column, as high as its cells of class B reach."""
    board = page.locator(".board svg")
    board.wait_for()
    settled(page)
    board.scroll_into_view_if_needed()
    grid = outcome.last[0][0].grid_class
    assert grid is not None
    below = (grid == 1).mean(axis=0)
    box = board.bounding_box()
    line = page.locator(".board path")
    before = line.get_attribute("d")
    for i in range(1, 24):
        share = i / 24
        page.mouse.move(
            box["x"] + share * box["width"],
            box["y"] + box["height"] * (1 - float(below[int(share * len(below))])),
        )
        if i == 1:
            page.mouse.down()
    page.mouse.up()
    assert line.get_attribute("d") != before
    page.wait_for_timeout(500)  # the board sends its line when the pen is lifted
    settled(page)


def read(page: Any, lesson: Lesson, outcome: Outcome, guess: Guess | None) -> None:
    """What is said has the numbers of the run: feedback, what to see, and the formulas' notes."""
    if guess is None:
        known = facts(outcome)
        says(page, fill("the network’s [[differs_A:0]] %", known))
    else:
        told: Feedback = feedback(lesson, outcome, guess)
        assert re.search(r"\d", told.text)
        says(page, told.text)
        says(page, told.happened)
        known = dict(told.numbers)
    for part in fill(lesson.after, known).split("\n\n"):
        says(page, part)
    for formula in lesson.formulas:
        says(page, fill(formula.note, known))


def says(page: Any, text: str) -> None:
    """Wait until the step says this, whatever its line breaks and stress."""
    page.wait_for_function(SAYS, arg=re.sub(r"\s+", " ", re.sub(r"\*+", "", text)).strip())
