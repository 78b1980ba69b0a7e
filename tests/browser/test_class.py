"""A class in real browsers: one seat each, a lead that is followed, an end that is seen."""

from __future__ import annotations

import re
from typing import Any

import pytest

from harmony_core.lessons.course.lesson import lessons
from harmony_core.runs.store import RunStore

from .conftest import Visit, settled

COURSE = lessons()
COMMIT = ".st-key-learn-commit button:not([disabled])"


def open_class(visit: Visit) -> tuple[Any, str]:
    """A teacher's desk with a class, and its code."""
    desk = visit("/teach")
    desk.get_by_role("tab", name="Class").click()
    desk.locator(".st-key-teach-open button").click()
    desk.wait_for_url(re.compile("class=[A-Z]"))
    desk.get_by_role("tab", name="Class").click()
    settled(desk)
    return desk, re.search(r"class=([A-Z0-9-]+)", desk.url)[1]  # type: ignore[index]


def join(visit: Visit, code: str, seat: int, **options: Any) -> Any:
    page = visit(f"/learn?class={code}", **options)
    page.get_by_text(f"class {code}, seat {seat}").first.wait_for()
    settled(page)
    return page


def test_a_seat_stays_with_its_browser(visit: Visit, browser: Any) -> None:
    _, code = open_class(visit)
    mine = browser.new_context(viewport={"width": 1400, "height": 900})
    page = join(visit, code, 1, context=mine)
    page.wait_for_function("() => document.cookie.includes('harmony-seat=')")
    assert "seat" not in page.url
    page.reload()
    page.get_by_text(f"class {code}, seat 1").first.wait_for()
    join(visit, code, 1, context=mine)  # a second tab takes no second seat
    other = visit(f"/learn?class={code}&seat=1")
    other.get_by_text("Seat 1 of this link belongs to another browser. You have seat 2.").wait_for()
    mine.close()


def test_students_follow_their_teacher_without_a_reload(visit: Visit) -> None:
    desk, code = open_class(visit)
    page = join(visit, code, 1)
    screen = visit(f"/teach?class={code}&view=screen")
    screen.get_by_text("1 joined").wait_for()
    desk.locator(".st-key-teach-wait label").first.click()
    settled(desk)
    desk.locator(".st-key-teach-hold label").first.click()
    settled(desk)
    page.locator(".st-key-learn-step-2 button:visible").first.click()
    page.get_by_text("holds the class at step 1").wait_for()
    settled(page)
    page.locator(".st-key-learn-to-class button").click()
    page.get_by_role("heading", name=COURSE[0].title).wait_for()
    settled(page)
    page.click(COMMIT)
    page.get_by_text("Your teacher shows what came out").wait_for()
    screen.get_by_text("1 predicted").wait_for()
    assert screen.locator(".class-axis").count() == 0
    desk.locator(".st-key-teach-show button").click()
    page.get_by_role("heading", name="The run").wait_for()
    screen.locator(".class-axis").wait_for()
    assert "key" not in screen.url


@pytest.mark.parametrize("after", ["stays", "opens step 2"])
def test_the_end_of_a_class_is_asked_once_and_seen_at_once(
    visit: Visit, app_folder: Any, after: str
) -> None:
    desk, code = open_class(visit)
    page = join(visit, code, 1)
    page.click(COMMIT)
    page.get_by_role("heading", name="The run").wait_for()
    store = RunStore(app_folder / "runs")
    assert any(record.class_code == code for record in store.list())
    assert not desk.locator(".st-key-teach-end button:visible").count()
    desk.locator(".st-key-teach-ending button").first.click()
    desk.locator(".st-key-teach-end button").click()
    desk.get_by_text(f"Class {code} has ended").wait_for()
    if after == "opens step 2":
        page.locator(".st-key-learn-step-2 button:visible").first.click()
    page.get_by_text(f"Class {code} has ended").wait_for()
    settled(page)
    assert page.get_by_text("You are in class").count() == 0
    for _ in range(300):
        if not any(record.class_code == code for record in store.list()):
            break
        desk.wait_for_timeout(100)
    else:
        pytest.fail("the runs of the class are still there")
