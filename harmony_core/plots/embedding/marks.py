"""How dots and regions of an embedding look: colours, shapes, the legend that explains them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...analysis.accuracy import THIRDS
from ...analysis.embedding.result import Landmarks, Panel
from ...arrays import Array
from ..plotly_text import plotly_text
from ..png_uri import png_uri
from ..style import CLASS_SHAPES, GROUP_COLORS, class_color, class_shape

MOST_CLASS_COLORS = 12
"""With more classes dots and regions are coloured by head, medium and tail."""
COLOURINGS = ("class", "group", "correct", "value")
CHANGES = ("before", "first", "none")
"""Pictures that predictions can be compared with."""
CROWD = 0.1
"""Share of changed samples above which crosses are small."""
SYMBOLS = {"triangle": "triangle-up", "plus": "cross", "wedge": "triangle-right", "bar": "bowtie"}
"""Shapes of the style that Plotly names differently, or has no solid form of."""
GROUP_SYMBOLS = ("circle", "square", "diamond")
INK = {"light": "#111418", "dark": "#ffffff"}
FAINT = {"light": "#c9ced6", "dark": "#3a424e"}
DISAGREES = {"light": "#d1123f", "dark": "#ff5c7c"}
PALEST, STRONGEST = 0.1, 0.5
"""Opacity of a region at purity 0.3 and below, and at 1."""
STEPS = 16
"""Levels of opacity: as many as the eye can tell, few enough to keep the picture small."""


@dataclass(frozen=True)
class Colouring:
    """What colours the dots: true class, head/medium/tail, right or wrong, or a number a sample."""

    by: str = "class"
    values: Array | None = None
    """(m, l) for ``by="value"``, NaN where unknown: gradient norm, weight, ..."""
    title: str = ""
    highlight: tuple[int, ...] = ()
    """Classes to show; the others turn grey. None given: all are shown."""


def drawn_by(colouring: Colouring, classes: int) -> str:
    """What sets the colour: groups instead of classes if there are too many to tell apart."""
    crowded = classes > MOST_CLASS_COLORS and not colouring.highlight
    return "group" if colouring.by == "class" and crowded else colouring.by


def class_palette(landmarks: Landmarks, colouring: Colouring, theme: str) -> list[str]:
    """The colour of each class's dots and regions."""
    c = len(landmarks.train_counts)
    if colouring.highlight:
        place = {label: i for i, label in enumerate(colouring.highlight)}
        return [class_color(place[i], theme) if i in place else FAINT[theme] for i in range(c)]
    crowded = c > MOST_CLASS_COLORS
    if crowded or colouring.by == "group":
        return [GROUP_COLORS[theme][group] for group in landmarks.groups]
    return [class_color(i, theme) for i in range(c)]


def dot_symbols(landmarks: Landmarks, by: str) -> list[str]:
    """(l,) Plotly's name of each dot's shape, hollow for training samples."""
    if by == "group":
        shapes = [GROUP_SYMBOLS[group] for group in landmarks.groups]
    else:
        shapes = [plotly_shape(i) for i in range(len(landmarks.train_counts))]
    pairs = zip(landmarks.targets, landmarks.is_test, strict=True)
    return [shapes[target] if test else f"{shapes[target]}-open" for target, test in pairs]


def plotly_shape(label: int) -> str:
    shape = class_shape(label)
    assert shape in CLASS_SHAPES
    return SYMBOLS.get(shape, shape)


def cross(theme: str, share: float = 0.0) -> dict[str, Any]:
    """The marker of a changed prediction, a shape that no class has.

    It is smaller if a large ``share`` of the samples has changed, so that the dots stay visible.
    """
    size, width = (7, 1.2) if share < CROWD else (4, 0.9)
    return {"symbol": "x-thin", "size": size, "line": {"width": width, "color": INK[theme]}}


def legend(
    landmarks: Landmarks, names: Sequence[str], colouring: Colouring, by: str, theme: str
) -> list[tuple[str, dict[str, Any]]]:
    """Name and marker of everything that has a meaning."""
    ink, groups = INK[theme], GROUP_COLORS[theme]
    items: list[tuple[str, dict[str, Any]]] = []
    if by == "group":
        items = [
            (name, {"symbol": GROUP_SYMBOLS[g], "color": groups[g]})
            for g, name in enumerate(THIRDS)
            if (landmarks.groups == g).any()
        ]
    elif by == "correct":
        items = [("right", {"color": FAINT[theme]}), ("wrong", {"color": ink})]
    elif by == "class":
        palette = class_palette(landmarks, colouring, theme)
        shown = colouring.highlight or range(len(names))
        items = [
            (plotly_text(names[i]), {"symbol": plotly_shape(i), "color": palette[i]}) for i in shown
        ]
    if not landmarks.is_test.all() and landmarks.is_test.any():
        items.append(("training sample", {"symbol": "circle-open", "color": ink}))
    rim = {"symbol": "circle-open", "color": ink, "line": {"width": 2}}
    items.append(("network is wrong", rim))
    ring = {"symbol": "circle-open", "size": 12, "color": DISAGREES[theme]}
    items.append(("map disagrees with the network", ring))
    return items


def region_image(panel: Panel, palette: Sequence[str]) -> str:
    """Regions as a PNG in a data URI: the class's colour, more transparent the less pure it is."""
    rgb = np.array([[int(color[i : i + 2], 16) for i in (1, 3, 5)] for color in palette])
    share = np.clip((panel.region_purity / 255 - 0.3) / 0.7, 0, 1)
    opacity = np.where(panel.region_purity > 0, PALEST + (STRONGEST - PALEST) * share**2, 0)
    alpha = np.round(opacity * STEPS / STRONGEST) * (255 * STRONGEST / STEPS)
    pixels = np.concatenate([rgb[panel.region_class], alpha[..., None]], axis=2)
    pixels[panel.region_purity == 0] = 0
    return png_uri(np.flipud(pixels).astype(np.uint8))
