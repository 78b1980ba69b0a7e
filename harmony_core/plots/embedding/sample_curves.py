"""A mean over the chosen samples by epoch, one line for each method."""

from __future__ import annotations

from collections.abc import Sequence

import plotly.graph_objects as go

from ...arrays import Array
from ..plotly_text import plotly_text
from ..style import METHOD_COLORS
from ..weight_curves import DASHES, INK, LINE


def sample_curves_figure(
    epochs: Sequence[int],
    values: Array,
    labels: Sequence[str],
    title: str,
    theme: str = "light",
) -> go.Figure:
    """``values`` (m, e); NaN leaves a gap in the line."""
    figure = go.Figure()
    colors = METHOD_COLORS[theme]
    for m, (label, line) in enumerate(zip(labels, values, strict=True)):
        name = plotly_text(label)
        figure.add_scatter(
            x=list(epochs), y=line, mode="lines+markers", name=name,
            line={"color": colors[m % len(colors)], "dash": DASHES[m % len(DASHES)], "width": 2},
            hovertemplate="epoch %{x}: %{y:.3g}<extra>" + name + "</extra>",
        )  # fmt: skip
    axis = {"gridcolor": LINE[theme], "linecolor": LINE[theme], "fixedrange": True}
    figure.update_layout(
        xaxis={**axis, "title": "Epoch", "zeroline": False},
        yaxis={**axis, "title": plotly_text(title), "rangemode": "tozero"},
        font={"color": INK[theme], "size": 13},
        paper_bgcolor="rgba(0,0,0,0)", plot_bgcolor="rgba(0,0,0,0)", height=280,
        margin={"l": 56, "r": 12, "t": 8, "b": 44},
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0},
    )  # fmt: skip
    return figure
