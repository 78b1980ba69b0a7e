"""Embeddings side by side: dots over the network's regions, one panel a method, epochs on a slider.

A dot's colour and shape are its true class (or what `Colouring` says); training samples are
hollow. A black rim: the network is wrong. A red ring: the map disagrees with the network. A cross:
the network calls it otherwise than in an earlier picture. Lines are the paths of the samples that
moved most. All panels and epochs share one fixed rectangle.

Axes: l landmarks, m methods, e epochs, c classes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from ..analysis.embedding.motion import changed, stragglers, trails
from ..analysis.embedding.result import EmbeddingFrame, Landmarks, Panel
from ..errors import ConfigError
from .embedding_marks import (
    CHANGES,
    COLOURINGS,
    DISAGREES,
    FAINT,
    INK,
    Colouring,
    class_palette,
    cross,
    dot_symbols,
    drawn_by,
    legend,
    region_image,
)
from .embedding_slider import add_slider
from .embedding_text import panel_title, plain
from .style import DIFFICULTY_COLORS, SURFACE

Array = NDArray[Any]
PER_PANEL = 5
"""Traces of one panel: dots, rims, rings, paths, crosses."""
TRAIL = 3
"""Pictures before whose places a path passes through."""
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

    ``width`` is what the figure will have in pixels; its height follows from that.

    ``paths`` samples that moved most since the picture before leave a trail, where there is one.
    Crosses mark those that the network calls otherwise than in the picture ``before``, in the
    ``first`` one, or ``none``. ``past`` are earlier pictures, not drawn but compared with.
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


class _Drawing:
    """One figure in the making."""

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
        corners = np.array([frame.extent for frame in movie])
        self.extent = (
            corners[:, 0].min(), corners[:, 1].max(), corners[:, 2].min(), corners[:, 3].max(),
        )  # fmt: skip
        self.columns = 1
        self.tops: list[float] = []
        self.below = 0
        c = len(landmarks.train_counts)
        self.names = landmarks.names or tuple(f"class {i}" for i in range(c))
        self.by = drawn_by(colouring, c)
        self.palette = class_palette(landmarks, colouring, theme)

    # One epoch

    def traces(self, at: int) -> list[Any]:
        """All panels' traces, `PER_PANEL` each, in the order that the slider relies on."""
        found: list[Any] = []
        for i, panel in enumerate(self.movie[at].panels):
            axes = {"xaxis": f"x{i + 1}" if i else "x", "yaxis": f"y{i + 1}" if i else "y"}
            marks = (*self._marks(panel), self._paths(at, i), self._crosses(at, i))
            for trace in (self._dots(panel, i), *marks):
                trace.update(showlegend=False, **axes)
                found.append(trace)
        return found

    def _dots(self, panel: Panel, i: int) -> Any:
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
            title = {"text": plain(self.colouring.title), "side": "right"}
            marker["colorbar"] = {"title": title, "thickness": 12}
        split = np.where(landmarks.is_test, "test", "training")
        counts = landmarks.train_counts
        own = [f"{plain(self.names[t])} ({counts[t]:,} for training), {s}" for t, s in
               zip(targets, split, strict=True)]  # fmt: skip
        return go.Scatter(
            x=panel.positions[:, 0],
            y=panel.positions[:, 1],
            mode="markers",
            marker=marker,
            text=own,
            hovertext=[plain(self.names[p]) for p in panel.predicted],
            customdata=self._custom(panel),
            hovertemplate=(
                "sample %{customdata[0]}: %{text}<br>network says %{hovertext}, "
                "%{customdata[1]} % sure<extra></extra>"
            ),
            name=plain(panel.label),
        )

    def _custom(self, panel: Panel) -> Array:
        sure = np.round(100 * panel.confidence.astype(np.float32)).astype(np.int32)
        return np.stack([np.arange(len(sure), dtype=np.int32), sure], axis=1)

    def _marks(self, panel: Panel) -> list[Any]:
        """Rims where the network is wrong, rings where the map disagrees with it."""
        claims = bool(panel.region_purity.any())
        wrong = (panel.predicted != self.landmarks.targets) & self.landmarks.judged & claims
        other = (panel.predicted != panel.map_class) & self.landmarks.judged & claims
        looks = (
            (wrong, {"color": INK[self.theme], "size": 8, "line": {"width": 1}}),
            (other, {"color": DISAGREES[self.theme], "size": 12, "line": {"width": 1}}),
        )
        return [
            go.Scatter(
                x=panel.positions[which, 0],
                y=panel.positions[which, 1],
                mode="markers",
                marker={"symbol": "circle-open", **look},
                hoverinfo="skip",
            )
            for which, look in looks
        ]

    def _before(self, at: int) -> Sequence[EmbeddingFrame]:
        """All pictures before the one that is drawn."""
        return self.story[: at + len(self.story) - len(self.movie)]

    def since(self, at: int) -> EmbeddingFrame | None:
        """The picture that predictions are compared with."""
        before = self._before(at)
        if not before or self.changes == "none":
            return None
        return before[0] if self.changes == "first" else before[-1]

    def _paths(self, at: int, i: int) -> Any:
        """The way here from the picture before, of the samples that moved most."""
        x, y = np.empty(0), np.empty(0)
        before = self._before(at)
        if before and self.paths > 0:
            after = self.movie[at].panels[i]
            moved = stragglers(before[-1].panels[i], after, self.paths)
            ways = trails([*(f.panels[i] for f in before[-TRAIL:]), after], moved.index)
            gap = np.full((len(ways), 1, 2), np.nan, dtype=np.float32)
            x, y = np.concatenate([ways, gap], axis=1).reshape(-1, 2).T
        return go.Scatter(
            x=x,
            y=y,
            mode="lines",
            line={"width": 1.4, "color": INK[self.theme]},
            opacity=0.55,
            hoverinfo="skip",
        )

    def _crosses(self, at: int, i: int) -> Any:
        """What the network calls otherwise now."""
        panel, since = self.movie[at].panels[i], self.since(at)
        which = np.zeros(len(panel.predicted), dtype=bool)
        if since is not None:
            which = changed(since.panels[i], panel)
        return go.Scatter(
            x=panel.positions[which, 0],
            y=panel.positions[which, 1],
            mode="markers",
            marker=cross(self.theme),
            hoverinfo="skip",
        )

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
        self.columns = min(columns, self.panels)
        rows = -(-self.panels // self.columns)
        x0, x1, y0, y1 = self.extent
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
            font={"color": INK[self.theme], "size": 12},
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
            which = {"before": "in the picture before", "first": "in the first picture"}
            items.append((f"called otherwise {which[self.changes]}", cross(self.theme)))
        return items

    def still(self, at: int) -> go.Frame:
        """One epoch for the slider."""
        return go.Frame(
            data=[_moving(trace) for trace in self.traces(at)],
            traces=list(range(self.panels * PER_PANEL)),
            name=str(self.movie[at].epoch),
            layout={"images": self.images(at), "annotations": self.titles(at)},
        )


def _legend_height(names: list[str], width: int) -> int:
    """Pixels of the legend: one row if it fits, else columns as wide as the longest name."""
    widths = [46 + 7 * len(name) for name in names]
    rows = 1 if sum(widths) < width else -(-len(widths) // max(1, width // max(widths)))
    return 22 + 20 * rows


def _moving(trace: Any) -> dict[str, Any]:
    """What changes in a trace from epoch to epoch."""
    kept: dict[str, Any] = {"type": "scatter", "x": trace.x, "y": trace.y}
    for name in ("customdata", "hovertext"):
        if trace[name] is not None:
            kept[name] = trace[name]
    return kept
