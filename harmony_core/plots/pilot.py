"""Figures of a pilot: methods beside each other, recall by class, gradient density by class.

Axes: m methods, c classes, b bins of the gradient norm.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import plotly.graph_objects as go

from ..arrays import Array
from .style import DIFFICULTY_COLORS, METHOD_COLORS
from .tail import BARS, INK, finish, printable, short

SYMBOLS = ("circle", "square", "triangle-up", "diamond", "cross", "star", "x", "hexagon")


def gains(
    methods: Sequence[str], figures: Mapping[str, tuple[Array, Array, Array]], theme: str = "light"
) -> go.Figure:
    """Gain over the base in points: each figure has mean, low and high (m,) of the methods."""
    figure = go.Figure()
    for m, method in enumerate(methods):
        mean, low, high = (
            np.array([float(parts[k][m]) for parts in figures.values()]) * 100 for k in range(3)
        )
        color = METHOD_COLORS[theme][(m + 1) % len(METHOD_COLORS[theme])]
        figure.add_scatter(
            x=np.arange(len(figures)) + (m - (len(methods) - 1) / 2) * 0.14,
            y=mean,
            mode="markers",
            name=method,
            marker={"color": color, "symbol": SYMBOLS[(m + 1) % len(SYMBOLS)], "size": 10},
            error_y={
                "type": "data", "symmetric": False, "array": high - mean, "arrayminus": mean - low,
                "color": color, "thickness": 1.5,
            },
            customdata=np.stack([low, high], axis=1),
            hovertemplate=f"{printable(method)}: %{{y:+.1f}} points "
            "(%{customdata[0]:+.1f} to %{customdata[1]:+.1f})<extra></extra>",
        )  # fmt: skip
    figure.add_hline(y=0, line={"color": INK[theme], "width": 1})
    finish(figure, theme, height=360)
    titles = [name.replace("_", " ") for name in figures]
    figure.update_xaxes(tickvals=list(range(len(figures))), ticktext=titles)
    figure.update_yaxes(title="gain over cross-entropy, points")
    return figure


def class_recall(
    names: Sequence[str], recalls: Mapping[str, Array], theme: str = "light"
) -> go.Figure:
    """Recall of each class under each method; classes from the largest to the smallest."""
    figure = go.Figure()
    c = len(names)
    for m, (method, values) in enumerate(recalls.items()):
        figure.add_scatter(
            x=np.arange(c) if c <= BARS else np.arange(1, c + 1),
            y=np.asarray(values) * 100,
            mode="markers" if c <= BARS else "lines",
            name=method,
            marker={
                "color": METHOD_COLORS[theme][m % len(METHOD_COLORS[theme])],
                "symbol": SYMBOLS[m % len(SYMBOLS)],
                "size": 9,
            },
            customdata=[printable(name) for name in names],
            hovertemplate=f"%{{customdata}}: %{{y:.0f}} % under {printable(method)}<extra></extra>",
        )
    finish(figure, theme, height=360)
    figure.update_yaxes(title="recall, %", range=[-3, 103])
    if c <= BARS:
        figure.update_xaxes(
            title="class, largest first", tickvals=list(range(c)),
            ticktext=[short(name) for name in names], tickangle=-45 if c > 6 else 0,
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
            customdata=np.repeat([[printable(n)] for n in names], density.shape[1], axis=1),
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
