"""Weights by difficulty: the curve w(g) of one class, and small pictures of many classes at once.

Axes: m regions of one class, b its region's index.
"""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import plotly.graph_objects as go

from ..arrays import Array
from .plotly_text import plotly_text
from .style import FONT, METHOD_COLORS, METHOD_MARKERS, SURFACE, class_color

INK = {"light": "#1a2230", "dark": "#e7ebf1"}
QUIET = {"light": "#566072", "dark": "#a3adbb"}
LINE = {"light": "#dbe0e8", "dark": "#2e3641"}
DASHES = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot", "dash", "dot")
"""The style's dashes under the names Plotly has for them."""
SYMBOLS = {
    "triangle": "triangle-up", "plus": "cross", "wedge": "triangle-right", "hexagon": "hexagon",
}  # fmt: skip
FLAT = 1.2
"""A panel of weights reaches at least to here, so that equal weights look equal."""
STEEP = 5.0
"""Above this the curve's axis is logarithmic."""
WIDTH, HEIGHT, LEFT, TOP, BOTTOM, RIGHT = 260, 150, 32, 10, 22, 8
"""Pixels of a small picture and of the margins around its axes."""


@dataclass(frozen=True)
class Curve:
    """One method's weights inside a class, and the place of a sample."""

    label: str
    method: int
    edges: Array | None
    """(m + 1,), or None for a method without a density"""
    weights: Array | None
    """(m,)"""
    grad_norm: float
    weight: float
    """The sample's weight inside its class"""


def weight_curve_figure(curves: Sequence[Curve], theme: str = "light") -> go.Figure:
    """The weight inside a class by gradient norm, one step line a method, the sample on each."""
    low, high = _ends(curves)
    steep = high > STEEP
    least = low / 2 if steep else 0.0
    figure = go.Figure()
    figure.add_hline(y=1, line={"color": QUIET[theme], "width": 1, "dash": "dot"})
    for curve in curves:
        name = plotly_text(curve.label)
        color = METHOD_COLORS[theme][curve.method % len(METHOD_COLORS[theme])]
        if curve.edges is not None and curve.weights is not None:
            figure.add_scatter(
                x=curve.edges, y=np.maximum([*curve.weights, curve.weights[-1]], least),
                mode="lines",
                line={"color": color, "width": 2, "shape": "hv", "dash": _dash(curve.method)},
                name=name, legendgroup=name,
                hovertemplate="g from %{x:.3f}: w = %{y:.3f}<extra>" + name + "</extra>",
            )  # fmt: skip
        marker = METHOD_MARKERS[curve.method % len(METHOD_MARKERS)]
        figure.add_scatter(
            x=[curve.grad_norm], y=[max(curve.weight, least)], mode="markers",
            marker={"color": color, "size": 13, "symbol": SYMBOLS.get(marker, marker),
                    "line": {"color": SURFACE[theme], "width": 1.5}},
            name=name, legendgroup=name, showlegend=curve.edges is None,
            hovertemplate="this sample: g = %{x:.3f}, w = %{y:.3f}<extra>" + name + "</extra>",
        )  # fmt: skip
    axis = {
        "gridcolor": LINE[theme],
        "linecolor": LINE[theme],
        "zeroline": False,
        "fixedrange": True,
    }
    figure.update_layout(
        xaxis={**axis, "title": "Gradient norm g", "range": [-0.01, 1.01]},
        xaxis_title_font_size=13,
        yaxis_title_font_size=13,
        yaxis={**axis, **(_log_axis(least, high) if steep else _plain_axis(high))},
        font={"color": INK[theme], "size": 13, "family": FONT},
        paper_bgcolor="rgba(0,0,0,0)", plot_bgcolor="rgba(0,0,0,0)", height=300,
        margin={"l": 56, "r": 12, "t": 8, "b": 44},
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0},
    )  # fmt: skip
    return figure


