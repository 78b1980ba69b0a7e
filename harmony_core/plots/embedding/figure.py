"""Embeddings side by side: dots over the network's regions, one panel a method, epochs on a slider.

A dot's colour and shape are its true class (or what `Colouring` says); training samples are
hollow. A black rim: the network is wrong. A red ring: the map disagrees with the network. A cross:
its predicted class differs from that in an earlier picture. Lines are the paths of the samples that
moved most. All panels and epochs share one fixed rectangle.

Axes: l landmarks, m methods, e epochs, c classes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from ...analysis.embedding.result import EmbeddingFrame, Landmarks
from ...errors import ConfigError
from ..style import FONT, SURFACE
from .marks import CHANGES, COLOURINGS, INK, Colouring, cross, legend, region_image
from .slider import add_slider
from .text import panel_title
from .traces import PER_PANEL, Traces

__all__ = ["PER_PANEL", "embedding_figure"]

TITLE = 98
"""Pixels of a panel's title."""


def embedding_figure(
    frames: EmbeddingFrame | Sequence[EmbeddingFrame],
    landmarks: Landmarks,
    *,
    colouring: Colouring | None = None,
    theme: str = "light",
    columns: int | None = None,
    width: int = 1200,
    paths: int = 12,
    past: Sequence[EmbeddingFrame] = (),
    changes: str = "before",
) -> go.Figure:
    """One picture, or the pictures of several epochs with a slider that opens at the last.

    ``width`` is the width of the figure in pixels; its height follows from it.

    The ``paths`` samples that moved most since the previous picture leave a trail. Crosses mark the
    samples whose predicted class differs from that in the picture ``before``, in the ``first`` one,
    or ``none``. ``past`` are earlier pictures, which are compared with but not drawn.
    Each dot carries its landmark number and the network's confidence in % as ``customdata``.
    """
    chosen = colouring or Colouring()
    movie = [frames] if isinstance(frames, EmbeddingFrame) else sorted(frames, key=_epoch)
    if not movie or len({len(frame.panels) for frame in (*past, *movie)}) != 1:
        raise ConfigError(
            "Expected pictures of the same methods, at least one, "
            f"but got {[len(frame.panels) for frame in movie]} panels."
        )
    if changes not in CHANGES:
        raise ConfigError(f"Expected changes since {', '.join(CHANGES)}, but got {changes!r}.")
    if chosen.by not in COLOURINGS or (chosen.by == "value" and chosen.values is None):
        raise ConfigError(
            f"Expected to colour by {', '.join(COLOURINGS)} (the last with values), "
            f"but got {chosen.by!r}."
        )
    draw = _Drawing(movie, landmarks, chosen, theme, paths, sorted(past, key=_epoch), changes)
    last = len(movie) - 1
    figure = go.Figure(data=[*draw.traces(last), *draw.legend()])
    draw.arrange(figure, columns or _columns(len(movie[0].panels)), width)
    figure.update_layout(images=draw.images(last), annotations=draw.titles(last))
    if len(movie) > 1:
        add_slider(figure, [draw.still(at) for at in range(len(movie))], draw.below)
    return figure


def _epoch(frame: EmbeddingFrame) -> int:
    return frame.epoch


