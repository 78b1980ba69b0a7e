"""The course as static pages in a real browser, opened from disk: every step right and wrong."""

from __future__ import annotations

import functools
import http.server
import re
import threading
from pathlib import Path
from typing import Any

import pytest

from harmony_core.lessons.course.feedback import Guess
from harmony_core.lessons.course.lesson import Lesson
from harmony_core.lessons.course.outcome import Outcome
from harmony_core.lessons.course.prepare import prepared
from harmony_core.lessons.course.words import CHECKED, VERDICTS
from tests.browser.accessibility import problems
from tests.browser.export.conftest import Open
from tests.browser.export.course_guesses import (
    COURSE,
    EVERY,
    file_of,
    guess_that_is,
    told_by_python,
)  # fmt: skip
from tests.browser.export.test_offline import until

DENIED = """Object.defineProperty(window, "localStorage", {
  get() { throw new DOMException("denied", "SecurityError"); },
});"""


@EVERY
def test_a_step_is_played_wrong_and_then_right(lesson: Lesson, opened: Open) -> None:
    outcome = prepared(lesson)
    page = opened(file_of(lesson))
    assert page.locator("#predict").is_visible()
    for wanted in (False, True):
        guess = guess_that_is(wanted, lesson, outcome)
        predict(page, lesson, outcome, guess)
        page.locator("#predict button[type=submit]").click()
        told = told_by_python(lesson, outcome, said_guess(page, lesson))
        assert told["right"] is wanted
        assert page.inner_text("#verdict-name") == VERDICTS[wanted]
        assert page.inner_text("#prediction") == told["prediction"]
        assert page.inner_text("#happened") == told["happened"]
        assert plain(page.inner_text("#said")) == plain(told["text"])
        assert plain(page.inner_text("#after")) == plain(told["after"])
        assert page.locator("[data-slot]").all_text_contents() == told["slots"]
        assert page.locator("#axes figure").count() == len(told["axes"])
        for axis in told["axes"]:
            for mark in axis["marks"]:
                assert mark["said"] in page.inner_text("#axes")
        until(page, "document.getElementById('run').view?.panels?.length > 0")
        assert page.locator("#run h2").count() == len(lesson.panels)
        answer_check(page, lesson, wanted)
        if not wanted:
            page.locator("#again").click()
            page.locator("#predict").wait_for()
    assert page.locator("#next").is_visible()


def predict(page: Any, lesson: Lesson, outcome: Outcome, guess: Guess) -> None:
    """Enter a prediction as a reader does; a line is drawn with the mouse."""
    if lesson.predict.kind == "choice":
        page.locator(f"input[name=guess][value={guess}]").check()
    elif lesson.predict.kind == "number":
        page.locator("input[name=guess]").fill(f"{guess:g}")
    elif len(guess) > 2:  # type: ignore[arg-type]
        extent = [float(v) for v in page.locator("#ends").get_attribute("data-extent").split(",")]
        x0, x1, y0, y1 = extent
        board = page.locator("#board svg")
        board.scroll_into_view_if_needed()
        box = board.bounding_box()
        for i, (x, y) in enumerate(guess):  # type: ignore[misc, arg-type]
            left = box["x"] + box["width"] * (x - x0) / (x1 - x0)
            page.mouse.move(left, box["y"] + box["height"] * (y1 - y) / (y1 - y0))
            if i == 0:
                page.mouse.down()
        page.mouse.up()


def said_guess(page: Any, lesson: Lesson) -> Guess:
    """The prediction that the browser has kept."""
    kept: Guess = page.evaluate(
        "(name) => JSON.parse(localStorage.getItem('harmony-course')).steps[name].guess",
        lesson.name,
    )
    return tuple(map(tuple, kept)) if isinstance(kept, list) else kept


def answer_check(page: Any, lesson: Lesson, right: bool) -> None:
    chosen = next(i for i, one in enumerate(lesson.answers) if one.right is right)
    page.locator(f"input[name=answer][value='{chosen}']").check()
    assert page.inner_text("#why") == f"{CHECKED[right]} {lesson.answers[chosen].why}"


def plain(text: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"\*+", "", text)).strip()


def play_first_step(page: Any) -> None:
    page.locator("input[name=guess]").fill("45")
    page.locator("#predict button[type=submit]").click()
    page.locator("input[name=answer]").first.check()


def test_what_was_entered_is_kept_until_it_is_forgotten(opened: Open) -> None:
    page = opened(file_of(COURSE[0]))
    play_first_step(page)
    page.reload()
    assert page.inner_text("#prediction") == "45 of 100"
    assert page.locator("input[name=answer]").first.is_checked()
    assert page.locator("#why").inner_text()
    page.locator("nav.steps a").first.click()
    page.wait_for_url("**/index.html")
    until(page, "document.querySelector('#record tbody td') !== null")
    cells = page.locator("#record tbody td").all_inner_texts()
    assert cells[:4] == ["1", COURSE[0].title, "45 of 100", "47.2 of 100"]
    assert "step 2" in page.inner_text("#begin")
    with page.expect_download() as saved:
        page.locator("#record-csv").click()
    assert "45 of 100" in Path(saved.value.path()).read_text("utf-8-sig")
    page.on("dialog", lambda dialog: dialog.accept())
    page.locator("#record-forget").click()
    until(page, "document.getElementById('record')?.hidden")
    assert page.inner_text("#begin") == "Begin with step 1"


