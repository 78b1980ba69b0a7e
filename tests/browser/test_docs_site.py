"""The documents as a site, opened from disk: search, widths, both schemes, and no other host."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.docs.building import build
from tests.docs.fences import ROOT

from .accessibility import problems
from .conftest import PATIENCE

pytest.importorskip("mkdocs")
pytestmark = [pytest.mark.browser, pytest.mark.slow]
SEEN = [
    *(
        (name, "light")
        for name in (
            "index",
            "choosing",
            "method",
            "inspect",
            "recording",
            "api/losses",
            "api/recording",
        )
    ),
    *((name, "dark") for name in ("index", "choosing", "api/losses")),
]
Open = Callable[..., Any]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("site")
    done = build(ROOT / "mkdocs.yml", target)
    assert done.returncode == 0, done.stderr
    return target


@pytest.fixture
def look(site: Path, browser: Any) -> Iterator[Open]:
    """Open a page of the site from disk; nothing may fail or be asked for elsewhere."""
    contexts, asked, errors = [], [], []

    def open_page(name: str, scheme: str = "light") -> Any:
        contexts.append(browser.new_context(color_scheme=scheme))
        page = contexts[-1].new_page()
        page.set_default_timeout(PATIENCE)
        page.on("request", lambda request: asked.append(request.url))
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto((site / f"{name}.html").as_uri())
        page.wait_for_selector("main .md-content h1")
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert [url for url in asked if not url.startswith(("file:", "data:", "blob:"))] == []
    assert errors == []


@pytest.mark.parametrize(("name", "scheme"), SEEN)
def test_everybody_can_read_it(name: str, scheme: str, look: Open) -> None:
    page = look(name, scheme)
    if page.locator("pre > code").count():
        page.wait_for_selector(".md-code__nav[aria-label]", state="attached")
    ink = page.evaluate("() => getComputedStyle(document.body).backgroundColor")
    assert (sum(map(int, ink[4:-1].split(","))) < 200) == (scheme == "dark")
    assert problems(page) == []


def test_the_search_works_without_a_server(look: Open) -> None:
    page = look("index")
    page.get_by_role("textbox", name="Search").click()
    page.keyboard.type("adaptive_regions")
    page.locator(".md-search-result__item a").first.click()
    page.wait_for_url("**/api/density.html*")
    assert "adaptive_regions" in page.locator("main").inner_text()


def test_a_wide_table_scrolls_with_the_keys(look: Open) -> None:
    page = look("method")
    page.set_viewport_size({"width": 375, "height": 800})
    table = page.locator(".md-typeset__scrollwrap[tabindex]").first
    table.focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_function(
        "() => document.querySelector('.md-typeset__scrollwrap[tabindex]').scrollLeft > 0"
    )
