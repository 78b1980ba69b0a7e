"""The epoch of the maps: chosen on the experiment's scrubber, or moving along it.

While it plays, a fragment on a timer draws one map after another in the same figure; what follows
the figure stays as it was until the end.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

import streamlit as st

from .._experiment.frame_polling import in_whole_page, whole_page
from .._session import place
from .._shared.widgets import set_widget
from .stored_maps import StoredMaps

STEP = 0.7
"""Seconds that each map stays while it plays."""
_PLAYING = "embedding playing"
Drawn = TypeVar("Drawn")


def play(maps: StoredMaps, draw: Callable[[int], Drawn]) -> Drawn | None:
    """The scrubber and what ``draw`` makes of its epoch; moving if the reader pressed Play."""
    moving = playing(maps)
    found: list[Drawn] = []

    def show() -> None:
        if not in_whole_page() and not _advance(maps):
            st.rerun()
        found[:] = [draw(_scrubber(maps))]

    if not moving:
        return draw(_scrubber(maps))
    with whole_page():
        st.fragment(show, run_every=STEP)()
    return found[0] if found else None


def playing(maps: StoredMaps) -> bool:
    """Whether the maps of this repeat are moving."""
    return bool(st.session_state.get(_PLAYING) == _name(maps))


def start_playing(maps: StoredMaps) -> None:
    """Play from the epoch on screen; from the first one if that is the last."""
    st.session_state[_PLAYING] = _name(maps)
    here = place.current(maps.record.id)
    if here.shown_epoch(maps.epochs) == maps.epochs[-1]:
        place.set_epoch(maps.record.id, maps.epochs[0])


def _name(maps: StoredMaps) -> tuple[str, int]:
    return maps.record.id, maps.repeat


def _advance(maps: StoredMaps) -> bool:
    """Go to the next map; False once the last one is on screen, or if the reader stopped it."""
    if not playing(maps):
        return False
    now = place.current(maps.record.id).shown_epoch(maps.epochs)
    later = [epoch for epoch in maps.epochs if epoch > now]
    if not later:
        _stop(maps)
        return False
    place.set_epoch(maps.record.id, later[0])
    return True


def _stop(maps: StoredMaps) -> None:
    st.session_state.pop(_PLAYING, None)
    _settle(maps, place.current(maps.record.id).shown_epoch(maps.epochs))


def _settle(maps: StoredMaps, epoch: int) -> None:
    """Go to ``epoch``; the link names it if it names the experiment."""
    run = maps.record.id
    if maps.shipped:
        place.set_epoch(run, epoch)
    else:
        place.move_to(replace(place.current(run), epoch=epoch))


def _scrubber(maps: StoredMaps) -> int:
    """Play or Pause, and the epochs; the epoch on screen."""
    run = maps.record.id
    epoch = place.current(run).shown_epoch(maps.epochs)
    if len(maps.epochs) == 1:
        return epoch
    moving = playing(maps)
    # A key of its own: what the browser still reports of an earlier step is no choice of a reader.
    key = "emb-epoch-moving" if moving else "emb-epoch"
    set_widget(key, epoch)
    with st.container(horizontal=True, gap="medium", vertical_alignment="bottom", key="emb-epochs"):
        st.button(
            "Pause" if moving else "Play",
            icon=":material/pause:" if moving else ":material/play_arrow:",
            key="emb-play",
            help="Shows the maps of all epochs in turn.",
            on_click=_stop if moving else start_playing,
            args=(maps,),
        )
        st.select_slider(
            "Epoch",
            maps.epochs,
            key=key,
            on_change=None if moving else _epoch_chosen,
            args=(maps,),
            disabled=moving,
        )
    return epoch


def _epoch_chosen(maps: StoredMaps) -> None:
    if playing(maps):  # the scrubber is locked: this is a late report of before
        return
    _settle(maps, int(st.session_state["emb-epoch"]))
