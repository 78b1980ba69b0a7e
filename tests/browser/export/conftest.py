"""The static course, written once, and a way to open its pages from disk without a network."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from harmony_core.export.site.write import write_site

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
