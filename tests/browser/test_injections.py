"""An experiment whose names are injections in a real browser: nothing is made of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from harmony_core.export import offline_html
from harmony_core.runs.store import RunStore
from tests.injections import AWAY, hostile_run

from .conftest import Visit, settled

HOST = AWAY.removeprefix("http://")
MADE = ", ".join(
    [f"[{name}*='{HOST}' i]" for name in ("href", "src", "action", "data", "style", "srcset")]
    + [f"[{on}*=alert]" for on in ("onerror", "onload", "onfocus", "ontoggle", "href")]
    + ["[data-testid=stMarkdownContainer] :is(img, table, del, mark)"]
    + ["iframe:not([srcdoc]):not([title])", "base", "object", "plaintext", "video"]
)
"""Elements that only a name could have made."""
PLACES = [
    ("/arena", "[data-testid=stHeading]"),
    ("/density", "canvas"),
    ("/weights", "canvas"),
    ("/samples", ".terms"),
    ("/compare", ".figures"),
]


@pytest.fixture(scope="module")
def hostile(app_folder: Path) -> tuple[RunStore, str]:
    store = RunStore(app_folder / "runs")
    return store, hostile_run(store, app_folder)


def watched(page: Any, asked: list[str], shown: list[str]) -> None:
    page.on("request", lambda request: asked.append(request.url))
    page.on("dialog", lambda dialog: (shown.append(dialog.message), dialog.dismiss()))


def strangers(page: Any) -> list[str]:
    found: list[str] = page.eval_on_selector_all(
        MADE, "(all) => all.map((e) => e.outerHTML.slice(0, 300))"
    )
    return found


def test_names_stay_text(visit: Visit, hostile: tuple[RunStore, str]) -> None:
    store, run = hostile
    sample = int(store.scene(run).tracked_index[5])
    page = visit(f"/embedding?run={run}")
    asked: list[str] = []
    shown: list[str] = []
    watched(page, asked, shown)
    own = page.url.partition("/embedding")[0]
    page.wait_for_selector(".js-plotly-plot .main-svg")
    settled(page)
    box = page.get_by_role("combobox", name="Choose samples")
    box.click()
    box.press_sequentially("Class <script>")
    page.get_by_role("option").first.click()
    page.wait_for_selector("[data-testid=stImageCaption]")
    settled(page)
    assert not strangers(page)
    for path, drawn in PLACES:
        page.goto(f"{own}{path}?run={run}&a={run}&b={run}&epoch=2&sample={sample}")
        page.wait_for_selector(drawn)
        settled(page)
        assert not strangers(page), path
    find = page.get_by_role("textbox", name="Find a class")
    find.fill("</title>20")
    find.press("Enter")
    page.locator(".figures").get_by_text("</title>20").first.wait_for()
    settled(page)
    assert not strangers(page)
    assert not shown
    assert not [
        url
        for url in asked
        if not url.startswith((own, own.replace("http", "ws"), "data:", "blob:"))
    ]


def test_names_stay_text_in_an_offline_page(
    browser: Any, hostile: tuple[RunStore, str], tmp_path: Path
) -> None:
    store, run = hostile
    path = tmp_path / "page.html"
    offline_html(store, store.get(run), path)
    page = browser.new_page()
    asked: list[str] = []
    shown: list[str] = []
    watched(page, asked, shown)
    page.goto(path.as_uri())
    page.wait_for_selector("canvas")
    page.wait_for_timeout(500)
    assert not strangers(page)
    assert not shown
    assert not [url for url in asked if not url.startswith(("file:", "data:", "blob:"))]
    page.close()
