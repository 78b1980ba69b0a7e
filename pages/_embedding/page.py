"""The embedding of one experiment: record it, draw it, look at it, whichever comes next."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from harmony_core.analysis.embedding.settings import EmbeddingSettings
from harmony_core.errors import HarmonyError
from harmony_core.frames import Scene
from harmony_core.runs.embedding.process import Drawing
from harmony_core.runs.embedding.store import landmarks_of, picture_epochs, stored_epochs
from harmony_core.runs.record import ExperimentRecord
from pages._embedding.link_text import chosen_text, read_chosen, settings_text

from .._session import draft as drafts
from .._session.address_bar import rewriting
from .._session.page_links import page_links
from .._session.start import start
from .._shared.backend import queue, store
from .._shared.messages import messages, toasts
from .._shared.status import status_strip
from .controls import (
    Look,
    entered,
    in_link,
    look_controls,
    seed,
    settings_controls,
    take_classes,
    takes,
)
from .drawing_status import begin_cheap, draw_offer, drawing_now, drawings
from .link import Take, arrive, say_problem, write
from .maps import TRAIL, picture, show_picture
from .selection import chosen, keep
from .stored_maps import read

TICK = 1.0
"""Seconds between two looks at a running experiment."""


def body(record: ExperimentRecord, page: str) -> None:
    """Everything under the heading."""
    del page
    with st.container(horizontal=True, gap="small", key="page-links"):
        page_links("embedding", record.id)
    if not record.config.record.embedding:
        _without(record)
        return
    again = not entered()
    arrive(record.id, takes(record), again=again)
    problem = st.container(key="emb-problem")
    repeat = _repeat(record)
    if record.active:
        scene = _scene(record.id)
        settings = settings_controls(scene) if scene else None
        look = look_controls(record, live=True)
        link = in_link(record, repeat, look)
        if settings:
            link["map"] = settings_text(settings)
        write(record.id, link)
        with problem:
            say_problem()
        st.fragment(_live, run_every=TICK)(record.id, repeat, settings, look)
        return
    status_strip(record, None)
    _ended(record, repeat, problem, again)


def _without(record: ExperimentRecord) -> None:
    """It kept no features: say so, and offer the same with them."""
    with st.container(border=True, key="no-landmarks"):
        st.subheader("This experiment kept no features", anchor=False)
        st.markdown(
            "A map needs the features that each network gives to the same samples, epoch by "
            "epoch. They were not recorded here. The same experiment can be trained again with "
            "them: same data, same seeds, so on a CPU the same networks."
        )
        st.button(
            "Record it with embedding",
            type="primary",
            icon=":material/bubble_chart:",
            key="record-embedding",
            on_click=_record,
            args=(record,),
        )


def _record(record: ExperimentRecord) -> None:
    with toasts():
        kept = replace(record.config.record, embedding=True)
        begin(replace(record, config=replace(record.config, record=kept)))


def begin(record: ExperimentRecord) -> None:
    """Start the experiment that ``record`` describes and show it here."""
    started = start(record.config, record.title)
    drafts.adopt(started.id)
    with rewriting():
        st.query_params.from_dict({"run": started.id})


def _repeat(record: ExperimentRecord) -> int:
    repeats = record.config.seeds.repeats
    if repeats == 1:
        return 0
    chosen = st.segmented_control(
        "Repeat", range(repeats), key=seed(f"repeat-{record.id}", 0), required=True,
        format_func=lambda r: f"{r + 1}",
    )  # fmt: skip
    return int(chosen or 0)


def _scene(run_id: str) -> Scene | None:
    """What the experiment has told of its data, if it has begun."""
    try:
        return store().scene(run_id, 0)
    except HarmonyError:
        return None


def _live(run_id: str, repeat: int, settings: EmbeddingSettings | None, look: Look) -> None:
    """While it trains: the newest picture and how many there are to come."""
    with messages():
        record = store().get(run_id)
        status_strip(record, queue().position(run_id))
        if not record.active or (settings is None and _scene(run_id)):
            st.rerun()
        shown = settings or EmbeddingSettings()
        done = stored_epochs(store().root, run_id, repeat, shown)
        if shown == EmbeddingSettings():
            wanted = len(picture_epochs(record.config))
            st.progress(
                min(1.0, len(done) / wanted),
                text=f"{len(done)} of {wanted} pictures drawn; selection and tables follow when "
                "the training has ended.",
            )
        else:
            _beside(record, Drawing(run_id, repeat, shown), len(done))
        if not done:
            return
        landmarks = landmarks_of(store().scene(run_id, repeat))
        *past, frame = (
            read(run_id, repeat, shown, epoch, landmarks)
            for epoch in sorted({done[0], *done[-1 - TRAIL :]})
        )
        st.caption(f"After epoch {frame.epoch}")
        show_picture(record, repeat, frame, landmarks, look, past)


def _beside(record: ExperimentRecord, drawing: Drawing, done: int) -> None:
    """Pictures with other settings than the worker's, of the epochs that are there so far."""
    recorded = set(store().epochs(record.id, drawing.repeat))
    wanted = sum(epoch in recorded for epoch in picture_epochs(record.config))
    if drawings().now() == drawing:
        st.progress(min(1.0, done / max(wanted, 1)), text=f"Drawing, {done} of {wanted} pictures.")
    elif wanted:
        samples = len(landmarks_of(store().scene(record.id, drawing.repeat)).targets)
        draw_offer(
            drawing, done, wanted, methods=len(record.config.methods), samples=samples,
            what="with these settings of the epochs so far",
        )  # fmt: skip


def _ended(record: ExperimentRecord, repeat: int, problem: DeltaGenerator, again: bool) -> None:
    """The pictures, after what is missing of them has been offered."""
    recorded = set(store().epochs(record.id, repeat))
    wanted = [epoch for epoch in picture_epochs(record.config) if epoch in recorded]
    if not wanted:
        st.info("Nothing has been recorded of this repeat, so there is nothing to draw.")
        return
    scene = store().scene(record.id, repeat)
    landmarks = landmarks_of(scene)
    n = len(landmarks.targets)
    late: dict[str, Take] = {
        "find": take_classes(record.id, len(landmarks.names)),
        "chosen": lambda text: keep(record.id, repeat, read_chosen(text, n) if text else ()),
    }
    arrive(record.id, late, again=again)
    settings = settings_controls(scene)
    look = look_controls(record)
    link = in_link(record, repeat, look)
    link["map"] = settings_text(settings)
    link["find"] = "_".join(str(c) for c in look.highlight)
    link["chosen"] = chosen_text(chosen(record.id, repeat, landmarks), n)
    write(record.id, link)
    with problem:
        say_problem()
    drawing = Drawing(record.id, repeat, settings)
    epochs = [e for e in stored_epochs(store().root, record.id, repeat, settings) if e in wanted]
    begin_cheap(drawing, len(epochs), len(wanted))
    if drawing_now(drawing, len(wanted)):
        return
    draw_offer(drawing, len(epochs), len(wanted), methods=len(record.config.methods), samples=n)
    if epochs:
        picture(record, repeat, settings, epochs, scene, landmarks, look)
