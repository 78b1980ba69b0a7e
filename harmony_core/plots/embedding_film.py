"""All epochs of an embedding as one figure with a slider, thinned to what a page can carry."""

from __future__ import annotations

from collections.abc import Sequence

import plotly.graph_objects as go

from ..analysis.embedding.result import EmbeddingFrame, Landmarks
from .embedding import embedding_figure
from .embedding_marks import Colouring

MOST_BYTES = 5_000_000
FEWEST = 2


def film(
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
    """The figure, and the pictures that are in it: first, last, the others evenly spread."""
    kept = list(frames)
    while True:
        figure = embedding_figure(
            kept, landmarks, colouring=colouring, theme=theme, columns=columns, width=width,
            changes=changes,
        )  # fmt: skip
        size = len(figure.to_json())
        if size <= most_bytes or len(kept) <= FEWEST:
            return figure, kept
        most = max(FEWEST, min(len(kept) - 1, int(len(kept) * most_bytes / size)))
        last = len(frames) - 1
        kept = [frames[round(i * last / (most - 1))] for i in range(most)]
