"""Colours, shapes and dashes: one source for every figure, in Python and in the browser.

Palettes, kept apart: classes, methods, groups (head, medium, tail), difficulty, and right against
wrong. Each has values for a light and a dark surface. No meaning rests on colour alone: classes and
methods also have a shape, methods a dash. The class colours began as Okabe and Ito's (2008) and
were moved, hue kept, until any two stay apart for normal, deutan and protan sight and each has a
contrast of 3:1 with its surface; the method colours likewise, and apart from those of the classes.
For deutan sight, regions of neighbouring classes, and of any two of the first six, are at least 15
apart by CIEDE2000.
"""

from __future__ import annotations

from typing import Any

FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"
"""The app's, so that a figure looks like the text around it."""

SURFACE = {"light": "#ffffff", "dark": "#12161c"}
"""The backgrounds the palettes are checked against."""

CLASS_COLORS = {
    "light": (
        "#3985d4", "#ec7016", "#0aa87c", "#671851", "#504209",
        "#4102a6", "#2d9dbe", "#46150f", "#5e7b2b", "#595c60",
    ),
    "dark": (
        "#6bc1f6", "#db751f", "#61d89c", "#ab617d", "#fed30b",
        "#6b56c3", "#67e7ff", "#c96d55", "#bfdf71", "#cdcdcd",
    ),
}  # fmt: skip

CLASS_SHAPES = (
    "circle", "square", "triangle", "diamond", "plus",
    "star", "wedge", "pentagon", "hexagon", "bar",
)  # fmt: skip

METHOD_COLORS = {
    "light": (
        "#24282e", "#c0476f", "#3d7695", "#a16801",
        "#3c7a39", "#6c48c0", "#b7412e", "#00538d",
    ),
    "dark": (
        "#999ca4", "#cd617b", "#03d0fe", "#dea63a",
        "#86c97a", "#8c7cc3", "#ff805b", "#b0ecd8",
    ),
}  # fmt: skip
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
    """The colour of class ``index``; colours repeat, pairs of colour and shape do not."""
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
