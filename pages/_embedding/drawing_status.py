"""Pictures that are missing: offered, being drawn, or why that went wrong."""

from __future__ import annotations

import shutil

import streamlit as st

from harmony_core.runs.embedding.process import Drawing, Drawings, shared_drawings
from harmony_core.runs.embedding.store import embedding_path, stored_epochs

from .._shared.backend import store
from .._shared.messages import spoken, toasts

TICK = 0.5
START = 6.0
"""Seconds until the first picture: a process, its imports, and what umap compiles."""
PACE = {"umap": 0.5, "pca": 0.12, "plane": 0.12}
NEAR = 0.1
"""Seconds for one picture of 2,000 samples under one method, and what the search for neighbours,
which grows with the square, adds; see docs/embedding.md."""


def drawings() -> Drawings:
    """Those of this server's runs folder."""
    return shared_drawings(store().root)


def drawing_now(drawing: Drawing, wanted: int) -> bool:
    """Show how the drawing goes, if it goes on; whether it does."""
    if drawings().now() != drawing:
        return False
    st.fragment(_progress, run_every=TICK)(drawing, wanted)
    return True


def _progress(drawing: Drawing, wanted: int) -> None:
    if drawings().now() != drawing:
        st.rerun()
    done = len(stored_epochs(store().root, drawing.run_id, drawing.repeat, drawing.settings))
    st.progress(
        min(1.0, done / wanted),
        text=f"Drawing, {done} of {wanted} pictures. The first takes some seconds longer.",
    )
    if st.button(
        "Stop drawing",
        icon=":material/stop_circle:",
        key="stop-drawing",
        on_click=lambda: drawings().stop(),
    ):
        st.rerun()


def begin_cheap(drawing: Drawing, done: int, wanted: int) -> None:
    """Draw what is missing of a layout that needs no umap, unless something else is being drawn.

    Once a session: whoever stops it, or meets an error, gets `draw_offer` instead.
    """
    begun: set[Drawing] = st.session_state.setdefault("embedding begun", set())
    if drawing.settings.layout == "umap" or done >= wanted or drawing in begun:
        return
    if drawings().now() is None and not drawings().error(drawing):
        begun.add(drawing)
        drawings().start(drawing)


def duration(pictures: int, methods: int, samples: int, layout: str) -> str:
    """How long drawing takes, in words."""
    size = samples / 2000
    seconds = START + pictures * methods * (PACE[layout] * size + NEAR * size**2)
    if seconds < 20:
        return f"{5 * round(seconds / 5)} seconds"
    return (
        f"{10 * round(seconds / 10)} seconds" if seconds < 95 else f"{round(seconds / 60)} minutes"
    )


def draw_offer(
    drawing: Drawing,
    done: int,
    wanted: int,
    *,
    methods: int,
    samples: int,
    what: str = "with these settings",
) -> None:
    """A button for what is not there yet, and how long it takes."""
    error = drawings().error(drawing)
    if error:
        st.error(spoken(error), icon=":material/error:")
    if done >= wanted:
        return
    with st.container(border=True, key=f"draw-{drawing.repeat}-{drawing.settings.key}"):
        time = duration(wanted - done, methods, samples, drawing.settings.layout)
        if done:
            said = f"{wanted - done} of {wanted} pictures {what} are not drawn yet."
        else:
            said = f"There are no pictures {what} yet."
        st.markdown(
            f"{said} Drawing {wanted - done} for {samples:,} samples takes about {time} if the "
            "machine is free; they are kept with the experiment."
        )
        st.button(
            "Draw the others" if done else "Draw them",
            type="primary",
            icon=":material/brush:",
            key=f"draw-button-{drawing.repeat}-{drawing.settings.key}",
            on_click=_start,
            args=(drawing,),
        )


def draw_again(drawing: Drawing) -> None:
    """A button that throws the stored pictures away and draws them anew."""
    st.button(
        "Draw the pictures again",
        icon=":material/restart_alt:",
        key="draw-again",
        on_click=_again,
        args=(drawing,),
    )


def _start(drawing: Drawing) -> None:
    with toasts():
        drawings().start(drawing)


def _again(drawing: Drawing) -> None:
    with toasts():
        folder = embedding_path(store().root, drawing.run_id, drawing.repeat, drawing.settings)
        shutil.rmtree(folder, ignore_errors=True)
        drawings().start(drawing)
