"""The course as static pages in a real browser, opened from disk without a network.

Every answer of the browser is compared with Python's, and every step is played right and wrong.
"""

from __future__ import annotations

import functools
import http.server
import re
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest

from harmony_core.export.site.write import write_site
from harmony_core.lessons.course.axes import drawn_axes
from harmony_core.lessons.course.expression import SLOT, fill, number, value, written
from harmony_core.lessons.course.facts import facts
from harmony_core.lessons.course.feedback import Guess, feedback, happened
from harmony_core.lessons.course.lesson import Lesson, lessons
from harmony_core.lessons.course.outcome import Outcome
from harmony_core.lessons.course.prepare import prepared
from harmony_core.lessons.course.words import CHECKED, VERDICTS
from tests.browser.accessibility import problems
from tests.browser.export.test_offline import until

COURSE = lessons()
EVERY = pytest.mark.parametrize("lesson", COURSE, ids=lambda lesson: lesson.name)
ANSWERS = """([name, guesses]) => {
  const step = harmonySite.given("step", name);
  return guesses.map((guess) => harmonySite.answer(step, guess));
}"""
DENIED = """Object.defineProperty(window, "localStorage", {
  get() { throw new DOMException("denied", "SecurityError"); },
});"""
AXE = re.compile(r"Connecting to '\S+\.css' violates")
"""axe-core wants to read the style sheets again, which the policy of the pages refuses."""
Open = Callable[..., Any]


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("static") / "a course"
    write_site(folder)
    return folder


@pytest.fixture
def opened(browser: Any, site: Path) -> Iterator[Open]:
    """Open a page of the site from disk; no page may raise an error or ask another host."""
    contexts: list[Any] = []
    asked: list[str] = []
    errors: list[str] = []

    def open_it(name: str, *, init: str = "", address: str = "", **options: Any) -> Any:
        settings = {"viewport": {"width": 1400, "height": 900}, **options}
        context = browser.new_context(offline=not address, **settings)
        contexts.append(context)
        context.add_init_script(init)
        page = context.new_page()
        page.on("request", lambda request: asked.append(request.url))
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda m: errors.append(m.text) if m.type == "error" else None)
        page.goto(f"{address}/{name}" if address else (site / name).as_uri())
        return page

    yield open_it
    for context in contexts:
        context.close()
    own = ("file:", "blob:", "data:", "http://127.0.0.1:")
    assert [url for url in asked if not url.startswith(own)] == []
    assert [error for error in errors if not AXE.match(error)] == []


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
    from harmony_core.lessons.course.expression import tree

    known = {"a": 2.0, "b": 0.75, "c": -3.25, "name_A": "One", "name_B": "Two"}
    page = opened("index.html")
    for text in EXPRESSIONS:
        found = page.evaluate(
            "([tree, known]) => harmonySite.evaluate(tree, known)", [tree(text), known]
        )
        wanted = value(text, known)
        assert found == (wanted if isinstance(wanted, str) else pytest.approx(wanted)), text


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
    cells = page.locator("#record tbody td").all_inner_texts()
    assert cells[:4] == ["1", COURSE[0].title, "45 of 100", "47.2 of 100"]
    assert "step 2" in page.inner_text("#begin")
    with page.expect_download() as saved:
        page.locator("#record-csv").click()
    assert "45 of 100" in Path(saved.value.path()).read_text("utf-8-sig")
    page.on("dialog", lambda dialog: dialog.accept())
    page.locator("#record-forget").click()
    until(page, "document.getElementById('record').hidden")
    assert page.inner_text("#begin") == "Begin with step 1"


def test_a_browser_that_keeps_nothing_plays_all_the_same(opened: Open) -> None:
    page = opened(file_of(COURSE[0]), init=DENIED)
    play_first_step(page)
    assert page.inner_text("#prediction") == "45 of 100"
    page = opened("index.html", init=DENIED)
    assert page.locator("#unkept").is_visible()


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
    ["index.html", "glossary.html", "gallery.html", "run-preset-harmonized.html", *PLAYED],
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
