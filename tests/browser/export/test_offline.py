"""The page of one file in a real browser, from disk, with every request refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from harmony_core.export import offline_html
from tests.export.conftest import Experiment, experiment

__all__ = ["experiment"]


def until(page: Any, condition: str) -> None:
    """Wait by asking again: the page's policy forbids what `wait_for_function` does."""
    for _ in range(600):
        if page.evaluate(condition):
            return
        page.wait_for_timeout(100)
    raise AssertionError(condition)


def test_the_page_plays_from_disk_without_a_network(
    browser: Any, experiment: Experiment, tmp_path: Path
) -> None:
    store, run_id = experiment
    path = tmp_path / "run.html"
    offline_html(store, store.get(run_id), path)
    context = browser.new_context(viewport={"width": 1100, "height": 900}, offline=True)
    asked: list[str] = []
    errors: list[str] = []
    page = context.new_page()
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda m: errors.append(m.text) if m.type == "error" else None)
    page.goto(path.as_uri())
    until(page, "window.view?.panels?.length > 3 && !window.view.pending")
    assert page.evaluate("view.player.epoch") == 6
    page.locator(".hv").first.focus()
    page.keyboard.press("Home")
    until(page, "view.player.epoch === 0 && !view.pending")
    page.keyboard.press("Space")
    until(page, "view.player.epoch >= 2")
    assert "A <b>run</b> & more" in page.inner_text("h1")
    assert page.locator("table.numbers tbody tr").count() == 3
    page.set_viewport_size({"width": 375, "height": 800})
    until(page, "document.documentElement.scrollWidth <= 375")
    assert errors == []
    assert [url for url in asked if not url.startswith(("file:", "blob:", "data:"))] == []
    context.close()
