"""The traces of an embedding: dots, rims, rings, paths and crosses of each panel and epoch.

Plain dictionaries: Plotly checks what becomes a figure once, and not for every epoch.

Axes: l landmarks, m methods.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ...analysis.embedding.motion import changed, stragglers, trails
from ...analysis.embedding.result import EmbeddingFrame, Landmarks, Panel
from ...arrays import Array
from ..plotly_text import plotly_text
from ..style import DIFFICULTY_COLORS
from .marks import DISAGREES, FAINT, INK, Colouring, class_palette, cross, dot_symbols, drawn_by

PER_PANEL = 5
"""Traces of one panel: dots, rims, rings, paths, crosses."""
TRAIL = 3
"""Earlier pictures that a path passes through."""
MOST_SVG = 12_000
"""More dots than this in all panels are drawn by WebGL, as SVG would be too slow."""


class Traces:
    """The traces of one figure; ``movie`` are its pictures, one or several."""

    def __init__(
        self,
        movie: Sequence[EmbeddingFrame],
        landmarks: Landmarks,
        colouring: Colouring,
        theme: str,
        paths: int,
        past: Sequence[EmbeddingFrame],
        changes: str,
    ) -> None:
        self.movie, self.landmarks, self.colouring = movie, landmarks, colouring
        self.theme, self.paths = theme, paths
        self.story, self.changes = [*past, *movie], changes
        self.panels = len(movie[0].panels)
        dots = self.panels * len(landmarks.targets)
        self.dots = "scattergl" if dots > MOST_SVG else "scatter"
        c = len(landmarks.train_counts)
        self.names = landmarks.names or tuple(f"class {i}" for i in range(c))
        self.by = drawn_by(colouring, c)
        self.palette = class_palette(landmarks, colouring, theme)

    def traces(self, at: int) -> list[dict[str, Any]]:
        """All panels' traces, `PER_PANEL` each, in the order that the slider relies on."""
        found: list[dict[str, Any]] = []
        for i, panel in enumerate(self.movie[at].panels):
            axes = {"xaxis": f"x{i + 1}" if i else "x", "yaxis": f"y{i + 1}" if i else "y"}
            marks = (*self._marks(panel), self._paths(at, i), self._crosses(at, i))
            for trace in (self._dots(panel, i), *marks):
                trace.update(showlegend=False, **axes)
                found.append(trace)
        return found

    def _dots(self, panel: Panel, i: int) -> dict[str, Any]:
        landmarks = self.landmarks
        targets = landmarks.targets
        marker: dict[str, Any] = {
            "size": np.where(landmarks.is_test, 7, 6).astype(np.uint8),
            "symbol": dot_symbols(landmarks, self.by),
            "color": [self.palette[t] for t in targets],
            "opacity": 0.9,
            "line": {"width": np.where(landmarks.is_test, 0, 1).astype(np.uint8)},
        }
        if self.by == "correct":
            ink, faint = INK[self.theme], FAINT[self.theme]
            marker["color"] = np.where(panel.predicted == targets, faint, ink)
        elif self.by == "value" and self.colouring.values is not None:
            stops = DIFFICULTY_COLORS[self.theme]
            marker["color"] = self.colouring.values[i]
            marker["colorscale"] = [[k / (len(stops) - 1), c] for k, c in enumerate(stops)]
            known = self.colouring.values[np.isfinite(self.colouring.values)]
            marker["cmin"] = float(known.min(initial=0.0))
            marker["cmax"] = float(known.max(initial=0.0)) or 1.0
            marker["showscale"] = i == self.panels - 1
            title = {"text": plotly_text(self.colouring.title), "side": "right"}
            marker["colorbar"] = {"title": title, "thickness": 12}
        split = np.where(landmarks.is_test, "test", "training")
        counts = landmarks.train_counts
        own = [f"{plotly_text(self.names[t])} ({counts[t]:,} for training), {s}" for t, s in
               zip(targets, split, strict=True)]  # fmt: skip
        return {
            "type": self.dots,
            "x": panel.positions[:, 0],
            "y": panel.positions[:, 1],
            "mode": "markers",
            "marker": marker,
            "text": own,
            "hovertext": [plotly_text(self.names[p]) for p in panel.predicted],
            "customdata": self._custom(panel),
            "hovertemplate": (
                "sample %{customdata[0]}: %{text}<br>network says %{hovertext}, "
                "%{customdata[1]} % sure<extra></extra>"
            ),
            "name": plotly_text(panel.label),
        }

    def _custom(self, panel: Panel) -> Array:
        sure = np.round(100 * panel.confidence.astype(np.float32)).astype(np.int32)
        return np.stack([np.arange(len(sure), dtype=np.int32), sure], axis=1)

    def _marks(self, panel: Panel) -> list[dict[str, Any]]:
        """Rims where the network is wrong, rings where the map disagrees with it."""
        claims = bool(panel.region_purity.any())
        wrong = (panel.predicted != self.landmarks.targets) & self.landmarks.judged & claims
        other = (panel.predicted != panel.map_class) & self.landmarks.judged & claims
        looks = (
            (wrong, {"color": INK[self.theme], "size": 8, "line": {"width": 1}}),
            (other, {"color": DISAGREES[self.theme], "size": 12, "line": {"width": 1}}),
        )
        return [
            {
                "type": self.dots,
                "x": panel.positions[which, 0],
                "y": panel.positions[which, 1],
                "mode": "markers",
                "marker": {"symbol": "circle-open", **look},
                "hoverinfo": "skip",
            }
            for which, look in looks
        ]

    def _before(self, at: int) -> Sequence[EmbeddingFrame]:
        """All pictures before the one that is drawn."""
        return self.story[: at + len(self.story) - len(self.movie)]

    def since(self, at: int) -> EmbeddingFrame | None:
        """The earlier picture that predictions are compared with."""
        before = self._before(at)
        if not before or self.changes == "none":
            return None
        return before[0] if self.changes == "first" else before[-1]

    def _paths(self, at: int, i: int) -> dict[str, Any]:
        """The paths from the previous pictures of the samples that moved most."""
        x, y = np.empty(0), np.empty(0)
        before = self._before(at)
        if before and self.paths > 0:
            after = self.movie[at].panels[i]
            moved = stragglers(before[-1].panels[i], after, self.paths)
            ways = trails([*(f.panels[i] for f in before[-TRAIL:]), after], moved.index)
            gap = np.full((len(ways), 1, 2), np.nan, dtype=np.float32)
            x, y = np.concatenate([ways, gap], axis=1).reshape(-1, 2).T
        return {
            "type": "scatter",
            "x": x,
            "y": y,
            "mode": "lines",
            "line": {"width": 1.4, "color": INK[self.theme]},
            "opacity": 0.55,
            "hoverinfo": "skip",
        }

    def _crosses(self, at: int, i: int) -> dict[str, Any]:
        """The samples whose predicted class has changed."""
        panel, since = self.movie[at].panels[i], self.since(at)
        which = np.zeros(len(panel.predicted), dtype=bool)
        if since is not None:
            which = changed(since.panels[i], panel)
        return {
            "type": self.dots,
            "x": panel.positions[which, 0],
            "y": panel.positions[which, 1],
            "mode": "markers",
            "marker": cross(self.theme, float(which.mean())),
            "hoverinfo": "skip",
        }

    def moving(self, at: int) -> list[dict[str, Any]]:
        """The part of all panels' traces that changes from epoch to epoch."""
        kept = ["type", "x", "y", "customdata", "hovertext"]
        found = []
        for k, trace in enumerate(self.traces(at)):
            part = {name: trace[name] for name in kept if name in trace}
            if k % PER_PANEL == PER_PANEL - 1:  # crosses shrink where there are many
                part["marker"] = trace["marker"]
            elif k % PER_PANEL == 0 and self.by in ("correct", "value"):
                part["marker"] = {"color": trace["marker"]["color"]}
            found.append(part)
        return found
