"""What a page lays over an embedding: the reader's selection, and training's view of each dot.

Axes: s chosen landmarks, l landmarks, m methods.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from ..analysis.embedding.motion import stragglers, trails
from ..analysis.embedding.result import EmbeddingFrame
from .embedding import PER_PANEL
from .embedding_marks import INK

Array = NDArray[Any]
SHADE = {"light": "#ffd43b", "dark": "#ffe066"}
"""Around what is selected: no class, method or group has it."""


def mark_selection(
    figure: go.Figure, frame: EmbeddingFrame, chosen: Array, theme: str = "light"
) -> None:
    """Put a ring around the chosen landmarks in every panel."""
    if not len(chosen):
        return
    for i, panel in enumerate(frame.panels):
        figure.add_scatter(
            x=panel.positions[chosen, 0],
            y=panel.positions[chosen, 1],
            mode="markers",
            marker={
                "symbol": "circle-open",
                "size": 15,
                "color": SHADE[theme],
                "line": {"width": 3},
            },
            hoverinfo="skip",
            name="selected",
            showlegend=i == 0,
            xaxis=f"x{i + 1}" if i else "x",
            yaxis=f"y{i + 1}" if i else "y",
        )
    figure.update_layout(legend_font_color=INK[theme])


def mark_paths(
    figure: go.Figure, past: Sequence[EmbeddingFrame], frame: EmbeddingFrame, most: int = 12
) -> None:
    """Draw the way of the ``most`` samples that moved most since the last of the ``past``."""
    if not past:
        return
    for i, panel in enumerate(frame.panels):
        moved = stragglers(past[-1].panels[i], panel, most)
        ways = trails([*(f.panels[i] for f in past), panel], moved.index)
        gap = np.full((len(ways), 1, 2), np.nan, dtype=np.float32)
        x, y = np.concatenate([ways, gap], axis=1).reshape(-1, 2).T
        figure.data[i * PER_PANEL + 3].update(x=x, y=y)


def tell_terms(figure: go.Figure, weight: Array, grad_norm: Array) -> None:
    """Add weight and g (m, l) to what each dot says when pointed at; NaN says nothing."""
    for m, (w, g) in enumerate(zip(weight, grad_norm, strict=True)):
        dots = figure.data[m * PER_PANEL]
        dots.text = [
            f"{text}<br>weight {a:.3g}, g {b:.3f}" if np.isfinite(a) else text
            for text, a, b in zip(dots.text, w, g, strict=True)
        ]


def chosen_dots(points: Any, panels: int, landmarks: int) -> list[int]:
    """The landmarks behind the points of a Plotly selection, ascending and each once.

    Points of rims, rings and paths are passed over, as are numbers that no dot has.
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
