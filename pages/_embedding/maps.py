"""The maps side by side: epoch, film, comparison with luck, figures, caveat, download."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import streamlit as st

from harmony_core.analysis.accuracy import THIRDS
from harmony_core.analysis.embedding import (
    EmbeddingFrame,
    EmbeddingSettings,
    Landmarks,
    sample_terms,
)
from harmony_core.errors import HarmonyError
from harmony_core.frames import Scene
from harmony_core.runs.embedding.process import Drawing
from harmony_core.runs.record import ExperimentRecord

from .._experiment.below_the_view import shown_epoch
from .._session import place as where
from .._shared.backend import store
from .._shared.labels import run_title
from .._shared.messages import messages, spoken
from .._shared.page import put
from .._shared.tables import cells, table
from .._shared.theme import theme
from .controls import Look
from .drawing_status import draw_again
from .sample_table import dot_columns
from .seed_noise import luck
from .selection import chosen, pick, remember, selection
from .stored_maps import read

TRAIL = 3
"""Pictures before the one on screen whose places its trails pass through."""
CONFIG = {"displaylogo": False, "modeBarButtonsToRemove": ["autoScale2d"]}


def picture(
    record: ExperimentRecord,
    repeat: int,
    settings: EmbeddingSettings,
    epochs: Sequence[int],
    scene: Scene,
    landmarks: Landmarks,
    look: Look,
) -> None:
    """Everything about the stored pictures of one repeat."""
    epoch, playing = _epoch(record, epochs)
    try:
        frame = read(record.id, repeat, settings, epoch, landmarks)
        first = read(record.id, repeat, settings, epochs[0], landmarks)
        before = [e for e in epochs if e < epoch][-TRAIL:]
        told = sorted({epochs[0], *before}) if before else []
        past = [read(record.id, repeat, settings, e, landmarks) for e in told]
    except HarmonyError as error:
        st.error(spoken(str(error)), icon=":material/broken_image:")
        draw_again(Drawing(record.id, repeat, settings))
        return
    if playing:
        with messages():
            _film(record, repeat, settings, epochs, landmarks, look)
    else:
        show_picture(record, repeat, frame, landmarks, look, past, select=True)
    _caveat(frame, landmarks, look, past)
    _figures(frame, look)
    _download(record, repeat, settings, epochs, landmarks)
    with messages():
        pick(record, repeat, landmarks, first, frame, past[-1] if past else None)
        selection(record, repeat, scene, landmarks, epochs, first, frame)
    with messages():
        luck(record, repeat, settings, frame, landmarks, look)
    with messages():
        _dots(frame, landmarks, scene)


def _epoch(record: ExperimentRecord, epochs: Sequence[int]) -> tuple[int, bool]:
    """The epoch on screen, and whether all of them play in the browser."""
    epoch = shown_epoch(list(epochs), where.place(record.id).epoch)
    if len(epochs) == 1:
        return epoch, False
    put("emb-epoch", epoch)
    row = st.container(horizontal=True, gap="medium", vertical_alignment="center", key="emb-epochs")
    with row:
        playing = st.toggle(
            "Play", key="emb-play",
            help="All epochs with a slider of their own in the browser, without waiting. "
            "Selecting and the figures below belong to the single picture.",
        )  # fmt: skip
        st.select_slider(
            "Epoch", list(epochs), key="emb-epoch", on_change=_moved, args=(record.id,),
            disabled=playing,
        )  # fmt: skip
    return epoch, playing


def _moved(run: str) -> None:
    where.move(replace(where.place(run), epoch=int(st.session_state["emb-epoch"])))


def show_picture(
    record: ExperimentRecord,
    repeat: int,
    frame: EmbeddingFrame,
    landmarks: Landmarks,
    look: Look,
    past: Sequence[EmbeddingFrame] = (),
    *,
    select: bool = False,
) -> None:
    """One epoch's maps; ``select``: dots may be chosen; ``past``: what trails and crosses tell."""
    from harmony_core.plots.embedding.figure import embedding_figure
    from harmony_core.plots.embedding.marks import Colouring
    from harmony_core.plots.embedding.overlay import (
        fade_unknown,
        for_touch,
        mark_selection,
        tell_terms,
    )

    frame = shown(frame, look)
    scene = store().scene(record.id, repeat)
    frames = {f.method: f for f in store().frames(record.id, repeat, frame.epoch)}
    terms = [sample_terms(scene, frames[panel.method]) for panel in frame.panels]
    weight, grad_norm = (np.stack(values) for values in zip(*terms, strict=True))
    if look.colour in ("g", "weight"):
        by = {"g": (grad_norm, "gradient norm g"), "weight": (weight, "weight")}[look.colour]
        colouring = Colouring("value", by[0], by[1], look.highlight)
    else:
        colouring = Colouring(look.colour, highlight=look.highlight)
    figure = embedding_figure(
        frame, landmarks, colouring=colouring, theme=theme(),
        past=[shown(before, look) for before in past], changes=look.changes,
        columns=look.room.columns, width=look.room.width,
    )  # fmt: skip
    if look.room.touch:
        for_touch(figure)
    tell_terms(figure, weight, grad_norm)
    if colouring.values is not None:
        fade_unknown(figure, colouring.values)
    if not select:
        with st.container(key="embedding-picture"):
            st.plotly_chart(figure, theme=None, key="embedding-live", config=CONFIG)
        return
    mark_selection(figure, len(frame.panels), chosen(record.id, repeat, landmarks))
    with st.container(key="embedding-picture"):
        key = "embedding-figure"
        st.plotly_chart(
            figure, theme=None, key=key, config=CONFIG, selection_mode=("lasso", "box"),
            on_select=lambda: remember(record.id, repeat, key, len(frame.panels), landmarks),
        )  # fmt: skip