def _columns(panels: int) -> int:
    return panels if panels <= 3 else -(-panels // 2)


class _Drawing(Traces):
    """One figure in the making."""

    columns = 1
    tops: list[float]
    below = 0

    def images(self, at: int) -> list[dict[str, Any]]:
        """The regions of all panels as pictures under the dots."""
        found = []
        for i, panel in enumerate(self.movie[at].panels):
            x0, x1, y0, y1 = panel.extent
            found.append(
                {
                    "source": region_image(panel, self.palette),
                    "xref": f"x{i + 1}" if i else "x",
                    "yref": f"y{i + 1}" if i else "y",
                    "x": x0,
                    "y": y1,
                    "sizex": x1 - x0,
                    "sizey": y1 - y0,
                    "sizing": "stretch",
                    "layer": "below",
                }
            )
        return found

    def titles(self, at: int) -> list[dict[str, Any]]:
        since = self.since(at)
        return [
            {
                "text": panel_title(
                    panel, None if since is None else (since.epoch, since.panels[i])
                ),
                "x": (i % self.columns + 0.5) / self.columns,
                "y": self.tops[i],
                "xref": "paper",
                "yref": "paper",
                "xanchor": "center",
                "yanchor": "bottom",
                "showarrow": False,
                "font": {"size": 11},
            }
            for i, panel in enumerate(self.movie[at].panels)
        ]

    # The whole figure

    def arrange(self, figure: go.Figure, columns: int, width: int) -> None:
        """Axes, sizes and colours; ``width`` in pixels decides how high the panels are."""
        self.columns, self.tops = min(columns, self.panels), []
        rows = -(-self.panels // self.columns)
        corners = np.array([frame.extent for frame in self.movie])
        x0, y0 = corners[:, [0, 2]].min(axis=0)
        x1, y1 = corners[:, [1, 3]].max(axis=0)
        high = width / self.columns * (y1 - y0) / (x1 - x0)
        total = rows * (high + TITLE) - TITLE
        self.below = _legend_height([name for name, _ in self.explained()], width)
        bare = {"showticklabels": False, "showgrid": False, "zeroline": False, "ticks": ""}
        gap = 0.008
        for i in range(self.panels):
            row, column = divmod(i, self.columns)
            number = i + 1 if i else ""
            top = 1 - row * (high + TITLE) / total
            self.tops.append(top)
            figure.layout[f"xaxis{number}"] = {
                **bare,
                "domain": [column / self.columns + gap, (column + 1) / self.columns - gap],
                "range": [x0, x1],
                "anchor": f"y{number}",
                "constrain": "domain",
                **({"matches": "x"} if i else {}),
            }
            figure.layout[f"yaxis{number}"] = {
                **bare,
                "domain": [max(0.0, top - high / total), top],
                "range": [y0, y1],
                "anchor": f"x{number}",
                "scaleanchor": f"x{number}",
                "constrain": "domain",
                "constraintoward": "top",
                **({"matches": "y"} if i else {}),
            }
        surface = SURFACE[self.theme]
        figure.update_layout(
            template="plotly_dark" if self.theme == "dark" else "plotly_white",
            paper_bgcolor=surface,
            plot_bgcolor=surface,
            font={"color": INK[self.theme], "size": 12, "family": FONT},
            margin={
                "l": 8,
                "r": 84 if self.by == "value" else 8,
                "t": TITLE + 8,
                "b": self.below,
                "autoexpand": False,
            },
            height=round(total + TITLE + 8 + self.below),
            dragmode="lasso",
            hovermode="closest",
            uirevision="embedding",
            legend={
                "orientation": "h",
                "yref": "container",
                "y": 0,
                "yanchor": "bottom",
                "itemclick": False,
                "itemdoubleclick": False,
            },
        )

    def legend(self) -> list[Any]:
        """Empty traces that explain colours, shapes, rims and rings."""
        return [
            go.Scatter(x=[None], y=[None], mode="markers", marker=look, name=name)
            for name, look in self.explained()
        ]

    def explained(self) -> list[tuple[str, dict[str, Any]]]:
        items = legend(self.landmarks, self.names, self.colouring, self.by, self.theme)
        since = [self.since(at) for at in range(len(self.movie))]
        if any(since):
            which = {"before": "the previous picture", "first": "the first picture"}
            items.append((f"prediction differs from {which[self.changes]}", cross(self.theme)))
        return items

    def still(self, at: int) -> dict[str, Any]:
        """One epoch for the slider."""
        return {
            "data": self.moving(at),
            "traces": list(range(self.panels * PER_PANEL)),
            "name": str(self.movie[at].epoch),
            "layout": {"images": self.images(at), "annotations": self.titles(at)},
        }


def _legend_height(names: list[str], width: int) -> int:
    """Pixels of the legend: one row if it fits, else columns as wide as the longest name."""
    widths = [46 + 7 * len(name) for name in names]
    rows = 1 if sum(widths) < width else -(-len(widths) // max(1, width // max(widths)))
    return 22 + 20 * rows
