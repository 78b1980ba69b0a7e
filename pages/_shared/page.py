"""A page of the app: what its file declares, the list of all pages, and how one is drawn.

`app.py` lists the pages by name. A file in `pages` declares its ``PAGE`` and ends with

    if __name__ == "__main__":
        draw(PAGE)

as Streamlit runs it as a script, while the app imports it for the declaration alone. What is drawn
is named as a string and imported when the page is first opened.
"""

from __future__ import annotations

import gc
import runpy
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import Any

from .app_files import ROOT
from .messages import messages

_inside_app: ContextVar[bool] = ContextVar("inside app", default=False)
_registered: list[Page] = []


@dataclass(frozen=True, kw_only=True)
class Page:
    """The declaration of one page."""

    name: str
    """Of its file, and the last part of its address."""
    title: str
    icon: str
    """A Material symbol."""
    content: str
    """``module:function``, which draws the page and is given this declaration."""
    lead: str = ""
    """The sentence under the title."""
    terms: tuple[str, ...] = ()
    """Glossary terms linked at the end."""
    listed: bool = True
    """Whether the navigation lists it; the others are reached from a page that is listed."""
    stays: bool = False
    """Whether what it shares with others that stay remains on screen when one of them is opened."""

    @property
    def file(self) -> str:
        return f"pages/{self.name}.py"

    @property
    def symbol(self) -> str:
        return f":material/{self.icon}:"


def load(reference: str) -> Any:
    """The object that ``module:name`` refers to."""
    module, _, name = reference.partition(":")
    return getattr(import_module(module), name)


def register(names: Sequence[str]) -> tuple[Page, ...]:
    """Read the declarations of these pages; from now on every page links to them."""
    _registered[:] = [load(f"pages.{name}:PAGE") for name in names]
    return registered()


def registered() -> tuple[Page, ...]:
    """All pages of the app, in the order of its navigation."""
    return tuple(_registered)


def at_address(path: str) -> Page:
    """The page of an address; the first one has none of its own."""
    return next((page for page in _registered if page.name == path), _registered[0])


@contextmanager
def inside_app() -> Iterator[None]:
    """Tell the page that runs inside that `app.py` runs it."""
    token = _inside_app.set(True)
    try:
        yield
    finally:
        _inside_app.reset(token)


def draw(page: Page) -> None:
    """Draw a page of the app; a `HarmonyError` in it becomes a message.

    On a new server, a visitor who opens a page's own address makes Streamlit run that file instead
    of `app.py`. The file then runs `app.py`, which draws the page that the address names.
    """
    if not _inside_app.get():
        runpy.run_path(str(ROOT / "app.py"))
        return
    with messages():
        load(page.content)(page)
    _freeze_loaded_objects(page.name)


@cache
def _freeze_loaded_objects(page: str) -> None:
    """Exempt what the first drawing of a page has loaded from garbage collection.

    Streamlit collects after every run. That would take 45 ms each time, several times a second
    during a training.
    """
    del page
    gc.freeze()
