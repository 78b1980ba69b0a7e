"""Maps that are missing: offered, being drawn, or why drawing them failed."""

from __future__ import annotations

import shutil

import streamlit as st

from harmony_core.runs.embedding.process import Drawing, DrawingProcess, shared_process

from .._shared.backend import store
from .._shared.messages import spoken, toasts
from .stored_maps import StoredMaps

TICK = 0.5
START = 6.0
"""Seconds until the first map: a new process, its imports, and what umap compiles."""
PACE = {"umap": 0.5, "pca": 0.12, "plane": 0.12}
"""Seconds for one map of 2,000 samples under one method; see docs/embedding.md."""
NEIGHBOUR_PACE = 0.1
"""Seconds that its search for neighbours adds, which grows with the square of the samples."""


def process() -> DrawingProcess:
    """The one that draws for this server's runs folder."""
    return shared_process(store().root)


def drawing_progress(maps: StoredMaps) -> bool:
    """Show how far the drawing of ``maps`` is; return whether it is going on."""
    if process().current() != maps.drawing:
        return False
    st.fragment(_progress, run_every=TICK)(maps)
    return True


def _progress(maps: StoredMaps) -> None:
    if process().current() != maps.drawing:
        st.rerun()
    done, wanted = len(maps.drawn_by_now()), len(maps.wanted)
    st.progress(
        min(1.0, done / wanted),
        text=f"Drawing, {done} of {wanted} pictures. The first takes a few seconds longer.",
    )
    if st.button(
        "Stop drawing",
        icon=":material/stop_circle:",
        key="stop-drawing",
        on_click=lambda: process().stop(),
    ):
        st.rerun()


def start_cheap_layout(maps: StoredMaps) -> None:
    """Draw what is missing of a layout that needs no umap, unless something else is being drawn.

    Once a session: after a stop or an error, the reader gets `offer_drawing` instead.
    """
    started: set[Drawing] = st.session_state.setdefault("embedding begun", set())
    drawing = maps.drawing
    complete = len(maps.epochs) >= len(maps.wanted)
    if maps.settings.layout == "umap" or complete or drawing in started:
        return
    if process().current() is None and not process().error(drawing):
        started.add(drawing)
        process().start(drawing)


def duration(pictures: int, methods: int, samples: int, layout: str) -> str:
    """How long drawing takes, in words."""
    size = samples / 2000
    seconds = START + pictures * methods * (PACE[layout] * size + NEIGHBOUR_PACE * size**2)
    if seconds < 20:
        return f"{5 * round(seconds / 5)} seconds"
    return (
        f"{10 * round(seconds / 10)} seconds" if seconds < 95 else f"{round(seconds / 60)} minutes"
    )


def offer_drawing(maps: StoredMaps, what: str = "with these settings") -> None:
    """A button that draws the missing maps, and how long that takes."""
    error = process().error(maps.drawing)
    if error:
        st.error(spoken(error), icon=":material/error:")
    done, wanted, samples = len(maps.epochs), len(maps.wanted), len(maps.landmarks.targets)
    if done >= wanted:
        return
    key = f"{maps.repeat}-{maps.settings.key}"
    with st.container(border=True, key=f"draw-{key}"):
        time = duration(wanted - done, len(maps.labels), samples, maps.settings.layout)
        if done:
            missing = f"{wanted - done} of {wanted} pictures {what} are not drawn yet."
        else:
            missing = f"There are no pictures {what} yet."
        st.markdown(
            f"{missing} Drawing {wanted - done} for {samples:,} samples takes about {time} if the "
            "machine is free; they are kept with the experiment."
        )
        st.button(
            "Draw the others" if done else "Draw them",
            type="primary",
            icon=":material/brush:",
            key=f"draw-button-{key}",
            on_click=_start,
            args=(maps.drawing,),
        )


def offer_redrawing(maps: StoredMaps) -> None:
    """A button that deletes the stored maps and draws them again."""
    st.button(
        "Draw the pictures again",
        icon=":material/restart_alt:",
        key="draw-again",
        on_click=_redraw,
        args=(maps,),
    )


def _start(drawing: Drawing) -> None:
    with toasts():
        process().start(drawing)


def _redraw(maps: StoredMaps) -> None:
    with toasts():
        shutil.rmtree(maps.path(), ignore_errors=True)
        process().start(maps.drawing)
