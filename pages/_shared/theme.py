"""The app's style sheets and palettes, for light and dark."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import streamlit as st

from harmony_core.plots.style import CLASS_COLORS, METHOD_COLORS

from .app_files import APP_ASSETS


def theme() -> str:
    """``light`` or ``dark``, as the browser shows it."""
    return "dark" if st.context.theme.type == "dark" else "light"


def style_page() -> None:
    """Put the app's style sheets into the page."""
    st.html(_sheets())


@cache
def _sheets() -> str:
    """All style sheets, and the palettes as CSS variables that follow the theme."""
    palettes: dict[str, Mapping[str, tuple[str, ...]]] = {"c": CLASS_COLORS, "m": METHOD_COLORS}
    variables = "".join(
        f"--{letter}{i}:light-dark({light},{dark});"
        for letter, palette in palettes.items()
        for i, (light, dark) in enumerate(zip(palette["light"], palette["dark"], strict=True))
    )
    sheets = (path.read_text(encoding="utf-8") for path in sorted(APP_ASSETS.glob("*.css")))
    return f"<style>.stApp{{{variables}}}\n{''.join(sheets)}</style>"
