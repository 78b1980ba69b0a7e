"""One figure over epochs for the methods of two experiments."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import plotly.graph_objects as go

from ..arrays import Array
from .plotly_text import plotly_text
from .style import METHOD_COLORS
from .tail import finish

DASHES = ("solid", "dash")


@dataclass(frozen=True)
class ComparedCurve:
    """One method of one experiment."""

    experiment: int
    """0 or 1: drawn solid or dashed."""
    method: int
    """Position in its experiment, which gives the colour."""
    label: str
    epochs: Array
    """(e,)"""
    values: Array
    """(e,) in percent"""


def compared_curves(curves: Sequence[ComparedCurve], unit: str, theme: str = "light") -> go.Figure:
    """All curves on one axis; colour is the method's place, dashes the second experiment."""
    figure = go.Figure()
    colors = METHOD_COLORS[theme]
    for curve in curves:
        figure.add_scatter(
            x=curve.epochs,
            y=curve.values,
            mode="lines",
            name=plotly_text(f"{'AB'[curve.experiment]}: {curve.label}"),
            line={
                "color": colors[curve.method % len(colors)],
                "dash": DASHES[curve.experiment],
                "width": 2,
            },
        )
    finish(figure, theme, height=420)
    figure.update_layout(showlegend=True)
    figure.update_xaxes(title="epoch")
    figure.update_yaxes(title=unit)
    return figure
