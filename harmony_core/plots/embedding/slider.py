"""The epochs of an embedding on a slider, with a button that plays them in the browser."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import plotly.graph_objects as go

SLIDER = 84
"""Pixels of the slider."""


def add_slider(figure: go.Figure, stills: Sequence[dict[str, Any]], below: int) -> None:
    """One step a still, the last one active; ``below`` are the pixels already under the panels.

    Stills are Plotly's frames as plain dictionaries.
    """
    figure.frames = list(stills)
    still = {"mode": "immediate", "frame": {"duration": 0}, "transition": {"duration": 0}}
    play = {"fromcurrent": True, "frame": {"duration": 350}, "transition": {"duration": 0}}
    figure.update_layout(
        sliders=[
            {
                "active": len(stills) - 1,
                "currentvalue": {"prefix": "epoch "},
                "x": 0.12,
                "len": 0.88,
                "y": 0,
                "yanchor": "top",
                "pad": {"t": 10},
                "steps": [
                    {"label": one["name"], "method": "animate", "args": [[one["name"]], still]}
                    for one in stills
                ],
            }
        ],
        updatemenus=[
            {
                "type": "buttons",
                "direction": "left",
                "x": 0,
                "xanchor": "left",
                "y": 0,
                "pad": {"t": 24},
                "yanchor": "top",
                "showactive": False,
                "font": {"color": "#111418"},
                "buttons": [
                    {"label": "▶", "method": "animate", "args": [None, play]},
                    {"label": "❚❚", "method": "animate", "args": [[None], still]},
                ],
            }
        ],
        height=figure.layout.height + SLIDER,
        margin={"b": below + SLIDER},
    )
