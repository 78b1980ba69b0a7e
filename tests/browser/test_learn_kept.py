"""Nothing that a student entered is lost, and a new step begins at its title."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from harmony_core.lessons.course.lesson import CheckAnswer, lessons

from .conftest import PATIENCE, serving, settled, slide

COURSE = lessons()
COMMIT = ".st-key-learn-commit button:not([disabled])"
SLIDER = ".st-key-learn-tail-guess input[type=range]"
SHOWS = "([place, value]) => Number(document.querySelector(place)?.value) === value"
TOP = "() => document.querySelector('[data-testid=stMain]').scrollTop"


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server that shows the prepared results."""
    with serving(tmp_path_factory.mktemp("kept"), HARMONY_LESSONS="prepared") as served:
        yield served


@pytest.fixture
def page(browser: Any, address: str) -> Iterator[Any]:
    context = browser.new_context(viewport={"width": 1200, "height": 700})
    opened = context.new_page()
    opened.set_default_timeout(PATIENCE)
    errors: list[str] = []
    opened.on("pageerror", lambda error: errors.append(str(error)))
    opened.goto(f"{address}/learn?step=1")
    opened.get_by_role("heading", name=COURSE[0].title).wait_for()
    settled(opened)
    yield opened
    context.close()
    assert not errors


def test_next_begins_at_the_top_with_the_focus_on_the_title(page: Any) -> None:
    page.click(COMMIT)
    page.wait_for_selector(".verdict")
    settled(page)
    check(page)
    following = page.locator(".st-key-learn-next button")
    following.scroll_into_view_if_needed()
    assert page.evaluate(TOP) > 300
    following.click()
    page.get_by_role("heading", name=COURSE[1].title).wait_for()
    settled(page)
    page.wait_for_function(
        "title => document.activeElement?.tagName === 'H1' "
        "&& document.activeElement.textContent.trim() === title",
        arg=COURSE[1].title,
    )
    assert page.evaluate(TOP) == 0


def test_a_prediction_survives_a_word_the_way_back_and_a_reload(page: Any) -> None:
    value = slide(page, SLIDER, 7, COURSE[0].predict.step)
    page.get_by_role("button", name="long tail", exact=False).click()
    page.locator(".glossary-word").get_by_text("long tail", exact=True).first.wait_for()
    assert float(page.locator(SLIDER).input_value()) == value
    page.get_by_role("link", name="long tail in the glossary").click()
    page.get_by_role("heading", name="Glossary").wait_for()
    settled(page)
    page.go_back()
    page.wait_for_function(SHOWS, arg=[SLIDER, value])
    settled(page)
    page.reload()
    page.wait_for_function(SHOWS, arg=[SLIDER, value])


def test_a_result_and_an_answer_survive_a_reload(page: Any) -> None:
    page.click(COMMIT)
    page.wait_for_selector(".verdict")
    settled(page)
    answer = check(page)
    settled(page)
    page.reload()
    page.wait_for_selector(".verdict")
    page.get_by_text(answer.why[:40]).wait_for()
    settled(page)
    page.locator(".st-key-learn-step-0 button:visible").first.click()
    page.get_by_text(f"1 of {len(COURSE)} steps played").wait_for()
    with page.expect_download() as download:
        page.locator(".st-key-learn-record-csv button").click()
    text = download.value.path().read_text("utf-8-sig")
    assert text.splitlines()[1].startswith(f"1,{COURSE[0].title},0 of 100,")


def test_another_seat_does_not_see_it(page: Any, address: str) -> None:
    slide(page, SLIDER, 5, COURSE[0].predict.step)
    page.wait_for_function("() => (localStorage.getItem('harmony-learn') ?? '').includes('draft')")
    desk = page.context.new_page()
    desk.set_default_timeout(PATIENCE)
    desk.goto(f"{address}/teach")
    desk.get_by_role("tab", name="Class").click()
    desk.locator(".st-key-teach-open button").click()
    desk.wait_for_url(re.compile("class=[A-Z]"))
    code = re.search(r"class=([A-Z0-9-]+)", desk.url)[1]  # type: ignore[index]
    page.goto(f"{address}/learn?step=1&class={code}")
    page.get_by_text("seat 1").first.wait_for()
    settled(page)
    page.wait_for_timeout(500)
    assert float(page.locator(SLIDER).input_value()) == 0


def test_a_drawn_line_survives_a_reload_and_is_drawn_over_the_run(page: Any, address: str) -> None:
    page.goto(f"{address}/learn?step=3")
    board = page.locator(".board svg")
    board.wait_for()
    settled(page)
    board.scroll_into_view_if_needed()
    box = board.bounding_box()
    line = page.locator(".board path")
    before = line.get_attribute("d")
    page.mouse.move(box["x"] + 10, box["y"] + box["height"] * 0.8)
    page.mouse.down()
    for part in range(1, 13):
        high = box["height"] * (0.8 - 0.02 * part)
        page.mouse.move(box["x"] + box["width"] * part / 13, box["y"] + high)
    page.mouse.up()
    page.wait_for_function("() => (localStorage.getItem('harmony-learn') ?? '').includes('draft')")
    settled(page)
    drawn = line.get_attribute("d")
    assert drawn != before
    page.reload()
    line.and_(page.locator(f'path[d="{drawn}"]')).wait_for()
    settled(page)
    page.click(COMMIT)
    page.get_by_text("The thick dashes are the line that you drew").wait_for()
    page.locator(".one-axis").get_by_text("Your line", exact=True).first.wait_for()


def check(page: Any) -> CheckAnswer:
    """Answer the check question of step 1."""
    answer = COURSE[0].answers[0]
    page.locator(".st-key-learn-tail-check label").filter(has_text=answer.text).click()
    page.get_by_text(answer.why[:40]).wait_for()
    return answer


@pytest.mark.parametrize(("step", "said"), [(2, None), (10, "600 of 1,779 training samples shown")])
def test_the_plane_draws_every_point_or_says_how_many(
    page: Any, address: str, step: int, said: str | None
) -> None:
    page.goto(f"{address}/learn?step={step}")
    page.get_by_role("heading", name=COURSE[step - 1].title).wait_for()
    settled(page)
    if step == 10:
        page.locator(".st-key-learn-ablation-guess label").nth(1).click()
    page.click(COMMIT)
    page.wait_for_selector(".st-key-learn-view canvas")
    if said:
        page.get_by_text(said).wait_for()
        settled(page)
        weights = "nodes => nodes.map(node => getComputedStyle(node).fontWeight)"
        values = page.locator(".hv-bars .hv-row b")
        assert values.count() == 12
        assert len(set(values.evaluate_all(weights))) == 1  # one seed makes no winner
    else:
        assert page.get_by_text("training samples shown").count() == 0


@pytest.mark.parametrize("width", [375, 768, 1400])
def test_the_axis_fits_its_column(browser: Any, address: str, width: int) -> None:
    context = browser.new_context(viewport={"width": width, "height": 900})
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    page.goto(f"{address}/learn?step=2")
    page.get_by_role("heading", name=COURSE[1].title).wait_for()
    settled(page)
    page.click(COMMIT)
    axis = page.locator(".one-axis").first
    axis.wait_for()
    settled(page)
    outer = axis.bounding_box()
    marks = axis.locator(".axis-mark")
    assert marks.count() == 2
    for mark in marks.all():
        inner = mark.bounding_box()
        assert outer["x"] <= inner["x"]
        assert inner["x"] + inner["width"] <= outer["x"] + outer["width"]
        assert inner["height"] > 5
    context.close()
