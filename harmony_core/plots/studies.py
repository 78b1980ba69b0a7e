"""Figures of a study: gains over the baseline by setting, and average ranks of methods.

Axes: N settings, k methods.
"""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import wrap

import numpy as np
import plotly.graph_objects as go

from ..arrays import Array
from .pilot import SYMBOLS
from .plotly_text import plotly_text
from .style import METHOD_COLORS
from .tail import INK, finish

ROW = 34
"""Height of a line, in pixels."""
MARKER_ROOM = 15
"""Height that a method takes of a line, in pixels, so that markers keep apart."""
FRAME = 130
WIDEST = 18
"""Characters of a setting's title in a line, of two."""
SPREAD = 0.6
"""Share of the distance between two settings over which the methods are spread."""


def forest(
    settings: Sequence[str],
    methods: Sequence[str],
    gain: Array,
    low: Array,
    high: Array,
    baseline: str,
    theme: str = "light",
    unit: str = "points",
) -> go.Figure:
    """Gains (N, k) over the baseline with their intervals, settings from top to bottom.

    Gains are in [−1, 1] for the unit ``points`` (of a hundred), and as they are for any other. A
    filled marker's interval excludes 0, a hollow one's does not; a gain that is NaN is left out,
    one without an interval has no bar.
    """
    figure = go.Figure()
    rows = np.arange(len(settings))
    shift = SPREAD / max(len(methods), 1)
    scale, digits = (100, 2) if unit == "points" else (1, 3)
    for m, method in enumerate(methods):
        mean, start, end = (scale * np.asarray(part)[:, m] for part in (gain, low, high))
        clear = (start > 0) | (end < 0)
        color = METHOD_COLORS[theme][m % len(METHOD_COLORS[theme])]
        symbol = SYMBOLS[m % len(SYMBOLS)]
        told = [
            f"{plotly_text(method)}: {value:+.{digits}f} {unit}"
            + ("" if np.isnan(a) else f" ({a:+.{digits}f} to {b:+.{digits}f})")
            for value, a, b in zip(mean, start, end, strict=True)
        ]
        figure.add_scatter(
            x=mean,
            y=rows + (m - (len(methods) - 1) / 2) * shift,
            mode="markers",
            name=plotly_text(method),
            marker={
                "color": color,
                "size": 9,
                "symbol": [symbol if is_clear else f"{symbol}-open" for is_clear in clear],
            },
            error_x={
                "type": "data", "symmetric": False, "array": end - mean, "arrayminus": mean - start,
                "color": color, "thickness": 1.5,
            },
            text=told,
            hovertemplate="%{text}<extra></extra>",
        )  # fmt: skip
    figure.add_vline(x=0, line={"color": INK[theme], "width": 1})
    row = max(ROW, round(MARKER_ROOM * len(methods) / SPREAD))
    finish(figure, theme, height=FRAME + row * max(len(settings), 1))
    figure.update_yaxes(
        tickvals=rows.tolist(),
        ticktext=["<br>".join(map(plotly_text, wrap(name, WIDEST)[:2])) for name in settings],
        range=[len(settings) - 0.5, -0.5],
    )
    figure.update_xaxes(title=f"gain over {plotly_text(baseline)}, {unit}")
    return figure


def critical_difference_diagram(
    methods: Sequence[str],
    ranks: Sequence[float],
    difference: float,
    groups: Sequence[Sequence[str]],
    theme: str = "light",
) -> go.Figure:
    """Average ranks of methods, best first; a bar joins those that are not distinguishable."""
    figure = go.Figure()
    ink = INK[theme]
    k = len(methods)
    place = {method: float(rank) for method, rank in zip(methods, ranks, strict=True)}
    figure.add_scatter(
        x=list(ranks),
        y=list(range(1, k + 1)),
        mode="markers",
        name="average rank",
        marker={"color": ink, "size": 9},
        text=[f"{plotly_text(name)}: average rank {place[name]:.2f}" for name in methods],
        hovertemplate="%{text}<extra></extra>",
        showlegend=False,
    )
    lines = [([1, 1 + difference], 0.0, f"critical difference {difference:.2f}")]
    for group in groups:
        ends = [place[group[0]], place[group[-1]]]
        first = list(methods).index(group[0]) + 1
        lines.append((ends, first + 0.5, "not distinguishable"))  # clear of every marker
    for ends, y, title in lines:
        figure.add_scatter(
            x=ends,
            y=[y, y],
            mode="lines",
            line={"color": ink, "width": 4 if y else 2},
            name=title,
            hovertemplate=f"{title}<extra></extra>",
            showlegend=False,
        )
    figure.add_annotation(
        x=1, y=0, text=f"critical difference {difference:.2f}", showarrow=False, xanchor="left",
        yshift=12, font={"color": ink},
    )  # fmt: skip
    finish(figure, theme, height=FRAME + ROW * (k + 1))
    figure.update_yaxes(
        tickvals=list(range(1, k + 1)),
        ticktext=[plotly_text(name) for name in methods],
        range=[k + 0.6, -0.9],
    )
    figure.update_xaxes(title="average rank, 1 is best", range=[0.8, max(k, 1 + difference) + 0.2])
    return figure
