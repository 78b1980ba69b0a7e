"""The pages of the API document every public name, and what they name can be imported so."""

from __future__ import annotations

import importlib
import pkgutil
import re
from pathlib import Path

import griffe
import pytest

import harmony_core

from .fences import PAGES, place

API = [page for page in PAGES if page.parent.name == "api"]
PACKAGES = ("", ".data", ".export", ".inspection", ".losses", ".models", ".posthoc",
            ".recording", ".runs", ".training")  # fmt: skip
"""Packages all of whose `__all__` is public."""


def documented(page: Path) -> list[str]:
    return re.findall(r"^::: ([\w.]+)$", page.read_text("utf-8"), re.MULTILINE)


NAMES = [name for page in API for name in documented(page)]


@pytest.mark.parametrize("package", PACKAGES)
def test_every_exported_name_is_documented(package: str) -> None:
    module = importlib.import_module(harmony_core.__name__ + package)
    exported = {f"{module.__name__}.{name}" for name in module.__all__ if name[:2] != "__"}
    objects = {id(pkgutil.resolve_name(name)) for name in NAMES}
    assert exported
    assert {name for name in exported if id(pkgutil.resolve_name(name)) not in objects} == set()


def test_a_documented_name_can_be_imported_and_says_what_it_is() -> None:
    package = griffe.load(harmony_core.__name__, resolve_aliases=True)
    for name in NAMES:
        assert pkgutil.resolve_name(name) is not None
        found = package[name.partition(".")[2]]
        if found.is_alias:
            found = found.final_target
        assert found.docstring is not None, f"{name} has no docstring"
        assert len(found.docstring.value.split()) > 3


def test_no_name_is_documented_twice() -> None:
    assert len({id(pkgutil.resolve_name(name)) for name in NAMES}) == len(NAMES)


def test_the_overview_links_every_page() -> None:
    (overview,) = (page for page in API if page.name == "index.md")
    links = set(re.findall(r"\]\((\w+\.md)\)", overview.read_text("utf-8")))
    assert links == {page.name for page in API} - {"index.md"}, place(overview)
