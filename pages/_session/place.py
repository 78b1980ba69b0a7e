"""Where the reader is: run, repeat, epoch and sample, kept from page to page and in the link.

The view tells an epoch when the playhead is let go and a sample when one is chosen; both are
written to the address bar then. A link that this session did not write itself is taken over.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import streamlit as st

from .._shared.lockstep_view import ViewState, forget_sent
from .address_bar import rewriting

KEYS = ("epoch", "sample", "repeat")
_PLACE = "place"
_LINK = "place link"
_PAGE = "place page"
_SEEN = "place seen"
_JUMP = "place jump"
_PROBLEM = "place problem"


@dataclass(frozen=True)
class Place:
    """An epoch, a tracked sample and a repeat of one run, where the reader has chosen them."""

    run: str = ""
    epoch: int | None = None
    sample: int | None = None
    """Position among the scene's tracked samples."""
    repeat: int | None = None
    """Counted from 0; the link and the page count from 1."""

    def query(self) -> dict[str, str]:
        """What the link says of it beside the run."""
        repeat = None if self.repeat is None else self.repeat + 1
        named = {"epoch": self.epoch, "sample": self.sample, "repeat": repeat}
        return {key: str(value) for key, value in named.items() if value is not None}


def place(run: str) -> Place:
    """Where the reader is in ``run``."""
    now: Place = st.session_state.get(_PLACE, Place())
    return now if now.run == run else Place(run)


def arrive(page: str, run: str) -> None:
    """Begin a full drawing of ``page``: take over what the link says if it is news."""
    if st.session_state.get(_PAGE) != page:
        st.session_state[_PAGE] = page
        st.session_state[_SEEN] = {}
        for key in [key for key in st.session_state if str(key).startswith("_lockstep_view.")]:
            forget_sent(str(key).removeprefix("_lockstep_view."))
    link = _in_link()
    if not run or link == st.session_state.get(_LINK):
        return
    if "run" not in link:  # back from another page: Streamlit empties the query there
        return
    st.session_state.pop(_PROBLEM, None)
    epoch, sample, repeat = (_whole(link, key) for key in KEYS)
    st.session_state[_PLACE] = Place(run, epoch, sample, None if repeat is None else repeat - 1)
    st.session_state[_LINK] = link


def follow(key: str, run: str, view: ViewState) -> bool:
    """Take over what the reader did in the view ``key``; whether that moved the place."""
    all_seen: dict[str, tuple[int | None, int | None]] = st.session_state.setdefault(_SEEN, {})
    seen = all_seen.get(key, (None, None))
    all_seen[key] = (view.epoch, view.selected)
    now = before = place(run)
    if view.epoch != seen[0]:
        now = replace(now, epoch=view.epoch)
    if view.selected != seen[1]:
        now = replace(now, sample=view.selected)
    if now != before:
        move(now)
    return now != before


def move(to: Place) -> None:
    """Be there, and say so in the link."""
    st.session_state[_PLACE] = to
    st.session_state.pop(_PROBLEM, None)
    write(to)


def show(to: Place) -> None:
    """Be there, and take the view on screen along."""
    st.session_state[_JUMP] = jumps() + 1
    move(to)


def jumps() -> int:
    """Changes when the view is to go where `place` says."""
    return int(st.session_state.get(_JUMP, 0))


def write(now: Place) -> None:
    """Put the place into the link; what else is there stays."""
    wanted = {"run": now.run, **now.query()} if now.run else {}
    with rewriting():
        for key in ("run", *KEYS):
            if key in wanted and st.query_params.get(key) != wanted[key]:
                st.query_params[key] = wanted[key]
            elif key not in wanted and key in st.query_params:
                del st.query_params[key]
    noted()


def noted() -> None:
    """What the link says now was written by this session."""
    st.session_state[_LINK] = _in_link()


def problem() -> str:
    """What was wrong with the link's place, or ``""``."""
    return str(st.session_state.get(_PROBLEM, ""))


def refuse(text: str) -> None:
    """Remember one sentence on what the link asked for in vain."""
    st.session_state[_PROBLEM] = text


def fit(now: Place, epochs: int, tracked: int) -> Place:
    """The place without what this run does not have; the reader is told."""
    if now.epoch is not None and now.epoch > epochs:
        refuse(f"Expected an epoch from 0 to {epochs} in the link, but got {now.epoch}.")
        now = replace(now, epoch=None)
    if now.sample is not None and now.sample >= tracked:
        known = f"from 0 to {tracked - 1}" if tracked else "(this run follows none)"
        refuse(f"Expected a tracked sample {known} in the link, but got {now.sample}.")
        now = replace(now, sample=None)
    if now.run and now != place(now.run):
        st.session_state[_PLACE] = now
    return now


def repeat_of(run: str, repeats: int) -> int | None:
    """The repeat the reader has chosen, if this run has it; the reader is told if not."""
    now = place(run)
    if now.repeat is None or 0 <= now.repeat < repeats:
        return now.repeat
    refuse(f"Expected a repeat from 1 to {repeats} in the link, but got {now.repeat + 1}.")
    st.session_state[_PLACE] = replace(now, repeat=None)
    return None


def _whole(link: dict[str, str], key: str) -> int | None:
    text = link.get(key)
    if text is None:
        return None
    if text.isascii() and text.isdigit() and len(text) <= 6:
        return int(text)
    refuse(f"Expected `{key}` in the link to be a whole number, but got {text[:40]!r}.")
    return None


def _in_link() -> dict[str, str]:
    return {key: str(st.query_params[key]) for key in ("run", *KEYS) if key in st.query_params}
