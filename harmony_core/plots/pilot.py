"""Figures of a pilot: methods beside each other, recall by class, gradient density by class.

Axes: m methods, c classes, b bins of the gradient norm.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import plotly.graph_objects as go

from ..arrays import Array
from .plotly_text import plotly_text
from .style import DIFFICULTY_COLORS, METHOD_COLORS
from .tail import BARS, INK, finish, short

SYMBOLS = ("circle", "square", "triangle-up", "diamond", "cross", "star", "x", "hexagon")
ROW = 38
"""Pixels of a method: its name above its mark, so that it fits on a narrow screen."""


def estimates(
    names: Sequence[str],
    families: Sequence[str],
    bounds: tuple[Array, Array, Array],
    *,
    title: str,
    marked: Sequence[bool] = (),
    zero: bool = False,
    theme: str = "light",
) -> go.Figure:
    """Mean, low and high (m,) of the methods, one below the other, the first on top.

    Methods of one family share colour and shape. ``marked`` ones have a ring; ``zero`` draws a
    line at 0. NaN bounds are left out.
    """
    figure = go.Figure()
    mean, low, high = (np.asarray(values, dtype=float) for values in bounds)
    marked = marked or [False] * len(names)
    for f, family in enumerate(dict.fromkeys(families)):
        at = np.array([i for i, name in enumerate(families) if name == family])
        color = METHOD_COLORS[theme][f % len(METHOD_COLORS[theme])]
        figure.add_scatter(
            x=mean[at],
            y=at,
            mode="markers",
            name=plotly_text(family),
            marker={
                "color": color, "symbol": SYMBOLS[f % len(SYMBOLS)],
                "size": [14 if marked[i] else 10 for i in at],
                "line": {"color": INK[theme], "width": [2.5 if marked[i] else 0 for i in at]},
            },
            error_x={
                "type": "data", "symmetric": False, "array": high[at] - mean[at],
                "arrayminus": mean[at] - low[at], "color": color, "thickness": 1.5,
            },
            customdata=[[plotly_text(names[i]), low[i], high[i]] for i in at],
            hovertemplate="%{customdata[0]}: %{x:.3~f} "
            "(%{customdata[1]:.3~f} to %{customdata[2]:.3~f})<extra></extra>",
        )  # fmt: skip
    if zero:
        figure.add_vline(x=0, line={"color": INK[theme], "width": 1})
    finish(figure, theme, height=150 + ROW * len(names))
    for i, name in enumerate(names):
        figure.add_annotation(
            x=0, xref="paper", xanchor="left", y=i, yshift=ROW // 3, showarrow=False,
            text=f"<b>{plotly_text(name)}</b>" if marked[i] else plotly_text(name),
            font={"size": 11},
        )  # fmt: skip
    figure.update_yaxes(range=[len(names) - 0.4, -0.9], showticklabels=False, showgrid=False)
    figure.update_xaxes(title=title)
    return figure


def class_recall(
    names: Sequence[str],
    recalls: Mapping[str, Array],
    intervals: Mapping[str, tuple[Array, Array]] | None = None,
    theme: str = "light",
) -> go.Figure:
    """Recall of each class under each method; classes from the largest to the smallest.

    ``intervals`` are low and high (c,) of the methods, drawn where each class has a place.
    """
    figure = go.Figure()
    c = len(names)
    for m, (method, values) in enumerate(recalls.items()):
        color = METHOD_COLORS[theme][m % len(METHOD_COLORS[theme])]
        values = np.asarray(values) * 100
        beside = (m - (len(recalls) - 1) / 2) * min(0.14, 0.8 / len(recalls))
        bars: dict[str, object] = {}
        if c <= BARS and intervals is not None:
            low, high = (100 * np.asarray(end) for end in intervals[method])
            bars["error_y"] = {
                "type": "data", "symmetric": False, "array": high - values,
                "arrayminus": values - low, "color": color, "thickness": 1.2, "width": 2,
            }  # fmt: skip
        figure.add_scatter(
            x=np.arange(c) + beside if c <= BARS else np.arange(1, c + 1),
            y=values,
            mode="markers" if c <= BARS else "lines",
            name=plotly_text(method),
            marker={"color": color, "symbol": SYMBOLS[m % len(SYMBOLS)], "size": 9},
            customdata=[plotly_text(name) for name in names],
            hovertemplate="%{customdata}: %{y:.0f} % under "
            f"{plotly_text(method)}<extra></extra>",
            **bars,
        )
    finish(figure, theme, height=380)
    figure.update_yaxes(title="recall, %", range=[-3, 103])
    if c <= BARS:
        figure.update_xaxes(
            title="class, largest first", tickvals=list(range(c)),
            ticktext=[short(name) for name in names], tickangle=-45 if c > 3 else 0,
        )  # fmt: skip
    else:
        figure.update_xaxes(title="rank of the class")
    return figure


def gradient_density(names: Sequence[str], density: Array, theme: str = "light") -> go.Figure:
    """Share of each class's samples (c, b) by gradient norm: easy left, hard right."""
    density = np.asarray(density)
    edges = (np.arange(density.shape[1]) + 0.5) / density.shape[1]
    colors = DIFFICULTY_COLORS[theme]
    scale = [[i / (len(colors) - 1), color] for i, color in enumerate(colors)]
    figure = go.Figure(
        go.Heatmap(
            z=density * 100,
            x=edges,
            y=np.arange(len(names)),
            colorscale=scale,
            customdata=np.repeat([[plotly_text(n)] for n in names], density.shape[1], axis=1),
            hovertemplate="%{customdata}: %{z:.1f} % of its samples at g ≈ %{x:.2f}<extra></extra>",
            colorbar={"title": "% of the<br>class", "thickness": 12},
        )
    )
    finish(figure, theme, height=min(120 + 24 * len(names), 640))
    figure.update_xaxes(title="gradient norm g (0 easy, 1 hard)", range=[0, 1])
    shown = range(0, len(names), max(len(names) // 30, 1))
    figure.update_yaxes(
        tickvals=list(shown), ticktext=[short(names[i]) for i in shown], autorange="reversed"
    )
    return figure
