"""The embedding of one experiment: record its features, draw its maps, or look at them."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from harmony_core.analysis.embedding.settings import EmbeddingSettings
from harmony_core.runs.record import ExperimentRecord

from .._experiment.experiment_page import ExperimentPage
from .._experiment.tabs import tabs
from .._session.start import start_in_place_of
from .._session.visitor import access
from .._shared.backend import queue, store
from .._shared.messages import messages, toasts
from .._shared.status import status_strip
from .controls import (
    MapStyle,
    first_scene,
    map_controls,
    on_screen,
    read_controls,
    repeat_control,
)
from .drawing_status import (
    drawing_progress,
    offer_drawing,
    process,
    progress_bar,
    start_drawing,
)
from .example import until_the_first_map
from .link import show_problem
from .maps import TRAIL, maps_of_epoch, show_maps
from .selection import chosen_in_link
from .stored_maps import StoredMaps, stored_maps

TICK = 1.0
"""Seconds between two looks at a running experiment."""


def embedding(
    record: ExperimentRecord, page: ExperimentPage, *, fresh: bool = False, meanwhile: object = None
) -> None:
    """Draw everything under the heading; it waits for the first maps in its own way."""
    del fresh, meanwhile
    status = st.container()
    tabs(page, record.id)
    if not record.config.record.embedding:
        with status:
            status_strip(record, queue().position(record.id))
        _offer_recording(record)
        return
    again = on_screen()
    problem = st.container(key="emb-problem")
    read_controls(record, again=again)
    repeat = repeat_control(record)
    if record.active:
        settings, style = map_controls(record)
        with problem:
            show_problem()
        st.fragment(_while_training, run_every=TICK)(record.id, repeat, settings, style)
        return
    with status:
        status_strip(record, None)
    _after_training(record, repeat, problem, again)


def _offer_recording(record: ExperimentRecord) -> None:
    """This experiment kept no features: say so, and offer to train it again with them."""
    with st.container(border=True, key="no-landmarks"):
        st.header("This experiment kept no features", anchor=False)
        if record.config.recorded is not None:
            st.markdown(
                "A map needs the features that the network gives to the same samples, epoch by "
                "epoch. A recording of a loop outside Harmony does not keep them."
            )
            return
        st.markdown(
            "A map needs the features that each network gives to the same samples, epoch by "
            "epoch. They were not recorded here. The same experiment can be trained again with "
            "them: same data, same seeds, so on a CPU the same networks."
        )
        if not access().may("retrain", record.id):
            st.caption("Only the visitor to whom it belongs can do that.")
            return
        st.button(
            "Train it again and record features",
            type="primary",
            icon=":material/bubble_chart:",
            key="record-embedding",
            on_click=_train_with_features,
            args=(record,),
        )


def _train_with_features(record: ExperimentRecord) -> None:
    with toasts():
        with_features = replace(record.config.record, embedding=True)
        start_in_place_of(record, replace(record.config, record=with_features))


def _while_training(
    run_id: str, repeat: int, settings: EmbeddingSettings | None, style: MapStyle
) -> None:
    """The newest maps, and how many are still to come."""
    with messages():
        record = store().get(run_id)
        status_strip(record, queue().position(run_id))
        if not record.active or (settings is None and first_scene(run_id)):
            st.rerun()
        begun = settings is not None and store().epochs(run_id, repeat)
        maps = stored_maps(record, repeat, settings) if begun else None
        done = maps.epochs if maps else []
        st.caption("The map of the last epoch is drawn as soon as the training has ended.")
        if maps is not None:
            _so_far(maps)
        if maps is None or not done:
            until_the_first_map(record.config, style)
            return
        *past, frame = (maps.read(epoch) for epoch in sorted({done[0], *done[-1 - TRAIL :]}))
        st.caption(f"After epoch {frame.epoch}")
        maps_of_epoch(maps, frame, style, past)


def _so_far(maps: StoredMaps) -> None:
    """Draw maps of the epochs recorded so far, which slows the training down, if asked to."""
    if process().current() == maps.drawing:
        progress_bar(maps)
    elif maps.wanted:
        offer_drawing(maps, "of the epochs so far with these settings")


def _after_training(
    record: ExperimentRecord, repeat: int, problem: DeltaGenerator, again: bool
) -> None:
    """The maps, or a button that draws them."""
    maps = stored_maps(record, repeat) if store().epochs(record.id, repeat) else None
    if maps is None or not maps.wanted:
        st.info("Nothing has been recorded for this repeat, so there is nothing to draw.")
        return
    chosen = chosen_in_link(maps, again=again)
    settings, style = map_controls(record, chosen)
    with problem:
        show_problem()
    maps = replace(maps, settings=settings or maps.settings)
    start_drawing(maps)
    if not drawing_progress(maps):
        offer_drawing(maps)
    if maps.epochs:
        show_maps(maps, style)
    elif maps.settings == EmbeddingSettings():
        until_the_first_map(record.config, style)
