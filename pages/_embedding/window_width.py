"""How much room the window has for maps side by side; Python learns of widths from the browser."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from .._shared.component import Sources, component, nothing

SMALL, MEDIUM = 700, 1100
"""Widest windows, in pixels, for one map and for two in a row; the style sheet has the same."""
JS = f"""
const lines = [window.matchMedia("(max-width: {SMALL}px)"),
               window.matchMedia("(max-width: {MEDIUM}px)")];
export default function ({{ data, setStateValue }}) {{
  let told = data.size;
  const tell = () => {{
    const size = lines[0].matches ? "small" : lines[1].matches ? "medium" : "large";
    if (size !== told) setStateValue("size", (told = size));
  }};
  for (const line of lines) line.addEventListener("change", tell);
  tell();
  return () => lines.forEach((line) => line.removeEventListener("change", tell));
}}
"""


@dataclass(frozen=True)
class Room:
    """How maps are laid out."""

    columns: int | None = None
    """At most so many in a row; None leaves it to the figure"""
    width: int = 1200
    """About how wide the figure will be, in pixels"""
    touch: bool = False
    """A finger that moves over the maps scrolls the page instead of drawing a lasso."""


ROOMS = {"small": Room(1, 340, touch=True), "medium": Room(2, 760), "large": Room()}
_SIZE = "embedding size"


def room() -> Room:
    """What this reader's window allows; before the browser has spoken, a large one."""
    size = str(st.session_state.get(_SIZE, "large"))
    told = component("harmony_room", _sources)(
        data={"size": size}, key="emb-room", height=1, on_size_change=nothing
    ).get("size")  # fmt: skip
    if told in ROOMS:
        st.session_state[_SIZE] = size = str(told)
    return ROOMS.get(size, ROOMS["large"])


def _sources() -> Sources:
    return {"html": "<i></i>\n", "js": JS}
