"""The course in a real browser: its own runs, a line drawn by hand, progress, and a class."""

from __future__ import annotations

import re
from typing import Any

import pytest

from harmony_core.config import ExperimentConfig
from harmony_core.lessons.course.expression import fill
from harmony_core.lessons.course.feedback import feedback
from harmony_core.lessons.course.lesson import lessons
from harmony_core.lessons.course.outcome import from_store
from harmony_core.lessons.course.prepare import prepared
from harmony_core.runs.store import RunStore

from .conftest import Visit, settled, slide

COURSE = lessons()
COMMIT = ".st-key-learn-commit button:not([disabled])"


@pytest.fixture
def store(app: str, app_folder: Any) -> RunStore:
    del app
    return RunStore(app_folder / "runs")


def open_step(visit: Visit, number: int, **options: Any) -> Any:
    page = visit(f"/learn?step={number}", **options)
    page.get_by_role("heading", name=COURSE[number - 1].title).wait_for()
    settled(page)
    return page


def newest(store: RunStore, config: ExperimentConfig) -> str:
    return next(record.id for record in store.list() if record.config == config)


@pytest.mark.parametrize("steps", [10, 18], ids=["near", "far"])
def test_feedback_quotes_the_run_that_was_just_trained(
    visit: Visit, store: RunStore, steps: int
) -> None:
    lesson = COURSE[0]
    page = open_step(visit, 1)
    place = f".st-key-learn-{lesson.name}-guess input[type=range]"
    guess = slide(page, place, steps, lesson.predict.step)
    page.click(COMMIT)
    page.wait_for_selector(".verdict")
    page.wait_for_selector(".st-key-learn-view canvas")
    if page.get_by_text("This is a prepared result").count():  # the machine is very slow
        outcome = prepared(lesson)
    else:
        outcome = from_store(store, store.get(newest(store, lesson.config)))
    told = feedback(lesson, outcome, guess)
    assert page.locator(".verdict").get_attribute("data-right") == str(told.right).lower()
    assert steps == 10 or not told.right
    page.get_by_text(told.text[:60]).wait_for()
    assert told.happened in page.locator(".verdict").inner_text()
    after = re.sub(r"\s+", " ", fill(lesson.after, told.numbers).split("\n\n")[1])
    page.get_by_text(after[:60]).wait_for()
    wrong = next(answer for answer in lesson.answers if not answer.right)
    page.locator(".st-key-learn-tail-check label").filter(has_text=wrong.text).click()
    page.get_by_text(wrong.why[:50]).wait_for()
    page.locator(".st-key-learn-next button").click()
    page.get_by_role("heading", name=COURSE[1].title).wait_for()
    page.wait_for_url(re.compile("done=1"))


def test_a_line_drawn_by_hand_is_compared_with_the_network(visit: Visit) -> None:
    page = open_step(visit, 3)
    board = page.locator(".board svg")
    board.wait_for()
    settled(page)
    board.scroll_into_view_if_needed()
    box = board.bounding_box()
    line = page.locator(".board path")
    before = line.get_attribute("d")
    page.mouse.move(box["x"] + 10, box["y"] + box["height"] * 0.5)
    page.mouse.down()
    for part in range(1, 13):
        page.mouse.move(
            box["x"] + box["width"] * part / 13, box["y"] + box["height"] * (0.5 + 0.01 * part)
        )
    page.mouse.up()
    assert line.get_attribute("d") != before
    settled(page)
    page.wait_for_timeout(300)
    settled(page)
    page.click(COMMIT)
    page.wait_for_selector(".verdict")
    said = page.locator(".verdict + *, .verdict").first.inner_text()
    assert "a line" in said
    text = page.locator(".st-key-lesson").inner_text()
    off = float(re.search(r"Yours is\s+(\d+) % away from the best", text)[1])  # type: ignore[index]
    assert off < 20  # the sliders alone would have given about half of the plane


def test_progress_stays_in_this_browser(visit: Visit, browser: Any) -> None:
    context = browser.new_context(viewport={"width": 1200, "height": 900})
    page = visit("/learn?step=2&done=1.4", context=context)
    page.get_by_text("2 done").wait_for()
    page.wait_for_function("() => (localStorage.getItem('harmony-learn') ?? '').includes('4')")
    again = visit("/learn", context=context)
    again.get_by_text("2 done").wait_for()
    again.get_by_role("button", name="4 ✓").wait_for()
    other = visit("/learn")
    other.get_by_text("0 done").wait_for()
    context.close()


def test_a_class_sees_how_it_predicted(visit: Visit) -> None:
    desk = visit("/teach")
    desk.get_by_role("tab", name="Class").click()
    desk.locator(".st-key-teach-open button").click()
    desk.wait_for_url(re.compile("class=[A-Z]"))
    code = re.search(r"class=([A-Z0-9-]+)", desk.url)[1]  # type: ignore[index]
    for number in (1, 2):
        page = visit(f"/learn?step=9&class={code}")
        page.get_by_text(f"class {code}, seat {number}").wait_for()
        page.locator(".st-key-learn-both-guess label").nth(1).click()
        page.click(COMMIT)
        page.get_by_role("heading", name="The run").wait_for()
    desk.get_by_role("tab", name="Class").click()
    desk.get_by_text("2 joined").wait_for()
    desk.get_by_text("step 9: 2").wait_for()


def test_the_course_on_a_telephone(visit: Visit, browser: Any) -> None:
    context = browser.new_context(viewport={"width": 375, "height": 800})
    page = open_step(visit, 9, context=context)
    for path in ("/glossary", "/teach"):
        other = visit(path, context=context)
        other.get_by_role("heading", level=1).first.wait_for()
        settled(other)
        assert wider(other) <= 0, path
    assert wider(page) <= 0
    context.close()


def wider(page: Any) -> int:
    """Pixels by which the page would scroll sideways."""
    return int(
        page.evaluate(
            "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
    )
