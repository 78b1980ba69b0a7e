"""Where the reader is: run, repeat, epoch and sample, kept from page to page and in the link.

The view reports an epoch when the playhead is released and a sample when one is chosen; both are
then written to the address bar. A link that this session did not write itself is read.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import streamlit as st

from .address_bar import rewriting
from .lockstep_view import ViewState, forget_all_sent

KEYS = ("epoch", "sample", "repeat")
_PLACE = "place"
_LINK = "place link"
_PAGE = "place page"
_SEEN = "place seen"
_JUMP = "place jump"
_PROBLEM = "place problem"


@dataclass(frozen=True)
class Place:
    """An epoch, a tracked sample and a repeat of one run, as far as the reader has chosen them."""

    run: str = ""
    epoch: int | None = None
    sample: int | None = None
    """Position among the scene's tracked samples."""
    repeat: int | None = None
    """Counted from 0; the link and the page count from 1."""

    def query(self) -> dict[str, str]:
        """The part of the link that names the place within the run."""
        repeat = None if self.repeat is None else self.repeat + 1
        named = {"epoch": self.epoch, "sample": self.sample, "repeat": repeat}
        return {key: str(value) for key, value in named.items() if value is not None}

    def shown_epoch(self, recorded: Sequence[int]) -> int:
        """The recorded epoch on screen: the last one up to the chosen epoch, or the newest."""
        if self.epoch is None:
            return recorded[-1]
        return max((epoch for epoch in recorded if epoch <= self.epoch), default=recorded[0])


def current(run: str) -> Place:
    """Where the reader is in ``run``."""
    kept: Place = st.session_state.get(_PLACE, Place())
    return kept if kept.run == run else Place(run)


def arrive(view: str, run: str) -> None:
    """Begin a full run of a page with ``view``: read the link unless this session wrote it."""
    if st.session_state.get(_PAGE) != view:
        st.session_state[_PAGE] = view
        st.session_state[_SEEN] = {}
        forget_all_sent()
    link = _in_link()
    if not run or link == st.session_state.get(_LINK):
        return
    if "run" not in link:  # back from another page: Streamlit empties the query there
        return
    st.session_state.pop(_PROBLEM, None)
    epoch, sample, repeat = (_whole_number(link, key) for key in KEYS)
    st.session_state[_PLACE] = Place(run, epoch, sample, None if repeat is None else repeat - 1)
    st.session_state[_LINK] = link


def leave() -> None:
    """No view is on screen, so the next one begins anew."""
    st.session_state.pop(_PAGE, None)


def follow_view(key: str, run: str, view: ViewState) -> bool:
    """Go where the reader went in the view ``key``; return whether that changed the place.

    A view that showed another run before has not been moved in this one yet.
    """
    all_seen: dict[str, tuple[str, int | None, int | None]] = st.session_state.setdefault(_SEEN, {})
    seen = all_seen.get(key, (run, None, None))
    all_seen[key] = (run, view.epoch, view.selected)
    after = before = current(run)
    if seen[0] != run:
        return False
    if view.epoch != seen[1]:
        after = replace(after, epoch=view.epoch)
    if view.selected != seen[2]:
        after = replace(after, sample=view.selected)
    if after != before:
        move_to(after)
    return after != before


def move_to(place: Place) -> None:
    """Go to ``place`` and write it to the link."""
    st.session_state[_PLACE] = place
    st.session_state.pop(_PROBLEM, None)
    write_link(place)


def set_epoch(run: str, epoch: int) -> None:
    """Go to ``epoch`` of ``run`` on the way to another one, which `move_to` writes to the link."""
    st.session_state[_PLACE] = replace(current(run), epoch=epoch)


def jump_to(place: Place) -> None:
    """Go to ``place`` and make the view on screen go there too."""
    st.session_state[_JUMP] = jump_count() + 1
    move_to(place)


def jump_count() -> int:
    """A number that changes whenever the view has to go where `current` says."""
    return int(st.session_state.get(_JUMP, 0))


def write_link(place: Place) -> None:
    """Put the place into the link and leave the rest of it."""
    wanted = {"run": place.run, **place.query()} if place.run else {}
    with rewriting():
        for key in ("run", *KEYS):
            if key in wanted and st.query_params.get(key) != wanted[key]:
                st.query_params[key] = wanted[key]
            elif key not in wanted and key in st.query_params:
                del st.query_params[key]
    st.session_state[_LINK] = _in_link()


def link_problem() -> str:
    """What was wrong with the place in the link, or ``""``."""
    return str(st.session_state.get(_PROBLEM, ""))


def within(place: Place, epochs: int, tracked: int) -> Place:
    """``place`` without what this run does not have, which becomes a `link_problem`."""
    kept = place
    if kept.epoch is not None and kept.epoch > epochs:
        _report(f"Expected an epoch from 0 to {epochs} in the link, but got {kept.epoch}.")
        kept = replace(kept, epoch=None)
    if kept.sample is not None and kept.sample >= tracked:
        known = f"from 0 to {tracked - 1}" if tracked else "(this run follows none)"
        _report(f"Expected a tracked sample {known} in the link, but got {kept.sample}.")
        kept = replace(kept, sample=None)
    if kept.run and kept != current(kept.run):
        st.session_state[_PLACE] = kept
    return kept


def chosen_repeat(run: str, repeats: int) -> int | None:
    """The chosen repeat, if this run has it; one that it lacks becomes a `link_problem`."""
    place = current(run)
    if place.repeat is None or 0 <= place.repeat < repeats:
        return place.repeat
    _report(f"Expected a repeat from 1 to {repeats} in the link, but got {place.repeat + 1}.")
    st.session_state[_PLACE] = replace(place, repeat=None)
    return None


def _report(text: str) -> None:
    st.session_state[_PROBLEM] = text


def _whole_number(link: dict[str, str], key: str) -> int | None:
    text = link.get(key)
    if text is None:
        return None
    if text.isascii() and text.isdigit() and len(text) <= 6:
        return int(text)
    _report(f"Expected `{key}` in the link to be a whole number, but got {text[:40]!r}.")
    return None


def _in_link() -> dict[str, str]:
    return {key: str(st.query_params[key]) for key in ("run", *KEYS) if key in st.query_params}
