"""How much of a map is luck: the same drawn or trained with another seed, in the same frame."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import streamlit as st

from harmony_core.analysis.embedding import (
    EmbeddingFrame,
    EmbeddingSettings,
    Landmarks,
)
from harmony_core.runs.embedding.process import Drawing
from harmony_core.runs.embedding.store import picture_epochs, stored_epochs
from harmony_core.runs.record import ExperimentRecord

from .._session import draft as drafts
from .._session.address_bar import rewriting
from .._session.start import start
from .._shared.backend import store
from .._shared.messages import toasts
from .._shared.tables import cells, table
from .._shared.theme import theme
from .controls import Look
from .drawing_status import begin_cheap, draw_offer, drawing_now
from .stored_maps import read

KINDS = {
    "layout": "Same networks, other layout seed",
    "training": "Same losses, other training seed",
}


def luck(
    record: ExperimentRecord,
    repeat: int,
    settings: EmbeddingSettings,
    frame: EmbeddingFrame,
    landmarks: Landmarks,
    look: Look,
) -> None:
    """The control under the maps: choose one kind of luck, see it, and its numbers."""
    with st.container(key="embedding-luck"):
        st.subheader("How much of this is luck?", anchor=False)
        kind = st.segmented_control(
            "Compare with", list(KINDS), key="emb-luck", format_func=KINDS.__getitem__
        )
        if kind is None:
            st.caption(
                "Draw the same networks with other random numbers, or train the same losses from "
                "other initial weights. What differs as much there is no effect of a method."
            )
            return
        other = repeat
        seeded = settings
        if kind == "layout":
            if settings.layout != "umap":
                st.caption("Only UMAP uses random numbers; this layout has no luck in it.")
                return
            seeded = replace(settings, seed=settings.seed + 1 if settings.seed < 2**31 - 1 else 0)
        else:
            found = _other_repeat(record, repeat)
            if found is None:
                _offer_training(record)
                return
            other = found
        _compare(record, Drawing(record.id, other, seeded), frame, landmarks, look, kind)


def _other_repeat(record: ExperimentRecord, repeat: int) -> int | None:
    """A repeat that learned from the same samples, if there is one."""
    seeds = record.config.seeds
    if seeds.repeats < 2 or "data" in seeds.vary:
        return None
    other = 0 if repeat else 1
    return other if store().epochs(record.id, other) else None


def _offer_training(record: ExperimentRecord) -> None:
    st.markdown(
        "This experiment trained each loss once on these samples. Train everything twice on the "
        "same data, from two sets of initial weights and orders of batches:"
    )
    st.button(
        "Train it with two seeds",
        icon=":material/casino:",
        key="train-two-seeds",
        on_click=_train_twice,
        args=(record,),
    )


def _train_twice(record: ExperimentRecord) -> None:
    with toasts():
        seeds = replace(record.config.seeds, repeats=2, vary=("init", "order"))
        started = start(replace(record.config, seeds=seeds), record.title)
        drafts.adopt(started.id)
        with rewriting():
            st.query_params.from_dict({"run": started.id})


def _compare(
    record: ExperimentRecord,
    drawing: Drawing,
    frame: EmbeddingFrame,
    landmarks: Landmarks,
    look: Look,
    kind: str,
) -> None:
    from harmony_core.plots.embedding.figure import embedding_figure
    from harmony_core.plots.embedding.marks import Colouring
    from harmony_core.plots.embedding.overlay import for_touch

    run, repeat, settings = drawing.run_id, drawing.repeat, drawing.settings
    recorded = set(store().epochs(run, repeat))
    wanted = [epoch for epoch in picture_epochs(record.config) if epoch in recorded]
    epochs = stored_epochs(store().root, run, repeat, settings)
    begin_cheap(drawing, len(epochs), len(wanted))
    if drawing_now(drawing, len(wanted)):
        return
    draw_offer(
        drawing, len(epochs), len(wanted), methods=len(record.config.methods),
        samples=len(landmarks.targets), what="with the other seed",
    )  # fmt: skip
    if frame.epoch not in epochs:
        return
    other = read(run, repeat, settings, frame.epoch, landmarks)
    pairs = [
        (ours, replace(theirs, label=f"{theirs.label}, other seed"))
        for ours, theirs in zip(frame.panels, other.panels, strict=False)
        if ours.method in look.methods
    ]
    if not pairs:
        return
    both = replace(frame, panels=(*(p for p, _ in pairs), *(p for _, p in pairs)))
    by = look.colour if look.colour in ("class", "group", "correct") else "class"
    figure = embedding_figure(
        both, landmarks, colouring=Colouring(by, highlight=look.highlight), theme=theme(),
        columns=min(len(pairs), look.room.columns or len(pairs)), width=look.room.width,
    )  # fmt: skip
    if look.room.touch:
        for_touch(figure)
    with st.container(key="embedding-picture-luck"):
        st.plotly_chart(
            figure, theme=None, key="embedding-luck-figure", config={"displaylogo": False}
        )
    rows = []
    places = laid_over([p.positions for _, p in pairs], [p.positions for p, _ in pairs])
    for (ours, theirs), place in zip(pairs, places, strict=True):
        moved = np.linalg.norm(ours.positions - place, axis=1) / ours.radius
        rows.append((f"{ours.label}: other seed", _row(moved, ours.predicted != theirs.predicted)))
    first = pairs[0][0]
    for ours, _ in pairs[1:]:
        moved = np.linalg.norm(ours.positions - first.positions, axis=1) / first.radius
        rows.append((f"{first.label} against {ours.label}",
                     _row(moved, ours.predicted != first.predicted)))  # fmt: skip
    heads = ["Compared", "Samples called something else", "Median distance between their dots"]
    table(f"Luck against method, epoch {frame.epoch}", heads, rows)
    st.caption(
        "Distances are in radii of the map, the other seed's map first turned and shifted as a "
        "whole to lie over this one as well as it can; in the picture it is left as it was drawn. "
        + (
            "The networks are the same, so only places differ, and what is left is the layout's."
            if kind == "layout"
            else "A method changes something only where it differs by more than another seed does."
        )
    )


def laid_over(maps: list[np.ndarray], others: list[np.ndarray]) -> list[np.ndarray]:
    """The maps (l, 2), turned, mirrored and shifted together so as to lie best over the others.

    The best rotation of centred points: orthogonal Procrustes (Schönemann 1966).
    """
    from scipy.linalg import orthogonal_procrustes

    every, target = np.concatenate(maps), np.concatenate(others)
    middle, centre = every.mean(axis=0), target.mean(axis=0)
    turn, _ = orthogonal_procrustes(every - middle, target - centre)
    return [(one - middle) @ turn + centre for one in maps]


def _row(moved: np.ndarray, changed: np.ndarray) -> list[str]:
    return cells([f"{100 * float(changed.mean()):.1f} %", f"{float(np.median(moved)):.2f}"])