def weight_picture(
    index: int, edges: Array, counts: Array, weights: Array, top: float, theme: str = "light"
) -> str:
    """One class as SVG: its weights w(g) as a line, its density behind it on a scale of its own."""
    color = class_color(index, theme)
    left, right, low = LEFT, WIDTH - RIGHT, HEIGHT - BOTTOM

    def x(g: float) -> float:
        return left + (right - left) * float(g)

    def y(w: float) -> float:
        return low - (low - TOP) * min(1.0, float(w) / top)

    most = max(float(np.max(counts)), 1e-12)
    bars = "".join(
        f'<rect x="{x(a):.1f}" y="{y(top * n / most):.1f}" fill="{color}" opacity=".22" '
        f'width="{max(x(b) - x(a) - 0.6, 0.4):.1f}" height="{low - y(top * n / most):.1f}"/>'
        for a, b, n in zip(edges[:-1], edges[1:], counts, strict=True)
    )
    line = " ".join(
        f"{'M' if i == 0 else 'L'}{x(a):.1f} {y(w):.1f} L{x(b):.1f} {y(w):.1f}"
        for i, (a, b, w) in enumerate(zip(edges[:-1], edges[1:], weights, strict=True))
    )
    text = f'fill="{QUIET[theme]}" font-size="10.5" font-family="system-ui,sans-serif"'
    rules = "".join(
        f'<line x1="{left}" x2="{right}" y1="{y(tick):.1f}" y2="{y(tick):.1f}" '
        f'stroke="{LINE[theme]}" stroke-dasharray="{"2 3" if tick == 1 else "0"}"/>'
        f'<text x="{left - 5}" y="{y(tick) + 3.5:.1f}" text-anchor="end" {text}>{tick:g}</text>'
        for tick in _ticks(top)
    )
    ends = "".join(
        f'<text x="{x(g):.1f}" y="{HEIGHT - 6}" text-anchor="{anchor}" {text}>{word}</text>'
        for g, anchor, word in ((0, "start", "easy 0"), (0.5, "middle", "g"), (1, "end", "1 hard"))
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}">'
        f'{rules}{bars}<path d="{line}" fill="none" stroke="{color}" stroke-width="2.2"/>'
        f"{ends}</svg>"
    )


def weight_grid(
    classes: Sequence[int], names: Sequence[str], pictures: Sequence[str], notes: Sequence[str]
) -> str:
    """Small pictures (as image addresses) with the names and a note each, as one HTML grid."""
    cells = "".join(
        f'<figure data-class="{c}"><figcaption><b>{html.escape(names[c])}</b> '
        f'<span>{html.escape(note)}</span></figcaption><img src="{picture}" '
        f'alt="{html.escape(f"Weight by gradient norm of class {names[c]}: {note}")}"></figure>'
        for c, picture, note in zip(classes, pictures, notes, strict=True)
    )
    return f'<div class="multiples">{cells}</div>'


def common_top(weights: Sequence[Array]) -> float:
    """The upper end of a weight axis that small pictures share."""
    highest = max((float(np.max(w)) for w in weights if len(w)), default=1.0)
    return max(FLAT, highest * 1.05)


def _ticks(top: float) -> list[float]:
    step = next(s for s in (0.5, 1, 2, 5, 10, 20, 50, 100, 1e9) if top / s <= 4)
    ticks = [step * i for i in range(5) if step * i <= top]
    return sorted({0.0, 1.0, *ticks})


def _plain_axis(high: float) -> dict[str, Any]:
    return {"title": "Weight inside the class", "range": [0, high * 1.08]}


def _log_axis(least: float, high: float) -> dict[str, Any]:
    """Weights of very different size; one of 0 is drawn on the lower edge."""
    ends = [float(np.log10(least)), float(np.log10(high)) + 0.08]
    title = "Weight inside the class (log)"
    digits = (1, 2, 5) if ends[1] - ends[0] < 2 else (1,)
    ticks = [float(f"{d}e{power}") for power in range(-6, 7) for d in digits]
    return {
        "title": title,
        "type": "log",
        "range": ends,
        "tickvals": ticks,
        "ticktext": [f"{tick:g}" for tick in ticks],
    }


def _ends(curves: Sequence[Curve]) -> tuple[float, float]:
    """Lowest weight above 0, and the top of the axis."""
    known = [np.asarray(curve.weights) for curve in curves if curve.weights is not None]
    values = np.concatenate([[curve.weight for curve in curves], *known])
    values = values[np.isfinite(values) & (values > 0)]
    return float(min(values, default=1)), max(FLAT, float(max(values, default=1)))


def _dash(method: int) -> str:
    return DASHES[method % len(DASHES)]
