"""An experiment's embedding as one HTML file that needs no server and no network."""

from __future__ import annotations

import html
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ..analysis.embedding.result import EmbeddingFrame, Landmarks, load_embedding
from ..analysis.embedding.settings import EmbeddingSettings
from ..errors import RunError
from ..files import write_atomically
from ..plots.embedding.all_epochs import all_epochs_figure
from ..plots.embedding.text import caption, two_digits
from ..plots.style import SURFACE
from ..runs.embedding.store import Store, embed_run, embedding_path, landmarks_of, stored_epochs

MAX_BYTES = 5_000_000
"""Limit for the figure; the plotting library in the file takes about as much again."""
STYLE = """
body { margin: 0 auto; max-width: 1400px; padding: 1rem; font: 15px/1.5 system-ui, sans-serif;
  background: %s; color: %s; }
h1 { font-size: 1.3rem; margin: .2rem 0; } p.caption { max-width: 75ch; }
.wide { overflow-x: auto; } .wide > div { min-width: 1100px; }
table { border-collapse: collapse; } th, td { padding: .25rem .7rem; }
th, td { text-align: right; white-space: nowrap; }
th:first-child, td:first-child { text-align: left; } tr { border-bottom: 1px solid #8886; }
"""


def export_embedding_html(
    store: Store,
    record: Any,
    path: Path,
    *,
    repeat: int = 0,
    settings: EmbeddingSettings | None = None,
    theme: str = "light",
    on_progress: Callable[[int, int], None] | None = None,
) -> Path:
    """Write ``path``: all methods at the last epoch, earlier epochs on a slider, the caveat below.

    Maps that are not stored yet are computed first, which needs umap. Epochs are thinned out until
    the maps take at most 5 MB. ``record`` is the experiment's `ExperimentRecord`.
    """
    settings = settings or EmbeddingSettings()
    embed_run(store, record.id, repeat, settings, on_progress=on_progress)
    epochs = stored_epochs(store.root, record.id, repeat, settings)
    if not epochs:
        raise RunError(
            f"Expected experiment {record.id} to have recorded an epoch, but it has not. "
            "Wait for its first epoch, or resume it."
        )
    landmarks = landmarks_of(store.scene(record.id, repeat))
    frames = [
        load_embedding(embedding_path(store.root, record.id, repeat, settings, epoch))
        for epoch in epochs
    ]
    title = record.title or f"Experiment {record.id}"
    page = embedding_page(frames, landmarks, title, theme=theme)
    write_atomically(Path(path), page.encode())
    return Path(path)


def embedding_page(
    frames: list[EmbeddingFrame], landmarks: Landmarks, title: str, *, theme: str = "light"
) -> str:
    """The HTML of `export_embedding_html` from maps in the order of their epochs."""
    figure, kept = all_epochs_figure(frames, landmarks, theme=theme, most_bytes=MAX_BYTES)
    drawing = figure.to_html(
        full_html=False,
        include_plotlyjs=True,
        auto_play=False,
        config={"displaylogo": False, "responsive": True},
    )
    final, since = frames[-1], kept[-2] if len(kept) > 1 else None
    ink = "#e8ecf2" if theme == "dark" else "#111418"
    name = html.escape(title)
    thinned = (
        f" {len(kept)} of {len(frames)} recorded epochs are in this file."
        if len(kept) < len(frames)
        else ""
    )
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{name}</title><style>{STYLE % (SURFACE[theme], ink)}</style></head><body>"
        f'<main><h1>{name}</h1><div class="wide"><div>{drawing}</div></div>'
        f'<p class="caption">{html.escape(caption(final, landmarks, since))} '
        f"These numbers are of epoch {final.epoch}.{thinned}</p>"
        f'<div class="wide">{_table(final)}</div></main></body></html>\n'
    )


def _table(frame: EmbeddingFrame) -> str:
    """Accuracy and map quality of each method at the last epoch, as a table."""
    heads = (
        "method", "balanced accuracy", "map agrees", "in the tail", "where wrong",
        "trustworthiness", "silhouette head", "silhouette tail",
    )  # fmt: skip
    rows = []
    for panel in frame.panels:
        shown = panel.fidelity
        shares = [
            shown.agreement[name].percent() if name in shown.agreement else "–"
            for name in ("all", "tail", "errors")
        ]
        accuracy = shown.balanced_accuracy
        cells = [
            panel.label,
            "–" if accuracy is None else f"{100 * accuracy:.1f} %",
            *shares,
            two_digits(shown.trustworthiness),
            two_digits(shown.silhouette.get("head")),
            two_digits(shown.silhouette.get("tail")),
        ]
        rows.append("<tr>" + "".join(f"<td>{html.escape(c)}</td>" for c in cells) + "</tr>")
    top = "".join(f"<th>{head}</th>" for head in heads)
    return f"<table><thead><tr>{top}</tr></thead><tbody>{''.join(rows)}</tbody></table>"
