"""How much of a map depends on a seed: the same drawn or trained with another one."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import streamlit as st

from harmony_core.analysis.embedding import EmbeddingFrame
from harmony_core.runs.record import ExperimentRecord

from .._session.start import start_in_place_of
from .._session.visitor import access
from .._shared.backend import store
from .._shared.messages import toasts
from .._shared.tables import cells, table
from .._shared.theme import theme
from .controls import MapStyle
from .drawing_status import drawing_progress, offer_drawing, start_drawing
from .stored_maps import StoredMaps

KINDS = {
    "layout": "Same networks, other layout seed",
    "training": "Same losses, other training seed",
}


def seed_noise(maps: StoredMaps, frame: EmbeddingFrame, style: MapStyle) -> None:
    """Choose the seed to change, and see how much of the maps it changes."""
    with st.container(key="embedding-luck"):
        st.header("How much of this is luck?", anchor=False)
        kind = st.segmented_control(
            "Compare with", list(KINDS), key="emb-luck", format_func=KINDS.__getitem__
        )
        if kind is None:
            st.caption(
                "Draw the same networks with other random numbers, or train the same losses from "
                "other initial weights. A difference of that size is no effect of a method."
            )
            return
        settings = maps.settings
        if kind == "layout":
            if settings.layout != "umap":
                st.caption("Only UMAP uses random numbers; chance plays no part in this layout.")
                return
            seed = settings.seed + 1 if settings.seed < 2**31 - 1 else 0
            other = replace(maps, settings=replace(settings, seed=seed))
        else:
            repeat = _other_repeat(maps.record, maps.repeat)
            if repeat is None:
                _offer_training(maps.record)
                return
            other = replace(maps, repeat=repeat)
        _compare(other, frame, style, kind)


def _other_repeat(record: ExperimentRecord, repeat: int) -> int | None:
    """A repeat that learned from the same samples, if there is one."""
    seeds = record.config.seeds
    if seeds.repeats < 2 or "data" in seeds.vary:
        return None
    other = 0 if repeat else 1
    return other if store().epochs(record.id, other) else None


def _offer_training(record: ExperimentRecord) -> None:
    if not access().may("retrain", record.id):
        st.caption("This experiment trained each loss once on these samples.")
        return
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
        start_in_place_of(record, replace(record.config, seeds=seeds))


def _compare(other: StoredMaps, frame: EmbeddingFrame, style: MapStyle, kind: str) -> None:
    """Draw ``frame`` beside the same epoch of ``other``, and count what differs."""
    from harmony_core.plots.embedding.figure import embedding_figure
    from harmony_core.plots.embedding.marks import Colouring
    from harmony_core.plots.embedding.overlay import adapt_to_touch

    start_drawing(other)
    if drawing_progress(other):
        return
    offer_drawing(other, "with the other seed")
    if frame.epoch not in other.epochs:
        return
    theirs_frame = other.read(frame.epoch)
    pairs = [
        (ours, replace(theirs, label=f"{theirs.label}, other seed"))
        for ours, theirs in zip(frame.panels, theirs_frame.panels, strict=False)
        if ours.method in style.methods
    ]
    if not pairs:
        return
    both = replace(frame, panels=(*(p for p, _ in pairs), *(p for _, p in pairs)))
    by = style.colour if style.colour in ("class", "group", "correct") else "class"
    figure = embedding_figure(
        both, other.landmarks, colouring=Colouring(by, highlight=style.highlight), theme=theme(),
        columns=min(len(pairs), style.layout.columns or len(pairs)), width=style.layout.width,
    )  # fmt: skip
    if style.layout.touch:
        adapt_to_touch(figure)
    with st.container(key="embedding-picture-luck"):
        st.plotly_chart(
            figure, theme=None, key="embedding-luck-figure", config={"displaylogo": False}
        )
    rows = []
    places = aligned([p.positions for _, p in pairs], [p.positions for p, _ in pairs])
    for (ours, theirs), place in zip(pairs, places, strict=True):
        moved = np.linalg.norm(ours.positions - place, axis=1) / ours.radius
        rows.append((f"{ours.label}: other seed", _row(moved, ours.predicted != theirs.predicted)))
    first = pairs[0][0]
    for ours, _ in pairs[1:]:
        moved = np.linalg.norm(ours.positions - first.positions, axis=1) / first.radius
        rows.append((f"{first.label} against {ours.label}",
                     _row(moved, ours.predicted != first.predicted)))  # fmt: skip
    heads = ["Compared", "Samples predicted differently", "Median distance between their dots"]
    table(f"Luck against method, epoch {frame.epoch}", heads, rows)
    st.caption(
        "Distances are in radii of the map, measured after turning and shifting the other seed's "
        "map as a whole to fit this one as closely as possible; the picture shows it as it was "
        "drawn. "
        + (
            "The networks are the same, so only places differ, and every difference comes from the "
            "layout."
            if kind == "layout"
            else "A method changes something only where it differs by more than another seed does."
        )
    )


def aligned(maps: list[np.ndarray], others: list[np.ndarray]) -> list[np.ndarray]:
    """The maps (l, 2), rotated, mirrored and shifted together to match the others best.

    The best rotation of centred points: orthogonal Procrustes (Schönemann 1966).
    """
    from scipy.linalg import orthogonal_procrustes

    every, target = np.concatenate(maps), np.concatenate(others)
    middle, centre = every.mean(axis=0), target.mean(axis=0)
    turn, _ = orthogonal_procrustes(every - middle, target - centre)
    return [(one - middle) @ turn + centre for one in maps]


def _row(moved: np.ndarray, changed: np.ndarray) -> list[str]:
    return cells([f"{100 * float(changed.mean()):.1f} %", f"{float(np.median(moved)):.2f}"])
