"""All epochs of an embedding as one figure with a slider, thinned to a size a page can load."""

from __future__ import annotations

from collections.abc import Sequence

import plotly.graph_objects as go

from ...analysis.embedding.result import EmbeddingFrame, Landmarks
from .figure import embedding_figure
from .marks import Colouring

MOST_BYTES = 5_000_000
FEWEST, PROBE = 2, 4


def all_epochs_figure(
    frames: Sequence[EmbeddingFrame],
    landmarks: Landmarks,
    *,
    colouring: Colouring | None = None,
    theme: str = "light",
    columns: int | None = None,
    width: int = 1200,
    changes: str = "before",
    most_bytes: int = MOST_BYTES,
) -> tuple[go.Figure, list[EmbeddingFrame]]:
    """The figure and its pictures: first, last, and others evenly spread."""

    def drawn(some: Sequence[EmbeddingFrame]) -> go.Figure:
        return embedding_figure(
            some, landmarks, colouring=colouring, theme=theme, columns=columns, width=width,
            changes=changes,
        )  # fmt: skip

    most = len(frames)
    if most > PROBE:  # estimate the size of one picture
        sizes = [len(drawn(spread(frames, many)).to_json()) for many in (FEWEST, PROBE)]
        each = max(1.0, (sizes[1] - sizes[0]) / (PROBE - FEWEST))
        most = max(FEWEST, min(most, FEWEST + int((most_bytes - sizes[0]) / each)))
    while True:
        kept = spread(frames, most)
        figure = drawn(kept)
        if most <= FEWEST or len(figure.to_json()) <= most_bytes:
            return figure, kept
        most -= 1


def spread(frames: Sequence[EmbeddingFrame], most: int) -> list[EmbeddingFrame]:
    """At most ``most`` pictures: the first, the last, and others evenly between."""
    if len(frames) <= most:
        return list(frames)
    last = len(frames) - 1
    return [frames[round(i * last / (most - 1))] for i in range(most)]
