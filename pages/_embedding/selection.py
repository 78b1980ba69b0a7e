"""The chosen samples, which stay chosen under other methods, epochs and colours."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from harmony_core.analysis.embedding import EmbeddingFrame, Landmarks, changed
from harmony_core.analysis.embedding.selection import (
    ClassMix,
    SampleCurves,
    class_mix,
    confusion,
    sample_curves,
)

from .._shared.backend import store
from .._shared.markdown import literal
from .._shared.tables import cells, table
from .._shared.theme import theme
from .._shared.widgets import set_widget
from .link import Reader, read_link
from .link_text import chosen_text, read_chosen
from .sample_table import table_of_chosen
from .stored_maps import StoredMaps

_CHOSEN = "embedding chosen"
MOST_PICTURES = 60
MOST_CLASSES = 12
"""Classes in a confusion table; the others are counted together."""


def chosen(maps: StoredMaps) -> NDArray[np.int64]:
    """The landmarks that the reader has chosen in this experiment, ascending."""
    kept = st.session_state.get(_CHOSEN, {}).get((maps.record.id, maps.repeat), ())
    return np.array([i for i in kept if 0 <= i < len(maps.landmarks.targets)], dtype=np.int64)


def chosen_in_link(maps: StoredMaps, *, again: bool) -> str:
    """Read the chosen samples from the link; return the text for them. ``again``: `read_link`."""
    samples = len(maps.landmarks.targets)
    readers: dict[str, Reader] = {
        "chosen": lambda text: choose(maps, read_chosen(text, samples) if text else ())
    }
    read_link(maps.record.id, readers, again=again)
    return chosen_text(chosen(maps), samples)


def choose(maps: StoredMaps, samples: Sequence[int]) -> None:
    """Make these the chosen samples."""
    st.session_state[_CHOSEN] = {(maps.record.id, maps.repeat): tuple(samples)}


def remember(maps: StoredMaps, key: str, panels: int) -> None:
    """Choose what was drawn around in the figure ``key``; a redrawn figure changes nothing."""
    from harmony_core.plots.embedding.overlay import chosen_dots

    state = st.session_state.get(key) or {}
    points = (state.get("selection") or {}).get("points") or []
    found = chosen_dots(list(points), panels, len(maps.landmarks.targets))
    if found:
        choose(maps, found)


def choose_samples(
    maps: StoredMaps, first: EmbeddingFrame, frame: EmbeddingFrame, before: EmbeddingFrame | None
) -> None:
    """Choosing without a pointer: by class, or by what happened to the samples."""
    options = ready_choices(maps.landmarks, first, frame, before)
    set_widget("emb-pick", None)

    def picked() -> None:
        name = st.session_state.get("emb-pick")
        if name in options:
            choose(maps, [int(i) for i in options[name]])

    with st.container(key="embedding-selection"):
        st.header("Look closer", anchor=False)
        row = st.container(horizontal=True, gap="medium", vertical_alignment="bottom")
        row.selectbox(
            "Choose samples", [name for name, rows in options.items() if len(rows)], index=None,
            key="emb-pick", placeholder="by class, or by what happened to them", width=420,
            on_change=picked,
            help="Or draw around them in a map: lasso and box are among the figure’s buttons.",
        )  # fmt: skip
        if len(chosen(maps)):
            row.button(
                "Clear the choice", icon=":material/close:", key="emb-clear",
                on_click=choose, args=(maps, ()),
            )  # fmt: skip


def ready_choices(
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
        for name, old in (("the previous picture", before), ("the first picture", first)):
            if old is not None and old.epoch != frame.epoch:
                rows = np.flatnonzero(changed(old.panels[i], now))
                found[f"Prediction changed since {name} under {now.label}"] = rows
    for label, name in enumerate(landmarks.names):
        found[f"Class {name}"] = np.flatnonzero(landmarks.targets == label)
    return found


def chosen_samples(maps: StoredMaps, first: EmbeddingFrame, frame: EmbeddingFrame) -> None:
    """What the chosen samples are, what they weigh, and what the methods call them."""
    rows = chosen(maps)
    with st.container(key="embedding-chosen"):
        if not len(rows):
            st.caption(
                "Draw around dots with lasso or box, or choose some here, to see their pictures or "
                "places, their classes, their weights over the epochs and their predictions."
            )
            return
        st.html(
            f'<p class="who" data-chosen="{len(rows)}"><b>{len(rows):,} of '
            f"{len(maps.landmarks.targets):,} samples</b> chosen, at epoch {frame.epoch}.</p>"
        )
        mixes = class_mix(maps.landmarks, rows, first.panels, frame.panels)
        curves = _curves(maps, rows)
        _inputs(maps, rows)
        _class_table(maps, mixes, first, frame)
        _curve_figures(maps, curves)
        _confusions(maps, rows, first, frame)
        table_of_chosen(maps, frame, [int(i) for i in rows])


def _inputs(maps: StoredMaps, rows: NDArray[np.int64]) -> None:
    """Thumbnails of images; of points, where they are."""
    inputs, landmarks = maps.scene.landmark_inputs, maps.landmarks
    if inputs is None:
        return
    if inputs.ndim == 4:
        some = rows[:MOST_PICTURES]
        pictures = [inputs[i] if inputs.shape[3] == 3 else inputs[i, :, :, 0] for i in some]
        with st.container(key="embedding-thumbs"):
            st.image(
                pictures,
                width=56,
                caption=[literal(landmarks.names[landmarks.targets[i]]) for i in some],
            )
        if len(rows) > len(some):
            st.caption(f"The first {len(some)} of {len(rows):,}.")
    elif inputs.shape[1:] == (2,):
        low, high = inputs[rows].min(axis=0), inputs[rows].max(axis=0)
        st.caption(
            f"In the input plane they are at x from {low[0]:.2f} to {high[0]:.2f} and y from "
            f"{low[1]:.2f} to {high[1]:.2f}; the table below has every place."
        )


def _class_table(
    maps: StoredMaps, mixes: Sequence[ClassMix], first: EmbeddingFrame, frame: EmbeddingFrame
) -> None:
    landmarks = maps.landmarks
    heads = ["Class", "Chosen", "In the picture", "For training"]
    heads += [f"Right by {panel.label}" for panel in frame.panels]
    body = []
    for mix in mixes:
        values = [f"{mix.chosen:,}", f"{mix.drawn:,}", f"{landmarks.train_counts[mix.label]:,}"]
        values += [f"{old:,} → {now:,}" for old, now in mix.right]
        body.append((landmarks.names[mix.label], cells(values)))
    table("Classes of the chosen samples", heads, body)
    st.caption(
        "Right: how many of the chosen samples are predicted correctly, at epoch "
        f"{first.epoch} → at epoch {frame.epoch}."
    )


@st.cache_resource(max_entries=8, show_spinner=False)
def _curves_over_epochs(
    root: str, run: str, repeat: int, epochs: tuple[int, ...], rows: tuple[int, ...]
) -> SampleCurves:
    """Mean weight and g of these samples; ``root`` is part of the key only."""
    del root
    scene = store().scene(run, repeat)
    frames = [store().frames(run, repeat, epoch) for epoch in epochs]
    return sample_curves(scene, frames, np.array(rows, dtype=np.int64))


def _curves(maps: StoredMaps, rows: NDArray[np.int64]) -> SampleCurves:
    root, samples = str(store().root), tuple(int(i) for i in rows)
    return _curves_over_epochs(root, maps.record.id, maps.repeat, tuple(maps.epochs), samples)


def _curve_figures(maps: StoredMaps, curves: SampleCurves) -> None:
    from harmony_core.plots.embedding.sample_curves import sample_curves_figure

    if not curves.followed:
        st.caption("None of the chosen samples is a training sample whose weight is recorded.")
        return
    labels = maps.labels
    columns = st.columns(2, gap="large")
    parts = (
        ("weight", "Mean weight", curves.weight),
        ("g", "Mean gradient norm g", curves.grad_norm),
    )
    for column, (name, title, values) in zip(columns, parts, strict=True):
        with column:
            st.html(f'<h3 class="chart-title">{title} over the epochs</h3>')
            st.plotly_chart(
                sample_curves_figure(curves.epochs, values, labels, title, theme()),
                theme=None, key=f"embedding-course-{name}",
                config={"displaylogo": False, "displayModeBar": False},
            )  # fmt: skip
    with st.expander(
        f"The same as a table ({curves.followed:,} training samples among the chosen)"
    ):
        heads = ["Epoch"]
        heads += [f"{what}, {label}" for what in ("weight", "g") for label in labels]
        body = [
            (
                str(epoch),
                cells([f"{v:.3g}" for v in (*curves.weight[:, e], *curves.grad_norm[:, e])]),
            )
            for e, epoch in enumerate(curves.epochs)
        ]
        table("Mean weight and gradient norm by epoch", heads, body)


def _confusions(
    maps: StoredMaps, rows: NDArray[np.int64], first: EmbeddingFrame, frame: EmbeddingFrame
) -> None:
    """The classes that one method predicts for the chosen samples, before and now."""
    landmarks = maps.landmarks
    labels = [panel.label for panel in frame.panels]
    m = 0
    if len(labels) > 1:
        m = st.selectbox(
            "Predicted by", range(len(labels)), key="emb-confusion", width=320,
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
            st.html(f'<h3 class="chart-title">{word}, epoch {which.epoch}</h3>')
            body = [
                (landmarks.names[c], cells([str(matrix[c, k] or "·") for k in known]))
                for c in known
                if matrix[c].any()
            ]
            heads = ["True class", *(landmarks.names[k] for k in known)]
            table(f"{word}: predicted as, epoch {which.epoch}", heads, body)
    left = int(total.sum() - total[np.ix_(known, known)].sum())
    if left:
        st.caption(f"{left:,} predictions fall on classes other than these {len(known)}.")
