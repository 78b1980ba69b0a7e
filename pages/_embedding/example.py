"""The recorded maps that a visitor without an experiment sees; `scripts/make-replay` makes them."""

from __future__ import annotations

from functools import lru_cache

import streamlit as st

from harmony_core.config import ExperimentConfig
from harmony_core.errors import HarmonyError
from harmony_core.runs.store import RunStore

from .._experiment.experiment_page import ExperimentPage
from .._experiment.tabs import tabs
from .._session import place
from .._session.recording import RECORDINGS
from .._session.same_experiment import same_experiment
from .._shared.messages import messages
from .._shared.status import recorded_strip
from .controls import MapStyle
from .maps import explanation, maps_of_epoch
from .player import play, start_playing
from .stored_maps import StoredMaps, stored_maps
from .window_width import window_layout

NAME = "checkerboard-maps"
_PLAYED = "embedding example played"


def example(page: ExperimentPage, config: ExperimentConfig) -> bool:
    """Play the recorded maps if they are of the data of ``config``; False if they are not."""
    maps = _maps()
    if maps is None or maps.record.config.data.name != config.data.name:
        return False
    recorded_strip(maps.record.config, "Train runs it here")
    tabs(page, "")
    if not same_experiment(config, maps.record.config):
        st.info("The settings have changed: these maps are not of them. Train draws their own.")
    if not st.session_state.get(_PLAYED):
        st.session_state[_PLAYED] = True
        start_playing(maps)
    style = MapStyle(layout=window_layout())
    with messages():
        play(maps, lambda epoch: _draw(maps, epoch, style))
    return True


def until_the_first_map(config: ExperimentConfig, style: MapStyle) -> None:
    """The recorded map on screen in place of that of ``config``, which is still to come."""
    maps = _maps()
    if maps is not None and maps.record.config.data.name == config.data.name:
        st.caption("A recorded example, until the first map of this experiment is drawn:")
        _draw(maps, place.current(NAME).shown_epoch(maps.epochs), MapStyle(layout=style.layout))


def _draw(maps: StoredMaps, epoch: int, style: MapStyle) -> None:
    frame, before = maps.read(epoch), [e for e in maps.epochs if e < epoch][-1:]
    past = [maps.read(e) for e in before]
    maps_of_epoch(maps, frame, style, past)
    explanation(maps, frame, style, past)


@lru_cache(maxsize=1)
def _maps() -> StoredMaps | None:
    try:
        runs = RunStore(RECORDINGS)
        return stored_maps(runs.get(NAME), 0, runs=runs)
    except HarmonyError:
        return None
