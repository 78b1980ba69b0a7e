"""Every page of the app, light and dark, before and after a training, without a known barrier."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from harmony_core.export import offline_html
from harmony_core.lessons.course.lesson import lessons
from harmony_core.runs.store import RunStore
from tests.app.declared_pages import experiment_pages, listed_pages

from .accessibility import problems, violations
from .conftest import PATIENCE, serving, settled
from .test_inspect import clouds, hand_in

TRAINED = "/arena?data=clouds~n_max-60~test_per_class-20&m=ce&m=harmonized&epochs=3"
ABOUT_A_RUN = tuple(page.name for page in experiment_pages())
Open = Callable[[str], Any]


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """The app's address and its folder; no other test leaves experiments in it."""
    folder = tmp_path_factory.mktemp("accessible")
    with serving(folder) as address:
        yield address, folder


@pytest.fixture(scope="module")
def run(served: tuple[str, Path], browser: Any) -> str:
    """A finished experiment."""
    address, _ = served
    page = browser.new_page()
    page.set_default_timeout(PATIENCE)
    page.goto(address + TRAINED)  # trains on arrival
    page.wait_for_selector('[data-run-state="done"]')
    page.wait_for_url(re.compile(r"[?&]run="))
    found = re.search(r"[?&]run=([0-9a-z-]+)", page.url)
    page.close()
    assert found
    return found[1]


@pytest.fixture(params=["light", "dark"])
def opened(
    served: tuple[str, Path], browser: Any, request: pytest.FixtureRequest
) -> Iterator[Open]:
    """Opens a path in a browser of one of the two colour schemes."""
    context = browser.new_context(
        viewport={"width": 1400, "height": 900}, color_scheme=request.param
    )

    def go(path: str) -> Any:
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        page.goto(served[0] + path)
        page.get_by_role("heading", level=1).first.wait_for()
        settled(page)
        return page

    yield go
    context.close()


@pytest.mark.parametrize("name", listed_pages())
def test_a_page_as_a_newcomer_finds_it(opened: Open, name: str) -> None:
    assert "\n".join(problems(opened("/" if name == listed_pages()[0] else f"/{name}"))) == ""


@pytest.mark.parametrize("name", ABOUT_A_RUN)
def test_a_page_about_a_finished_experiment(opened: Open, run: str, name: str) -> None:
    page = opened(f"/{name}?run={run}")
    page.locator('[data-run-state="done"]').wait_for()
    settled(page)
    assert "\n".join(problems(page)) == ""


def test_a_lesson_that_has_been_answered(opened: Open) -> None:
    page = opened("/learn?step=1")
    page.locator(".st-key-learn-commit button:not([disabled])").click()
    page.locator(".verdict").wait_for()
    page.locator(".st-key-learn-view canvas").first.wait_for()
    settled(page)
    answer = next(one for one in lessons()[0].answers if not one.right)
    page.locator(".st-key-learn-tail-check label").filter(has_text=answer.text).click()
    page.get_by_text(answer.why[:50]).wait_for()
    settled(page)
    assert "\n".join(problems(page)) == ""


def test_a_class_that_is_open(opened: Open) -> None:
    page = opened("/teach")
    page.get_by_role("tab", name="Class").click()
    page.get_by_role("button", name="Open a class").click()
    page.locator(".join-card").wait_for()
    settled(page)
    assert "\n".join(problems(page)) == ""


def test_a_table_that_has_been_inspected(opened: Open) -> None:
    page = opened("/inspect_data")
    hand_in(page, "clouds.csv", clouds())
    page.get_by_role("region", name="What the checks found").wait_for()
    page.get_by_role("button", name="Cancel").wait_for(state="detached")
    settled(page)
    assert "\n".join(problems(page)) == ""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_of_one_file(
    served: tuple[str, Path], browser: Any, run: str, tmp_path: Path, scheme: str
) -> None:
    store = RunStore(served[1] / "runs")
    path = tmp_path / "run.html"
    offline_html(store, store.get(run), path)
    page = browser.new_page(color_scheme=scheme)
    page.goto(path.as_uri())
    page.locator(".hv-section canvas").first.wait_for()
    assert "\n".join(violations(page)) == ""
    page.close()


def test_a_barrier_is_found(browser: Any) -> None:
    page = browser.new_page()
    page.set_content(
        "<html lang=en><title>t</title><main><h1>t</h1><h4>skips</h4><button>Go</button>"
        "<button>Go</button><p style='width: 2000px'>wide</p></main>"
    )
    found = "\n".join(problems(page))
    page.close()
    assert "heading-order" in found
    assert "2 are called 'Go'" in found
    assert "at 375 px: HTML scrolls sideways" in found
