"""Chosen dots, looked at closer; they stay chosen under other methods, epochs and colours."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from harmony_core.analysis.embedding import EmbeddingFrame, Landmarks, changed
from harmony_core.analysis.embedding.selection import Course, class_mix, confusion, course
from harmony_core.experiments.method_text import method_labels
from harmony_core.frames import Scene
from harmony_core.runs.record import ExperimentRecord

from .._shared.backend import store
from .._shared.page import put
from .._shared.tables import cells, table
from .._shared.theme import theme
from .sample_table import dot_columns

_CHOSEN = "embedding chosen"
MOST_PICTURES = 60
MOST_ROWS = 200
MOST_CLASSES = 12
"""Classes in a confusion table; the others are counted together."""


def chosen(run: str, repeat: int, landmarks: Landmarks) -> NDArray[np.int64]:
    """The landmarks that the reader has chosen in this experiment, ascending."""
    kept = st.session_state.get(_CHOSEN, {}).get((run, repeat), ())
    return np.array([i for i in kept if 0 <= i < len(landmarks.targets)], dtype=np.int64)


def remember(run: str, repeat: int, key: str, panels: int, landmarks: Landmarks) -> None:
    """Take over what was drawn in the figure ``key``; a figure drawn anew says nothing."""
    from harmony_core.plots.embedding.overlay import chosen_dots

    said = st.session_state.get(key) or {}
    points = (said.get("selection") or {}).get("points") or []
    found = chosen_dots(list(points), panels, len(landmarks.targets))
    if found:
        keep(run, repeat, found)


def keep(run: str, repeat: int, found: Sequence[int]) -> None:
    """These are chosen now."""
    st.session_state[_CHOSEN] = {(run, repeat): tuple(found)}


def pick(
    record: ExperimentRecord,
    repeat: int,
    landmarks: Landmarks,
    first: EmbeddingFrame,
    frame: EmbeddingFrame,
    before: EmbeddingFrame | None,
) -> None:
    """Choosing without a pointer: by class, or by what happened to the samples."""
    options = picks(landmarks, first, frame, before)
    put("emb-pick", None)

    def take() -> None:
        name = st.session_state.get("emb-pick")
        if name in options:
            keep(record.id, repeat, [int(i) for i in options[name]])

    with st.container(key="embedding-selection"):
        st.subheader("Look closer", anchor=False)
        row = st.container(horizontal=True, gap="medium", vertical_alignment="bottom")
        row.selectbox(
            "Choose samples", [name for name, rows in options.items() if len(rows)], index=None,
            key="emb-pick", placeholder="by class, or by what happened to them", width=420,
            on_change=take,
            help="Or draw around them in a map: lasso and box are among the figure’s buttons.",
        )  # fmt: skip
        if len(chosen(record.id, repeat, landmarks)):
            row.button(
                "Clear the choice", icon=":material/close:", key="emb-clear",
                on_click=keep, args=(record.id, repeat, ()),
            )  # fmt: skip


def picks(
    landmarks: Landmarks,
    first: EmbeddingFrame,
    frame: EmbeddingFrame,
    before: EmbeddingFrame | None = None,
) -> dict[str, NDArray[np.int64]]:
    """Ready choices by name."""
    found = {}
    for i, now in enumerate(frame.panels):
        wrong = now.predicted != landmarks.targets
        found[f"Wrong under {now.label}"] = np.flatnonzero(wrong)
        found[f"Map disagrees with {now.label}"] = np.flatnonzero(now.predicted != now.map_class)
        for name, old in (("the picture before", before), ("the first picture", first)):
            if old is not None and old.epoch != frame.epoch:
                rows = np.flatnonzero(changed(old.panels[i], now))
                found[f"Called otherwise than in {name} by {now.label}"] = rows
    for label, name in enumerate(landmarks.names):
        found[f"Class {name}"] = np.flatnonzero(landmarks.targets == label)
    return found


def selection(
    record: ExperimentRecord,
    repeat: int,
    scene: Scene,
    landmarks: Landmarks,
    epochs: Sequence[int],
    first: EmbeddingFrame,
    frame: EmbeddingFrame,
) -> None:
    """What the chosen samples are, weigh and are called."""
    rows = chosen(record.id, repeat, landmarks)
    with st.container(key="embedding-chosen"):
        if not len(rows):
            st.caption(
                "Draw around dots with lasso or box, or choose some here: then follow their "
                "pictures or places, classes, weights over the epochs, and what they are taken for."
            )
            return
        st.html(
            f'<p class="who" data-chosen="{len(rows)}"><b>{len(rows):,} of '
            f"{len(landmarks.targets):,} samples</b> chosen, at epoch {frame.epoch}.</p>"
        )
        _inputs(scene, landmarks, rows)
        _mix(landmarks, rows, first, frame)
        _courses(record, repeat, epochs, rows)
        _confusions(landmarks, rows, first, frame)
        _table(scene, frame, landmarks, rows)


def _inputs(scene: Scene, landmarks: Landmarks, rows: NDArray[np.int64]) -> None:
    """Thumbnails of images; of points where they lie."""
    inputs = scene.landmark_inputs
    if inputs is None:
        return
    if inputs.ndim == 4:
        some = rows[:MOST_PICTURES]
        pictures = [inputs[i] if inputs.shape[3] == 3 else inputs[i, :, :, 0] for i in some]
        with st.container(key="embedding-thumbs"):
            st.image(
                pictures, width=56, caption=[landmarks.names[landmarks.targets[i]] for i in some]
            )
        if len(rows) > len(some):
            st.caption(f"The first {len(some)} of {len(rows):,}.")
    elif inputs.shape[1:] == (2,):
        low, high = inputs[rows].min(axis=0), inputs[rows].max(axis=0)
        st.caption(
            f"In the input plane they lie at x from {low[0]:.2f} to {high[0]:.2f} and y from "
            f"{low[1]:.2f} to {high[1]:.2f}; the table below has every place."
        )


def _mix(
    landmarks: Landmarks, rows: NDArray[np.int64], first: EmbeddingFrame, frame: EmbeddingFrame
) -> None:
    heads = ["Class", "Chosen", "In the picture", "For training"]
    heads += [f"Right by {panel.label}" for panel in frame.panels]
    body = []
    for mix in class_mix(landmarks, rows, first.panels, frame.panels):
        values = [f"{mix.chosen:,}", f"{mix.drawn:,}", f"{landmarks.train_counts[mix.label]:,}"]
        values += [f"{old:,} → {now:,}" for old, now in mix.right]
        body.append((landmarks.names[mix.label], cells(values)))
    table("Classes of the chosen samples", heads, body)
    st.caption(f"Right: how many of the chosen at epoch {first.epoch} → at epoch {frame.epoch}.")


@st.cache_resource(max_entries=8, show_spinner=False)
def _course(
    root: str, run: str, repeat: int, epochs: tuple[int, ...], rows: tuple[int, ...]
) -> Course:
    """Mean weight and g of these samples; ``root`` is part of the key only."""
    del root
    scene = store().scene(run, repeat)
    frames = [store().frames(run, repeat, epoch) for epoch in epochs]
    return course(scene, frames, np.array(rows, dtype=np.int64))


def _courses(
    record: ExperimentRecord,
    repeat: int,
    epochs: Sequence[int],
    rows: NDArray[np.int64],
) -> None:
    from harmony_core.plots.embedding.sample_curves import course_figure

    found = _course(
        str(store().root), record.id, repeat, tuple(epochs), tuple(int(i) for i in rows)
    )
    if not found.followed:
        st.caption("None of the chosen is a training sample whose weight is followed.")
        return
    labels = method_labels(record.config.methods)
    columns = st.columns(2, gap="large")
    parts = (
        ("weight", "Mean weight", found.weight),
        ("g", "Mean gradient norm g", found.grad_norm),
    )
    for column, (name, title, values) in zip(columns, parts, strict=True):
        with column:
            st.html(f'<h4 class="chart-title">{title} over the epochs</h4>')
            st.plotly_chart(
                course_figure(found.epochs, values, labels, title, theme()),
                theme=None, key=f"embedding-course-{name}",
                config={"displaylogo": False, "displayModeBar": False},
            )  # fmt: skip
    with st.expander(f"The same as a table ({found.followed:,} training samples among the chosen)"):
        heads = ["Epoch"]
        heads += [f"{what}, {label}" for what in ("weight", "g") for label in labels]
        body = [
            (str(epoch), cells([f"{v:.3g}" for v in (*found.weight[:, e], *found.grad_norm[:, e])]))
            for e, epoch in enumerate(found.epochs)
        ]
        table("Mean weight and gradient norm by epoch", heads, body)


def _confusions(
    landmarks: Landmarks, rows: NDArray[np.int64], first: EmbeddingFrame, frame: EmbeddingFrame
) -> None:
    """What the chosen are taken for, before and now, by one method."""
    labels = [panel.label for panel in frame.panels]
    m = 0
    if len(labels) > 1:
        m = st.selectbox(
            "Taken for, by", range(len(labels)), key="emb-confusion", width=320,
            format_func=lambda m: labels[m] if m < len(labels) else str(m),
        )  # fmt: skip
    m = m if m < len(labels) else 0
    counts = [confusion(landmarks, rows, f.panels[m]) for f in (first, frame)]
    total = counts[0] + counts[1]
    known = np.argsort(-(total.sum(axis=0) + total.sum(axis=1)), kind="stable")
    known = np.sort([c for c in known[:MOST_CLASSES] if total[c].any() or total[:, c].any()])
    parts = zip(st.columns(2, gap="large"), ("Before", "Now"), (first, frame), counts, strict=True)
    for column, word, which, matrix in parts:
        with column:
            st.html(f'<h4 class="chart-title">{word}, epoch {which.epoch}</h4>')
            body = [
                (landmarks.names[c], cells([str(matrix[c, k] or "·") for k in known]))
                for c in known
                if matrix[c].any()
            ]
            heads = ["True class", *(landmarks.names[k] for k in known)]
            table(f"{word}: taken for, epoch {which.epoch}", heads, body)
    left = int(total.sum() - total[np.ix_(known, known)].sum())
    if left:
        st.caption(f"{left:,} answers fall on classes beyond these {len(known)}.")


def _table(
    scene: Scene, frame: EmbeddingFrame, landmarks: Landmarks, rows: NDArray[np.int64]
) -> None:
    with st.expander("The chosen samples as a table"):
        if len(rows) > MOST_ROWS:
            st.caption(f"The first {MOST_ROWS} of {len(rows):,}.")
        st.dataframe(
            dot_columns(frame.panels, landmarks, scene, [int(i) for i in rows[:MOST_ROWS]]),
            hide_index=True,
        )
