"""Maps that are missing: offered, being drawn, or why drawing them failed."""

from __future__ import annotations

import time
from contextlib import suppress

import streamlit as st

from harmony_core.analysis.embedding.settings import EmbeddingSettings
from harmony_core.runs.embedding.process import Drawing, DrawingProcess, shared_process

from .._session.visitor import access
from .._shared.backend import store
from .._shared.markdown import spoken
from .._shared.messages import toasts
from .stored_maps import StoredMaps

TICK = 0.5
START = 6.0
"""Seconds until the first map: a new process, its imports, and what umap compiles."""
PACE = {"umap": 0.5, "pca": 0.12, "plane": 0.12}
"""Seconds for one map of 2,000 samples under one method; see docs/embedding.md."""
PATIENCE = 120.0
"""Seconds that drawing may take to begin without being asked."""
NEIGHBOUR_PACE = 0.1
"""Seconds that its search for neighbours adds, which grows with the square of the samples."""


OWNER_DRAWS = "Only the visitor to whom the experiment belongs can draw them."


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
    if process().current() != maps.drawing or (not maps.epochs and maps.drawn_by_now()):
        st.rerun()
    progress_bar(maps)
    if access().may("draw", maps.record.id) and st.button(
        "Stop drawing",
        icon=":material/stop_circle:",
        key="stop-drawing",
        on_click=_stop,
    ):
        st.rerun()


def progress_bar(maps: StoredMaps) -> None:
    """How many maps are drawn, for how long already, and how long the others will take."""
    done, wanted = maps.sequence(), len(maps.wanted)
    elapsed = time.time() - process().started
    facts = [f"{len(done)} of {wanted} maps", f"{elapsed:.0f} s so far"]
    if not done:
        part = "the last epoch" if not maps.drawn_by_now() else "the first epoch"
        facts.insert(0, f"{part} now")
    elif (left := time_left(maps, done)) is not None:
        facts.append(f"about {max(1, round(left))} s left")
    st.progress(min(1.0, len(done) / wanted), text=f"Drawing: {', '.join(facts)}.")


def time_left(maps: StoredMaps, done: list[int]) -> float | None:
    """Seconds until all maps are drawn, at the pace of those of this process; None at first."""
    times = []
    for epoch in done:
        with suppress(OSError):
            times.append(maps.path(epoch).stat().st_mtime)
    new = sorted(t for t in times if t >= process().started)
    if len(new) < 2:
        return None
    pace = (new[-1] - new[0]) / (len(new) - 1)
    return pace * (len(maps.wanted) - len(done)) - min(pace, time.time() - new[-1])


def start_drawing(maps: StoredMaps) -> None:
    """Draw what is missing of the usual maps, and of layouts that need no umap.

    Once a session, and unless something else is being drawn: after a stop or an error, the reader
    gets `offer_drawing` instead.
    """
    started: set[Drawing] = st.session_state.setdefault("embedding begun", set())
    drawing = maps.drawing
    complete = len(maps.sequence()) >= len(maps.wanted)
    slow = maps.settings.layout == "umap" and (
        maps.settings != EmbeddingSettings() or _seconds(maps) > PATIENCE
    )
    if slow or complete or drawing in started:
        return
    if not access().may("draw", maps.record.id):
        return
    if process().current() is None and not process().error(drawing):
        started.add(drawing)
        with toasts():  # the maps that are there are shown even if there is no room for others
            access().begin("draw", process(), drawing)


def _seconds(maps: StoredMaps) -> float:
    missing = len(maps.wanted) - len(maps.sequence())
    return seconds_to_draw(
        missing, len(maps.labels), len(maps.landmarks.targets), maps.settings.layout
    )


def seconds_to_draw(pictures: int, methods: int, samples: int, layout: str) -> float:
    """How long drawing takes if the machine is free."""
    size = samples / 2000
    return START + pictures * methods * (PACE[layout] * size + NEIGHBOUR_PACE * size**2)


def duration(pictures: int, methods: int, samples: int, layout: str) -> str:
    """How long drawing takes, in words."""
    seconds = seconds_to_draw(pictures, methods, samples, layout)
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
    done, wanted, samples = len(maps.sequence()), len(maps.wanted), len(maps.landmarks.targets)
    if done >= wanted:
        return
    if not access().may("draw", maps.record.id):
        st.info(f"{wanted - done} of {wanted} pictures {what} are not drawn. {OWNER_DRAWS}")
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
    if not access().may("draw", maps.record.id):
        return
    st.button(
        "Draw the pictures again",
        icon=":material/restart_alt:",
        key="draw-again",
        on_click=_redraw,
        args=(maps,),
    )


def _start(drawing: Drawing) -> None:
    with toasts():
        access().begin("draw", process(), drawing)


def _stop() -> None:
    with toasts():
        access().end("draw", process())


def _redraw(maps: StoredMaps) -> None:
    with toasts():
        access().begin_again("draw", process(), maps.drawing, maps.path())
