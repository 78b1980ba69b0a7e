"""How many maps fit side by side; the browser reports the width of its window."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from .._shared.component import Sources, component, nothing

SMALL, MEDIUM = 700, 1100
"""Widest windows, in pixels, for one map and for two in a row."""
JS = f"""
const lines = [window.matchMedia("(max-width: {SMALL}px)"),
               window.matchMedia("(max-width: {MEDIUM}px)")];
export default function ({{ data, setStateValue }}) {{
  let reported = data.size;
  const report = () => {{
    const size = lines[0].matches ? "small" : lines[1].matches ? "medium" : "large";
    if (size !== reported) setStateValue("size", (reported = size));
  }};
  for (const line of lines) line.addEventListener("change", report);
  report();
  return () => lines.forEach((line) => line.removeEventListener("change", report));
}}
"""


@dataclass(frozen=True)
class WindowLayout:
    """How maps are laid out in a window."""

    columns: int | None = None
    """Most maps in a row; None leaves it to the figure"""
    width: int = 1200
    """Approximate width of the figure in pixels"""
    touch: bool = False
    """A finger on the maps scrolls the page instead of drawing a lasso."""


WINDOW_LAYOUTS = {
    "small": WindowLayout(1, 340, touch=True),
    "medium": WindowLayout(2, 760),
    "large": WindowLayout(),
}
_SIZE = "embedding size"


def window_layout() -> WindowLayout:
    """What this reader's window has room for; a large one until the browser reports."""
    size = str(st.session_state.get(_SIZE, "large"))
    reported = component("harmony_room", _sources)(
        data={"size": size}, key="emb-room", height=1, on_size_change=nothing
    ).get("size")  # fmt: skip
    if reported in WINDOW_LAYOUTS:
        st.session_state[_SIZE] = size = str(reported)
    return WINDOW_LAYOUTS.get(size, WINDOW_LAYOUTS["large"])


def _sources() -> Sources:
    return {"html": "<i></i>\n", "js": JS}
