"""The disk of a shared server as its visitor sees it: what would go, what went, what is taken."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from harmony_core.config import ExperimentConfig
from harmony_core.experiments.complete import complete
from harmony_core.quotas import MB

from .._session.visitor import access
from .._shared.labels import count
from .._shared.markdown import literal, spoken
from .._shared.messages import messages, toasts

NAMED = 5
"""Experiments named in one sentence."""


def room_ahead(config: ExperimentConfig) -> None:
    """Say which experiments of the visitor go if this one is trained, or that there is no room."""
    with messages():
        goes, refusal = access().room_ahead(complete(config))
        if refusal:
            st.caption(f":material/disc_full: {spoken(refusal)}")
        if goes:
            oldest = "oldest experiment" if len(goes) == 1 else f"{len(goes)} oldest experiments"
            st.caption(
                f":material/auto_delete: To make room, Train deletes your {oldest} for good: "
                f"{_names(goes)}. Pin in Recent what must stay."
            )


def room_made() -> None:
    """Say which experiments of the visitor went, until that is read."""
    went = access().went()
    if not went:
        return
    listed = [one.title for one in went if not one.binned]
    binned = len(went) - len(listed)
    said = []
    if listed:
        verb = "was" if len(listed) == 1 else "were"
        said.append(
            f"{_experiments(len(listed)).capitalize()} of yours {verb} deleted for good to make "
            f"room: {_names(listed)}."
        )
    if binned:
        said.append(
            f"{_experiments(binned).capitalize()} that you had deleted can no longer be restored."
        )
    with st.container(key="room-made", gap="small"):
        st.info(" ".join(said) + " Pin in Recent what must stay.", icon=":material/auto_delete:")
        st.button("Understood", key="room-understood", on_click=_understood)


def room_taken() -> None:
    """How much disk the visitor's experiments take."""
    if (disk := access().disk()) is not None:
        taken, limit = (f"{size / MB:,.0f}" for size in disk)
        st.caption(
            f"Your experiments take {taken} of {limit} MB, deleted ones included. If they need "
            "more, the oldest that are not pinned go for good, deleted ones first."
        )


def _understood() -> None:
    with toasts():
        access().read_what_went()


def _experiments(number: int) -> str:
    return count(number, "experiment")


def _names(titles: Sequence[str]) -> str:
    more = len(titles) - NAMED
    named = ", ".join(f"“{literal(title)}”" for title in titles[:NAMED])
    return named + (f" and {more} more" if more > 0 else "")