def shown(frame: EmbeddingFrame, look: Look) -> EmbeddingFrame:
    """The panels of the chosen methods."""
    panels = tuple(panel for panel in frame.panels if panel.method in look.methods)
    return replace(frame, panels=panels or frame.panels)


def _film(
    record: ExperimentRecord,
    repeat: int,
    settings: EmbeddingSettings,
    epochs: Sequence[int],
    landmarks: Landmarks,
    look: Look,
) -> None:
    from harmony_core.plots.embedding.all_epochs import film
    from harmony_core.plots.embedding.marks import Colouring
    from harmony_core.plots.embedding.overlay import for_touch

    by = look.colour if look.colour in ("class", "group", "correct") else "class"
    frames = [shown(read(record.id, repeat, settings, epoch, landmarks), look) for epoch in epochs]
    figure, kept = film(
        frames, landmarks, colouring=Colouring(by, highlight=look.highlight), theme=theme(),
        changes=look.changes, columns=look.room.columns, width=look.room.width,
    )  # fmt: skip
    if look.room.touch:
        for_touch(figure)
    with st.container(key="embedding-picture"):
        st.plotly_chart(figure, theme=None, key="embedding-film", config=CONFIG)
    notes = []
    if len(kept) < len(frames):
        notes.append(f"{len(kept)} of {len(frames)} epochs are in it, to keep the page quick.")
    if by != look.colour:
        notes.append("While it plays, dots keep the colour of their class.")
    if notes:
        st.caption(" ".join(notes))


def _caveat(
    frame: EmbeddingFrame, landmarks: Landmarks, look: Look, past: Sequence[EmbeddingFrame]
) -> None:
    from harmony_core.plots.embedding.text import caption

    since = None
    if past and look.changes != "none":
        since = shown(past[0 if look.changes == "first" else -1], look)
    with st.container(key="embedding-caveat"):
        st.caption(
            f"{spoken(caption(shown(frame, look), landmarks, since))} "
            f"Hollow dots are training samples. The numbers are of epoch {frame.epoch}."
        )


def _figures(frame: EmbeddingFrame, look: Look) -> None:
    """The same as a table: how far each map can be trusted."""
    from harmony_core.plots.embedding.text import two_digits

    heads = [
        "Method", "Balanced accuracy", "Map agrees", "In the tail",
        "Where wrong", "Trust", "Silhouette: head, medium, tail",
    ]  # fmt: skip
    rows = []
    for panel in shown(frame, look).panels:
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
        "Map agrees: share of test samples that the map, read without the sample itself, calls "
        "what the network calls them, with a 95 % interval (Wilson). Trust: trustworthiness of "
        "the neighbourhoods, 1 is best. Silhouette of the true classes in feature space, −1 to 1."
    )


def offline_page(
    record: ExperimentRecord,
    repeat: int,
    settings: EmbeddingSettings,
    epochs: Sequence[int],
    landmarks: Landmarks,
    shade: str,
) -> bytes:
    """The file behind the download button."""
    from harmony_core.export.embedding_page import embedding_page

    frames = [read(record.id, repeat, settings, epoch, landmarks) for epoch in epochs]
    return embedding_page(frames, landmarks, run_title(record), theme=shade).encode()


def _download(
    record: ExperimentRecord,
    repeat: int,
    settings: EmbeddingSettings,
    epochs: Sequence[int],
    landmarks: Landmarks,
) -> None:
    shade = theme()
    st.download_button(
        "One offline page (HTML)",
        lambda: offline_page(record, repeat, settings, epochs, landmarks, shade),
        file_name=f"harmony-{record.id}-embedding.html",
        mime="text/html", icon=":material/download:", key="download-embedding", on_click="ignore",
        help="These maps with all epochs, figures and caveat in one file that needs no network.",
    )  # fmt: skip


def _dots(frame: EmbeddingFrame, landmarks: Landmarks, scene: Scene) -> None:
    """Every dot as a row."""
    with st.expander("All samples as a table"):
        if not st.toggle("Show the table", key="emb-table"):
            return
        rows = list(range(len(landmarks.targets)))
        st.dataframe(dot_columns(frame.panels, landmarks, scene, rows), hide_index=True, height=360)
