"""The browser modules of ``assets/view`` as one script, for the app and for a page of one file.

`bundle` joins the modules by plain concatenation, in the order of `MODULES`: lines that import from
a sibling are dropped and the word ``export`` is stripped, so every top-level name has to be unique
across the files. Without ``adapter.js`` the text works in any page:
``mount(root, {blob, meta}, callbacks)``.
"""

from __future__ import annotations

import re
from pathlib import Path

from ..errors import RunError

ASSETS = Path(__file__).resolve().parents[2] / "assets" / "view"
MODULES = (
    "theme",
    "shapes",
    "store",
    "contour",
    "stamps",
    "scrubber",
    "legend",
    "card",
    "plane",
    "confusion",
    "curves",
    "bars",
    "table",
    "tools",
    "figure",
    "files",
    "samples",
    "regions",
    "densitychart",
    "density",
    "heat",
    "classlines",
    "classbars",
    "spread",
    "paths",
    "gallery",
    "paintlist",
    "paint",
    "sections",
    "main",
)
STYLES = ("view.css", "panels.css")
_IMPORT = re.compile(r"^import .*\n", re.MULTILINE)
_EXPORT = re.compile(r"^export (?!default)", re.MULTILINE)


def bundle(*, adapter: bool = True) -> str:
    """The modules as one: with Streamlit's adapter as its default export, or bare."""
    names = (*MODULES, "adapter") if adapter else MODULES
    return "\n".join(_EXPORT.sub("", _IMPORT.sub("", _text(f"{name}.js"))) for name in names)


def stylesheet() -> str:
    """The view's CSS."""
    return "".join(_text(name) for name in STYLES)


def _text(name: str) -> str:
    try:
        return (ASSETS / name).read_text(encoding="utf-8")
    except OSError as error:
        raise RunError(
            f"Expected the view's file {name} in {ASSETS}, but got: {error.strerror or error}. "
            "Use Harmony from a whole copy of its repository."
        ) from error
