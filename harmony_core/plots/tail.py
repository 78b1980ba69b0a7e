"""Figures of the tail: rank–frequency, Lorenz curve, head/medium/tail. Arrays in, figure out.

Readable at one class and at ten thousand. Axes: c classes, from the largest to the smallest.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import plotly.graph_objects as go

from ..arrays import Array
from .plotly_text import plotly_text
from .style import GROUP_COLORS, METHOD_COLORS, SURFACE

GROUPS = ("head", "medium", "tail")
GROUP_PATTERNS = ("", "/", "x")
"""No meaning rests on colour alone."""
BARS = 60
"""Up to this many classes each one is a bar with its name."""
POINTS = 1_500
"""Points of a line, at most; of more classes those at evenly spaced logarithms of the rank."""
STEEP = 20
"""From this ratio of largest to smallest on the sizes are drawn on a logarithmic axis."""
INK = {"light": "#1a2230", "dark": "#e7ebf1"}
GRID = {"light": "#e4e8ee", "dark": "#2e3641"}


def rank_frequency(
    sizes: Array,
    names: Sequence[str],
    groups: Array,
    *,
    fits: Mapping[str, Array] | None = None,
    unit: str = "samples",
    theme: str = "light",
) -> go.Figure:
    """Class sizes (c,) from the largest to the smallest, with fitted curves (c,) by their title."""
    sizes = np.asarray(sizes)
    c = len(sizes)
    steep = c > 1 and sizes[0] >= STEEP * max(sizes[-1], 1)
    figure = go.Figure()
    if c <= BARS:
        _bars(figure, sizes, names, groups, unit, theme)
        ranks: Array = np.arange(c)
    else:
        ranks = _shown_ranks(c)
        _line(figure, sizes, names, groups, ranks, unit, theme)
    for (title, fitted), dash in zip((fits or {}).items(), ("dash", "dot"), strict=False):
        figure.add_scatter(
            x=ranks if c <= BARS else ranks + 1,
            y=np.asarray(fitted)[ranks],
            mode="lines",
            name=title,
            line={"color": INK[theme], "dash": dash, "width": 1.5},
            hoverinfo="skip",
        )
    finish(figure, theme, height=380)
    figure.update_yaxes(
        title=f"{unit} per class",
        type="log" if steep else "linear",
        dtick="D2" if steep else None,  # 1, 2 and 5 of each decade
    )
    if c <= BARS:
        labels = [short(name) for name in names]
        figure.update_xaxes(
            title="class, largest first", tickvals=list(range(c)), ticktext=labels,
            tickangle=-45 if c > 6 else 0,
        )  # fmt: skip
    else:
        figure.update_xaxes(title=f"rank of the class (of {c:,})", type="log")
    return figure


def lorenz(curves: Mapping[str, tuple[Array, Array]], theme: str = "light") -> go.Figure:
    """Share of the samples held by the rarest classes; each curve is (share of classes, held)."""
    figure = go.Figure()
    figure.add_scatter(
        x=[0, 1], y=[0, 1], mode="lines", name="all classes equal",
        line={"color": INK[theme], "width": 1, "dash": "dot"}, hoverinfo="skip",
    )  # fmt: skip
    for i, (title, (classes, held)) in enumerate(curves.items()):
        at = np.unique(np.linspace(0, len(classes) - 1, min(len(classes), POINTS)).astype(int))
        figure.add_scatter(
            x=np.asarray(classes)[at],
            y=np.asarray(held)[at],
            mode="lines",
            name=plotly_text(title),
            fill="tozeroy" if i == 0 else None,
            line={
                "color": METHOD_COLORS[theme][2 if i == 0 else 0],
                "width": 3 if i == 0 else 1.5,
                "dash": "solid" if i == 0 else ("dash", "dot", "dashdot")[(i - 1) % 3],
            },
            hovertemplate="rarest %{x:.0%} of the classes hold %{y:.1%}<extra></extra>",
        )
    finish(figure, theme, height=380)
    figure.update_xaxes(title="share of the classes, rarest first", range=[0, 1], tickformat=".0%")
    figure.update_yaxes(title="share of the samples", range=[0, 1], tickformat=".0%")
    return figure


def group_shares(
    classes: Sequence[int], shares: Sequence[float], theme: str = "light"
) -> go.Figure:
    """How many of the classes, and how much of the samples, are head, medium and tail."""
    figure = go.Figure()
    total = max(sum(classes), 1)
    for g, group in enumerate(GROUPS):
        figure.add_bar(
            y=["samples", "classes"],
            x=[shares[g], classes[g] / total],
            name=group,
            orientation="h",
            marker={
                "color": GROUP_COLORS[theme][g],
                "pattern": {
                    "shape": GROUP_PATTERNS[g],
                    "size": 8,
                    "fillmode": "overlay",
                    "fgopacity": 0.25,
                },
                "line": {"color": SURFACE[theme], "width": 1},
            },
            text=[f"{group} {shares[g]:.0%}", f"{group} {classes[g]:,}"],
            textposition="inside",
            insidetextanchor="middle",
            hovertemplate="%{text}<extra></extra>",
        )
    finish(figure, theme, height=190)
    figure.update_layout(
        barmode="stack", showlegend=False, uniformtext={"minsize": 9, "mode": "hide"}
    )
    figure.update_xaxes(title="share", tickformat=".0%", range=[0, 1])
    return figure


def finish(figure: go.Figure, theme: str, height: int) -> None:
    """The common look: no background of its own, quiet grid, legend above."""
    figure.update_layout(
        height=height,
        margin={"l": 64, "r": 16, "t": 32, "b": 56},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        font={"color": INK[theme], "size": 13},
        legend={"orientation": "h", "yanchor": "bottom", "y": 1.0, "x": 0},
        hoverlabel={"namelength": -1},
        bargap=0.15,
    )
    figure.update_xaxes(gridcolor=GRID[theme], zeroline=False, automargin=True)
    figure.update_yaxes(gridcolor=GRID[theme], zeroline=False, automargin=True)


def short(name: str, most: int = 22) -> str:
    """A class name for an axis."""
    return plotly_text(name if len(name) <= most else name[: most - 1] + "…")


def _bars(
    figure: go.Figure, sizes: Array, names: Sequence[str], groups: Array, unit: str, theme: str
) -> None:
    for g, group in enumerate(GROUPS):
        at = np.flatnonzero(np.asarray(groups) == g)
        if not len(at):
            continue
        figure.add_bar(
            x=at,
            y=sizes[at],
            name=group,
            marker={
                "color": GROUP_COLORS[theme][g],
                "pattern": {"shape": GROUP_PATTERNS[g], "size": 6},
            },
            customdata=[plotly_text(names[i]) for i in at.tolist()],
            hovertemplate=f"%{{customdata}}: %{{y:,}} {unit} ({group})<extra></extra>",
        )


def _line(
    figure: go.Figure,
    sizes: Array,
    names: Sequence[str],
    groups: Array,
    ranks: Array,
    unit: str,
    theme: str,
) -> None:
    of = np.asarray(groups)[ranks]
    for g, group in enumerate(GROUPS):
        at = ranks[of == g]
        if not len(at):
            continue
        figure.add_scatter(
            x=at + 1,
            y=sizes[at],
            mode="lines+markers" if len(at) < 200 else "lines",
            name=group,
            line={"color": GROUP_COLORS[theme][g], "width": 3, "dash": ("solid", "dash", "dot")[g]},
            marker={"size": 5, "symbol": ("circle", "square", "diamond")[g]},
            customdata=[plotly_text(names[i]) for i in at.tolist()],
            hovertemplate=f"rank %{{x:,}}, %{{customdata}}: %{{y:,}} {unit}<extra></extra>",
        )


def _shown_ranks(c: int) -> Array:
    """Positions 0 … c − 1, thinned to `POINTS` evenly in the logarithm, both ends kept."""
    if c <= POINTS:
        return np.arange(c)
    spread = np.unique(np.round(np.geomspace(1, c, POINTS)).astype(np.int64))
    return np.asarray(spread - 1)
