"""Colours, shapes and dashes: one source for every figure, in Python and in the browser.

Four palettes, kept apart: classes, methods, groups (head, medium, tail) and difficulty. Each has
values for a light and a dark surface. No meaning rests on colour alone: classes and methods also
have a shape, methods a dash.
"""

from __future__ import annotations

from typing import Any

SURFACE = {"light": "#ffffff", "dark": "#12161c"}
"""The backgrounds the palettes are checked against."""

CLASS_COLORS = {
    "light": (
        "#0072b2", "#d55e00", "#009e73", "#cc5f9e", "#8a6d00",
        "#5b3fa0", "#1a8fb5", "#8c2d19", "#4f6d1e", "#454b54",
    ),
    "dark": (
        "#4aa8e0", "#f28a3c", "#2fc79a", "#e694c4", "#e3c13c",
        "#a792ea", "#7fd3ee", "#e0765c", "#a9c85f", "#b8bec8",
    ),
}  # fmt: skip

CLASS_SHAPES = (
    "circle", "square", "triangle", "diamond", "plus",
    "star", "wedge", "pentagon", "hexagon", "bar",
)  # fmt: skip

METHOD_COLORS = {
    "light": ("#5a6270", "#b8437a", "#0b6e8f", "#a06a00", "#3d7a32", "#6a4fb3", "#b04a2f", "#22577a"),
    "dark": ("#aab2c0", "#f087b5", "#55bede", "#dea63a", "#86c97a", "#b3a0f2", "#ee8f74", "#86b8dc"),
}
METHOD_DASHES = ("", "7 4", "2 3", "10 3 2 3", "5 2", "1 4", "12 4", "6 2 1 2 1 2")
METHOD_MARKERS = ("circle", "square", "triangle", "diamond", "plus", "star", "wedge", "hexagon")

GROUP_COLORS = {
    "light": ("#23395b", "#5b7aa6", "#7b8fae"),
    "dark": ("#dbe6f5", "#9db9de", "#6f8fbd"),
}

DIFFICULTY_COLORS = {
    "light": ("#fdf3d9", "#f9d48c", "#f2a64a", "#dd6f24", "#ad3f12", "#6b2408"),
    "dark": ("#3a2a1c", "#6d4017", "#a85d18", "#e08a2c", "#f9be6a", "#fdeac8"),
}
"""From easy (gradient norm 0) to hard (1)."""

HEAT_COLORS = {
    "light": {"right": "#23508f", "wrong": "#b8501a"},
    "dark": {"right": "#7db0f2", "wrong": "#f09a5c"},
}
"""Confusion: the full colour of a right and of a wrong share; the diagonal tells them apart too."""

HARD_COLOR = {"light": "#111418", "dark": "#ffffff"}
"""The ring around a hard sample."""


def class_color(index: int, theme: str = "light") -> str:
    """The colour of class ``index``; colours repeat after the palette's end, pairs with shapes do not."""
    colors = CLASS_COLORS[theme]
    return colors[index % len(colors)]


def class_shape(index: int) -> str:
    """The shape of class ``index``; it moves on by one each time the colours start over."""
    return CLASS_SHAPES[(index + index // len(CLASS_SHAPES)) % len(CLASS_SHAPES)]


def export_style() -> dict[str, Any]:
    """Everything above, JSON-ready, for the view in the browser."""
    return {
        "surface": SURFACE,
        "classes": {**CLASS_COLORS, "shapes": CLASS_SHAPES},
        "methods": {**METHOD_COLORS, "dashes": METHOD_DASHES, "markers": METHOD_MARKERS},
        "groups": GROUP_COLORS,
        "difficulty": DIFFICULTY_COLORS,
        "heat": HEAT_COLORS,
        "hard": HARD_COLOR,
    }