def test_a_browser_that_keeps_nothing_plays_all_the_same(opened: Open) -> None:
    page = opened(file_of(COURSE[0]), init=DENIED)
    play_first_step(page)
    assert page.inner_text("#prediction") == "45 of 100"
    page = opened("index.html", init=DENIED)
    assert page.locator("#unkept").is_visible()
    for surface in ("rgb(18, 22, 28)", "rgb(255, 255, 255)"):
        page.locator("button.theme").click()
        assert page.evaluate("() => getComputedStyle(document.body).backgroundColor") == surface


@pytest.mark.parametrize(
    "stored",
    [
        "nonsense",
        "null",
        "[]",
        '{"steps": {"tail": 3}}',
        '{"steps": {"tail": {"guess": "x", "answer": 99}}}',
    ],
)
def test_what_the_browser_kept_may_be_broken(opened: Open, stored: str) -> None:
    keep = f"localStorage.setItem('harmony-course', {stored!r})"
    page = opened(file_of(COURSE[0]), init=f"if (!window.name) {{ window.name = 'x'; {keep} }}")
    assert page.locator("#predict").is_visible()
    play_first_step(page)
    page.goto(page.url.replace(file_of(COURSE[0]), "index.html"))
    assert page.locator("#record tbody tr").count() == 1


def test_the_theme_follows_the_system_until_it_is_switched(opened: Open) -> None:
    page = opened(file_of(COURSE[0]), color_scheme="dark")
    surface = "() => getComputedStyle(document.body).backgroundColor"
    assert page.evaluate(surface) == "rgb(18, 22, 28)"
    assert page.locator("figure.data img.dark").is_visible()
    play_first_step(page)
    until(page, "document.getElementById('run').dataset.mode === 'dark'")
    page.locator("button.theme").click()
    assert page.evaluate(surface) == "rgb(255, 255, 255)"
    until(page, "document.getElementById('run').dataset.mode === 'light'")
    page.reload()
    assert page.evaluate(surface) == "rgb(255, 255, 255)"


def test_a_step_can_be_played_with_the_keyboard(opened: Open) -> None:
    page = opened(file_of(COURSE[0]))
    page.keyboard.press("Tab")
    assert page.evaluate("() => document.activeElement.textContent") == "Skip to the content"
    for _ in range(60):
        if page.evaluate("() => document.activeElement.name === 'guess'"):
            break
        page.keyboard.press("Tab")
    for _ in range(9):
        page.keyboard.press("ArrowRight")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("() => document.activeElement.id") == "verdict"
    assert page.inner_text("#prediction") == "45 of 100"


def test_the_runs_of_the_gallery_are_stepped_through(opened: Open) -> None:
    page = opened("gallery.html")
    assert page.locator(".cards li").count() == len(COURSE) + 7
    page.locator("a[href='run-preset-harmonized.html']").click()
    page.wait_for_url("**/run-preset-harmonized.html")
    until(page, "document.getElementById('run').view?.panels?.length > 3")
    page.locator(".hv").focus()
    page.keyboard.press("Home")
    until(page, "document.getElementById('run').view.player.epoch === 0")
    page.keyboard.press("ArrowRight")
    until(page, "document.getElementById('run').view.player.epoch > 0")
    assert "One seed cannot tell a gain from luck." in page.inner_text("main")


def test_a_word_of_a_step_leads_to_its_entry(opened: Open) -> None:
    page = opened(file_of(COURSE[0]))
    page.get_by_role("link", name="long tail").first.click()
    page.wait_for_url("**/glossary.html#long-tail")
    assert page.locator("#long-tail").is_visible()


def test_it_works_from_a_web_host_under_any_path(opened: Open, site: Path) -> None:
    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *words: object) -> None:
            """Say nothing."""

    handler = functools.partial(Quiet, directory=str(site.parent))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            address = f"http://127.0.0.1:{server.server_port}/a%20course"
            page = opened(file_of(COURSE[0]), address=address)
            play_first_step(page)
            until(page, "document.getElementById('run').view?.panels?.length > 0")
        finally:
            server.shutdown()
            thread.join()


PLAYED = {
    "01-tail.html": "45", "03-shift.html": "", "09-both.html": "more", "11-table.html": "open",
}  # fmt: skip


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    "name",
    [
        "index.html",
        "glossary.html",
        "gallery.html",
        "run-preset-harmonized.html",
        "run-defer.html",
        *PLAYED,
    ],
)
def test_nothing_keeps_anybody_out(name: str, scheme: str, opened: Open) -> None:
    page = opened(name, color_scheme=scheme)
    if name == "index.html":
        page.goto(page.url.replace(name, file_of(COURSE[0])))
        play_first_step(page)
        page.goto(page.url.replace(file_of(COURSE[0]), name))
        assert page.locator("#record").is_visible()
    assert problems(page) == []
    if name in PLAYED:
        if guess := PLAYED[name]:
            control = page.locator("input[name=guess]")
            if control.count() == 1:
                control.fill(guess)
            else:
                page.locator(f"input[name=guess][value={guess}]").check()
        page.locator("#predict button[type=submit]").click()
        page.locator("input[name=answer]").first.check()
        until(page, "document.getElementById('run').view?.panels?.length > 0")
        for summary in page.locator("details:not(.hv details) > summary").all():
            if summary.is_visible():
                summary.click()
        assert problems(page) == []
