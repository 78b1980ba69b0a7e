"""The maps of the methods side by side at one epoch, and how far to trust them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import streamlit as st

from harmony_core.analysis.accuracy import THIRDS
from harmony_core.analysis.embedding import EmbeddingFrame, Landmarks, sample_terms
from harmony_core.errors import HarmonyError

from .._shared.labels import run_title
from .._shared.markdown import spoken
from .._shared.messages import messages
from .._shared.tables import cells, table
from .._shared.theme import theme
from .controls import MapStyle
from .drawing_status import offer_redrawing
from .player import play
from .sample_table import table_of_all
from .seed_noise import seed_noise
from .selection import choose_samples, chosen, chosen_samples, remember
from .stored_maps import StoredMaps

TRAIL = 3
"""Earlier pictures that a trail passes through."""
Drawn = tuple[EmbeddingFrame, EmbeddingFrame, list[EmbeddingFrame]]
"""The frame on screen, the first one, and earlier ones."""
CONFIG = {"displaylogo": False, "modeBarButtonsToRemove": ["autoScale2d"]}


def show_maps(maps: StoredMaps, style: MapStyle) -> None:
    """The stored maps at the reader's epoch, and everything that can be asked about them."""
    drawn = play(maps, lambda epoch: _at(maps, style, epoch))
    if drawn is None:
        return
    frame, first, past = drawn
    _download(maps)
    with messages():
        choose_samples(maps, first, frame, past[-1] if past else None)
        chosen_samples(maps, first, frame)
    with messages():
        seed_noise(maps, frame, style)
    with messages():
        table_of_all(maps, frame)


def _at(maps: StoredMaps, style: MapStyle, epoch: int) -> Drawn | None:
    """The maps of ``epoch`` with what explains them; the frames drawn, None if one is damaged."""
    try:
        frame, first = maps.read(epoch), maps.read(maps.epochs[0])
        before = [e for e in maps.epochs if e < epoch][-TRAIL:]
        past = [maps.read(e) for e in sorted({maps.epochs[0], *before})] if before else []
    except HarmonyError as error:
        st.error(spoken(str(error)), icon=":material/broken_image:")
        offer_redrawing(maps)
        return None
    maps_of_epoch(maps, frame, style, past, select=True)
    explanation(maps, frame, style, past)
    return frame, first, past


def explanation(
    maps: StoredMaps, frame: EmbeddingFrame, style: MapStyle, past: Sequence[EmbeddingFrame] = ()
) -> None:
    """Two sentences under the maps; the rest of what to know is folded."""
    from harmony_core.plots.embedding.text import short_caption

    with st.container(key="embedding-caveat"):
        st.caption(
            f"{spoken(short_caption(shown(frame, style), maps.landmarks))} Sizes of islands and "
            "gaps between them mean nothing."
        )
    with st.expander("How to read this map", icon=":material/help:"):
        _caveat(frame, maps.landmarks, style, past)
        if len(maps.epochs) == 1 < len(maps.wanted):
            st.caption(
                "This map of the last epoch was drawn alone. In the sequence of all epochs its "
                "dots lie elsewhere, as each map there begins from the one before."
            )
        _trust_table(frame, style)


