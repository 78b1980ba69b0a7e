"""What a page adds to a figure of an embedding: the selection, and each dot's weight and g.

Axes: s chosen landmarks, l landmarks, m methods.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import plotly.graph_objects as go

from ...arrays import Array
from .traces import PER_PANEL

UNKNOWN = 0.2
BUTTONS = 34
"""Pixels of Plotly's row of buttons."""
SCALE = 64
"""Pixels of a horizontal colour scale."""
FAINT = 0.12
"""Opacity of dots that are not chosen."""


def mark_selection(figure: go.Figure, panels: int, chosen: Array) -> None:
    """Fade everything but the chosen landmarks, in every panel."""
    if not len(chosen):
        return
    for i in range(panels):
        dots, *marks = (figure.data[i * PER_PANEL + k] for k in (0, 1, 2, 4))
        dots.update(
            selectedpoints=[int(at) for at in chosen],
            selected={"marker": {"opacity": 1.0}},
            unselected={"marker": {"opacity": FAINT}},
        )
        for mark in marks:
            mark.update(opacity=2 * FAINT)


def fade_unknown(figure: go.Figure, values: Array) -> None:
    """Fade dots without a value (m, l), which Plotly would draw dark."""
    for m, row in enumerate(values):
        opacity = np.where(np.isfinite(row), 0.95, UNKNOWN)
        figure.data[m * PER_PANEL].marker.opacity = opacity


def add_terms_to_hover(figure: go.Figure, weight: Array, grad_norm: Array) -> None:
    """Add weight and g (m, l) to the hover text of each dot; NaN adds nothing."""
    for m, (w, g) in enumerate(zip(weight, grad_norm, strict=True)):
        dots = figure.data[m * PER_PANEL]
        dots.text = [
            f"{text}<br>weight {a:.3g}, g {b:.3f}" if np.isfinite(a) else text
            for text, a, b in zip(dots.text, w, g, strict=True)
        ]


def adapt_to_touch(figure: go.Figure) -> None:
    """Let a finger scroll the page over the maps, and keep Plotly's buttons off the first title.

    A colour scale is then placed above the maps, so that they keep the whole width.
    """
    scales = [trace for trace in figure.data if trace.marker.showscale]
    above = BUTTONS + (SCALE if scales else 0)
    height = figure.layout.height + above
    for trace in scales:
        trace.marker.colorbar.update(
            orientation="h", yref="container", y=1 - BUTTONS / height, yanchor="top", x=0.5, len=0.9
        )
        trace.marker.colorbar.title.side = "top"
    margin = {"t": figure.layout.margin.t + above, "r": figure.layout.margin.l}
    figure.update_layout(dragmode=False, height=height, margin=margin)


def chosen_dots(points: Any, panels: int, landmarks: int) -> list[int]:
    """The landmarks behind the points of a Plotly selection, ascending and each once.

    Points of rims, rings and paths are ignored, as are numbers that no dot has.
    """
    found = set()
    for point in points if isinstance(points, list | tuple) else ():
        curve, at = (point.get(name) for name in ("curve_number", "point_index"))
        if not isinstance(curve, int) or not isinstance(at, int):
            continue
        dots = curve < panels * PER_PANEL and curve % PER_PANEL == 0
        if dots and 0 <= at < landmarks:
            found.add(at)
    return sorted(found)