def maps_of_epoch(
    maps: StoredMaps,
    frame: EmbeddingFrame,
    style: MapStyle,
    past: Sequence[EmbeddingFrame] = (),
    *,
    select: bool = False,
) -> None:
    """The maps of one epoch; trails and crosses compare with ``past``; ``select`` allows lassos."""
    from harmony_core.plots.embedding.figure import embedding_figure
    from harmony_core.plots.embedding.marks import Colouring
    from harmony_core.plots.embedding.overlay import (
        adapt_to_touch,
        add_terms_to_hover,
        fade_unknown,
        mark_selection,
    )

    frame, landmarks = shown(frame, style), maps.landmarks
    recorded = maps.runs.frames(maps.record.id, maps.repeat, frame.epoch)
    frames = {one.method: one for one in recorded}
    terms = [sample_terms(maps.scene, frames[panel.method]) for panel in frame.panels]
    weight, grad_norm = (np.stack(values) for values in zip(*terms, strict=True))
    if style.colour in ("g", "weight"):
        by = {"g": (grad_norm, "gradient norm g"), "weight": (weight, "weight")}[style.colour]
        colouring = Colouring("value", by[0], by[1], style.highlight)
    else:
        colouring = Colouring(style.colour, highlight=style.highlight)
    figure = embedding_figure(
        frame, landmarks, colouring=colouring, theme=theme(),
        past=[shown(before, style) for before in past], changes=style.changes,
        columns=style.layout.columns, width=style.layout.width,
    )  # fmt: skip
    if style.layout.touch:
        adapt_to_touch(figure)
    add_terms_to_hover(figure, weight, grad_norm)
    if colouring.values is not None:
        fade_unknown(figure, colouring.values)
    if not select:
        with st.container(key="embedding-picture"):
            st.plotly_chart(figure, theme=None, key="embedding-live", config=CONFIG)
        return
    mark_selection(figure, len(frame.panels), chosen(maps))
    with st.container(key="embedding-picture"):
        key = "embedding-figure"
        st.plotly_chart(
            figure, theme=None, key=key, config=CONFIG, selection_mode=("lasso", "box"),
            on_select=lambda: remember(maps, key, len(frame.panels)),
        )  # fmt: skip


def shown(frame: EmbeddingFrame, style: MapStyle) -> EmbeddingFrame:
    """The panels of the chosen methods."""
    panels = tuple(panel for panel in frame.panels if panel.method in style.methods)
    return replace(frame, panels=panels or frame.panels)


def _caveat(
    frame: EmbeddingFrame, landmarks: Landmarks, style: MapStyle, past: Sequence[EmbeddingFrame]
) -> None:
    from harmony_core.plots.embedding.text import caption

    since = None
    if past and style.changes != "none":
        since = shown(past[0 if style.changes == "first" else -1], style)
    st.caption(
        f"{spoken(caption(shown(frame, style), landmarks, since))} "
        f"Hollow dots are training samples. The numbers are for epoch {frame.epoch}."
    )


def _trust_table(frame: EmbeddingFrame, style: MapStyle) -> None:
    """The same as a table: how far each map can be trusted."""
    from harmony_core.plots.embedding.text import two_digits

    heads = [
        "Method", "Balanced accuracy", "Map agrees", "In the tail",
        "Where wrong", "Trust", "Silhouette: head, medium, tail",
    ]  # fmt: skip
    rows = []
    for panel in shown(frame, style).panels:
        found = panel.fidelity
        shares = [
            found.agreement[name].percent() if name in found.agreement else "–"
            for name in ("all", "tail", "errors")
        ]
        groups = [", ".join(two_digits(found.silhouette.get(name)) for name in THIRDS)]
        accuracy = found.balanced_accuracy
        good = "–" if accuracy is None else f"{100 * accuracy:.1f} %"
        values = [good, *shares, two_digits(found.trustworthiness), *groups]
        rows.append((panel.label, cells(values)))
    table(f"How far each map can be trusted, epoch {frame.epoch}", heads, rows)
    st.caption(
        "Map agrees: share of test samples to which the map, read without the sample itself, gives "
        "the same class as the network, with a 95 % interval (Wilson). Trust: trustworthiness of "
        "the neighbourhoods, 1 is best. Silhouette of the true classes in feature space, −1 to 1."
    )


def offline_page(maps: StoredMaps, shade: str) -> bytes:
    """The file behind the download button."""
    from harmony_core.export.embedding_page import embedding_page

    frames = [maps.read(epoch) for epoch in maps.epochs]
    title = run_title(maps.record)
    return embedding_page(frames, maps.landmarks, title, theme=shade).encode()


def _download(maps: StoredMaps) -> None:
    shade = theme()
    st.download_button(
        "One offline page (HTML)",
        lambda: offline_page(maps, shade),
        file_name=f"harmony-{maps.record.id}-embedding.html",
        mime="text/html", icon=":material/download:", key="download-embedding", on_click="ignore",
        help="These maps with all epochs, figures and the caveat in one file that opens offline.",
    )  # fmt: skip
